"""Errors for attempts without a usable response: what happened, and what to do about it.

Imported when an attempt fails.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl
from collections.abc import Iterator
from http.client import BadStatusLine, RemoteDisconnected
from typing import TYPE_CHECKING, Any, NamedTuple

from urllib3.exceptions import DecodeError

from dynclient.errors import (
    ConnectFailed,
    NotOpenMetadata,
    OutcomeUnknown,
    ResponseTooLarge,
    TimedOut,
    TLSFailed,
    TooManyRequests,
    TransportError,
    Unavailable,
)
from dynclient.transport.address import without_credentials
from dynclient.transport.connections import BodyTooLarge

if TYPE_CHECKING:
    from dynclient.settings import Settings
    from dynclient.transport.connections import Attempt
    from dynclient.transport.request import Request, Response

_API = "/api"
_PLAIN_HTTP = {
    "WRONG_VERSION_NUMBER",
    "RECORD_LAYER_FAILURE",
    "HTTP_REQUEST",
    "UNKNOWN_PROTOCOL",
    "PACKET_LENGTH_TOO_LONG",
}
"""What OpenSSL calls a server that responds without TLS."""
_BAD_PEM = {"PEM_LIB", "NO_START_LINE", "BAD_BASE64_DECODE", "NOT_ENOUGH_DATA"}
_NO_CERTIFICATE = {"NO_CERTIFICATE_OR_CRL_FOUND", "NO_CERTIFICATE_FOUND"}
_REFUSED_CERTIFICATE = ("CERTIFICATE", "UNKNOWN_CA", "HANDSHAKE_FAILURE", "ACCESS_DENIED")
"""Parts of the alerts by which a server refuses a client's certificate, or that there is none."""
_BAD_ADDRESS = {
    "InvalidProxyURL",
    "InvalidURL",
    "LocationParseError",
    "LocationValueError",
    "UnicodeError",
    "UnicodeEncodeError",
}
_FILE_ERRORS = (FileNotFoundError, IsADirectoryError, NotADirectoryError, PermissionError)
_UNREACHABLE = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
_PROXY_VARIABLES = "HTTPS_PROXY or HTTP_PROXY"
_EXPIRED, _NOT_YET_VALID = 10, 9
_OTHER_HOST = {62, 64}
"""Verification codes of OpenSSL."""

_OTHER_NAME = "doesn't match"
"""The message of urllib3 where it compares the names of a certificate itself."""

_FIND_OUT = {
    "POST": "look for what it creates or starts before you send it again",
    "PATCH": "read the entity again to see whether it has the change",
    "DELETE": "read the entity again to see whether it still exists",
}
_FIND_OUT_ELSE = "read the entity again before you repeat the request"


class Failure(NamedTuple):
    """An attempt that failed."""

    error: Exception
    """The error of requests or urllib3."""
    request: Request
    base: str
    """Base URL of the request."""
    settings: Settings
    attempt: Attempt
    proxy: str | None
    """URL of the proxy that was used."""
    is_first: bool
    """Whether the server sent no response so far."""


def transport_error(failure: Failure) -> TransportError:
    """Return the error for an attempt that failed.

    Its attribute ``may_be_done`` says whether the request can have reached the server.
    """
    request, attempt = failure.request, failure.attempt
    parts: dict[str, Any] = {"method": request.method, "url": failure.base + request.path}
    if attempt.is_sent:
        parts["may_be_done"] = True
    causes = list(_causes(failure.error))
    if _first(causes, BodyTooLarge) is not None:
        return ResponseTooLarge(_too_large(failure), **parts)
    if attempt.deadline.left() <= 0:
        seconds = failure.settings.timeout
        message = f"{failure.base} did not complete {_what(failure)} within {seconds:g} s"
        return TimedOut(f"{message} (timeout=)", **parts)
    kind, message = (_sent if attempt.is_sent else _not_sent)(failure, causes)
    if kind is TLSFailed:
        parts.pop("may_be_done", None)  # refused before it was read
    return kind(message, **parts)


def final_error(
    error: TransportError, request: Request, is_repeatable: bool, may_be_done: bool
) -> TransportError:
    """Return the error to raise for a request, from the error of its last attempt.

    Args:
        error: the error of the last attempt.
        request: the request.
        is_repeatable: whether it is safe to send it again.
        may_be_done: whether an earlier attempt may have been carried out.
    """
    may_be_done = may_be_done or error.may_be_done
    if not may_be_done or not request.is_write:
        return error
    if isinstance(error, (TLSFailed, ResponseTooLarge)):
        return error
    message = f"{error.parts['message']}; the server may have carried out the request"
    parts = {**error.parts, "may_be_done": True}
    if is_repeatable:
        return type(error)(**{**parts, "message": f"{message}, which is safe to repeat"})
    way = _FIND_OUT.get(request.method, _FIND_OUT_ELSE)
    if getattr(request.operation, "name", None) == "create":
        way = "read the entity by its name to find out; create_or_update can be repeated"
    unknown = OutcomeUnknown(**{**parts, "message": f"{message}: {way}"})
    unknown.__cause__ = error
    return unknown


