"""Every error dynclient raises; all of them pickle and carry their parts as attributes.

::

    DynclientError
    ├── SchemaError
    │   ├── SourceRefused (ValueError)      a tree or archive that cannot be taken
    │   ├── SourceUnavailable (OSError)     a source that gives no tree, or not now
    │   ├── UnknownRelease (LookupError)    no tree for this release is at hand
    │   ├── SchemaNotFound (KeyError)       no document, place or type of that name
    │   ├── AmbiguousName (KeyError)        a short name that several types carry
    │   ├── RefUnresolved (LookupError)     a $ref that points nowhere
    │   └── PackCorrupt (ValueError)        a cached pack that cannot be read
    ├── UsageError
    │   ├── UnknownCollection (AttributeError, KeyError)
    │   ├── UnknownOperation (AttributeError)
    │   ├── UnknownField (AttributeError, KeyError)
    │   ├── BadArguments (TypeError)        names or values a call does not take, all at once
    │   └── BadName (ValueError)            a name or FQN the server would refuse
    ├── ValidationFailed (ValueError)       carries ``problems``
    │   ├── RequestInvalid                  data that must not go out
    │   └── ResponseInvalid                 data that came in, with ``responses="strict"``
    ├── TransportError (OSError)
    │   ├── ConnectFailed (ConnectionError)
    │   ├── TimedOut (TimeoutError)
    │   └── TLSFailed
    └── ServerError                         carries status, code, message, method, url, request_id
        ├── BadRequest                      400
        ├── Unauthorized                    401
        ├── Forbidden                       403
        ├── NotFound (KeyError)             404
        ├── MethodNotAllowed                405
        ├── Conflict                        409
        │   └── LostUpdate                  somebody else changed the entity since it was read
        ├── PreconditionFailed              412
        ├── UnsupportedMediaType            415
        ├── TooManyRequests                 429
        ├── ServerFault                     5xx
        │   └── Unavailable                 502, 503, 504
        └── NotOpenMetadata                 an answer no OpenMetadata server gives (a proxy's HTML)

    DynclientWarning (UserWarning)
    ├── DriftWarning                        data was translated between releases
    └── InsecureWarning                     TLS is not checked
"""

from __future__ import annotations

from typing import Any, NamedTuple

from dynclient.suggestions import did_you_mean


class Problem(NamedTuple):
    """One thing wrong with a piece of data."""

    path: str
    """Where, as Python would write it: ``columns[3].dataType``; empty for the whole."""
    value: Any
    """The offending value, shortened, secrets masked."""
    rule: str
    """The JSON Schema keyword that was broken: ``enum``, ``required``, ``type`` …"""
    message: str
    """A sentence that says what is wrong."""
    nearest: tuple[str, ...] = ()
    """Right names or values close to the one given, best first."""

    def __str__(self) -> str:
        place = f"{self.path}: " if self.path else ""
        return f"{place}{self.message}{did_you_mean(self.nearest)}"


def _rebuild(cls: type[DynclientError], parts: dict[str, Any]) -> DynclientError:
    return cls(**parts)


class DynclientError(Exception):
    """Base of all errors; its keyword arguments become attributes and survive pickling."""

    template = "{message}"

    def __init__(self, message: str = "", **parts: Any) -> None:
        self.parts: dict[str, Any] = {"message": message, **parts}
        for name, value in self.parts.items():
            setattr(self, name, value)
        super().__init__(self.render())

    def render(self) -> str:
        """Return the text of the error."""
        return self.template.format(**self.parts)

    def __str__(self) -> str:
        return str(self.args[0]) if self.args else ""

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.parts)


class SchemaError(DynclientError):
    """Something is wrong with a schema tree."""


class SourceRefused(SchemaError, ValueError):
    """A tree or archive that cannot be taken."""


class SourceUnavailable(SchemaError, OSError):
    """A source that gives no tree for this release, or not now."""


class UnknownRelease(SchemaError, LookupError):
    """No tree for this release is at hand; ``steps`` tells what was tried, and why it failed."""

    steps: tuple[tuple[str, str], ...] = ()


class SchemaNotFound(SchemaError, KeyError):
    """No document, place or type of that name."""

    __str__ = DynclientError.__str__


class AmbiguousName(SchemaError, KeyError):
    """A short name that several types carry; ``candidates`` lists their paths."""

    candidates: tuple[str, ...]
    __str__ = DynclientError.__str__


class RefUnresolved(SchemaError, LookupError):
    """A ``$ref`` that points nowhere."""


class PackCorrupt(SchemaError, ValueError):
    """A cached pack that cannot be read."""


