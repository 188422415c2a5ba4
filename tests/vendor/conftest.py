"""Serves the simulated pair, and makes clients of the vendor's SDK for it.

Law: the SDK is used as its users use it, and only time-outs are shortened. The pair is served faster than real
time, so that waits of minutes take seconds.
"""

import json
import os
import subprocess

import pytest
from databricks.sdk import WorkspaceClient
from databricks.sdk.config import Config

# Virtual seconds per real second. The SDK polls with pauses of 1 to 10 real seconds.
SPEED = 120


@pytest.fixture(scope="session")
def pair():
    command = [os.environ["SIMULATED_WORKSPACE"], "--speed", str(SPEED), "--limits", "off"]
    command += ["--estate", "everything"]
    server = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    try:
        yield json.loads(server.stdout.readline())
    finally:
        server.terminate()
        _, said = server.communicate(timeout=10)
    # An unknown route is a failure of the simulator, and not of the test that called it.
    assert "no route" not in said, said


def client(host, **credentials):
    os.environ.pop("DATABRICKS_HOST", None)
    config = Config(host=host, http_timeout_seconds=10, retry_timeout_seconds=20, **credentials)
    return WorkspaceClient(config=config)


@pytest.fixture(scope="module")
def primary(pair):
    """Signs in by OAuth machine-to-machine. A token's virtual hour is over within half a real minute. The SDK does
    not know that, so each module signs in for itself."""
    return client(
        pair["primary"],
        client_id=pair["client_id"],
        client_secret=pair["client_secret"],
        auth_type="oauth-m2m",
    )


@pytest.fixture(scope="session")
def standby(pair):
    """Signs in by a personal access token."""
    return client(pair["standby"], token=pair["token"]["standby"], auth_type="pat")