def _causes(error: BaseException) -> Iterator[BaseException]:
    """Yield an error and all errors that it wraps, from the outside in."""
    pending, seen = [error], set()
    while pending:
        current = pending.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        inner = [getattr(current, "reason", None), *current.args]
        inner += [current.__cause__, current.__context__]
        pending += [each for each in inner if isinstance(each, BaseException)]


def _first(causes: list[BaseException], kind: type[Any] | tuple[type[Any], ...]) -> Any:
    """Return the first error of a kind; None if there is none."""
    return next((cause for cause in causes if isinstance(cause, kind)), None)


def _what(failure: Failure) -> str:
    """Return the request for a message, with the status of its response if that was received."""
    status = failure.attempt.status
    received = f" (status {status} was received)" if status is not None else ""
    return f"{failure.request.method} {failure.request.path}{received}"


def _too_large(failure: Failure) -> str:
    limit = failure.settings.max_response
    message = (
        f"the response to {_what(failure)} is larger than max_response=, {limit:,} bytes"
        " when decompressed"
    )
    if failure.request.method == "GET":
        return f"{message}; request fewer entities or fields at once, or raise max_response="
    return f"{message}; the server has processed the request"


# -- before the request is sent --------------------------------------------------------------------


def _not_sent(failure: Failure, causes: list[BaseException]) -> tuple[type[TransportError], str]:
    names = {type(cause).__name__ for cause in causes}
    if failure.proxy is not None and (message := _proxy_message(failure, causes, names)):
        return ConnectFailed, message
    target, option = _target(failure)
    unknown_host = _first(causes, socket.gaierror)
    if unknown_host is not None or "NameResolutionError" in names:
        return ConnectFailed, _name_message(failure, unknown_host)
    if names & _BAD_ADDRESS:
        return ConnectFailed, f"{target} is not a valid address; check {option}"
    if failure.base.startswith("https:") and (message := _tls_problem(failure, causes, names)):
        return TLSFailed, message
    if _first(causes, TimeoutError) is not None:
        return TimedOut, _timeout_message(failure, names)
    if _first(causes, ConnectionRefusedError) is not None:
        message = f"could not connect to {target}: no server accepts connections at this port"
        return ConnectFailed, f"{message}; check that it is running, and the port in {option}"
    if _first(causes, ConnectionError) is not None or "ProtocolError" in names:
        message = f"the connection to {target} broke before the request was sent"
        return ConnectFailed, f"{message}; check that host and port in {option} are correct"
    reason = _reason(causes)
    message = f"could not connect to {target}{reason and f': {reason}'}"
    if any(getattr(cause, "errno", None) in _UNREACHABLE for cause in causes):
        return ConnectFailed, f"{message}; check the network, for example whether it needs a VPN"
    return ConnectFailed, f"{message}; check {option}, and that the server is running"


def _reason(causes: list[BaseException]) -> str:
    """Return the message of the operating system."""
    known = [cause.strerror for cause in causes if isinstance(cause, OSError) and cause.strerror]
    return known[-1] if known else ""


def _target(failure: Failure) -> tuple[str, str]:
    """Return what the connection was opened to, and where its address comes from."""
    if failure.proxy is None:
        return failure.base.removesuffix(_API), "host=" if _is_server(failure.base) else "its URL"
    return f"the proxy {_shown_proxy(failure.proxy)}", _PROXY_VARIABLES


def _shown_proxy(proxy: str) -> str:
    return without_credentials(proxy if "://" in proxy else f"http://{proxy}")


def _name_message(failure: Failure, error: socket.gaierror | None) -> str:
    target, option = _target(failure)
    if error is not None and error.errno == socket.EAI_AGAIN:
        message = f"the host name of {target} could not be looked up: no name server responded"
        return f"{message}; check the network, and the spelling in {option}"
    message = f"the host name of {target} does not exist"
    return f"{message}; check its spelling in {option}, and whether the network needs a VPN"


