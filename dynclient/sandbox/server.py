"""Serve a release: choose it, open the data file and the socket, print the ready line."""

from __future__ import annotations

import contextlib
import json as jsonlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.rules import borders
from dynclient.sandbox.runner import DEFAULT_RUNNER, Runner
from dynclient.sandbox.startup_errors import PortRefused
from dynclient.sandbox.storage.data_file import open_data, release_of

if TYPE_CHECKING:
    import uvicorn

    from dynclient.sandbox.app import Sandbox
    from dynclient.schema.release import Release

HOST = "127.0.0.1"
"""The sandbox listens on this machine only, because its passwords are well known."""


def release_for(
    release: Release | str | None, tree: str | Path | None, data: str | Path | None = None
) -> Release:
    """Return the release to serve: the given one, that of a tree or of a data file, or the starter.

    Raises the errors of :func:`dynclient.release`.
    """
    from dynclient.errors import UnknownRelease
    from dynclient.releases.registry import release as load

    if release is None or isinstance(release, str):
        if tree is not None:
            return load(release, source=tree)
        known = release_of(Path(data)) if release is None and data is not None else None
        if known is None:
            return load(release or "starter")
        try:
            return load(known.digest)
        except UnknownRelease:
            return load(known.name)
    return release


def bind(port: int) -> socket.socket:
    """Return a listening socket on this machine; port 0 means any free port.

    Raises :class:`PortRefused` if the port cannot be used.
    """
    # Only with an explicit protocol does asyncio turn Nagle's algorithm off; with it, every
    # response waits some 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # On Windows this option lets two servers share one port.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(256)
    except (OSError, OverflowError) as error:
        listener.close()
        reason = getattr(error, "strerror", None) or error
        raise PortRefused(
            f"the sandbox cannot listen on port {port}: {reason}; name another port, or 0 for any"
            " free port"
        ) from None
    return listener


def connection_info(sandbox: Sandbox, listener: socket.socket) -> dict[str, str]:
    """Return what a client needs to connect: host, tokens and the release's name."""
    return {
        "host": f"http://{HOST}:{listener.getsockname()[1]}/api",
        "admin_token": sandbox.admin_token,
        "bot_token": sandbox.bot_token,
        "release": sandbox.release.name,
    }


def web_server(sandbox: Sandbox, request_log: str | Path | None = None) -> uvicorn.Server:
    """Return the web server, which is not running yet.

    Args:
        sandbox: what it serves.
        request_log: file to which a line for each request is appended.
    """
    import uvicorn

    from dynclient.sandbox.request_log import RequestLog

    application = sandbox.application()
    config = uvicorn.Config(
        application if request_log is None else RequestLog(application, request_log),
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
        # Servers keep idle connections for long, too: a client that sends a request while the
        # server closes its connection cannot know whether the request arrived.
        timeout_keep_alive=60,
        loop="asyncio",
    )
    return uvicorn.Server(config)


def serve(
    release: Release | str | None = None,
    *,
    tree: str | Path | None = None,
    data: str | Path | None = None,
    port: int = 0,
    json: bool = False,
    follow_parent: bool = False,
    verbose: bool = False,
    pipeline_service: bool = True,
    run_polls: int = DEFAULT_RUNNER.polls,
    request_log: str | Path | None = None,
    load: Callable[[Mapping[str, str], Release], None] | None = None,
) -> None:
    """Serve a release until interrupted; print host and tokens first.

    Args:
        release: a release, or its name in the cache. None: the release of ``tree=``, that of a
            data file that exists, or the starter release.
        tree: folder or archive of a schema tree.
        data: SQLite file to store all data in. None: a temporary file that is removed at the end.
        port: the port to listen on, on this machine only; 0 for any free port.
        json: print host, tokens and release as one line of JSON.
        follow_parent: stop when standard input is closed, as it is when the parent process ends.
        verbose: write the rules that are guesses for the release to standard error.
        pipeline_service: pretend to deploy and run ingestion pipelines; False responds as a server
            without a pipeline service.
        run_polls: the number of times that a run of an app or an ingestion pipeline is seen
            unfinished before it ends.
        request_log: file to which a line of JSON for each request is appended, without values.
        load: writes data to the sandbox before host and tokens are printed; called in a thread,
            with what a client needs to connect, see :func:`connection_info`, and the release.

    Raises:
        SandboxFailed: the data file or the port cannot be used.
        DynclientError: ``load`` failed.
    """
    from dynclient.sandbox.app import Sandbox

    chosen = release_for(release, tree, data)
    with (
        _exit_on_signal() as signals,
        open_data(data) as database,
        contextlib.closing(bind(port)) as listener,
    ):
        sandbox = Sandbox(chosen, database, Runner(run_polls, pipeline_service))
        signals.server = server = web_server(sandbox, request_log)
        if verbose:
            _report_guesses(chosen)
        info = connection_info(sandbox, listener)
        loader = None
        if load is None:
            _announce(info, json=json)
        else:  # its requests wait in the socket until the server runs
            loader = _Loader(server, load, info, chosen, json=json)
            loader.start()
        if follow_parent:
            _watch_parent(server)
        if not signals.received:
            server.run(sockets=[listener])
        if loader is not None and loader.error is not None and not signals.received:
            raise loader.error


