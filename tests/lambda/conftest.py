"""Starts the stack in an emulator, the simulated pair, and the functions beside cargo-lambda's Lambda service.

Law: the environment of a function comes from the template, resolved by deploying it. Only two values of this
machine are put in: the emulator's address and the pair's configuration.
"""

import io
import json
import os
import re
import shlex
import signal
import subprocess
import zipfile
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import boto3
import psutil
import pytest

import template
from servers import BESIDE, ROOT, answers, environment, free_port, server, until

TARGET = Path(os.environ["CARGO_TARGET_DIR"])
STACK = "switchback-payments"
# The emulator asks for credentials, and accepts any.
ACCOUNT = {"AWS_ACCESS_KEY_ID": "emulated", "AWS_SECRET_ACCESS_KEY": "emulated", "AWS_REGION": template.REGION}


def pytest_configure():
    # When another process ends the tests, they still end their servers.
    signal.signal(signal.SIGTERM, signal.default_int_handler)


@dataclass
class Emulator:
    """An emulator that stands in for AWS."""

    url: str
    log: Path

    def client(self, service):
        return boto3.client(
            service,
            endpoint_url=self.url,
            region_name=template.REGION,
            aws_access_key_id=ACCOUNT["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=ACCOUNT["AWS_SECRET_ACCESS_KEY"],
        )


@dataclass
class Function:
    """A function that waits for events."""

    port: int
    log: Path
    process: psutil.Process

    def invoke(self, *arguments):
        """Runs `cargo lambda invoke` as in README.md, with other data."""
        assert self.process.is_running() and self.process.status() != psutil.STATUS_ZOMBIE, self.log.read_text()
        of_saga = [one for one in documented("cargo lambda invoke") if "saga" in one]
        command = with_port(of_saga[0], self.port)
        return run(command[: command.index("--data-file")] + list(arguments))


@pytest.fixture(scope="session")
def logs(tmp_path_factory):
    return tmp_path_factory.mktemp("logs")


@pytest.fixture(scope="session")
def emulator(logs, tmp_path_factory):
    port, log = free_port(), logs / "emulator"
    unpacks = str(tmp_path_factory.mktemp("emulator"))
    # By default it listens on every address, and with a second protocol.
    loopback = {"BIND_HOST": "127.0.0.1", "IOT_MTLS_ENABLED": "0", "GATEWAY_PORT": str(port)}
    url = f"http://127.0.0.1:{port}"
    with server([str(BESIDE / "ministack")], log, AWS_ENDPOINT_URL=url, TMPDIR=unpacks, **loopback) as process:
        until("the emulator", lambda: answers(port), process)
        yield Emulator(url, log)


@pytest.fixture(scope="session")
def pair(logs):
    """The line in which the simulated pair names its addresses and its credentials."""
    log = logs / "pair"
    with server([str(TARGET / "debug/simulated-workspace"), "--limits", "off"], log) as process:
        until("the simulated pair", lambda: "\n" in log.read_text(), process)
        yield json.loads(log.read_text().splitlines()[0])
    assert "no route" not in log.read_text(), log.read_text()


@pytest.fixture(scope="session")
def configuration(pair, tmp_path_factory):
    """The example configuration beside the template, adapted to the simulated pair."""
    text = (ROOT / "infra/aws/pair.example.toml").read_text()
    for side in ("primary", "standby"):
        text = text.replace(f"https://{side}.cloud.databricks.example", pair[side])
    file = tmp_path_factory.mktemp("package") / "pair.toml"
    file.write_text(re.sub('client_id = "[^"]*"', f'client_id = "{pair["client_id"]}"', text))
    return file


@pytest.fixture(scope="session")
def stack(emulator, pair):
    """Deploys the template. Gives the names that CloudFormation has for its resources."""
    package = io.BytesIO()
    with zipfile.ZipFile(package, "w") as files:
        files.writestr("bootstrap", "put in place by cargo lambda deploy")
    objects = emulator.client("s3")
    objects.create_bucket(
        Bucket=template.CODE["Bucket"], CreateBucketConfiguration={"LocationConstraint": template.REGION}
    )
    objects.put_object(**template.CODE, Body=package.getvalue())
    for parameter, name in template.PARAMETERS.items():
        if not parameter.endswith("SecretName"):
            continue
        emulator.client("secretsmanager").create_secret(Name=name, SecretString=pair["client_secret"])
    deploying = emulator.client("cloudformation")
    deploying.create_stack(
        StackName=STACK,
        TemplateBody=json.dumps(template.expand(template.read())),
        Parameters=[{"ParameterKey": key, "ParameterValue": str(value)} for key, value in template.PARAMETERS.items()],
        Capabilities=["CAPABILITY_IAM"],
    )
    deploying.get_waiter("stack_create_complete").wait(StackName=STACK, WaiterConfig={"Delay": 1, "MaxAttempts": 60})
    resources = deploying.describe_stack_resources(StackName=STACK)["StackResources"]
    return {one["LogicalResourceId"]: one["PhysicalResourceId"] for one in resources}


@pytest.fixture(scope="session")
def variables(emulator, stack, configuration):
    """The environment variables of the deployed function, adapted to this machine."""
    deployed = emulator.client("lambda").get_function_configuration(FunctionName=stack["SagaFunction"])
    here = {"SWITCHBACK_CONFIG": str(configuration), "AWS_ENDPOINT_URL": emulator.url}
    return {**deployed["Environment"]["Variables"], **ACCOUNT, **here}


@pytest.fixture(scope="session")
def function(variables, logs):
    with running("saga", logs / "function", **variables) as it:
        yield it


@contextmanager
def running(name, log, **variables):
    """Runs the program of a function, built as for all tests, beside cargo-lambda's Lambda service."""
    port = free_port()
    command = with_port(documented("cargo lambda watch")[0], port)
    service = command[: command.index("-p")] + ["--only-lambda-apis"]
    runtime = {
        "AWS_LAMBDA_RUNTIME_API": f"http://127.0.0.1:{port}/.rt/{name}",
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "AWS_LAMBDA_FUNCTION_VERSION": "1",
    }
    with server(service, log.with_name(f"{log.name}-service")) as played:
        until("the Lambda service", lambda: answers(port), played)
        with server([str(TARGET / "debug" / name)], log, **{**variables, **runtime}) as process:
            yield Function(port, log, process)


def documented(beginning):
    """The commands of infra/aws/README.md with this beginning."""
    lines = (ROOT / "infra/aws/README.md").read_text().replace("\\\n", " ").splitlines()
    return [shlex.split(line) for line in lines if line.startswith(beginning)]


def with_port(command, port):
    return [str(port) if word == "9000" else word for word in command]


def run(command, cwd=ROOT, timeout=600, **added):
    return subprocess.run(command, cwd=cwd, env=environment(**added), capture_output=True, text=True, timeout=timeout)
