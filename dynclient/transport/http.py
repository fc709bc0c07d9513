"""HTTP over requests: one pooled session per client, timeouts, retries, TLS, and who is calling.

A :class:`Request` goes in, a :class:`Response` of whatever status comes out; an error is raised
only where there is no response at all. What the answer means is the dispatcher's business.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from dynclient.errors import (
    ConnectFailed,
    InsecureWarning,
    NotOpenMetadata,
    TimedOut,
    TLSFailed,
    TooManyRequests,
    TransportError,
    Unavailable,
    UsageError,
)
from dynclient.transport.auth import Anonymous
from dynclient.transport.request import Request, Response

if TYPE_CHECKING:
    import logging

    import requests
    from requests.adapters import HTTPAdapter

    from dynclient.settings import Settings

REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Methods whose second sending does no more than the first."""
PASSING = frozenset({429, 502, 503, 504})
"""Statuses that say: not now."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_MAX = 5


class Transport:
    """The connections of one client to one server.

    Threads may share it. A forked child opens connections of its own, and so does a copy that
    was pickled.

    Args:
        base: ``http://host:8585/api``.
        settings: timeouts, retries, TLS.
        auth: who is calling.
        sleep: waits that many seconds.
        jitter: gives a number from 0 up to 1 that shortens each pause.
    """

    def __init__(
        self,
        base: str,
        settings: Settings,
        auth: Anonymous | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] | None = None,
    ) -> None:
        self.base = base
        self.settings = settings
        self.auth = auth if auth is not None else Anonymous()
        self.closed = False
        self._sleep = sleep
        self._jitter = jitter
        self._forget()
        if settings.verify is False:
            from dynclient import warn

            message = f"the certificate of {base} is not checked: anybody in between can read along"
            warn.warn_user(message, InsecureWarning)

    def __repr__(self) -> str:
        return f"<Transport to {self.base} as {self.auth!r}>"

    def __getstate__(self) -> dict[str, Any]:
        kept = ("base", "settings", "auth", "closed", "_sleep", "_jitter")
        return {name: self.__dict__[name] for name in kept}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._forget()

    def _forget(self) -> None:
        """Start without connections. The lock is new too: in a child it may be held for ever."""
        self._lock = threading.Lock()
        self._pool: HTTPAdapter | None = None
        self._options: dict[str, Any] = {}
        self._process = os.getpid()

    # -- sending -----------------------------------------------------------------------------------

    def send(self, request: Request) -> Response:
        """Send a request and return the answer, whatever its status.

        After a 401 the token is renewed once, where that can be done. Requests that are safe to
        repeat are repeated when the connection fails or the server says "not now".

        Raises:
            ConnectFailed, TimedOut, TLSFailed: there was no answer.
            TooManyRequests, Unavailable: ``Retry-After`` is longer than the settings allow.
            UsageError: the client is closed.
        """
        header = None if request.web else self.auth.header(self._send)
        answer = self._send(request, header)
        if answer.status == 401 and header is not None and self.auth.renew(self._send, header):
            answer = self._send(request, self.auth.header(self._send))
        return answer

    def _send(self, request: Request, authorization: str | None = None) -> Response:
        """Send with retries, as somebody or nobody."""
        attempt = 0
        while True:
            attempt += 1
            answer, error = self._attempt(request, authorization, attempt)
            pause = self._pause(request, answer, error, attempt)
            if pause is None:
                break
            _log().debug("%s %s again in %.2f s", request.method, request.shown, pause)
            self._sleep(pause)
        if error is not None:
            raise error
        assert answer is not None  # noqa: S101 -- one or the other
        return answer

    def _attempt(
        self, request: Request, authorization: str | None, attempt: int
    ) -> tuple[Response | None, TransportError | None]:
        """Send once; return the answer, or why there is none."""
        begin = time.perf_counter()
        try:
            answer = self._once(request, authorization, attempt)
        except OSError as caught:  # every error of requests is one
            if isinstance(caught, TransportError):
                raise
            error = _told(caught, request, self._below(request), self.settings)
        else:
            taken = 1000 * (time.perf_counter() - begin)
            _log().debug(
                "%s %s: %s in %.0f ms", request.method, request.shown, answer.status, taken
            )
            return answer, None
        # Left the handler, so that the error does not drag along what holds the token.
        _log().debug("%s %s: %s", request.method, request.shown, type(error).__name__)
        return None, error

    def _once(self, request: Request, authorization: str | None, attempt: int) -> Response:
        url = self._below(request) + request.target
        for _ in range(_REDIRECTS_MAX + 1):
            pool = self._open()
            prepared = self._prepared(request, url, authorization)
            # Not through a session: that would add cookies, a second way to be somebody, and
            # follow redirects on its own terms.
            response = pool.send(prepared, **self._options)
            if response.status_code not in _REDIRECTS:
                break
            url = self._redirected(request, url, response)
        else:
            message = f"{_REDIRECTS_MAX} redirects and no end"
            raise _stray(message, request, url, 302)
        return Response(
            response.status_code,
            response.headers,
            response.content,
            url.partition("?")[0],
            attempt,
        )

    def _below(self, request: Request) -> str:
        """Return the address that a request's path is below."""
        return self.base.removesuffix("/api") if request.web else self.base

    def _prepared(
        self, request: Request, url: str, authorization: str | None
    ) -> requests.PreparedRequest:
        """Return the request as requests wants it.

        Not by ``Session.prepare_request``: that costs as much as a small request, and it lets a
        ``.netrc`` put its password in the place of our token.
        """
        from requests import PreparedRequest
        from requests.structures import CaseInsensitiveDict

        prepared = PreparedRequest()
        prepared.method, prepared.url, prepared.body = request.method, url, request.body
        headers = CaseInsensitiveDict(self._headers)
        for name, value in request.headers:
            headers[name] = value
        if request.body is not None:
            headers["Content-Length"] = str(len(request.body))
        if authorization is not None:
            headers["Authorization"] = authorization
        prepared.headers = headers
        prepared.hooks = {"response": []}
        return prepared

    def _redirected(self, request: Request, url: str, response: requests.Response) -> str:
        """Return where a redirect leads, if the same server is meant and nothing gets lost."""
        from urllib.parse import urljoin

        target = urljoin(url, response.headers.get("Location", ""))
        same = _origin(target) == _origin(url) or (
            # The same host, now with TLS.
            _origin(url)[0] == "http" and _origin(target) == ("https", _origin(url)[1], 443)
        )
        kept = request.method in {"GET", "HEAD"} or response.status_code in {307, 308}
        if same and kept and target != url:
            return target
        message = f"{self.base} sends elsewhere: {target.partition('?')[0]}"
        raise _stray(message, request, url, response.status_code)

    # -- pauses ------------------------------------------------------------------------------------

    def _pause(
        self,
        request: Request,
        answer: Response | None,
        error: TransportError | None,
        attempt: int,
    ) -> float | None:
        """Return how many seconds to wait before the next attempt; None for: no other attempt."""
        settings = self.settings
        if error is not None:
            never_made = getattr(error, "never_made", False)
            if isinstance(error, TLSFailed) or not (request.method in REPEATABLE or never_made):
                return None
        elif answer is None or not _passes(answer) or request.method not in REPEATABLE:
            return None
        if attempt > settings.retries:
            return None
        asked = None if answer is None else retry_after(answer.headers.get("Retry-After"))
        if asked is not None and answer is not None:
            if asked > settings.retry_after_limit:
                raise _too_long(request, answer, asked, settings)
            return asked
        longest: float = min(settings.backoff_limit, settings.backoff * 2.0 ** (attempt - 1))
        return longest * self._random()

    def _random(self) -> float:
        if self._jitter is not None:
            return self._jitter()
        import random

        return random.random()  # noqa: S311 -- spreads load, guards nothing

    # -- connections -------------------------------------------------------------------------------

    def _open(self) -> HTTPAdapter:
        """Return the pool of connections, made at the first use in this process."""
        if self._process != os.getpid():
            self._forget()
        pool = self._pool
        if pool is None:
            with self._lock:
                pool = self._pool
                if pool is None:
                    pool = self._pool = self._made()
        return pool

    def _made(self) -> HTTPAdapter:
        if self.closed:
            raise UsageError("this client is closed; dynclient.connect gives a new one")
        import requests
        from requests.adapters import HTTPAdapter

        settings = self.settings
        # Proxies and authorities of the environment are looked up once, not for every request.
        with requests.Session() as session:
            self._options = dict(
                session.merge_environment_settings(
                    self.base, {}, False, settings.verify, settings.client_certificate
                )
            )
        self._options["timeout"] = (settings.connect_timeout, settings.read_timeout)
        self._headers = {
            "User-Agent": f"dynclient ({requests.utils.default_user_agent()})",
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "keep-alive",
            **dict(settings.headers),
        }
        if settings.verify is False:
            import urllib3

            # Said once by an InsecureWarning; urllib3 would repeat it for every request.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        return HTTPAdapter(pool_connections=2, pool_maxsize=settings.pool_size)

    def close(self) -> None:
        """Close all connections; the transport sends nothing afterwards."""
        self.closed = True
        pool, self._pool = self._pool, None
        if pool is not None and self._process == os.getpid():
            pool.close()


