"""One HTTP request and one HTTP response, as plain values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from dynclient.secrets import MASK, looks_secret


class Request(NamedTuple):
    """One request, ready to be sent; it holds no token.

    Its text shows neither the body nor values of the query that look like secrets.
    """

    method: str
    path: str
    """Below the host's ``/api``, encoded: ``/v1/tables/name/a%2Fb``; see ``web``."""
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    operation: Any = None
    """What it was made for, or None."""
    web: bool = False
    """The path lies at the root of the web pages instead; nobody's token goes there."""

    @property
    def target(self) -> str:
        """Path and query, as they go out."""
        if not self.query:
            return self.path
        from urllib.parse import quote, urlencode

        return f"{self.path}?{urlencode(self.query, quote_via=quote)}"

    @property
    def shown(self) -> str:
        """Path and query for people to read, secrets masked."""
        if not self.query:
            return self.path
        pairs = (f"{k}={MASK if looks_secret(k) else v}" for k, v in self.query)
        return f"{self.path}?{'&'.join(pairs)}"

    @property
    def json(self) -> Any:
        """The body, decoded; None where there is none. Secrets in it are in clear."""
        if self.body is None:
            return None
        import json

        return json.loads(self.body)

    def __repr__(self) -> str:
        size = "" if self.body is None else f", {len(self.body):,} bytes"
        return f"<Request {self.method} {self.shown}{size}>"


class Response(NamedTuple):
    """What came back for a request."""

    status: int
    headers: Mapping[str, str]
    """By name; case does not matter."""
    body: bytes
    url: str
    """Where it came from, without its query."""
    attempts: int = 1
    """How often the request was sent; of a repeated DELETE the first may have done it."""

    def __repr__(self) -> str:
        return f"<Answer {self.status}, {len(self.body):,} bytes>"