class UsageError(DynclientError):
    """The call itself is wrong; nothing was sent."""


class _NameError(UsageError, AttributeError):
    """Shared by the errors for unknown attributes; the interpreter adds "Did you mean"."""

    def __init__(
        self, message: str = "", *, name: str = "", obj: Any = None, **parts: Any
    ) -> None:
        super().__init__(message, name=name, **parts)
        # `obj` feeds the interpreter's suggestion only; it is not pickled.
        self.obj = obj


class UnknownCollection(_NameError, KeyError):
    """The release has no collection of that name."""

    __str__ = DynclientError.__str__


class UnknownOperation(_NameError):
    """The collection has no operation of that name."""


class UnknownField(_NameError, KeyError):
    """The type has no field of that name."""

    __str__ = DynclientError.__str__


class BadArguments(UsageError, TypeError):
    """Names or values that a call does not take; ``problems`` lists them all."""

    problems: tuple[Problem, ...]


class BadName(UsageError, ValueError):
    """A name or FQN that the server would refuse."""


class ValidationFailed(DynclientError, ValueError):
    """Data that breaks its schema; ``problems`` lists everything that is wrong."""

    problems: tuple[Problem, ...]

    def __init__(
        self, message: str = "", *, problems: Any = (), what: str = "data", **parts: Any
    ) -> None:
        super().__init__(message, problems=tuple(problems), what=what, **parts)

    def render(self) -> str:
        """Return a headline and one line per problem."""
        problems = self.parts["problems"]
        count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
        head = self.parts["message"] or f"{self.parts['what']} has {count}"
        return "\n".join([head, *(f"  {problem}" for problem in problems)])


class RequestInvalid(ValidationFailed):
    """Data that must not go out; nothing was sent."""


class ResponseInvalid(ValidationFailed):
    """Data that came in and breaks its schema (only with ``responses="strict"``)."""


class TransportError(DynclientError, OSError):
    """No answer was had from the server; ``method`` and ``url`` say of what."""

    __str__ = DynclientError.__str__


class ConnectFailed(TransportError, ConnectionError):
    """Nothing answers at that address."""


class TimedOut(TransportError, TimeoutError):
    """The server did not answer in time."""


class TLSFailed(TransportError):
    """The TLS handshake failed."""


class ServerError(DynclientError):
    """The server said no.

    Attributes: ``status`` (HTTP, as sent), ``code`` (the one meant: a 500 that wraps a 404 says
    404), ``message`` (the server's words), ``method``, ``url``, ``request_id`` (or None), ``body``
    (the decoded or text answer, shortened).
    """

    status: int
    code: int
    message: str
    method: str
    url: str
    request_id: str | None

    def render(self) -> str:
        """Return status, message and the request they answer."""
        parts = self.parts
        wrapped = parts.get("status") != parts.get("code")
        status = f"{parts.get('code')}" + (f" (sent as {parts.get('status')})" if wrapped else "")
        request = f"{parts.get('method', '')} {parts.get('url', '')}".strip()
        tail = f" [request {parts['request_id']}]" if parts.get("request_id") else ""
        hint = f"\n  {parts['hint']}" if parts.get("hint") else ""
        return f"{status} {parts['message']}\n  {request}{tail}{hint}"


class BadRequest(ServerError):
    """400: the server does not take the request."""


class Unauthorized(ServerError):
    """401: no token, or one the server does not accept."""


class Forbidden(ServerError):
    """403: the token's user may not do this."""


class NotFound(ServerError, KeyError):
    """404: no such entity (or no such route in this release)."""

    __str__ = DynclientError.__str__


class MethodNotAllowed(ServerError):
    """405: the route does not know this method."""


class Conflict(ServerError):
    """409: it exists already."""


class LostUpdate(Conflict):
    """Somebody else changed the entity since it was read; nothing was written."""


class PreconditionFailed(ServerError):
    """412: the entity changed since it was read."""


class UnsupportedMediaType(ServerError):
    """415: the route wants another content type."""


class TooManyRequests(ServerError):
    """429: a limit was reached; ``retry_after`` (seconds) where the server says."""


class ServerFault(ServerError):
    """5xx: the server failed."""


class Unavailable(ServerFault):
    """502, 503, 504: the server, or a proxy before it, cannot answer now."""


class NotOpenMetadata(ServerError):
    """An answer that no OpenMetadata server gives, such as a proxy's HTML page."""


class DynclientWarning(UserWarning):
    """Base of all warnings."""


class DriftWarning(DynclientWarning):
    """Data was translated between releases."""


class InsecureWarning(DynclientWarning):
    """TLS certificates are not checked."""
