"""What a read-only client does not send."""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, NoReturn

from dynclient.data import data_file
from dynclient.errors import ReadOnly
from dynclient.settings import READ_ONLY
from dynclient.transport.auth import LOGIN_PATHS

if TYPE_CHECKING:
    from dynclient.transport.request import Request

_SAFE = {"GET", "HEAD"}
_PLAIN = re.compile(r"[0-9A-Za-z_-]+")
"""Values in the place of ``{id}``. Servers and proxies resolve dots and encoded slashes, and would
reach another route."""


def refuse_write(request: Request) -> None:
    """Raise ReadOnly for a request that may change something on the server.

    Requests with another method than GET or HEAD may, except for logins and those that
    ``data/reading_operations.json`` lists.

    Args:
        request: the request that would be sent.

    Raises:
        ReadOnly: it may change something.
    """
    if request.method not in _SAFE and not _is_login(request) and not _is_reading(request):
        _refuse(request)


def _is_login(request: Request) -> bool:
    return request.method == "POST" and request.path in LOGIN_PATHS and not request.web


def _is_reading(request: Request) -> bool:
    """Return whether the data say that a request with this method and route only reads."""
    if request.web:
        return False
    found = request.path.split("/")
    return any(
        row["method"] == request.method and _matches(f"/v1{row['path']}".split("/"), found)
        for row in data_file("reading_operations.json")
    )


def _matches(route: list[str], found: list[str]) -> bool:
    return len(route) == len(found) and all(
        part == other or (part.startswith("{") and _PLAIN.fullmatch(other) is not None)
        for part, other in zip(route, found, strict=True)
    )


def _refuse(request: Request) -> NoReturn:
    what = f"{request.method} {request.masked_target}"
    if request.operation is not None and request.operation.name:
        from dynclient.dispatch.binding import label

        name = label(request.operation)
        what = what if name.startswith(request.method) else f"{name} ({what})"
    way = "connect with read_only=False"
    if os.environ.get(READ_ONLY):
        way = f"unset {READ_ONLY}, or connect with read_only=False"
    raise ReadOnly(
        f"{what} was not sent: this client is read-only, and the request may change something on"
        f" the server; {way}, to send it",
        method=request.method,
        path=request.path,
    )
