"""Serving: the release, the data file, the socket, and the ready line."""

from __future__ import annotations

import contextlib
import json as jsonlib
import os
import shutil
import socket
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.store import Store

if TYPE_CHECKING:
    import uvicorn

    from dynclient.sandbox.app import Sandbox
    from dynclient.schema.tree import Release

HOST = "127.0.0.1"
"""The sandbox is for this machine: its passwords are no secrets."""


def release_for(release: Release | str | None, tree: str | Path | None) -> Release:
    """Return the release to serve: the one given, the one of a tree, or the starter.

    Raises what :func:`dynclient.release` raises.
    """
    from dynclient.schema.load import release as load

    if release is None or isinstance(release, str):
        if tree is not None:
            return load(release, source=tree)
        return load(release or "starter")
    return release


@contextmanager
def opened(data: str | Path | None) -> Iterator[Store]:
    """Give the store of a data file; without one, of a file that is thrown away at the end."""
    folder = None if data is not None else tempfile.mkdtemp(prefix="dynclient-sandbox-")
    try:
        path = Path(data) if data is not None else Path(str(folder)) / "data.db"
        store = Store(path, durable=data is not None)
        try:
            yield store
        finally:
            store.close()
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)


def bound(port: int) -> socket.socket:
    """Return a listening socket on this machine; port 0 takes any free one.

    Raises ``OSError`` where the port is taken.
    """
    # With the protocol named, asyncio turns Nagle's algorithm off on what it accepts; else every
    # answer would wait some 40 ms for the client's delayed acknowledgement.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen(256)
    except BaseException:
        listener.close()
        raise
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
        OSError: the port is taken.
        StoreMismatch: the data file belongs to another release.
    """
    from dynclient.sandbox.app import Sandbox

    chosen = release_for(release, tree)
    with opened(data) as store, contextlib.closing(bound(port)) as listener:
        sandbox = Sandbox(chosen, store)
        server = web_server(sandbox)
        _announce(facts(sandbox, listener), json=json)
        if follow_parent:
            _watch_parent(server)
        server.run(sockets=[listener])


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
