"""Errors for attempts without a usable response: what happened, and what to do about it.

Imported when an attempt fails.
"""

from __future__ import annotations

import errno
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
_EXPIRED, _NOT_YET_VALID = 10, 9
_OTHER_HOST = {62, 64}
"""Verification codes of OpenSSL."""

_FIND_OUT = {
    "POST": "look for what it creates before you send it again; create_or_update can be repeated",
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
    if not may_be_done or request.method in {"GET", "HEAD"}:
        return error
    if isinstance(error, (TLSFailed, ResponseTooLarge)):
        return error
    message = f"{error.parts['message']}; the server may have carried out the request"
    parts = {**error.parts, "may_be_done": True}
    if is_repeatable:
        return type(error)(**{**parts, "message": f"{message}, which is safe to repeat"})
    way = _FIND_OUT.get(request.method, _FIND_OUT_ELSE)
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


def _first(causes: list[BaseException], kind: type[Any]) -> Any:
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
    base, settings = failure.base, failure.settings
    names = {type(cause).__name__ for cause in causes}
    if failure.proxy is not None and "ProxyError" in names:
        return ConnectFailed, _proxy_message(failure, causes)
    target, option = _target(failure)
    if _first(causes, socket.gaierror) is not None or "NameResolutionError" in names:
        return ConnectFailed, _name_message(target, option, _first(causes, socket.gaierror))
    if names & {"InvalidURL", "LocationParseError", "LocationValueError", "UnicodeError"}:
        return ConnectFailed, f"{target} is not an address that can be connected to; check {option}"
    reason = _first(causes, ssl.SSLError)
    if reason is not None or "SSLError" in names:
        return TLSFailed, tls_message(base, reason or causes[-1], settings)
    if _first(causes, TimeoutError) is not None or "ConnectTimeout" in names:
        seconds = settings.connect_timeout
        message = f"{target} did not accept a connection within {seconds:g} s (connect_timeout=)"
        return TimedOut, f"{message}; check {option}, and whether a firewall is in between"
    if _first(causes, ConnectionRefusedError) is not None:
        message = f"could not connect to {target}: no server accepts connections at this port"
        return ConnectFailed, f"{message}; check that it is running, and the port in {option}"
    known = [cause for cause in causes if isinstance(cause, OSError) and cause.strerror]
    reason_text = f": {known[-1].strerror}" if known else ""
    if known and known[-1].errno in {errno.ENETUNREACH, errno.EHOSTUNREACH}:
        message = f"could not connect to {target}{reason_text}; check the network"
        return ConnectFailed, f"{message}, for example whether a VPN is needed"
    if not known and (text := str(causes[-1])).startswith("Could not find"):
        # A CA bundle or certificate that was removed after connect() had checked it.
        return TLSFailed, f"the TLS connection to {base} was not opened: {text}"
    message = f"could not connect to {target}{reason_text}; check that the server is running"
    return ConnectFailed, f"{message}, and that host and port are correct"


def _target(failure: Failure) -> tuple[str, str]:
    """Return what the connection was opened to, and where its address comes from."""
    if failure.proxy is None:
        return failure.base, "host="
    return f"the proxy {_shown_proxy(failure.proxy)}", "HTTPS_PROXY, HTTP_PROXY and NO_PROXY"


def _shown_proxy(proxy: str) -> str:
    return without_credentials(proxy if "://" in proxy else f"http://{proxy}")


def _name_message(target: str, option: str, error: socket.gaierror | None) -> str:
    if error is not None and error.errno == socket.EAI_AGAIN:
        message = f"the host name of {target} could not be looked up: no name server responded"
        return f"{message}; check the network, and the spelling in {option}"
    return f"the host name of {target} is unknown; check its spelling in {option}, and the network"


def _proxy_message(failure: Failure, causes: list[BaseException]) -> str:
    proxy = f"the proxy {_shown_proxy(failure.proxy or '')}"
    tail = "; the proxy is set by HTTPS_PROXY or HTTP_PROXY, and NO_PROXY excludes hosts from it"
    refusal = next((str(cause) for cause in causes if "Tunnel connection failed" in str(cause)), "")
    if refusal:
        text = refusal.partition("Tunnel connection failed: ")[2].rstrip("')")
        if text.startswith("407"):
            text = f"{text.strip()}: put user and password into its URL, http://user:password@proxy"
        return f"{proxy} refused a connection to {failure.base}: {text[:200]}{tail}"
    known = [cause for cause in causes if isinstance(cause, OSError) and cause.strerror]
    why = f": {known[-1].strerror}" if known else ""
    return f"could not connect to {proxy}{why}{tail}"


# -- after it was sent -----------------------------------------------------------------------------


def _sent(failure: Failure, causes: list[BaseException]) -> tuple[type[TransportError], str]:
    base = failure.base
    names = {type(cause).__name__ for cause in causes}
    alert = _first(causes, ssl.SSLError)
    if alert is not None and "ALERT" in (getattr(alert, "reason", None) or ""):
        # With TLS 1.3 a server refuses the client's certificate after the first request.
        return TLSFailed, tls_message(base, alert, failure.settings)
    if _first(causes, TimeoutError) is not None:
        seconds = failure.settings.read_timeout
        message = f"{base} did not respond to {_what(failure)} within {seconds:g} s"
        return TimedOut, f"{message} (read_timeout=)"
    damage = _first(causes, DecodeError)
    if damage is not None:
        return ConnectFailed, f"the response to {_what(failure)} is damaged: {damage}"
    bad_status = _first(causes, BadStatusLine)
    if bad_status is not None and not isinstance(bad_status, RemoteDisconnected):
        if "\x15\x03" in str(bad_status):  # an alert of TLS
            return ConnectFailed, f"{base} uses TLS on this port; pass host={_other(base)!r}"
        shown = ascii(str(bad_status)[:60])
        return ConnectFailed, f"{base} responds with {shown}, not in HTTP; check host and port"
    if names & {"LineTooLong", "HTTPException", "InvalidHeader"}:
        return ConnectFailed, f"the header of the response to {_what(failure)} is not valid HTTP"
    message = f"the connection to {base} broke during {_what(failure)}"
    if failure.is_first and base.startswith("http://") and failure.attempt.status is None:
        message += f"; if the server uses TLS, pass host={_other(base)!r}"
    return ConnectFailed, message


def _other(base: str) -> str:
    """Return the host with the other scheme."""
    scheme, mark, rest = base.removesuffix("/api").partition("://")
    return f"{'http' if scheme == 'https' else 'https'}{mark}{rest}"


# -- TLS -------------------------------------------------------------------------------------------


def tls_message(base: str, reason: BaseException, settings: Settings) -> str:
    """Return the message for a TLS connection that failed."""
    if isinstance(reason, ssl.SSLCertVerificationError):
        message = f"the TLS certificate of {base} could not be verified: {reason}"
        return f"{message}; {_verification_way(reason)}"
    return f"the TLS connection to {base} failed: {reason}; {_tls_way(base, reason, settings)}"


def _verification_way(reason: ssl.SSLCertVerificationError) -> str:
    if reason.verify_code == _EXPIRED:
        return "it must be renewed on the server, unless the clock of this machine is wrong"
    if reason.verify_code == _NOT_YET_VALID:
        return "check the clock of this machine"
    if reason.verify_code in _OTHER_HOST:
        return "pass in host= a name that the certificate is issued for"
    return "pass verify= the path of the CA bundle that signed it"


def _tls_way(base: str, reason: BaseException, settings: Settings) -> str:
    name = getattr(reason, "reason", None) or ""
    name = name if isinstance(name, str) else ""
    text = str(reason)
    name = name.upper().replace(" ", "_")
    own = settings.client_certificate
    if name in _PLAIN_HTTP:
        return f"the server does not use TLS on this port, so pass host={_other(base)!r}"
    if name == "KEY_VALUES_MISMATCH":
        return "the key of client_certificate= does not belong to its certificate"
    if name in _NO_CERTIFICATE:
        return f"the file of verify=, {settings.verify!r}, contains no certificate in PEM format"
    if "private key is encrypted" in text:
        return "the key of client_certificate= must not be encrypted"
    if name in _BAD_PEM or "PEM lib" in text:
        return f"client_certificate=, {own!r}, must contain a certificate and its key in PEM format"
    if "ALERT" in name and any(part in name for part in _REFUSED_CERTIFICATE):
        if own is None:
            return "the server may require a client certificate; pass client_certificate="
        return f"the server does not accept client_certificate=, {own!r}"
    if isinstance(reason, (ssl.SSLEOFError, ssl.SSLZeroReturnError, ConnectionError)):
        return f"the server closed it; if it does not use TLS, pass host={_other(base)!r}"
    return "see verify= and client_certificate="


# -- responses that end a call ---------------------------------------------------------------------


def redirect_error(message: str, request: Request, url: str, status: int) -> NotOpenMetadata:
    """Return the error for a redirect that is not followed."""
    return NotOpenMetadata(
        message,
        status=status,
        code=status,
        method=request.method,
        url=without_credentials(url),
        request_id=None,
        hint="Pass the final URL to connect(); tokens are not sent to other servers.",
    )


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
    return error_class(
        f"Retry-After is {seconds:.0f} s, longer than {limit}",
        status=response.status,
        code=response.status,
        method=request.method,
        url=response.url,
        request_id=None,
        retry_after=seconds,
    )
