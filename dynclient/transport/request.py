"""HTTP requests and responses as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dynclient.secrets import MASK, looks_secret


class Request(NamedTuple):
    """One HTTP request, without authentication.

    Its repr shows neither the body nor query parameters that look like secrets.
    """

    method: str
    """``GET``, ``POST`` …"""
    path: str
    """Path below the server's ``/api``, percent-encoded: ``/v1/tables/name/a%2Fb``; see ``web``."""
    query: tuple[tuple[str, str], ...] = ()
    """Query parameters, not encoded."""
    headers: tuple[tuple[str, str], ...] = ()
    """Headers beside those of the transport."""
    body: bytes | None = None
    """The encoded body, or None."""
    operation: Any = None
    """The operation that it calls, or None."""
    web: bool = False
    """Whether the path is below the server's root, not ``/api``; it gets no token then."""

    @property
    def target(self) -> str:
        """Path and query, percent-encoded."""
        if not self.query:
            return self.path
        from urllib.parse import quote, urlencode

        return f"{self.path}?{urlencode(self.query, quote_via=quote)}"

    @property
    def masked_target(self) -> str:
        """Path and query for messages, with secrets masked."""
        if not self.query:
            return self.path
        pairs = (f"{k}={MASK if looks_secret(k) else v}" for k, v in self.query)
        return f"{self.path}?{'&'.join(pairs)}"

    @property
    def json(self) -> Any:
        """The decoded JSON body, or None if there is none. It contains secrets in clear."""
        if self.body is None:
            return None
        import json

        return json.loads(self.body)

    def __repr__(self) -> str:
        size = "" if self.body is None else f", {len(self.body):,} bytes"
        return f"<Request {self.method} {self.masked_target}{size}>"


class Response(NamedTuple):
    """One HTTP response."""

    status: int
    """The HTTP status."""
    headers: Mapping[str, str]
    """By name, case-insensitive."""
    body: bytes
    """The body, decompressed."""
    url: str
    """URL that it came from, without the query."""
    attempts: int = 1
    """Number of times the request was sent; an earlier DELETE may have succeeded unseen."""

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body):,} bytes>"
