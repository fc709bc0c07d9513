"""Serving: the release, the data file, the socket, and the ready line."""

from __future__ import annotations

import contextlib
import json as jsonlib
import os
import signal
import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.startup_errors import PortRefused
from dynclient.sandbox.storage.data_file import opened

if TYPE_CHECKING:
    import uvicorn

    from dynclient.sandbox.app import Sandbox
    from dynclient.schema.release import Release

HOST = "127.0.0.1"
"""The sandbox is for this machine: its passwords are no secrets."""


def release_for(release: Release | str | None, tree: str | Path | None) -> Release:
    """Return the release to serve: the one given, the one of a tree, or the starter.

    Raises what :func:`dynclient.release` raises.
    """
    from dynclient.releases.registry import release as load

    if release is None or isinstance(release, str):
        if tree is not None:
            return load(release, source=tree)
        return load(release or "starter")
    return release


def bound(port: int) -> socket.socket:
    """Return a listening socket on this machine; port 0 takes any free one.

    Raises :class:`PortRefused` where the port cannot be had.
    """
    # With the protocol named, asyncio turns Nagle's algorithm off on what it accepts; left out,
    # every answer would wait some 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            # Elsewhere this lets two servers share a port, not one reuse what another let go.
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(256)
    except (OSError, OverflowError) as error:
        listener.close()
        why = getattr(error, "strerror", None) or error
        raise PortRefused(
            f"the sandbox cannot listen on port {port}: {why}; name another port, or 0 for any free"
            " one"
        ) from None
    return listener


def facts(sandbox: Sandbox, listener: socket.socket) -> dict[str, str]:
    """Return what a client needs to know: host, tokens, release."""
    return {
        "host": f"http://{HOST}:{listener.getsockname()[1]}/api",
        "admin_token": sandbox.admin_token,
        "bot_token": sandbox.bot_token,
        "release": sandbox.release.name,
    }


def web_server(sandbox: Sandbox) -> uvicorn.Server:
    """Return the web server, not running yet."""
    import uvicorn

    config = uvicorn.Config(
        sandbox.application(),
        log_level="warning",
        access_log=False,
        lifespan="off",
        server_header=False,
        timeout_graceful_shutdown=1,
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
) -> None:
    """Serve a release until interrupted; one line (``json``) or a few tell host and tokens.

    Args:
        release: a release, or its name in the cache; None for that of ``tree``, or the starter.
        tree: folder or archive of a schema tree.
        data: the SQLite file to keep everything in; None for one that is thrown away.
        port: where to listen on this machine; 0 for any free port.
        json: print the facts as one line of JSON.
        follow_parent: stop when standard input is closed, as it is when the parent process ends.

    Raises:
        SandboxFailed: the data file or the port cannot be had.
    """
    from dynclient.sandbox.app import Sandbox

    chosen = release_for(release, tree)
    with _ended_by_signal(), opened(data) as database, contextlib.closing(bound(port)) as listener:
        sandbox = Sandbox(chosen, database)
        server = web_server(sandbox)
        _announce(facts(sandbox, listener), json=json)
        if follow_parent:
            _watch_parent(server)
        server.run(sockets=[listener])


@contextmanager
def _ended_by_signal() -> Iterator[None]:
    """Let the signals that ask a process to end unwind it, so that what is temporary goes.

    The web server answers what it is at, stops, and raises the signal again; by default that would
    end the process on the spot.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), _leave) for name in names}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _leave(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
    raise SystemExit(0)


def _announce(told: dict[str, Any], *, json: bool) -> None:
    if json:
        text = jsonlib.dumps(told)
    else:
        text = "\n".join(f"{name.replace('_', ' '):12} {value}" for name, value in told.items())
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _watch_parent(server: uvicorn.Server) -> None:
    def wait() -> None:
        with contextlib.suppress(ValueError, OSError):
            # Past the buffer, which would wait until it is full.
            while os.read(sys.stdin.fileno(), 1024):
                pass
        server.should_exit = True

    threading.Thread(target=wait, name="sandbox-parent-watch", daemon=True).start()
