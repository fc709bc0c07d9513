"""Start a sandbox from Python: in a separate process, or in a thread of this one."""

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

from dynclient.sandbox.runner import DEFAULT_RUNNER, Runner
from dynclient.sandbox.startup_errors import PortRefused, SandboxFailed

if TYPE_CHECKING:
    from dynclient.schema.release import Release

_STOP_SECONDS = 10.0


class RunningSandbox:
    """A running sandbox; as a context manager it is stopped at the end of the block.

    A sandbox that is not stopped ends with the process that started it, however that ends.

    Attributes:
        host: its base URL, ``http://127.0.0.1:PORT/api``.
        admin_token: the administrator's bearer token.
        bot_token: the ingestion bot's bearer token.
        release: the name of the release it serves.
    """

    def __init__(self, info: dict[str, str], stop: Callable[[], None]) -> None:
        self.host = info["host"]
        self.admin_token = info["admin_token"]
        self.bot_token = info["bot_token"]
        self.release = info["release"]
        self._stop: Callable[[], None] | None = stop
        self._owner_pid = os.getpid()
        atexit.register(self.stop)

    def __repr__(self) -> str:
        state = "running" if self._stop is not None else "stopped"
        return f"<sandbox {self.release} at {self.host}, {state}>"

    def stop(self) -> None:
        """Stop the sandbox. A second call does nothing, nor does a call in a forked child."""
        if os.getpid() != self._owner_pid:
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
    pipeline_service: bool = True,
    run_polls: int = DEFAULT_RUNNER.polls,
    request_log: str | Path | None = None,
) -> RunningSandbox:
    """Start a sandbox and return it as soon as it accepts requests.

    Args:
        release: a release, or its name in the cache. None: the release of ``tree=``, that of a
            data file that exists, or the starter release.
        tree: folder or archive of a schema tree.
        data: SQLite file to store all data in. None: a temporary file that is removed at the end.
        port: the port to listen on, on this machine only; 0 for any free port.
        in_process: run in a thread of this process instead of a separate process.
        pipeline_service: pretend to deploy and run ingestion pipelines; False responds as a server
            without a pipeline service.
        run_polls: the number of times that a run of an app or an ingestion pipeline is seen
            unfinished before it ends.
        request_log: file to which a line of JSON for each request is appended: method, path, query,
            status, and the names of the fields of its body. Values are not written.

    Returns:
        The running sandbox, with its host and tokens.

    Raises:
        SandboxFailed: the data file, the port or ``run_polls=`` cannot be used, or the process did
            not start.
    """
    if port not in range(65536):
        raise PortRefused(f"port= must be an integer from 0 to 65535, not {port!r}")
    if run_polls < 0:
        raise SandboxFailed(f"run_polls= must be an integer from 0 up, not {run_polls!r}")
    runner = Runner(run_polls, pipeline_service)
    if in_process:
        return _in_thread(release, tree, data, port, runner, request_log)
    arguments = _arguments(release, tree, data, port, runner)
    if request_log is not None:
        arguments += ["--request-log", str(request_log)]
    return _in_process(arguments)


def _arguments(
    release: Release | str | None,
    tree: str | Path | None,
    data: str | Path | None,
    port: int,
    runner: Runner,
) -> list[str]:
    out = ["--json", "--follow-parent", "--port", str(port), "--run-polls", str(runner.polls)]
    if not runner.pipeline_service:
        out.append("--no-pipeline-service")
    if release is not None:
        name = release if isinstance(release, str) else release.name
        out += ["--release", name]
        source = None if isinstance(release, str) else release.origin
        if tree is None and source is not None and name != "starter":
            tree = source
    if tree is not None:
        out += ["--tree", str(tree)]
    if data is not None:
        out += ["--data", str(data)]
    return out


def _in_process(arguments: list[str]) -> RunningSandbox:
    command = [sys.executable, "-m", "dynclient.sandbox", *arguments]
    process = subprocess.Popen(  # noqa: S603 - this interpreter and this module
        command,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        line = cast("IO[str]", process.stdout).readline()
        info: dict[str, str] = json.loads(line)
    except ValueError:
        _, stderr = process.communicate()
        reason = stderr.strip().removeprefix("sandbox: ") or line.strip() or "no message"
        raise SandboxFailed(f"the sandbox did not start: {reason}") from None
    except BaseException:
        _terminate(process)
        raise
    _forward(cast("IO[str]", process.stderr))
    return RunningSandbox(info, lambda: _terminate(process))


def _forward(stderr: IO[str]) -> None:
    """Copy the sandbox's standard error to this process's, so that the pipe never fills."""

    def copy() -> None:
        with contextlib.suppress(ValueError, OSError):
            for line in stderr:
                sys.stderr.write(line)

    threading.Thread(target=copy, name="sandbox-stderr", daemon=True).start()


def _terminate(process: subprocess.Popen[str]) -> None:
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
    release: Release | str | None,
    tree: str | Path | None,
    data: str | Path | None,
    port: int,
    runner: Runner,
    request_log: str | Path | None,
) -> RunningSandbox:
    from dynclient.sandbox import server as web
    from dynclient.sandbox.app import Sandbox
    from dynclient.sandbox.storage.data_file import open_data

    stack = contextlib.ExitStack()
    try:
        database = stack.enter_context(open_data(data))
        listener = stack.enter_context(contextlib.closing(web.bind(port)))
        sandbox = Sandbox(web.release_for(release, tree, data), database, runner)
        server = web.web_server(sandbox, request_log)
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

    return RunningSandbox(web.connection_info(sandbox, listener), stop)


Running = RunningSandbox
"""The first name of :class:`RunningSandbox`, which ``dynclient.sandbox`` still exports."""

__all__: list[Any] = ["Running", "RunningSandbox", "SandboxFailed", "start"]
