"""A transport that sends nothing and returns prepared responses."""

from __future__ import annotations

import json
from typing import Any

from dynclient.schema import Release
from dynclient.session.session import Session
from dynclient.settings import Settings
from dynclient.transport.request import Request, Response


class Wire:
    """Returns responses in order, the last one for ever, and records the requests.

    Args:
        responses: decoded JSON for a 200, a pair of status and JSON, a Response, or an exception to
            raise.
    """

    def __init__(self, *responses: Any) -> None:
        self.responses = list(responses) or [{}]
        self.sent: list[Request] = []

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        first = self.responses.pop(0) if len(self.responses) > 1 else self.responses[0]
        if isinstance(first, Exception):
            raise first
        if isinstance(first, Response):
            return first
        status, body = first if isinstance(first, tuple) else (200, first)
        return Response(status, {}, json.dumps(body).encode(), "http://server/api" + request.path)

    @property
    def last(self) -> Request:
        return self.sent[-1]


def session_over(
    *responses: Any, release: Release | None = None, hooks: Any = None, **settings: Any
) -> tuple[Session, Wire]:
    """Return a session whose server returns these responses, and what it sends."""
    wire = Wire(*responses)
    return Session("http://server/api", wire, Settings(**settings), release, hooks), wire  # type: ignore[arg-type]
