"""Starting sandboxes as users do, from the command line, and watching how they end."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import requests

from tests.support.session_cache import SESSION_CACHE

PATIENCE = 60
"""Seconds after which a process that should have ended counts as hanging."""


def environment(temporary: Path | None = None) -> dict[str, str]:
    """Return the environment for a process of its own that imports this checkout."""
    root = str(Path(__file__).resolve().parents[2])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    out = {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}
    if out.pop("PYTHONDONTWRITEBYTECODE", None):
        # Compiled once for all processes of a run; the folder is removed at its end.
        out["PYTHONPYCACHEPREFIX"] = str(Path(os.environ[SESSION_CACHE]).parent / "bytecode")
    if temporary is not None:
        temporary.mkdir(exist_ok=True)
        out["TMPDIR"] = str(temporary)
    return out


def command(*arguments: object) -> list[str]:
    """Return the command line ``dynclient sandbox …``."""
    return [sys.executable, "-m", "dynclient", "sandbox", *map(str, arguments)]


def start_error(*arguments: object, **options: Any) -> str:
    """Start a sandbox that is expected not to come up; return its message, one line."""
    options.setdefault("env", environment())
    done = subprocess.run(
        command(*arguments), capture_output=True, check=False, text=True, timeout=PATIENCE,
        **options,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (1, ""), done.stderr
    assert "Traceback" not in done.stderr
    assert done.stderr.startswith("dynclient: ")
    return done.stderr.removeprefix("dynclient: ").rstrip("\n")


class LaunchedSandbox:
    """A sandbox that was started from the command line, with ``--json``."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.line = process.stdout.readline()
        self.info: dict[str, str] = json.loads(self.line)
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {self.info['admin_token']}"

    def request(self, method: str, path: str, **more: Any) -> requests.Response:
        """Send one request as the administrator."""
        return self.session.request(method, self.info["host"] + path, timeout=PATIENCE, **more)

    def end(self, number: signal.Signals) -> int:
        """Send a signal and return the exit code."""
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@contextmanager
def launch(*arguments: object, **options: Any) -> Iterator[LaunchedSandbox]:
    """Start ``dynclient sandbox --json`` on a free port; one still running at the end is killed."""
    options.setdefault("env", environment())
    with subprocess.Popen(
        command("--json", "--port", 0, *arguments), stdout=subprocess.PIPE, text=True, **options
    ) as process:
        try:
            running = LaunchedSandbox(process)
            with contextlib.closing(running.session):
                yield running
        finally:
            process.kill()


def wait_for_end(process: psutil.Process) -> None:
    """Wait until a process that was started elsewhere has ended, reaped or not."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        with contextlib.suppress(psutil.TimeoutExpired):
            process.wait(0.1)
            return
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.status() == psutil.STATUS_ZOMBIE:
                return
    raise AssertionError(f"{process} still runs")
