"""HTTP by requests: a connection pool per client, deadlines, retries, TLS and authentication.

:meth:`Transport.send` takes a :class:`Request` and returns a :class:`Response` of any status; it
raises an error only if there is no response. The dispatcher interprets the response.
"""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterable
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from dynclient.errors import (
    DynclientError,
    InsecureWarning,
    ResponseTooLarge,
    TLSFailed,
    TransportError,
    UsageError,
)
from dynclient.secrets import MASK, looks_secret
from dynclient.transport.address import without_credentials
from dynclient.transport.auth import LOGIN_PATHS, Anonymous
from dynclient.transport.request import (
    ECHO_MIN,
    LOST,
    Request,
    Response,
    header_problem,
    retry_after,
    secrets_in,
)

if TYPE_CHECKING:
    import logging

    import requests

    from dynclient.settings import Settings
    from dynclient.transport.connections import Adapter, Attempt, Deadline
    from dynclient.transport.limits import Limit

LIMIT: ContextVar[Limit | None] = ContextVar("dynclient_limit", default=None)
"""The limit of the requests that are sent in a context, by any client; see
:mod:`dynclient.transport.limits`."""
REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
"""Methods that are safe to repeat: sent twice, they do no more than once."""
TEMPORARY = frozenset({429, 502, 503, 504})
"""Statuses after which the same request may succeed later."""
_OVERLOADED = frozenset({429, 503})
"""Statuses after which all requests of a limit pause, and not only the one that was refused."""
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_REDIRECTS_MAX = 5


