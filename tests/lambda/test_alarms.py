"""Checks that each failure of a function rings an alarm, and that each alarm is needed."""

import re

import pytest

import template
from alarms import alarms, heartbeat, metric_of, of_function, of_pair, ringing

# A schedule wakes these, and each good run writes a heartbeat. The other two run on demand, so a missing heartbeat says
# nothing. A run of theirs that fails or is refused shows in the metrics of errors and throttles.
SCHEDULED = ["SagaFunction", "ProbeFunction", "DrillFunction", "SyncFunction"]
ON_DEMAND = ["SignalFunction", "ApprovalFunction"]
FUNCTIONS = SCHEDULED + ON_DEMAND


def well():
    """The data points in CloudWatch of a stack in which all is well."""
    data = {heartbeat(function): [1, 1] for function in SCHEDULED}
    for function in FUNCTIONS:
        data |= {of_function("Invocations", function): [1, 1], of_function("Errors", function): [0, 0]}
    data |= {of_pair("ActiveCheckpointAgeSeconds"): [12, 8], of_pair("DrillsMissed"): [0]}
    return data


def every_run_fails(function, data):
    """The function does not boot, lacks a permission, or runs out of memory or of time: an invocation, and an error."""
    data[of_function("Errors", function)] = [1, 1]
    data.pop(heartbeat(function), None)


def one_run_fails(function, data):
    data[of_function("Errors", function)] = [0, 1]


def throttled(function, data):
    """No invocation of the function runs, and none fails."""
    data[of_function("Throttles", function)] = [3]
    for gone in (of_function("Invocations", function), of_function("Errors", function), heartbeat(function)):
        data.pop(gone, None)


def never_called(function, data):
    """The schedule of the function is gone, is disabled, or may not call it."""
    for gone in (of_function("Invocations", function), of_function("Errors", function), heartbeat(function)):
        data.pop(gone, None)


def hangs(function, data):
    """The function is called and does not end: invocations, no error yet, no heartbeat."""
    data.pop(heartbeat(function), None)


def name(function):
    return function.removesuffix("Function")


def expected():
    """Rows of failure, function, and the alarms that must ring."""
    rows = []
    for function in FUNCTIONS:
        silence = {f"{name(function)}SilenceAlarm"} if function in SCHEDULED else set()
        rows += [
            (every_run_fails, function, {f"{name(function)}ErrorsAlarm"} | silence),
            (one_run_fails, function, {f"{name(function)}ErrorsAlarm"}),
            (throttled, function, {f"{name(function)}ThrottlesAlarm"} | silence),
        ]
        if function in SCHEDULED:
            rows += [(never_called, function, silence), (hangs, function, silence)]
    return rows


def no_checkpoint(data):
    del data[of_pair("ActiveCheckpointAgeSeconds")]


def old_checkpoint(data):
    data[of_pair("ActiveCheckpointAgeSeconds")] = [3700]


def missed_drill(data):
    data[of_pair("DrillsMissed")] = [1]


def given_up(data):
    data[("AWS/SQS", "ApproximateNumberOfMessagesVisible", frozenset({("QueueName", "DeadLetters")}))] = [1]


OF_THE_PAIR = [
    (no_checkpoint, {"CheckpointAgeAlarm"}),
    (old_checkpoint, {"CheckpointAgeAlarm"}),
    (missed_drill, {"DrillsMissedAlarm"}),
    (given_up, {"DeadLettersAlarm"}),
]


def wrong(it):
    """Every row of both tables that does not hold."""
    lines = [] if ringing(it, well()) == set() else [f"all is well, and {sorted(ringing(it, well()))} ring"]
    for failure, function, wanted in expected():
        data = well()
        failure(function, data)
        if (found := ringing(it, data)) != wanted:
            lines.append(f"{function} {failure.__name__}: {sorted(found)} and not {sorted(wanted)}")
    for failure, wanted in OF_THE_PAIR:
        data = well()
        failure(data)
        if (found := ringing(it, data)) != wanted:
            lines.append(f"{failure.__name__}: {sorted(found)} and not {sorted(wanted)}")
    return lines


def test_each_failure_rings_and_nothing_else_does():
    assert wrong(template.read()) == []


@pytest.mark.parametrize("alarm", sorted(alarms(template.read())))
def test_an_alarm_that_is_missing_is_missed(alarm):
    planted = template.read()
    del planted["Resources"][alarm]
    assert wrong(planted), f"nothing needs {alarm}"


@pytest.mark.parametrize("alarm", sorted(alarms(template.read())))
def test_an_alarm_that_tells_nobody_is_missed(alarm):
    planted = template.read()
    planted["Resources"][alarm]["Properties"]["AlarmActions"] = [{"Ref": "WakeTopic"}]
    assert wrong(planted), f"nobody hears {alarm}"


@pytest.mark.parametrize("function", SCHEDULED)
def test_an_alarm_on_invocations_is_not_taken_for_one_on_good_runs(function):
    planted = template.read()
    properties = planted["Resources"][f"{name(function)}SilenceAlarm"]["Properties"]
    properties |= {"Namespace": "AWS/Lambda", "MetricName": "Invocations"}
    properties["Dimensions"] = [{"Name": "FunctionName", "Value": {"Ref": function}}]
    lines = wrong(planted)
    assert any("every_run_fails" in one for one in lines), lines


def test_every_function_is_in_the_table():
    functions = {name for name, one in template.read()["Resources"].items() if one["Type"] == "AWS::Serverless::Function"}
    assert functions == set(FUNCTIONS)
    scheduled = {
        name
        for name in functions
        for event in template.read()["Resources"][name]["Properties"].get("Events", {}).values()
        if event["Type"] == "ScheduleV2"
    }
    assert scheduled == set(SCHEDULED)


def test_a_period_holds_more_than_one_run_of_its_schedule():
    it = template.read()
    for function in SCHEDULED:
        events = it["Resources"][function]["Properties"]["Events"].values()
        text = next(one["Properties"]["ScheduleExpression"] for one in events if one["Type"] == "ScheduleV2")
        minutes = int(re.fullmatch(r"rate\((\d+) minutes?\)", text)[1])
        assert alarms(it)[f"{name(function)}SilenceAlarm"]["Period"] >= 3 * 60 * minutes


def test_what_is_awaited_is_what_the_code_tells():
    source = (template.ROOT / "shared/runtime/src/metrics.rs").read_text()
    beats = dict(re.findall(r'Beat::(\w+) => "(\w+)"', source))
    assert sorted(beats.values()) == sorted(name(function).lower() for function in SCHEDULED)
    for function in SCHEDULED:
        word = name(function)
        main = (template.ROOT / f"functions/{word.lower()}/src/main.rs").read_text()
        beat = re.search(rf"heartbeat\([^;]*Beat::{word}\);", main)
        assert beat, f"{word} does not beat"
        after = main[beat.start() :]
        assert "?" not in after.partition(";")[2].partition("Ok::")[0], f"{word} beats before its last risk"
    names = {metric for namespace, metric, _ in map(metric_of, alarms(template.read()).values()) if namespace == "Switchback"}
    assert all(f'"{one}"' in source for one in names), names
