"""Checks the answers of the function saga to events, by the commands of README.md beside the template."""

import json

import pytest

from conftest import documented, run, with_port
from servers import exposed, listening

PAIR = {"PK": {"S": "PAIR#payments"}, "SK": {"S": "HEAD"}}


@pytest.mark.parametrize("event", ["tick", "wake"])
def test_without_a_saga_it_is_over(function, event):
    commands = [one for one in documented("cargo lambda invoke") if f"events/saga/{event}.json" in one]
    assert len(commands) == 1, "infra/aws/README.md shows each sample once"
    done = run(with_port(commands[0], function.port))
    assert json.loads(done.stdout) == {"driven": "over"}, done.stderr


@pytest.mark.parametrize(
    ("event", "says"),
    [
        ('{"Records": [{"s3": {}}]}', "events/saga/wake.json: missing field `Sns`"),
        ('{"Records": "payments"}', "expected a sequence"),
        ('"payments"', "this is no object"),
        ("payments", "expected"),
    ],
)
def test_a_wrong_event_is_answered_with_what_is_wrong(function, event, says):
    done = function.invoke("--data-ascii", event)
    assert done.returncode == 1
    assert says in " ".join(done.stderr.replace("│", " ").split()), done.stderr
    assert still_over(function)


def test_what_cannot_be_read_stops_the_runner_and_not_the_function(function, emulator, stack):
    table = emulator.client("dynamodb")
    table.put_item(TableName=stack["SagaTable"], Item={**PAIR, "version": {"N": "1"}})
    try:
        done = function.invoke("--data-file", "events/saga/tick.json")
    finally:
        table.delete_item(TableName=stack["SagaTable"], Key=PAIR)
    assert done.returncode == 1
    assert "pair payments" in done.stderr, done.stderr
    assert "RUNNER-STOPPED" in function.log.read_text()
    assert still_over(function)


def test_one_process_answers_all_events(function):
    assert still_over(function)
    assert function.process.is_running() and still_over(function)


def test_no_secret_is_logged(function, pair, emulator):
    assert still_over(function)
    assert pair["client_secret"] not in function.log.read_text()


def test_nothing_listens_beyond_this_machine(function, emulator, pair):
    assert still_over(function)
    sockets = listening()
    assert {port for _, port in sockets} >= {function.port, int(emulator.url.rpartition(":")[2])}
    assert exposed(sockets) == []


def test_a_listener_beyond_this_machine_is_found():
    sockets = [("127.0.0.1", 1), ("::1", 2), ("0.0.0.0", 3), ("::", 4), ("192.0.2.1", 5)]
    assert [port for _, port in exposed(sockets)] == [3, 4, 5]


def still_over(function):
    return json.loads(function.invoke("--data-file", "events/saga/tick.json").stdout) == {"driven": "over"}