class Transport:
    """The connections of one client to one server.

    Threads may share it. A forked child and an unpickled copy open connections of their own.

    Args:
        base: base URL of the API: ``http://host:8585/api``.
        settings: timeouts, retries, TLS.
        auth: the authentication; None sends no token.
        sleep: waits for a number of seconds.
        jitter: returns a factor from 0 to 1 for each pause between attempts.
        clock: returns the time in seconds, for deadlines.
    """

    def __init__(
        self,
        base: str,
        settings: Settings,
        auth: Anonymous | None = None,
        *,
        sleep: Callable[[float], None] = time.sleep,
        jitter: Callable[[], float] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if not _is_verify(settings.verify):
            allowed = "True, False or the path of a CA bundle"
            raise UsageError(f"verify must be {allowed}, not {settings.verify!r}")
        self.base = base
        self.settings = settings
        self.auth = auth if auth is not None else Anonymous()
        self.closed = False
        self._sleep = sleep
        self._jitter = jitter
        self._clock = clock
        self._responded = False
        self._reset()
        if settings.verify is False:
            from dynclient import warn

            message = f"the TLS certificate of {base} is not verified: data can be intercepted"
            warn.warn_user(message, InsecureWarning)

    def __repr__(self) -> str:
        return f"<Transport to {self.base}, {self.auth!r}>"

    def __getstate__(self) -> dict[str, Any]:
        names = ("base", "settings", "auth", "closed", "_sleep", "_jitter", "_clock")
        return {name: self.__dict__[name] for name in names}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state)
        self._responded = False
        self._reset()

    def _reset(self) -> None:
        """Drop all connections, and the lock: in a forked child it may stay locked for ever."""
        self._lock = threading.Lock()
        self._pool: Adapter | None = None
        self._options: dict[str, Any] = {}
        self._process = os.getpid()

    # -- sending -----------------------------------------------------------------------------------

    def send(self, request: Request) -> Response:
        """Send a request and return the response, whatever its status.

        After a 401 the token is renewed once, if the authentication can. Requests that are safe to
        repeat are repeated after a connection failure and after the statuses 429, 502, 503 and 504.
        All of it ends after the seconds of ``timeout``.

        Raises:
            ConnectFailed, TimedOut, TLSFailed: there was no response.
            OutcomeUnknown: there was none to a request that may have been carried out, and must
                not be repeated.
            ResponseTooLarge: the response exceeds ``max_response``.
            NotOpenMetadata: a redirect leads to another server, or has no end.
            TooManyRequests, Unavailable: ``Retry-After`` exceeds ``retry_after_limit``, or the time
                that is left.
            UsageError: the client is closed, its token is not available, or HTTP cannot send the
                token or a header.
        """
        limit = LIMIT.get()
        if limit is None:
            return self._deliver(request)
        with limit:  # before the time for the request begins
            return self._deliver(request)

    def _deliver(self, request: Request) -> Response:
        from dynclient.transport.connections import Deadline

        deadline = Deadline(self.settings.timeout, self._clock)
        if request.web:
            return self._send(request, None, deadline)

        def send(login: Request) -> Response:
            return self._send(login, None, deadline)

        header = self.auth.header(send, self.base)
        response = self._send(request, header, deadline)
        if response.status == 401 and header is not None and self.auth.renew(send, header):
            response = self._send(request, self.auth.header(send, self.base), deadline)
        return response

    def _send(self, request: Request, authorization: str | None, deadline: Deadline) -> Response:
        """Send with retries; ``authorization`` is the header to authenticate with, if any."""
        number = 0
        may_be_done = False  # by an attempt whose response was lost
        while True:
            number += 1
            response, error = self._attempt(request, authorization, deadline)
            if response is not None:
                response = response._replace(attempts=number, may_be_done=may_be_done)
            if response is not None and response.status in _OVERLOADED:
                self._pause_all(response, number)
            pause = self._pause(request, response, error, number, deadline)
            if pause is None:
                break
            if error is not None:
                may_be_done = may_be_done or error.may_be_done
            elif response is not None:
                may_be_done = may_be_done or response.status in LOST
            _log().debug("%s %s: retrying in %.2f s", request.method, request.masked_target, pause)
            self._sleep(pause)
        if error is not None:
            from dynclient.transport.failures import final_error

            raise final_error(error, request, is_repeatable(request), may_be_done)
        assert response is not None  # noqa: S101 -- one or the other
        return response

    def _attempt(
        self, request: Request, authorization: str | None, deadline: Deadline
    ) -> tuple[Response | None, TransportError | None]:
        """Send once and return the response or the error."""
        from http.client import HTTPException

        from urllib3.exceptions import HTTPError

        from dynclient.transport.connections import Attempt

        attempt = Attempt(deadline, self.settings)
        begin = time.perf_counter()
        try:
            with attempt:
                response = self._send_once(request, authorization, attempt)
        except (OSError, ValueError, HTTPError, HTTPException) as caught:
            if isinstance(caught, DynclientError):
                raise
            error = self._error(caught, request, attempt)
        else:
            self._responded = True
            milliseconds = 1000 * (time.perf_counter() - begin)
            line = "%s %s: %s in %.0f ms"
            target = request.masked_target
            _log().debug(line, request.method, target, response.status, milliseconds)
            return response, None
        # Outside the handler, so that no context of the error refers to the token.
        _log().debug("%s %s: %s", request.method, request.masked_target, type(error).__name__)
        return None, error

    def _error(self, caught: Exception, request: Request, attempt: Attempt) -> TransportError:
        """Return our error for one of requests or urllib3."""
        from dynclient.transport.failures import Failure, transport_error

        base = self._base_url(request)
        proxy, first = self._proxy(base), not self._responded
        return transport_error(Failure(caught, request, base, self.settings, attempt, proxy, first))

    def _proxy(self, base: str) -> str | None:
        """Return the URL of the proxy that requests uses for a URL, or None for no proxy."""
        from requests.utils import select_proxy

        return select_proxy(base, self._options.get("proxies"))

    def _send_once(self, request: Request, authorization: str | None, attempt: Attempt) -> Response:
        from dynclient.transport.connections import read_body, send

        url = self._base_url(request) + request.target
        for _ in range(_REDIRECTS_MAX + 1):
            pool = self._open()
            prepared = self._prepare(request, url, authorization)
            # Not by a Session: it would add cookies, which authenticate too, and follow redirects
            # by its own rules.
            received = send(pool, prepared, attempt.timeouts, self._options)
            attempt.status = received.status_code
            if received.status_code not in _REDIRECTS:
                break
            received.close()  # its body is not read; the connection would stay open
            url = self._redirect_target(request, url, received)
            attempt.status = None
        else:
            from dynclient.transport.failures import redirect_error

            message = f"{self.base} sent more than {_REDIRECTS_MAX} redirects"
            raise redirect_error(message, request, url, 302)
        body = read_body(received, self.settings.max_response)
        if received.status_code >= 400 and body:
            body = _without_echo(body, request, authorization, self.settings.headers)
        return Response(received.status_code, received.headers, body, without_credentials(url))

    def _base_url(self, request: Request) -> str:
        """Return the URL that the path of a request follows."""
        return self.base.removesuffix("/api") if request.web else self.base

    def _prepare(
        self, request: Request, url: str, authorization: str | None
    ) -> requests.PreparedRequest:
        """Return the request in the form of requests.

        Not by ``Session.prepare_request``: it takes as long as a small request, and a ``.netrc``
        would replace our token.
        """
        from requests import PreparedRequest
        from requests.structures import CaseInsensitiveDict

        prepared = PreparedRequest()
        prepared.method, prepared.url, prepared.body = request.method, url, request.body
        headers = CaseInsensitiveDict(self._headers)
        for name, value in request.headers:
            _check_header(name, value)
            headers[name] = value
        if request.body is not None:
            headers["Content-Length"] = str(len(request.body))
        if authorization is not None:
            headers["Authorization"] = authorization
        prepared.headers = headers
        prepared.hooks = {"response": []}
        return prepared

    def _redirect_target(self, request: Request, url: str, response: requests.Response) -> str:
        """Return the URL of a redirect.

        Raises:
            NotOpenMetadata: it leads to another server, to itself, or would lose the body.
        """
        from urllib.parse import urljoin, urlsplit

        from dynclient.transport.failures import redirect_error

        status = response.status_code
        location = response.headers.get("Location", "").strip()
        if not location:
            message = f"{self.base} redirects without a Location header"
            raise redirect_error(message, request, url, status)
        origin = _origin(url)
        # The same host by https is the same server.
        allowed = {origin, ("https", origin[1], 443)} if origin[0] == "http" else {origin}
        try:
            target = urljoin(url, location).partition("#")[0]
            destination = _origin(target)
        except ValueError:  # its text may contain a credential
            message = f"{self.base} redirects to an address that is not a URL"
            raise redirect_error(message, request, url, status) from None
        plain = without_credentials(target)
        if "@" in urlsplit(target).netloc:
            message = f"{self.base} redirects to an address with a user: {plain}"
        elif destination not in allowed:
            message = f"{self.base} redirects to another server: {plain}"
        elif request.method not in {"GET", "HEAD"} and status not in {307, 308}:
            message = f"{self.base} redirects to {plain} with status {status}, which drops the body"
        elif target == url:
            message = f"{self.base} redirects {plain} to itself"
        else:
            return target
        raise redirect_error(message, request, url, status, target)

    # -- pauses ------------------------------------------------------------------------------------

    def _pause(
        self,
        request: Request,
        response: Response | None,
        error: TransportError | None,
        attempt: int,
        deadline: Deadline,
    ) -> float | None:
        """Return the seconds to wait before the next attempt, or None if there is none."""
        settings = self.settings
        if error is not None:
            if isinstance(error, (TLSFailed, ResponseTooLarge)):
                return None
            if error.may_be_done and not is_repeatable(request):
                return None
        elif response is None or not _is_temporary(response) or not is_repeatable(request):
            return None
        if attempt > settings.retries:
            return None
        left = deadline.left()
        seconds = None if response is None else retry_after(response.headers.get("Retry-After"))
        if seconds is not None and response is not None:
            limit = f"retry_after_limit, {settings.retry_after_limit:g} s"
            if left < settings.retry_after_limit:
                limit = f"what is left of timeout=, {max(left, 0):.0f} of {settings.timeout:g} s"
            if seconds > min(settings.retry_after_limit, left):
                from dynclient.transport.failures import too_long

                raise too_long(request, response, seconds, limit)
            return seconds
        pause = self._backoff(attempt)
        return pause if pause < left else None

    def _pause_all(self, response: Response, attempt: int) -> None:
        """Let the other requests of a limit pause, too: the server has too many of them."""
        limit = LIMIT.get()
        if limit is not None:
            seconds = retry_after(response.headers.get("Retry-After"))
            seconds = self._backoff(attempt) if seconds is None else seconds
            limit.pause(min(seconds, self.settings.retry_after_limit))

    def pause(self, attempt: int = 1, seconds: float | None = None) -> None:
        """Wait as long as before a repetition of a request.

        Args:
            attempt: the number of times that the request was sent.
            seconds: the seconds to wait instead, such as those of ``Retry-After``.
        """
        self._sleep(self._backoff(attempt) if seconds is None else seconds)

    def _backoff(self, attempt: int) -> float:
        settings = self.settings
        longest: float = min(settings.backoff_limit, settings.backoff * 2.0 ** (attempt - 1))
        return longest * self._random()

    def _random(self) -> float:
        if self._jitter is not None:
            return self._jitter()
        import random

        return random.random()  # noqa: S311 -- spreads load, guards nothing

    # -- connections -------------------------------------------------------------------------------

    def _open(self) -> Adapter:
        """Return the connection pool, created on first use in this process."""
        if self._process != os.getpid():
            self._reset()
        pool = self._pool
        if pool is None:
            with self._lock:
                pool = self._pool
                if pool is None:
                    pool = self._pool = self._new_pool()
        return pool

    def _new_pool(self) -> Adapter:
        if self.closed:
            raise UsageError("this client is closed; create a new one with dynclient.connect()")
        import requests

        from dynclient.transport.connections import Adapter

        settings = self.settings
        # Proxies and CA bundles of the environment are looked up once, not for every request.
        with requests.Session() as session:
            self._options = dict(
                session.merge_environment_settings(
                    self.base, {}, False, settings.verify, settings.client_certificate
                )
            )
        self._headers = {
            "User-Agent": f"dynclient ({requests.utils.default_user_agent()})",
            "Accept": "application/json",
            "Accept-Encoding": "gzip, deflate",
            "Connection": "keep-alive",
            **dict(settings.headers),
        }
        for name, value in settings.headers:
            _check_header(name, value)
        if settings.verify is False:
            import urllib3

            # Our InsecureWarning says it once; urllib3 would repeat it for every request.
            urllib3.disable_warnings(urllib3.exceptions.InsecureRequestWarning)
        return Adapter(pool_connections=2, pool_maxsize=settings.pool_size)

    def impatient(self, seconds: float, auth: Anonymous) -> Transport:
        """Return a transport over the same connections that sends once and gives up early.

        Do not close it.

        Args:
            seconds: the time for a request, if that is less than the settings allow.
            auth: the authentication to use instead.
        """
        self._open()
        other = object.__new__(type(self))
        other.__dict__.update(self.__dict__)
        own = self.settings
        names = ("timeout", "connect_timeout", "read_timeout")
        times = {name: min(seconds, getattr(own, name) or seconds) for name in names}
        other.settings = own.replace(retries=0, **times)
        other.auth = auth
        return other

    def close(self) -> None:
        """Close all connections; sending afterwards raises an error."""
        self.closed = True
        pool, self._pool = self._pool, None
        if pool is not None and self._process == os.getpid():
            pool.close()


