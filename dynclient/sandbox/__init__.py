"""The embedded server: OpenMetadata's REST behaviour for any release, on SQLite.

:func:`start` starts one in a separate process, for tests and notebooks::

    with dynclient.sandbox.start() as sandbox:
        om = dynclient.connect(sandbox.host, token=sandbox.admin_token)

:func:`fork` copies a part of the catalogue of a server into the data file of a sandbox.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.as_code.fork import fork
    from dynclient.sandbox.process import Running, RunningSandbox, start
    from dynclient.sandbox.server import serve
    from dynclient.sandbox.startup_errors import SandboxFailed

__all__ = ["Running", "RunningSandbox", "SandboxFailed", "fork", "serve", "start"]

_HOMES = {
    "Running": "dynclient.sandbox.process",
    "RunningSandbox": "dynclient.sandbox.process",
    "SandboxFailed": "dynclient.sandbox.startup_errors",
    "fork": "dynclient.as_code.fork",
    "start": "dynclient.sandbox.process",
    "serve": "dynclient.sandbox.server",
}


def __getattr__(name: str) -> Any:
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    from importlib import import_module

    return getattr(import_module(home), name)