def _passes(answer: Response) -> bool:
    """Tell whether a refusal is for now only; some limits are told as 403, and until when."""
    return answer.status in PASSING or (answer.status == 403 and "Retry-After" in answer.headers)


def retry_after(value: str | None) -> float | None:
    """Return the seconds that a ``Retry-After`` header asks for, or None where it says nothing.

    Args:
        value: seconds, or a date as HTTP writes it.
    """
    if not value:
        return None
    if value.strip().isdigit():
        return float(value)
    from datetime import UTC, datetime
    from email.utils import parsedate_to_datetime

    try:
        when = parsedate_to_datetime(value)
    except ValueError:
        return None
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    seconds = (when - datetime.now(UTC)).total_seconds()
    return max(0.0, seconds)


def _origin(url: str) -> tuple[str, str | None, int | None]:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _log() -> logging.Logger:
    import logging

    return logging.getLogger(__name__)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Give an error and everything that requests and urllib3 wrapped into it."""
    while error is not None:
        yield error
        inner = getattr(error, "reason", None) or next(
            (part for part in error.args if isinstance(part, BaseException)), None
        )
        error = inner if isinstance(inner, BaseException) else None


def _told(error: OSError, request: Request, base: str, settings: Settings) -> TransportError:
    """Return what an error of requests means."""
    import requests

    kinds = {type(cause).__name__ for cause in _causes(error)}
    parts = {"method": request.method, "url": base + request.path}
    never_made = bool(kinds & {"NewConnectionError", "NameResolutionError", "ConnectTimeoutError"})
    if isinstance(error, requests.exceptions.SSLError):
        reason = str(list(_causes(error))[-1])
        way = 'verify="path of the authority that signed it"'
        return TLSFailed(f"no trust in the certificate of {base}: {reason}; see {way}", **parts)
    if isinstance(error, requests.exceptions.ConnectTimeout):
        message = f"{base} did not accept a connection within {settings.connect_timeout:g} s"
        return TimedOut(f"{message} (connect_timeout)", never_made=True, **parts)
    if isinstance(error, requests.exceptions.Timeout):
        message = f"{base} did not answer {request.method} within {settings.read_timeout:g} s"
        return TimedOut(f"{message} (read_timeout)", never_made=False, **parts)
    if isinstance(error, requests.exceptions.ConnectionError) and never_made:
        message = f"nothing answers at {base}: is the server up, and are host and port right?"
        return ConnectFailed(message, never_made=True, **parts)
    unsure = "" if request.method in REPEATABLE else "; it may have been carried out all the same"
    message = f"the connection to {base} broke during {request.method} {request.path}{unsure}"
    return ConnectFailed(message, never_made=False, **parts)


def _stray(message: str, request: Request, url: str, status: int) -> NotOpenMetadata:
    return NotOpenMetadata(
        message,
        status=status,
        code=status,
        method=request.method,
        url=url.partition("?")[0],
        request_id=None,
        hint="Give connect() the address that answers itself; tokens are not sent elsewhere.",
    )


def _too_long(
    request: Request, answer: Response, asked: float, settings: Settings
) -> TooManyRequests | Unavailable:
    kind = TooManyRequests if answer.status == 429 else Unavailable
    limit = settings.retry_after_limit
    return kind(
        f"the server asks for {asked:.0f} s of patience; retry_after_limit is {limit:g} s",
        status=answer.status,
        code=answer.status,
        method=request.method,
        url=answer.url,
        request_id=None,
        retry_after=asked,
    )
