"""Hooks: what a program may do when a client sends, gets an answer, or gets none.

Give them to :func:`dynclient.connect` as ``hooks=``::

    def count(request, answer, seconds):
        timings[request.operation.name].append(seconds)

    om = dynclient.connect(host, hooks=Hooks(on_response=count))

A hook is called once for each call of the client, not for each attempt of the transport. What it
raises reaches the caller. Requests and answers print without secrets, but their ``body`` holds
them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class Hooks(NamedTuple):
    """Callables that watch the requests of one client; each may be missing."""

    on_request: Callable[[Any], Any] | None = None
    """``(request)`` before it is sent; a Request that it returns is sent instead."""
    on_response: Callable[[Any, Any, float], None] | None = None
    """``(request, answer, seconds)`` for every answer, errors of the server included."""
    on_error: Callable[[Any, Exception], None] | None = None
    """``(request, error)`` where no answer was had, or one that is an error; it is raised after."""
