"""How a sandbox ends: with the process that started it, leaving no files behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from tests.support.sandbox_processes import PATIENCE, environment, launch, wait_for_end

STARTED = """
import os, sys
from dynclient import sandbox
running = sandbox.start(in_process={in_process})
print(running.release, flush=True)
"""


@contextmanager
def script(
    temporary: Path, rest: str, *, in_process: bool = False
) -> Iterator[subprocess.Popen[str]]:
    """Run a script that starts a sandbox and continues with ``rest`` when the sandbox is ready."""
    with subprocess.Popen(
        [sys.executable, "-c", STARTED.format(in_process=in_process) + rest],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env=environment(temporary),
    ) as process:  # fmt: skip
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "starter\n"
            assert len(list(temporary.iterdir())) == 1
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_and_removes_its_folder(tmp_path: Path, number: signal.Signals) -> None:
    temporary = tmp_path / "tmp"
    with launch(env=environment(temporary)) as running:
        assert len(list(temporary.iterdir())) == 1
        running.end(number)
    assert list(temporary.iterdir()) == []


def test_sigterm_is_not_a_failure(tmp_path: Path) -> None:
    with launch(env=environment(tmp_path / "tmp")) as running:
        assert running.end(signal.SIGTERM) == 0


@pytest.mark.parametrize("in_process", [False, True])
@pytest.mark.parametrize(
    "rest",
    ["sys.stdin.readline()", "sys.stdin.readline(); raise ValueError('a failing cell')"],
)
def test_a_sandbox_that_is_not_stopped_ends_with_its_process(
    tmp_path: Path, rest: str, in_process: bool
) -> None:
    temporary = tmp_path / "tmp"
    with script(temporary, rest, in_process=in_process) as parent:
        children = psutil.Process(parent.pid).children()
        assert len(children) == (0 if in_process else 1)
        parent.communicate("go\n", timeout=PATIENCE)
        for child in children:
            wait_for_end(child)
    assert list(temporary.iterdir()) == []


@pytest.mark.parametrize("end", ["os._exit(3)", "os.kill(os.getpid(), 9)", "os.abort()"])
def test_it_ends_when_its_process_is_killed(tmp_path: Path, end: str) -> None:
    temporary = tmp_path / "tmp"
    with script(temporary, f"sys.stdin.readline(); {end}") as parent:
        (child,) = psutil.Process(parent.pid).children()
        parent.communicate("go\n", timeout=PATIENCE)
        wait_for_end(child)
    assert list(temporary.iterdir()) == []


def test_the_sandbox_ends_when_its_process_is_stopped(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    with script(temporary, "sys.stdin.readline()") as parent:
        (child,) = psutil.Process(parent.pid).children()
        parent.terminate()
        parent.wait(PATIENCE)
        wait_for_end(child)
    assert list(temporary.iterdir()) == []


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_leaves_the_sandbox_alone(tmp_path: Path) -> None:
    rest = """
child = os.fork()
if child == 0:
    running.stop()
    sys.exit(0)
os.waitpid(child, 0)
import requests
print(requests.get(running.host + "/v1/system/version", timeout=30).status_code)
"""
    with script(tmp_path / "tmp", rest) as parent:
        out, _ = parent.communicate(timeout=PATIENCE)
    assert out == "200\n"


def test_the_folder_of_a_killed_sandbox_is_removed_by_the_next(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    with launch(env=environment(temporary)) as living:
        (lives,) = temporary.iterdir()
        with launch(env=environment(temporary)) as killed:
            killed.end(signal.SIGKILL)
        (left,) = set(temporary.iterdir()) - {lives}
        with launch(env=environment(temporary)) as third:
            folders = set(temporary.iterdir())
            assert left not in folders
            assert lives in folders
            assert len(folders) == 2
            assert living.request("GET", "/v1/users").status_code == 200
            assert third.request("GET", "/v1/users").status_code == 200
            third.end(signal.SIGTERM)
        living.end(signal.SIGTERM)
    assert list(temporary.iterdir()) == []


def test_folders_that_are_not_its_own_stay(tmp_path: Path) -> None:
    temporary = tmp_path / "tmp"
    temporary.mkdir()
    (temporary / "dynclient-sandbox-notes").mkdir()
    (temporary / "dynclient-sandbox-file").write_text("mine")
    with launch(env=environment(temporary)) as running:
        running.end(signal.SIGTERM)
    kept = {path.name for path in temporary.iterdir()}
    assert kept == {"dynclient-sandbox-notes", "dynclient-sandbox-file"}
