"""A log of the requests that a sandbox receives: one line of JSON each, without any values."""

from __future__ import annotations

import json
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

_MAX_BODY = 1 << 20
_MAX_DEPTH = 4


class RequestLog:
    """An ASGI application that logs the requests of another one.

    A line has method, path, query, status, and the paths of the fields of a JSON body. Values are
    not written, for they may be secrets.

    Args:
        application: the application.
        path: the file to append to.
    """

    def __init__(self, application: ASGIApp, path: str | Path) -> None:
        self._application = application
        self._path = Path(path)
        self._lock = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and write its line before the end of the response is sent.

        Whoever has received the response then finds the line in the file.
        """
        body, status = bytearray(), 0

        async def received() -> Message:
            message = await receive()
            if len(body) < _MAX_BODY:
                body.extend(message.get("body", b""))
            return message

        async def sent(message: Message) -> None:
            nonlocal status
            status = message.get("status", status)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self._write(scope, status, bytes(body))
            await send(message)

        await self._application(scope, received, sent)

    def _write(self, scope: Scope, status: int, body: bytes) -> None:
        line = {
            "method": scope["method"],
            "path": scope["path"],
            "query": scope["query_string"].decode("latin-1"),
            "status": status,
            "fields": _fields(body),
        }
        with self._lock, self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")


def _fields(body: bytes) -> list[str]:
    """Return the paths of the fields of a JSON body; of a JSON Patch, the paths it changes."""
    try:
        value = json.loads(body) if body else None
    except ValueError:
        return []
    if isinstance(value, list) and all(isinstance(one, dict) and "op" in one for one in value):
        return [f"{one['op']} {one.get('path')}" for one in value]
    found: dict[str, None] = {}
    _collect(value, "", found, 0)
    return sorted(found)


def _collect(value: Any, path: str, found: dict[str, None], depth: int) -> None:
    if isinstance(value, dict) and depth < _MAX_DEPTH:
        for name, inner in value.items():
            place = f"{path}.{name}" if path else name
            found[place] = None
            _collect(inner, place, found, depth + 1)
    elif isinstance(value, list):
        for inner in value:
            _collect(inner, f"{path}[]", found, depth)
