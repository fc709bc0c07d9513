"""Replay: responses of a recording in place of a server."""

from __future__ import annotations

import threading
from collections import defaultdict, deque
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dynclient.errors import RequestNotRecorded, UsageError
from dynclient.secrets import printable
from dynclient.testing.interception import Interception
from dynclient.testing.masked_exchange import body_bytes, request_json, without
from dynclient.testing.recording import Exchange, key_of, path_of, read
from dynclient.tracebacks import public_call, public_calls
from dynclient.transport.request import Response

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from dynclient.schema import Release
    from dynclient.transport.request import Request

_DIFFERENCES_MAX = 5
"""How many differences to the closest recorded request an error lists."""


@public_calls
class Playback(Interception):
    """What :func:`replay` returns: a context manager, and a decorator of functions."""

    _name = "replay()"

    def __init__(self, path: Path, ignored: frozenset[str]) -> None:
        self._path = path
        self._ignored = ignored
        self._lock = threading.Lock()
        self._waiting: dict[str, deque[Exchange]] = {}
        self._all: list[Exchange] = []

    @property
    def unused(self) -> list[Exchange]:
        """The exchanges of the recording that no request has asked for yet."""
        with self._lock:
            left = {id(exchange) for queue in self._waiting.values() for exchange in queue}
        return [exchange for exchange in self._all if id(exchange) in left]

    def __repr__(self) -> str:
        return f"replay({str(self._path)!r})"

    def _begin(self) -> None:
        self._all = read(self._path)
        waiting: dict[str, deque[Exchange]] = defaultdict(deque)
        for exchange in self._all:
            waiting[self._key(exchange.request)].append(exchange)
        self._waiting = dict(waiting)

    def _end(self, *, failed: bool) -> None:
        """Nothing is left to do: what was not requested is in ``unused``."""

    def _key(self, request: Mapping[str, Any]) -> str:
        return key_of(self._compared(request))

    def _compared(self, request: Mapping[str, Any]) -> dict[str, Any]:
        """Return a request without what is ignored in its query and body."""
        return {
            part: without(value, self._ignored) if part in {"query", "json"} else value
            for part, value in request.items()
        }

    def exchange(
        self, request: Request, release: Release | None, send: Callable[[Request], Response]
    ) -> Response:
        """Return the recorded response to a request."""
        del send  # a replay sends nothing
        sought = request_json(request, release)
        with self._lock:
            queue = self._waiting.get(self._key(sought))
            exchange = queue.popleft() if queue else None
        if exchange is not None:
            return self._response(exchange)
        if request.path.endswith("/swagger.json"):
            # The client does without the document of a server that has none.
            return Response(404, {}, b"", request.path)
        raise self._not_recorded(sought)

    def _response(self, exchange: Exchange) -> Response:
        recorded = exchange.response
        try:
            body = body_bytes(recorded)
        except (ValueError, OSError, EOFError) as error:
            path = exchange.request["path"]
            message = f"the recording {self._path} has a damaged body for {path}: {error}"
            raise UsageError(message) from None
        # Written under the names that clients look for.
        headers = recorded.get("headers", {})
        return Response(recorded["status"], headers, body, exchange.request["path"])

    def _not_recorded(self, sought: Mapping[str, Any]) -> RequestNotRecorded:
        words = f"{sought['method']} {sought['path']}"
        same = [each.request for each in self._all if _is_alike(each.request, sought)]
        key = self._key(sought)
        count = sum(self._key(each) == key for each in same)
        if count:
            times = "once" if count == 1 else f"{count} times"
            message = f"{words} was recorded {times}, and is requested once more"
        elif same:
            compared = self._compared(sought)
            found = min(
                (_differences(self._compared(each), compared, "") for each in same), key=len
            )
            listed = "; ".join(found[:_DIFFERENCES_MAX])
            message = (
                f"{words} was recorded with other content: {listed}. Pass ignore=['…'] with the"
                " names of fields whose values change from run to run, such as times"
            )
        else:
            from dynclient.suggestions import did_you_mean, nearest

            known = dict.fromkeys(
                f"{each.request['method']} {each.request['path']}" for each in self._all
            )
            message = f"{words} was not recorded{did_you_mean(nearest(words, known))}"
        return RequestNotRecorded(f"{message} ({self._path}; record it again after a change)")


@public_call
def replay(path: str | os.PathLike[str], *, ignore: Iterable[str] = ()) -> Playback:
    """Answer the requests of all clients of this process from a recording. Nothing is sent.

    Use it in a ``with`` statement, or as the decorator of a function::

        with replay("shop.json"):
            om = dynclient.connect("https://metadata.example.com", token="any")
            om.tables["shop.orders.public.orders"]

    A request is answered if method, path, query and body are those of a recorded one; each exchange
    is used once, equal ones in their order. The address of the server and the token do not matter.
    The release must be in the cache, or be named with ``connect(release=…)``, as when it was
    recorded. Secrets are asterisks, in what is compared as well.

    Args:
        path: a file that :func:`record` wrote.
        ignore: names of fields and query parameters whose values are not compared, at any depth.

    Raises:
        UsageError: the file is not a recording, or another recording or replay is active.
        RequestNotRecorded: within the block, a request has no exchange left in the recording.
    """
    names: Any = [ignore] if isinstance(ignore, str) else ignore
    if not isinstance(names, Iterable) or not all(isinstance(name, str) for name in names):
        raise UsageError(f"ignore must be names of fields, ['timestamp'], not {ignore!r}")
    return Playback(path_of(path), frozenset(names))


def _is_alike(recorded: Mapping[str, Any], sought: Mapping[str, Any]) -> bool:
    return all(recorded.get(part) == sought.get(part) for part in ("method", "path", "web"))


def _differences(recorded: Any, sought: Any, where: str) -> list[str]:
    """Return in words what differs between two pieces of JSON."""
    if isinstance(recorded, dict) and isinstance(sought, dict):
        return [
            line
            for name in sorted({*recorded, *sought})
            if recorded.get(name) != sought.get(name)
            for line in _differences(
                recorded.get(name), sought.get(name), f"{where}.{name}" if where else name
            )
        ]
    if isinstance(recorded, list) and isinstance(sought, list) and len(recorded) == len(sought):
        pairs = enumerate(zip(recorded, sought, strict=True))
        return [line for n, pair in pairs for line in _differences(*pair, f"{where}[{n}]")]
    return [] if recorded == sought else [f"{where} is {_short(sought)}, was {_short(recorded)}"]


def _short(value: Any) -> str:
    text = printable(repr(value))
    return text if len(text) <= 60 else f"{text[:57]}…"