def _timeout_message(failure: Failure, names: set[str]) -> str:
    target, option = _target(failure)
    seconds = f"within {failure.settings.connect_timeout:g} s (connect_timeout=)"
    if failure.base.startswith("https:") and "ReadTimeoutError" in names:
        message = f"{target} did not complete the TLS handshake {seconds}"
        return f"{message}; if it does not use TLS, use {_other(failure.base)}"
    message = f"{target} did not accept a connection {seconds}"
    return f"{message}; check {option}, and whether a firewall is in between"


def _proxy_message(failure: Failure, causes: list[BaseException], names: set[str]) -> str:
    """Return the message for a proxy that cannot be used; empty for another cause."""
    proxy, variables = _target(failure)
    tail = f"; the proxy is set by {variables}, and NO_PROXY excludes hosts from it"
    refusal = next((str(cause) for cause in causes if "Tunnel connection failed" in str(cause)), "")
    if refusal:
        text = refusal.partition("Tunnel connection failed: ")[2].rstrip("')").strip()[:200]
        if text.startswith("407"):
            text += ", so its URL must contain a user and a password"
        host = failure.base.removesuffix(_API)
        return f"{proxy} refused to connect to {host}: {text}{tail}"
    if "InvalidSchema" in names:
        return f"{proxy} cannot be used: SOCKS requires the package PySocks{tail}"
    if "ProxyError" not in names:
        return ""
    reason = _reason(causes)
    return f"could not connect to {proxy}{reason and f': {reason}'}{tail}"


# -- after it was sent -----------------------------------------------------------------------------


def _sent(failure: Failure, causes: list[BaseException]) -> tuple[type[TransportError], str]:
    base = failure.base
    names = {type(cause).__name__ for cause in causes}
    alert = _first(causes, ssl.SSLError)
    if alert is not None and _is_refused_certificate(alert):
        # With TLS 1.3 a server refuses the client's certificate after the first request.
        return TLSFailed, _tls_message(base, alert, failure.settings)
    if _first(causes, TimeoutError) is not None:
        seconds = failure.settings.read_timeout
        message = f"{base} did not respond to {_what(failure)} within {seconds:g} s"
        return TimedOut, f"{message} (read_timeout=)"
    damage = _first(causes, DecodeError)
    if damage is not None:
        return ConnectFailed, f"the response to {_what(failure)} is damaged: {damage}"
    bad_status = _first(causes, BadStatusLine)
    is_cut = failure.attempt.has_ended and str(bad_status).startswith("HTTP/")
    if bad_status is not None and not is_cut and not isinstance(bad_status, RemoteDisconnected):
        if "\x15\x03" in str(bad_status):  # an alert of TLS
            return ConnectFailed, f"{base} uses TLS on this port; use {_other(base)}"
        shown = ascii(str(bad_status)[:60])
        return ConnectFailed, f"{base} responds with {shown}, not in HTTP; check host and port"
    if names & {"LineTooLong", "HTTPException", "InvalidHeader"}:
        return ConnectFailed, f"the header of the response to {_what(failure)} is not valid HTTP"
    message = f"the connection to {base} broke during {_what(failure)}"
    if failure.is_first and not failure.attempt.has_data:
        if base.startswith("http:"):
            message += f"; if the server uses TLS, use {_other(base)}"
        elif failure.settings.client_certificate is None:
            message += "; the server may require a client certificate (client_certificate=)"
        else:
            message += "; the server may not accept the certificate of client_certificate="
    return ConnectFailed, message


def _other(base: str) -> str:
    """Return the address with the other scheme, as an argument if it is that of a server."""
    scheme, mark, rest = base.removesuffix(_API).partition("://")
    url = f"{'http' if scheme == 'https' else 'https'}{mark}{rest}"
    return f"host={url!r}" if _is_server(base) else url


def _is_server(base: str) -> bool:
    """Return whether a base URL is that of an API; others are those of GitHub or a mirror."""
    return base.endswith(_API)


# -- TLS -------------------------------------------------------------------------------------------


def _tls_problem(failure: Failure, causes: list[BaseException], names: set[str]) -> str:
    """Return the message for a TLS connection that was not opened; empty for another cause."""
    base, settings = failure.base, failure.settings
    reason = _first(causes, ssl.SSLError)
    if reason is None and "SSLError" in names:
        reason = causes[-1]
    if reason is not None:
        return _tls_message(base, reason, settings)
    # The files were there when the client was created.
    missing = next((str(cause) for cause in causes if str(cause).startswith("Could not find")), "")
    if missing:
        return f"the TLS connection to {base} was not opened: {missing}"
    unreadable = _first(causes, _FILE_ERRORS)
    if unreadable is not None:
        what = "a file of verify= or client_certificate= cannot be read"
        return f"the TLS connection to {base} was not opened: {what}: {unreadable.strerror}"
    return ""