def is_repeatable(request: Request) -> bool:
    """Return whether a request may be sent again if it may have been carried out.

    A DELETE by name may not: the name may be that of another entity by then. A login may.
    """
    if request.method == "POST":
        return request.path in LOGIN_PATHS
    if request.method == "DELETE":
        return "/name/" not in request.path
    return request.method in REPEATABLE


def _without_echo(
    body: bytes, request: Request, authorization: str | None, headers: Iterable[tuple[str, str]]
) -> bytes:
    """Return the body of an error with the secrets of the request masked."""
    secrets = set(secrets_in(request))
    secrets.update("".join(value) for name, value in headers if looks_secret(name))
    if authorization is not None:
        plain = "".join(authorization)  # the text of a Secret is its mask
        secrets.add(plain.removeprefix("Bearer "))
    for secret in sorted(secrets, key=len, reverse=True):
        if len(secret) >= ECHO_MIN:
            for form in {secret, json.dumps(secret)[1:-1]}:
                body = body.replace(form.encode("utf-8", "replace"), MASK.encode())
    return body


def _is_verify(value: object) -> bool:
    """Return whether a value of ``verify`` is one; requests takes ``""`` and ``0`` for False."""
    return value is None or isinstance(value, bool) or (isinstance(value, str) and value != "")


def _check_header(name: str, value: str) -> None:
    """Raise UsageError for a header that HTTP cannot send; http.client would show its value."""
    problem = header_problem(name, value)
    if problem is not None:
        raise UsageError(f"the header {name!r} {problem}; nothing was sent")


def _is_temporary(response: Response) -> bool:
    """Return whether to try again later; some rate limits are a 403 with ``Retry-After``."""
    return response.status in TEMPORARY or (
        response.status == 403 and "Retry-After" in response.headers
    )


def _origin(url: str) -> tuple[str, str | None, int | None]:
    from urllib.parse import urlsplit

    parts = urlsplit(url)
    port = parts.port or {"http": 80, "https": 443}.get(parts.scheme)
    return parts.scheme, parts.hostname, port


def _log() -> logging.Logger:
    import logging

    return logging.getLogger(__name__)
