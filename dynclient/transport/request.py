"""HTTP requests and responses as plain values."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from dynclient.documentation import document_fields
from dynclient.errors import UsageError
from dynclient.secrets import MASK, looks_secret, printable, seal, unseal

_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
LOST = frozenset({502, 503, 504})
"""Statuses of a proxy that may have lost the response of the server."""
ECHO_MIN = 4
"""Characters of the shortest secret that is masked where a server repeats it."""
_DIGITS_MAX = 15
"""Digits of a ``Retry-After`` that are read; 15 are more than anyone waits."""
_HEADER_VALUE = re.compile(r"[\t\x20-\x7e\xa0-\xff]*")


def header_problem(name: str, value: str) -> str | None:
    """Return why HTTP cannot send a header, without its value, or None if it can.

    A line break in a value would add headers to the request.
    """
    if _HEADER_NAME.fullmatch(name) is None:
        return "has a name that HTTP does not allow"
    plain = "".join(value)  # the text of a Secret is its mask
    if _HEADER_VALUE.fullmatch(plain) is not None:
        return None
    if "\n" in plain or "\r" in plain:
        return "contains a line break"
    outside = next(char for char in plain if _HEADER_VALUE.fullmatch(char) is None)
    if outside <= "\xff":
        return "contains a control character"
    return "contains characters that are not Latin-1, which HTTP headers cannot contain"


@document_fields
class Request(NamedTuple):
    """One HTTP request, without authentication.

    Its repr shows neither the body nor query parameters that look like secrets.

    Attributes:
        method: HTTP method: ``GET``, ``POST`` ….
        path: Path below the server's ``/api``, percent-encoded, ``/v1/tables/name/a%2Fb``; see
            ``web``.
        query: Query parameters, as pairs of name and value that are not encoded.
        headers: Headers besides those of the transport.
        body: The encoded body, or None.
        operation: The operation that it calls, or None.
        web: Whether the path is below the root of the server instead of ``/api``; it gets no token
            then.
    """

    method: str
    path: str
    query: tuple[tuple[str, str], ...] = ()
    headers: tuple[tuple[str, str], ...] = ()
    body: bytes | None = None
    operation: Any = None
    web: bool = False

    @property
    def target(self) -> str:
        """Path and query, percent-encoded."""
        if not self.query:
            return self.path
        from urllib.parse import quote, urlencode

        return f"{self.path}?{urlencode(self.query, quote_via=quote)}"

    @property
    def is_write(self) -> bool:
        """Whether it may change something on the server."""
        return self.method not in {"GET", "HEAD"}

    @property
    def masked_target(self) -> str:
        """Path and query for messages, with secrets masked."""
        if not self.query:
            return self.path
        pairs = (f"{k}={MASK if looks_secret(k) else v}" for k, v in self.query)
        return printable(f"{self.path}?{'&'.join(pairs)}")

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

    def __reduce__(self) -> tuple[Any, ...]:
        # A request with secrets is restored in this process and its forks only.
        if next(secrets_in(self), None) is None:
            return Request, tuple(self)
        import json

        body = None if self.body is None else self.body.decode("latin-1")
        handle = seal(json.dumps([self.query, self.headers, body]))
        return _restored, (self.method, self.path, handle, self.operation, self.web)


@document_fields
class Response(NamedTuple):
    """One HTTP response.

    Attributes:
        status: HTTP status code.
        headers: Headers by name, case-insensitive.
        body: The body, decompressed.
        url: URL that it came from, without the query.
        attempts: Number of times the request was sent.
        may_be_done: Whether an earlier attempt may have been carried out, its response having been
            lost.
    """

    status: int
    headers: Mapping[str, str]
    body: bytes
    url: str
    attempts: int = 1
    may_be_done: bool = False

    def __repr__(self) -> str:
        return f"<Response {self.status}, {len(self.body):,} bytes>"


def secrets_in(request: Request) -> Iterator[str]:
    """Yield the values of a request that are secret by their names."""
    for name, value in (*request.headers, *request.query):
        if looks_secret(name):
            yield "".join(value)
    import json

    try:
        body = None if request.body is None else json.loads(request.body)
    except (ValueError, RecursionError):
        return
    # A patch names a secret in its path; what it sets is one level below.
    pending: list[tuple[bool, Any]] = [(False, body)]
    while pending:
        is_secret, value = pending.pop()
        if isinstance(value, str):
            if is_secret:
                yield value
        elif isinstance(value, list):
            pending += [(is_secret, item) for item in value]
        elif isinstance(value, dict):
            path = value.get("path")
            in_patch = isinstance(path, str) and "op" in value and looks_secret(path)
            pending += [
                (looks_secret(name) or (in_patch and name == "value"), below)
                for name, below in value.items()
            ]


def _restored(method: str, path: str, handle: str, operation: Any, web: bool) -> Request:
    """Return a request from its pickle, see ``Request.__reduce__``."""
    import json

    sealed = unseal(handle)
    if sealed is None:
        raise UsageError(
            f"the request {method} {path} was pickled in another process, and pickles do not"
            " contain its secrets; prepare it again in this process"
        )
    query, headers, body = json.loads(sealed)
    return Request(
        method,
        path,
        tuple(map(tuple, query)),
        tuple(map(tuple, headers)),
        None if body is None else body.encode("latin-1"),
        operation,
        web,
    )


def retry_after(value: str | None) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for; None if it is missing or invalid.

    Args:
        value: seconds, or an HTTP date.
    """
    if not value:
        return None
    digits = value.strip()
    if digits.isascii() and digits.isdigit():
        return float(digits[:_DIGITS_MAX])
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        when = parsedate_to_datetime(value)
        if when.tzinfo is None:
            when = when.replace(tzinfo=UTC)
        seconds = (when - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return max(0.0, seconds)
