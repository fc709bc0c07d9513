"""Recording: what clients send and receive, written to a file."""

from __future__ import annotations

import os
import threading
from typing import TYPE_CHECKING, NamedTuple

from dynclient.errors import UsageError
from dynclient.testing.interception import Interception
from dynclient.testing.masked_exchange import request_json, response_json
from dynclient.testing.recording import Exchange, key_of, path_of, write
from dynclient.tracebacks import public_call, public_calls

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from dynclient.schema import Release
    from dynclient.transport.request import Request, Response


class _Timed(NamedTuple):
    """An exchange, and the numbers of the events at its begin and its end."""

    begin: int
    end: int
    exchange: Exchange


@public_calls
class Recorder(Interception):
    """What :func:`record` returns: a context manager, and a decorator of functions."""

    _name = "record()"

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._events = 0
        self._timed: list[_Timed] = []

    @property
    def exchanges(self) -> list[Exchange]:
        """What was recorded so far, as it will be in the file."""
        with self._lock:
            return _ordered(self._timed)

    def __repr__(self) -> str:
        return f"record({str(self._path)!r})"

    def _begin(self) -> None:
        folder = self._path.parent
        if not folder.is_dir():
            raise UsageError(f"the recording {self._path} needs a folder {folder}; create it first")
        if self._path.is_dir() or not os.access(folder, os.W_OK):
            raise UsageError(f"the recording {self._path} cannot be written")
        self._events, self._timed = 0, []

    def _end(self, *, failed: bool) -> None:
        if not failed:
            write(self._path, self.exchanges)

    def exchange(
        self, request: Request, release: Release | None, send: Callable[[Request], Response]
    ) -> Response:
        """Send a request, and keep it and the response."""
        begin = self._next_event()
        response = send(request)
        exchange = Exchange(
            request_json(request, release), response_json(request, response, release)
        )
        with self._lock:
            self._events += 1
            self._timed.append(_Timed(begin, self._events, exchange))
        return response

    def _next_event(self) -> int:
        with self._lock:
            self._events += 1
            return self._events


@public_call
def record(path: str | os.PathLike[str]) -> Recorder:
    """Record the requests of all clients of this process, and the responses to them, in a file.

    Use it in a ``with`` statement, or as the decorator of a function::

        with record("shop.json"):
            om = dynclient.connect(host, token=token)
            om.tables["shop.orders.public.orders"]

    The file is written at the end of the block, unless the block ends with an error; an earlier
    recording then stays as it is. Secrets are replaced by asterisks: fields that the schemas mark
    as secret, fields and query parameters with the name of one, and texts that look like a
    credential. Tokens and requests that log in are not recorded. Requests that are sent at the same
    time by several threads are written in the order of their contents, so that a recording does not
    change without reason.

    Args:
        path: the file, in a folder that exists.

    Raises:
        UsageError: the file cannot be written, or another recording or replay is active.
    """
    return Recorder(path_of(path))


def _ordered(timed: Iterable[_Timed]) -> list[Exchange]:
    """Return exchanges in the order of time; those that overlap in the order of their contents."""
    found: list[Exchange] = []
    group: list[_Timed] = []
    end = 0
    for each in sorted(timed, key=lambda timed: timed.begin):
        if group and each.begin > end:
            found += _sorted(group)
            group = []
        group.append(each)
        end = max(end, each.end)
    return [*found, *_sorted(group)]


def _sorted(group: list[_Timed]) -> list[Exchange]:
    if len(group) > 1:
        group = sorted(group, key=lambda timed: key_of(timed.exchange.request))
    return [timed.exchange for timed in group]