def _tls_message(base: str, reason: BaseException, settings: Settings) -> str:
    """Return the message for a TLS connection that failed."""
    if isinstance(reason, ssl.SSLCertVerificationError) or _OTHER_NAME in str(reason):
        message = f"the TLS certificate of {base} could not be verified: {reason}"
        return f"{message}; {_verification_way(reason)}"
    return f"the TLS connection to {base} failed: {reason}; {_tls_way(base, reason, settings)}"


def _is_refused_certificate(error: BaseException) -> bool:
    """Return whether a server refuses the client's certificate, or that there is none."""
    name = str(getattr(error, "reason", None) or "")
    return "ALERT" in name and any(part in name for part in _REFUSED_CERTIFICATE)


def _verification_way(reason: BaseException) -> str:
    code = getattr(reason, "verify_code", None)
    if code == _EXPIRED:
        return "it must be renewed on the server, unless the clock of this machine is wrong"
    if code == _NOT_YET_VALID:
        return "check the clock of this machine"
    if code in _OTHER_HOST or _OTHER_NAME in str(reason):
        return "use a host name that the certificate is issued for"
    return "pass verify= the path of the CA bundle that signed it"


def _tls_way(base: str, reason: BaseException, settings: Settings) -> str:
    """Return what to do about a TLS error, by OpenSSL's name of it."""
    name = str(getattr(reason, "reason", None) or "").upper().replace(" ", "_")
    own = settings.client_certificate
    if name in _PLAIN_HTTP:
        return f"the server does not use TLS on this port, so use {_other(base)}"
    if name == "KEY_VALUES_MISMATCH":
        return "the key of client_certificate= does not belong to its certificate"
    if name in _NO_CERTIFICATE:
        return f"the file of verify=, {settings.verify!r}, contains no certificate in PEM format"
    if "private key is encrypted" in str(reason):
        return "the key of client_certificate= must not be encrypted"
    if name in _BAD_PEM or "PEM lib" in str(reason):
        return f"client_certificate=, {own!r}, must contain a certificate and its key in PEM format"
    if _is_refused_certificate(reason):
        if own is None:
            return "the server may require a client certificate; pass client_certificate="
        return f"the server does not accept client_certificate=, {own!r}"
    if isinstance(reason, (ssl.SSLEOFError, ssl.SSLZeroReturnError)):
        return f"the server closed it; if it does not use TLS, use {_other(base)}"
    return "see verify= and client_certificate="


# -- responses that end a call ---------------------------------------------------------------------


def redirect_error(
    message: str, request: Request, url: str, status: int, target: str = ""
) -> NotOpenMetadata:
    """Return the error for a redirect that is not followed.

    Args:
        message: why.
        request: the request.
        url: the URL that redirects.
        status: the status of the redirect.
        target: the URL that it redirects to, if that is a URL.
    """
    return NotOpenMetadata(
        message,
        status=status,
        code=status,
        method=request.method,
        url=without_credentials(url),
        request_id=None,
        hint=SIGN_IN if is_sign_in(without_credentials(target)) else _FINAL_URL,
    )


_FINAL_URL = "Pass the final URL to connect(); tokens are not sent to other servers."
SIGN_IN = (
    "This is a sign-in page: a gateway in front of the server lets only browsers through. Use an"
    " address behind it, or what its operator provides for programs, such as a header (headers=)."
)
_SIGN_IN_PAGE = re.compile(
    r"type=['\"]?password|\b(?:sign|log)[ _-]?in\b|\bsaml|\boauth|\bsso\b|\bauthorize\b",
    re.IGNORECASE,
)


def is_sign_in(text: str) -> bool:
    """Return whether a URL or a page is that of a sign-in."""
    return _SIGN_IN_PAGE.search(text) is not None


def too_long(
    request: Request, response: Response, seconds: float, limit: str
) -> TooManyRequests | Unavailable:
    """Return the error for a ``Retry-After`` that is not waited for.

    Args:
        request: the request.
        response: its response.
        seconds: the seconds to wait.
        limit: the setting that is exceeded, with its value.
    """
    error_class = TooManyRequests if response.status == 429 else Unavailable
    parts = {"may_be_done": True} if request.is_write and response.may_be_done else {}
    return error_class(
        f"Retry-After is {seconds:.0f} s, longer than {limit}",
        status=response.status,
        code=response.status,
        method=request.method,
        url=response.url,
        request_id=None,
        retry_after=seconds,
        **parts,
    )
