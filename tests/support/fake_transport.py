"""A client whose transport is a function in this process: no sockets, no waiting."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from typing import Any

from dynclient.client.client import Client
from dynclient.errors import DynclientError
from dynclient.schema import Release
from dynclient.settings import Settings
from dynclient.transport.request import Request, Response

ID = "00000000-0000-4000-8000-000000000001"


def reply(
    status: int = 200, body: Any = None, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a response whose body is JSON."""
    return Response(status, dict(headers or {}), json.dumps(body).encode(), "http://server/api/x")


class FakeTransport:
    """A transport that gets its responses from a function.

    Args:
        respond: takes a request and returns a Response, or raises an error.

    Attributes:
        seen: the requests, in the order in which they were sent.
        pauses: the attempts and seconds that were waited for.
    """

    closed = False
    auth = None

    def __init__(self, respond: Callable[[Request], Response]) -> None:
        self.respond = respond
        self.seen: list[Request] = []
        self.pauses: list[tuple[int, float | None]] = []
        self._lock = threading.Lock()

    def send(self, request: Request) -> Response:
        """Return the response to a request."""
        with self._lock:
            self.seen.append(request)
        response = self.respond(request)
        if isinstance(response, DynclientError):
            raise response
        return response

    def pause(self, attempt: int = 1, seconds: float | None = None) -> None:
        """Note a pause, and wait for nothing."""
        with self._lock:
            self.pauses.append((attempt, seconds))

    @property
    def lines(self) -> list[str]:
        """Method and path of each request."""
        return [f"{each.method} {each.path}" for each in self.seen]


def fake_client(
    release: Release, respond: Callable[[Request], Response], **settings: Any
) -> tuple[Client, FakeTransport]:
    """Return a client of a release, and its transport."""
    transport = FakeTransport(respond)
    client = Client("http://server/api", transport, Settings(**settings), release)  # type: ignore[arg-type]
    return client, transport


def stored(body: Mapping[str, Any], **fields: Any) -> dict[str, Any]:
    """Return the table that a server stores for a create request."""
    name = f"{body['databaseSchema']}.{body['name']}"
    return {**body, "id": ID, "fullyQualifiedName": name, "version": 0.1, **fields} | {
        "databaseSchema": {"id": ID, "type": "databaseSchema",
                           "fullyQualifiedName": body["databaseSchema"]},
    }  # fmt: skip
