"""Checks the function signal with the samples of the folder events."""

import json

import pytest

from conftest import ROOT, documented, run, running, with_port

SECRET = "the-secret-of-every-webhook-on-one-machine"
WATCHED = """
[[webhook]]
source = "datadog"
secret = { env = "DATADOG_WEBHOOK_SECRET" }
"""


@pytest.fixture(scope="module")
def signal_port(variables, configuration, logs, tmp_path_factory):
    text = configuration.read_text().replace('"payments"', '"signals"')
    for side, region in (("primary", "us-east-1"), ("standby", "us-west-2")):
        text = text.replace(f"[{side}]", f'[{side}]\ncloud = "aws"\nregion = "{region}"')
    file = tmp_path_factory.mktemp("signals") / "pair.toml"
    file.write_text(text + WATCHED)
    here = {**variables, "SWITCHBACK_CONFIG": str(file), "DATADOG_WEBHOOK_SECRET": SECRET}
    with running("signal", logs / "signal-function", **here) as it:
        yield it.port
    assert SECRET not in it.log.read_text()


def invoke(port, sample):
    commands = [one for one in documented("cargo lambda invoke") if "signal" in one]
    assert len(commands) == 2, "infra/aws/README.md shows how to send an event and a request"
    done = run(with_port(commands[0], port)[:-1] + [f"events/{sample}"])
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def test_the_samples_of_the_readme_are_taken_in(signal_port, emulator, stack):
    for command in [one for one in documented("cargo lambda invoke") if "signal" in one]:
        assert (ROOT / command[-1]).is_file(), command
    health = invoke(signal_port, "aws_health/issue-open.json")
    assert (health["source"], health["signals"], health["new"]) == ("aws_health", 1, 1), health
    again = invoke(signal_port, "aws_health/issue-open-backup.json")
    assert (again["signals"], again["new"]) == (1, 0), again
    datadog = invoke(signal_port, "datadog/triggered.json")
    assert datadog["statusCode"] == 200, datadog
    known = emulator.client("dynamodb").query(
        TableName=stack["SagaTable"],
        KeyConditionExpression="PK = :pair AND begins_with(SK, :signals)",
        ExpressionAttributeValues={":pair": {"S": "PAIR#signals"}, ":signals": {"S": "SIGNAL#"}},
    )
    assert known["Count"] == 2, known


def test_a_wrong_secret_is_answered_in_full(signal_port):
    answer = invoke(signal_port, "datadog/wrong-secret.json")
    members = {"statusCode", "headers", "multiValueHeaders", "isBase64Encoded", "cookies", "body"}
    assert (answer["statusCode"], set(answer)) == (401, members), answer