class _Loader(threading.Thread):
    """Writes data to the sandbox, then prints host and tokens; ends the server if that fails."""

    def __init__(
        self,
        server: uvicorn.Server,
        load: Callable[[Mapping[str, str], Release], None],
        info: dict[str, str],
        release: Release,
        *,
        json: bool,
    ) -> None:
        super().__init__(name="sandbox-loader", daemon=True)
        self.error: Exception | None = None
        self._server = server
        self._load = load
        self._info = info
        self._release = release
        self._json = json

    def run(self) -> None:
        """Load and announce."""
        try:
            self._load(self._info, self._release)
        except Exception as error:  # noqa: BLE001 -- raised by serve(), in the main thread
            self.error = error
            self._server.should_exit = True
        else:
            _announce(self._info, json=self._json)


def _report_guesses(release: Release) -> None:
    for border in borders():
        if border.is_guess_for(release.version):
            sys.stderr.write(f"guess: {border}\n")


class _Signals:
    """Whether the process was asked to end.

    ``SystemExit`` ends the start of a sandbox at once. Python discards it if the signal arrives in
    a weakref callback or a finalizer, so the signal is remembered, and the web server is stopped.
    """

    def __init__(self) -> None:
        self.received = False
        self.server: uvicorn.Server | None = None

    def handle(self, number: int, frame: FrameType | None) -> None:  # noqa: ARG002
        """End the process with exit code 0."""
        self.received = True
        if self.server is not None:
            self.server.should_exit = True
        raise SystemExit(0)


@contextmanager
def _exit_on_signal() -> Iterator[_Signals]:
    """Turn the signals that end a process into ``SystemExit``, so that temporary files are removed.

    The web server finishes its requests, stops, and raises the signal again; by default that would
    end the process at once.
    """
    signals = _Signals()
    if threading.current_thread() is not threading.main_thread():
        yield signals
        return
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    previous = {name: signal.signal(getattr(signal, name), signals.handle) for name in names}
    try:
        yield signals
    finally:
        for name, handler in previous.items():
            signal.signal(getattr(signal, name), handler)


def _announce(info: dict[str, Any], *, json: bool) -> None:
    if json:
        text = jsonlib.dumps(info)
    else:
        lines = [f"{name.replace('_', ' '):12} {value}" for name, value in info.items()]
        text = "\n".join([*lines, "", "In another terminal:", *environment_lines(info)])
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def environment_lines(info: Mapping[str, str], *, windows: bool = os.name == "nt") -> list[str]:
    """Return the commands of a shell after which clients in it use the sandbox.

    Args:
        info: what a client needs to connect, as :func:`connection_info` returns it.
        windows: write them for PowerShell instead of a POSIX shell.
    """
    values = {"OPENMETADATA_HOST": info["host"], "OPENMETADATA_TOKEN": info["admin_token"]}
    form = '$env:{} = "{}"' if windows else "export {}={}"
    return [form.format(name, value) for name, value in values.items()]


def _watch_parent(server: uvicorn.Server) -> None:
    def wait() -> None:
        with contextlib.suppress(ValueError, OSError):
            # Unbuffered: a buffered read waits until the buffer is full.
            while os.read(sys.stdin.fileno(), 1024):
                pass
        server.should_exit = True

    threading.Thread(target=wait, name="sandbox-parent-watch", daemon=True).start()
