"""Checks the deployed stack: the deploy commands of README.md work, and the template's events reach the function."""

import json
import zipfile

import pytest

from conftest import ACCOUNT, TARGET, documented, run
from servers import ROOT, until


@pytest.fixture(scope="module")
def package(configuration, tmp_path_factory):
    """A folder as `cargo lambda build` makes it, with the program that is built for this machine."""
    folder = tmp_path_factory.mktemp("lambda")
    (folder / "saga").mkdir()
    with zipfile.ZipFile(folder / "saga/bootstrap.zip", "w") as files:
        files.write(configuration, "pair.toml")
        files.write(TARGET / "debug/saga", "bootstrap")
    return folder


@pytest.fixture(scope="module")
def deployed(emulator, stack, package, configuration):
    """The name of the stack's function, with the real program and the pair's configuration in it."""
    name, functions = stack["SagaFunction"], emulator.client("lambda")
    before = functions.get_function_configuration(FunctionName=name)
    command = [name if word == "FUNCTION" else word for word in documented("cargo lambda deploy")[0]]
    here = ["--lambda-dir", str(package), "--endpoint-url", emulator.url]
    done = run(command + here, cwd=ROOT / "infra/aws", **ACCOUNT)
    assert done.returncode == 0, done.stderr
    after = functions.get_function_configuration(FunctionName=name)
    for kept in ("Environment", "Timeout", "MemorySize", "Role", "LoggingConfig"):
        assert after[kept] == before[kept], f"cargo lambda deploy changed {kept}"
    # The emulator does not unpack to /var/task.
    variables = {**after["Environment"]["Variables"], "SWITCHBACK_CONFIG": str(configuration)}
    functions.update_function_configuration(FunctionName=name, Environment={"Variables": variables})
    return name


def test_the_package_answers_a_tick(deployed, emulator):
    tick = (ROOT / "events/saga/tick.json").read_text()
    answer = emulator.client("lambda").invoke(FunctionName=deployed, Payload=tick)
    assert "FunctionError" not in answer
    assert json.loads(answer["Payload"].read()) == {"driven": "over"}


def test_a_wake_message_reaches_the_function_and_its_log(deployed, emulator, stack):
    # This item cannot be driven, so the woken function logs an error.
    item = {"PK": {"S": "SAGA#unreadable"}, "SK": {"S": "HEAD"}, "version": {"N": "1"}}
    emulator.client("dynamodb").put_item(TableName=stack["SagaTable"], Item=item)
    emulator.client("sns").publish(TopicArn=stack["WakeTopic"], Message="unreadable")
    logs = emulator.client("logs")

    def stopped():
        events = logs.filter_log_events(logGroupName=stack["SagaLogs"])["events"]
        return [one["message"] for one in events if "saga unreadable cannot be read" in one["message"]]

    told = json.loads(until("the woken function's log", stopped)[0])
    assert told["fields"]["code"] == "RUNNER-STOPPED"


def test_the_schedule_ticks_the_function_every_minute(emulator, stack):
    schedule = emulator.client("scheduler").get_schedule(Name=stack["SagaFunctionTick"])
    assert schedule["ScheduleExpression"] == "rate(1 minute)"
    assert schedule["Target"]["Arn"].endswith(f":function:{stack['SagaFunction']}")
    assert schedule["Target"]["RetryPolicy"]["MaximumRetryAttempts"] == 0
