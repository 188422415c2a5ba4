"""Checks the documented way to run a function on one machine: cargo-lambda builds it by itself, and it answers."""

import json

from conftest import documented, run, with_port
from servers import answers, free_port, server, until


def test_cargo_lambda_builds_and_runs_the_function(variables, logs):
    port, log = free_port(), logs / "documented"
    # A file that is saved while the tests run must not restart the function.
    command = with_port(documented("cargo lambda watch")[0], port) + ["--ignore-changes"]
    with server(command, log, **variables) as process:
        until("cargo lambda watch", lambda: answers(port), process)
        invoked = [one for one in documented("cargo lambda invoke") if "events/saga/tick.json" in one]
        done = run(with_port(invoked[0], port), timeout=1200)
        assert json.loads(done.stdout) == {"driven": "over"}, (done.stderr, log.read_text()[-2000:])
        assert log.read_text().count("starting lambda function instance") == 1, log.read_text()


def test_each_documented_function_is_one_that_the_tests_run():
    watched = [command[command.index("-p") + 1] for command in documented("cargo lambda watch")]
    assert watched == ["saga-function", "signal-function", "sync-function"], watched
