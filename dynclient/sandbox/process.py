"""Starting a sandbox from Python: in a process of its own, or in a thread of this one."""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, Any, cast

from dynclient.sandbox.startup_errors import SandboxFailed

if TYPE_CHECKING:
    from dynclient.schema.release import Release

_STOP_SECONDS = 10.0


class RunningSandbox:
    """A sandbox that runs; a context manager that stops it.

    One that nobody stops ends with the process that started it, however that ends.

    Attributes: ``host`` (``http://127.0.0.1:PORT/api``), ``admin_token``, ``bot_token``,
    ``release`` (its name).
    """

    def __init__(self, facts: dict[str, str], stop: Callable[[], None]) -> None:
        self.host = facts["host"]
        self.admin_token = facts["admin_token"]
        self.bot_token = facts["bot_token"]
        self.release = facts["release"]
        self._stop: Callable[[], None] | None = stop
        self._starter = os.getpid()
        atexit.register(self.stop)

    def __repr__(self) -> str:
        state = "running" if self._stop is not None else "stopped"
        return f"<sandbox {self.release} at {self.host}, {state}>"

    def stop(self) -> None:
        """Stop the sandbox; a second call does nothing, nor does one in a forked child."""
        if os.getpid() != self._starter:
            return
        atexit.unregister(self.stop)
        stop, self._stop = self._stop, None
        if stop is not None:
            stop()

    def __enter__(self) -> RunningSandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start(
    release: Release | str | None = None,
    *,
    tree: str | Path | None = None,
    data: str | Path | None = None,
    port: int = 0,
    in_process: bool = False,
) -> RunningSandbox:
    """Start a sandbox and return it when it answers.

    Args:
        release: a release, or its name in the cache; None for that of ``tree``, or the starter.
        tree: folder or archive of a schema tree.
        data: the SQLite file to keep everything in; None for one that is thrown away at the end.
        port: where to listen on this machine; 0 for any free port.
        in_process: run in a thread of this process instead of a process of its own.

    Raises:
        SandboxFailed: it did not come up.
    """
    if in_process:
        return _in_thread(release, tree, data, port)
    return _in_process(release, tree, data, port)


def _arguments(
    release: Release | str | None, tree: str | Path | None, data: str | Path | None, port: int
) -> list[str]:
    out = ["--json", "--follow-parent", "--port", str(port)]
    if release is not None:
        name = release if isinstance(release, str) else release.name
        out += ["--release", name]
        origin = None if isinstance(release, str) else release.origin
        if tree is None and origin is not None and name != "starter":
            tree = origin
    if tree is not None:
        out += ["--tree", str(tree)]
    if data is not None:
        out += ["--data", str(data)]
    return out


def _in_process(
    release: Release | str | None, tree: str | Path | None, data: str | Path | None, port: int
) -> RunningSandbox:
    command = [sys.executable, "-m", "dynclient.sandbox", *_arguments(release, tree, data, port)]
    process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = cast("IO[str]", process.stdout).readline()
        told: dict[str, str] = json.loads(line)
    except ValueError:
        _, said = process.communicate()
        raise SandboxFailed(f"the sandbox did not start: {said.strip() or line.strip()}") from None
    except BaseException:
        _end(process)
        raise
    _drain(cast("IO[str]", process.stderr))
    return RunningSandbox(told, lambda: _end(process))


def _drain(complaints: IO[str]) -> None:
    """Pass on what the sandbox complains about, so that its pipe never fills."""

    def copy() -> None:
        with contextlib.suppress(ValueError, OSError):
            for line in complaints:
                sys.stderr.write(line)

    threading.Thread(target=copy, name="sandbox-stderr", daemon=True).start()


def _end(process: subprocess.Popen[str]) -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout, process.stderr):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()


def _in_thread(
    release: Release | str | None, tree: str | Path | None, data: str | Path | None, port: int
) -> RunningSandbox:
    from dynclient.sandbox import server as serving
    from dynclient.sandbox.app import Sandbox
    from dynclient.sandbox.storage.data_file import opened

    stack = contextlib.ExitStack()
    try:
        database = stack.enter_context(opened(data))
        listener = stack.enter_context(contextlib.closing(serving.bound(port)))
        sandbox = Sandbox(serving.release_for(release, tree), database)
        server = serving.web_server(sandbox)
    except BaseException:
        stack.close()
        raise
    thread = threading.Thread(
        target=server.run, kwargs={"sockets": [listener]}, name="sandbox", daemon=True
    )
    thread.start()

    def stop() -> None:
        server.should_exit = True
        thread.join(_STOP_SECONDS)
        stack.close()

    return RunningSandbox(serving.facts(sandbox, listener), stop)


Running = RunningSandbox
"""The name under which ``dynclient.sandbox`` has exported it from the start."""

__all__: list[Any] = ["Running", "RunningSandbox", "SandboxFailed", "start"]
