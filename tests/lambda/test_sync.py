"""Checks the function sync on the deployed stack: after it alone, a primary that has gone dark can be failed over.

Law: only the function captures. The primary is a process of its own, so it goes silent when the process ends.
"""

import json
import re
import subprocess

import pytest

from conftest import ACCOUNT, ROOT, TARGET, documented, run, running, with_port
from servers import end, environment, server, until
from test_failover import RUNNER, SIMULATED, status, switchback

PAIR = "eclipse"


@pytest.fixture(scope="module")
def sides(logs):
    """The addresses and credentials of the sides, and the process of the primary."""
    said, processes = {}, {}
    primary, standby = (logs / f"{PAIR}-{side}" for side in ("primary", "standby"))
    command = [str(TARGET / "debug/simulated-workspace"), *SIMULATED, "--side"]
    with server([*command, "primary"], primary) as processes["primary"]:
        with server([*command, "standby"], standby) as processes["standby"]:
            for side, log in (("primary", primary), ("standby", standby)):
                until(f"the {side}", lambda: "\n" in log.read_text(), processes[side])
                said |= json.loads(log.read_text().splitlines()[0])
            yield said, processes["primary"]


@pytest.fixture(scope="module")
def deployed(sides, emulator, stack, configuration, tmp_path_factory):
    """The environment variables of the function sync, for this pair."""
    said, _ = sides
    text = (ROOT / "infra/aws/pair.example.toml").read_text().replace('"payments"', f'"{PAIR}"')
    for side in ("primary", "standby"):
        text = text.replace(f"https://{side}.cloud.databricks.example", said[side])
    text = re.sub('client_id = "[^"]*"', f'client_id = "{said["client_id"]}"', text) + RUNNER
    for entry in said["map"]:
        text += "\n[[map]]\n" + "".join(f'{key} = "{value}"\n' for key, value in entry.items())
    file = tmp_path_factory.mktemp(PAIR) / "pair.toml"
    file.write_text(text)
    variables = emulator.client("lambda").get_function_configuration(FunctionName=stack["SyncFunction"])
    secret = {name: said["client_secret"] for name in ("PRIMARY_CLIENT_SECRET", "STANDBY_CLIENT_SECRET")}
    here = {"SWITCHBACK_CONFIG": str(file), "AWS_ENDPOINT_URL": emulator.url}
    return {**variables["Environment"]["Variables"], **ACCOUNT, **secret, **here}


@pytest.fixture(scope="module")
def sync_function(deployed, logs):
    with running("sync", logs / "sync-function", **deployed) as it:
        yield it


def synced(function):
    commands = [one for one in documented("cargo lambda invoke") if "events/sync/tick.json" in one]
    assert len(commands) == 1, "infra/aws/README.md shows the sample once"
    done = run(with_port(commands[0], function.port))
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_after_sync_alone_a_dark_primary_is_failed_over(deployed, sides, sync_function, emulator):
    _, primary = sides
    first = synced(sync_function)
    assert [first[side]["captured"] for side in ("primary", "standby")] == ["latest", "latest"], first
    assert first["primary"]["active"] and first["primary"]["resources"] > 20, first
    bucket, objects = deployed["SWITCHBACK_BUCKET"], emulator.client("s3")
    published = json.loads(objects.get_object(Bucket=bucket, Key=f"pairs/{PAIR}/published.json")["Body"].read())
    assert (published["active"], published["frozen"], "saga" in published) == ("primary", False, False), published
    end(primary)
    second = synced(sync_function)
    assert second["primary"]["captured"] == "nothing" and second["primary"]["why_not"], second
    assert second["primary"]["checkpoint"] == first["primary"]["checkpoint"], second
    assert second["standby"]["captured"] == "latest", second
    ordered = switchback(deployed, "failover", "--approve", "on-call", "--accept-risk")
    command = subprocess.Popen(ordered, cwd=ROOT, env=environment(**deployed), stderr=subprocess.PIPE, text=True)
    try:
        until("the work on the standby", lambda: moved(deployed))
    finally:
        command.kill()
        command.communicate()
    versions = objects.list_objects_v2(Bucket=bucket, Prefix=f"checkpoints/{PAIR}/")["KeyCount"]
    assert versions >= 2, "a version of each side"


def moved(deployed):
    pair = status(deployed) or {}
    saga = pair.get("saga") or {}
    return pair.get("active") == "standby" and saga.get("steps", {}).get("done", 0) > 20 and not pair.get("frozen")


def test_each_good_round_beats_and_tells_the_age_of_each_checkpoint(sync_function):
    lines = [line[line.index("{") :] for line in sync_function.log.read_text().splitlines() if '"_aws"' in line]
    records = [json.loads(line) for line in lines]
    assert [one["Function"] for one in records if "Heartbeat" in one] == ["sync", "sync"], lines
    ages = [one for one in records if "ActiveCheckpointAgeSeconds" in one]
    assert len(ages) == 2 and all("InactiveCheckpointAgeSeconds" in one for one in ages), lines


def test_the_schedule_syncs_every_five_minutes(emulator, stack):
    schedule = emulator.client("scheduler").get_schedule(Name=stack["SyncFunctionFiveMinutes"])
    assert schedule["ScheduleExpression"] == "rate(5 minutes)"
    assert schedule["Target"]["Arn"].endswith(f":function:{stack['SyncFunction']}")
