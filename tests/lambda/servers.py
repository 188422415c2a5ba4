"""Starts servers on loopback, waits for them, and ends them with all their processes.

Law: a server sees none of the AWS settings of the person who runs the tests.
"""

import ipaddress
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path

import psutil

ROOT = Path(__file__).resolve().parents[2]
# The programs that requirements.txt installs are beside the Python that runs.
BESIDE = Path(sys.executable).parent
# The first run on a machine may have to compile.
PATIENCE_S = 600


def environment(**added):
    """The environment of a process, without anybody's AWS account."""
    left_out = ("AWS_", "SWITCHBACK_", "RUSTC_WORKSPACE_WRAPPER")
    ours = {name: value for name, value in os.environ.items() if not name.startswith(left_out)}
    nobody = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return {**ours, **nobody, "PATH": f"{BESIDE}{os.pathsep}{os.environ['PATH']}", **added}


@contextmanager
def server(command, log, **added):
    """Runs a command until the block is left. Its output goes to a file."""
    with log.open("w") as said:
        process = psutil.Popen(
            command, cwd=ROOT, env=environment(**added), stdin=subprocess.DEVNULL, stdout=said, stderr=said
        )
    try:
        yield process
    finally:
        end(process)


def end(process):
    """Asks a process and all its descendants to end, and ends those that do not."""
    family = [process, *descendants(process)]
    for one in family:
        send(one, signal.SIGTERM)
    _, left = psutil.wait_procs(family, timeout=5)
    for one in left:
        send(one, signal.SIGKILL)
    psutil.wait_procs(left, timeout=5)


def send(process, which):
    try:
        process.send_signal(which)
    except psutil.NoSuchProcess:
        pass


def descendants(process):
    try:
        return process.children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def until(what, ask, process=None):
    """Asks until there is an answer. Fails when the time is up, or when the process has ended."""
    give_up = time.monotonic() + PATIENCE_S
    while time.monotonic() < give_up:
        if answer := ask():
            return answer
        assert process is None or process.is_running() and process.status() != psutil.STATUS_ZOMBIE, f"{what}: it ended"
        time.sleep(0.05)
    raise AssertionError(f"{what}: not within {PATIENCE_S} s")


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def listening():
    """(address, port) of every socket that the test's own processes listen on."""
    found = []
    for process in [psutil.Process(), *descendants(psutil.Process())]:
        try:
            sockets = process.net_connections("inet")
        except psutil.NoSuchProcess:
            continue
        # A datagram socket without a peer takes data from anybody.
        waits = (psutil.CONN_LISTEN, psutil.CONN_NONE)
        found += [tuple(one.laddr) for one in sockets if one.status in waits and one.laddr and not one.raddr]
    return found


def exposed(sockets):
    """The sockets that other machines can reach, too."""
    return [one for one in sockets if not ipaddress.ip_address(one[0]).is_loopback]
