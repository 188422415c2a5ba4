"""Checks a failover that the operator's command begins and the function ends, on the deployed table.

Law: the pair, the configuration and the function are its own, so leftovers of another test do not matter.
"""

import json
import re
import subprocess
import time

import pytest

from conftest import ACCOUNT, ROOT, TARGET, run, running
from servers import environment, server, until

# Workspaces that run thirty times as fast, so that compute comes up in seconds.
SIMULATED = ["--resources", "24", "--speed", "30", "--limits", "off"]
# The lease is short, so that a killed command has a successor while the test waits.
RUNNER = "\n[runner]\nlease_seconds = 9\nskew_seconds = 1\ncall_time_out_seconds = 5\n"


@pytest.fixture(scope="module")
def quick_pair(logs):
    log = logs / "quick-pair"
    with server([str(TARGET / "debug/simulated-workspace"), *SIMULATED], log) as process:
        until("the simulated pair", lambda: "\n" in log.read_text(), process)
        yield json.loads(log.read_text().splitlines()[0])
    assert "no route" not in log.read_text(), log.read_text()


@pytest.fixture(scope="module")
def deployed(quick_pair, emulator, stack, variables, tmp_path_factory):
    """The environment variables of the function, for this pair."""
    text = (ROOT / "infra/aws/pair.example.toml").read_text().replace('"payments"', '"ledger"')
    for side in ("primary", "standby"):
        text = text.replace(f"https://{side}.cloud.databricks.example", quick_pair[side])
    text = re.sub('client_id = "[^"]*"', f'client_id = "{quick_pair["client_id"]}"', text) + RUNNER
    for entry in quick_pair["map"]:
        text += "\n[[map]]\n" + "".join(f'{key} = "{value}"\n' for key, value in entry.items())
    file = tmp_path_factory.mktemp("ledger") / "pair.toml"
    file.write_text(text)
    secret = {name: quick_pair["client_secret"] for name in ("PRIMARY_CLIENT_SECRET", "STANDBY_CLIENT_SECRET")}
    return {**variables, **ACCOUNT, **secret, "SWITCHBACK_CONFIG": str(file)}


@pytest.fixture(scope="module")
def ledger_function(deployed, logs):
    with running("saga", logs / "ledger-function", **deployed) as it:
        yield it


def switchback(deployed, *arguments):
    store = ["--store", f"aws:{deployed['SWITCHBACK_TABLE']}", "--bucket", deployed["SWITCHBACK_BUCKET"]]
    return [str(TARGET / "debug/switchback"), *arguments, "--config", deployed["SWITCHBACK_CONFIG"], *store]


def status(deployed):
    done = run(switchback(deployed, "status", "--json"), **deployed)
    return json.loads(done.stdout) if done.stdout else None


def done_steps(deployed):
    saga = (status(deployed) or {}).get("saga")
    return saga["steps"]["done"] if saga else 0


def test_the_function_ends_what_a_killed_command_began(deployed, ledger_function):
    captured = run(switchback(deployed, "capture", "--json"), **deployed)
    assert captured.returncode == 0, captured.stderr
    ordered = switchback(deployed, "failover", "--planned", "--approve", "on-call")
    command = subprocess.Popen(ordered, cwd=ROOT, env=environment(**deployed), stderr=subprocess.PIPE, text=True)
    try:
        until("the first fenced resources", lambda: done_steps(deployed) > 1)
    finally:
        command.kill()
        command.communicate()
    before = status(deployed)["saga"]
    assert before["doing"] == "running", before
    give_up = time.monotonic() + 120
    answer = None
    while answer != {"driven": "over"}:
        assert time.monotonic() < give_up, (answer, status(deployed))
        done = ledger_function.invoke("--data-file", "events/saga/tick.json")
        assert done.returncode == 0, done.stderr
        answer = json.loads(done.stdout)
        time.sleep(1)
    after = status(deployed)
    assert (after["active"], after["unfinished"]) == ("standby", False), after
    assert after["saga"]["doing"] == "completed" and after["saga"]["steps"]["blocked"] == 0, after
    assert after["saga"]["steps"]["done"] > before["steps"]["done"]
    assert after["saga"]["owner"] != before["owner"], "the function has driven it to its end"


def test_the_way_there_cannot_be_ordered_twice(deployed, ledger_function):
    done = run(switchback(deployed, "failover", "--planned", "--approve", "on-call", "--json"), **deployed)
    assert done.returncode == 2 and "TARGET-IS-ACTIVE" in done.stderr, done.stderr
