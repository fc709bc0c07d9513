"""How a sandbox comes up: the ready line, which release it serves, where it listens."""

from __future__ import annotations

import socket
import subprocess
import sys
from pathlib import Path

import pytest
import requests

import dynclient
from dynclient import sandbox
from tests.support.sandbox_processes import launch, start_error
from tests.support.trees import TREES


def test_one_line_contains_the_address_and_the_token() -> None:
    with launch() as running:
        assert running.line.endswith("\n")
        assert set(running.info) == {"host", "admin_token", "bot_token", "release"}
        assert running.info["host"].startswith("http://127.0.0.1:")
        assert running.info["host"].endswith("/api")
        for token, name in (("admin_token", "admin"), ("bot_token", "ingestion-bot")):
            response = requests.get(
                f"{running.info['host']}/v1/users/loggedInUser",
                headers={"Authorization": f"Bearer {running.info[token]}"},
                timeout=30,
            )
            assert response.json()["name"] == name


def test_without_a_name_the_starter_release_is_served() -> None:
    with launch() as running:
        assert running.info["release"] == "starter"
        version = running.request("GET", "/v1/system/version").json()
        assert version["version"] == "starter"


def test_a_release_is_served_by_its_name() -> None:
    with launch("--release", "starter") as running:
        assert running.info["release"] == "starter"


@pytest.mark.parametrize("name", list(TREES)[-1:])  # test_data_file has the others
def test_a_tree_is_served_by_its_path(name: str) -> None:
    with launch("--tree", TREES[name]) as running:
        assert running.info["release"] == name
        assert running.request("GET", "/v1/tables").json()["paging"]["total"] == 0


def test_an_unknown_release_is_an_error() -> None:
    message = start_error("--release", "99.0.0")
    assert "99.0.0" in message


def test_a_file_that_is_not_a_tree_is_an_error(tmp_path: Path) -> None:
    file = tmp_path / "tree.zip"
    file.write_text("no archive")
    assert str(file) in start_error("--tree", file)


@pytest.fixture
def busy_port() -> object:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_a_busy_port_is_an_error(busy_port: int) -> None:
    message = start_error("--port", busy_port)
    assert f"port {busy_port}" in message
    assert "name another port" in message


@pytest.mark.parametrize("in_process", [False, True])
def test_start_raises_for_a_busy_port(busy_port: int, in_process: bool) -> None:
    with pytest.raises(sandbox.SandboxFailed, match=f"port {busy_port}"):
        sandbox.start(port=busy_port, in_process=in_process)


def test_a_free_port_can_be_chosen() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        free = probe.getsockname()[1]
    with sandbox.start(port=free) as running:
        assert running.host == f"http://127.0.0.1:{free}/api"


@pytest.mark.parametrize("in_process", [False, True])
def test_start_is_a_context_manager(in_process: bool) -> None:
    with sandbox.start(in_process=in_process) as running:
        assert "running" in repr(running)
        assert running.admin_token not in repr(running)
        with dynclient.connect(
            running.host, token=running.admin_token, release=running.release
        ) as om:
            assert om.health_check()
    assert "stopped" in repr(running)
    running.stop()
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{running.host}/v1/system/version", timeout=30)


def test_start_stops_when_its_block_fails() -> None:
    with pytest.raises(KeyError), sandbox.start() as running:
        raise KeyError("a failing cell")
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{running.host}/v1/system/version", timeout=30)


def test_start_takes_a_release_of_this_process() -> None:
    with sandbox.start(dynclient.release("starter")) as running:
        assert running.release == "starter"


DISCARDED = """
import os, signal
from types import SimpleNamespace
from dynclient.sandbox.server import _exit_on_signal

class Finalized:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGTERM)

with _exit_on_signal() as signals:
    signals.server = SimpleNamespace(should_exit=False)
    Finalized()
    print(signals.received, signals.server.should_exit)
"""


def test_a_signal_stops_the_server_even_if_python_discards_its_exception() -> None:
    """Exceptions in finalizers and weakref callbacks are reported and dropped."""
    done = subprocess.run(
        [sys.executable, "-c", DISCARDED], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "True True\n"
    assert "SystemExit" in done.stderr


@pytest.mark.parametrize("port", [-1, 65536, "x", None])
def test_what_is_not_a_port_is_rejected(port) -> None:
    with pytest.raises(
        sandbox.SandboxFailed, match="port= must be an integer from 0 to 65535, not"
    ):
        sandbox.start(port=port)


def test_rules_that_are_guesses_are_listed_on_request(tmp_path: Path) -> None:
    report = tmp_path / "stderr"
    with report.open("w") as stream, launch("--verbose", stderr=stream):
        pass
    lines = report.read_text("utf-8").splitlines()
    assert "guess: flags.etags begins at 1.12: after 1.6.0, which no recording shows" in lines


def test_a_run_is_seen_unfinished_never_or_more_often() -> None:
    with pytest.raises(sandbox.SandboxFailed, match="run_polls= must be an integer from 0 up"):
        sandbox.start(run_polls=-1)
