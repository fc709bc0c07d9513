"""The official SDK's exceptions, as subclasses of dynclient's.

Both ``except APIError`` and ``except dynclient.NotFound`` catch a 404 of the server.
:func:`official` converts dynclient's exceptions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.errors import (
    BadArguments,
    BadName,
    DynclientError,
    NotOpenMetadata,
    RequestInvalid,
    ResponseInvalid,
    ServerError,
    TooManyRequests,
    Unavailable,
    UnknownCollection,
    UsageError,
)

if TYPE_CHECKING:
    from dynclient.errors import Problem


class Response(NamedTuple):
    """The response that an error is about, as far as it is kept."""

    status_code: int
    body: Any
    url: str

    @property
    def text(self) -> str:
        """The body as text."""
        if isinstance(self.body, str):
            return self.body
        import json

        return json.dumps(self.body, ensure_ascii=False)

    def json(self) -> Any:
        """Return the decoded body.

        Raises:
            ValueError: the body is not JSON.
        """
        if not isinstance(self.body, str):
            return self.body
        import json

        return json.loads(self.body)


class APIError(ServerError):
    """The server rejected a request; base of all errors of a server.

    Attributes: ``code`` and ``status_code`` (the status), ``response``, and those of a
    :class:`dynclient.errors.ServerError`.
    """

    @property
    def status_code(self) -> int:
        """The HTTP status."""
        return self.status

    @property
    def response(self) -> Response:
        """The response, as far as it is kept."""
        return Response(self.status, self.parts.get("body"), self.url)

    def __reduce__(self) -> tuple[Any, ...]:
        return _restored, (_native(type(self)), self.parts)


class LimitsException(APIError, TooManyRequests):
    """429: too many requests."""


class RetryException(APIError, Unavailable):
    """502, 503, 504: the server is unavailable, also after the last retry."""


class HtmlResponseError(APIError, NotOpenMetadata):
    """The response is an HTML page; ``/api`` is probably missing in ``hostPort``."""


class EmptyPayloadException(ResponseInvalid):
    """A successful response without a body."""


class MissingEntityTypeException(UnknownCollection):
    """The release has no collection of this entity type."""


class InvalidEntityException(BadArguments):
    """A class or object of the wrong type, such as an entity instead of a create request."""


class VersionParsingException(DynclientError):
    """The server reports a version that cannot be parsed."""


class VersionMismatchException(DynclientError):
    """Never raised: every version of a server is supported."""


class VersionNotFoundException(DynclientError):
    """The server reports no version."""


class InvalidSSLVerificationException(UsageError):
    """``verifySSL`` is ``validate``, and the connection has no ``caCertificate``."""


class AuthenticationException(UsageError):
    """The connection has no token."""


class FQNBuildingException(BadName):
    """A fully qualified name is not valid, or cannot be built from the parts given."""


_OFFICIAL: dict[type[ServerError], type[APIError]] = {
    TooManyRequests: LimitsException,
    Unavailable: RetryException,
    NotOpenMetadata: HtmlResponseError,
}
"""Errors that have an official name."""


_api_errors: dict[type[ServerError], type[APIError]] = {}


def _as_api_error(native: type[ServerError]) -> type[APIError]:
    """Return the subclass of APIError and of a class of dynclient's errors."""
    if native not in _api_errors:
        _api_errors[native] = _combined(native)
    return _api_errors[native]


def _combined(native: type[ServerError]) -> type[APIError]:
    if issubclass(native, APIError):
        return native
    for base, known in _OFFICIAL.items():
        if issubclass(native, base):
            return known
    if native is ServerError:
        return APIError
    parts = {"__module__": __name__, "__doc__": native.__doc__}
    return type(f"{native.__name__}APIError", (APIError, native), parts)


def _native(kind: type[APIError]) -> type[ServerError]:
    """Return dynclient's error class that a subclass of APIError was made for."""
    return next(
        (
            base
            for base in kind.__mro__
            if issubclass(base, ServerError) and not _is_api_error(base)
        ),
        ServerError,
    )


def _is_api_error(kind: type) -> bool:
    return issubclass(kind, APIError)


def _restored(native: type[ServerError], parts: dict[str, Any]) -> APIError:
    return _as_api_error(native)(**parts)


_runtime_errors: dict[type[DynclientError], type[DynclientError]] = {}


def as_runtime_error(error: DynclientError) -> DynclientError:
    """Return an error that is a ``RuntimeError`` too.

    The official ``patch`` raises one if a script does not skip failures.
    """
    kind = type(error)
    if kind not in _runtime_errors:
        parts = {"__module__": __name__, "__doc__": kind.__doc__}
        _runtime_errors[kind] = type(kind.__name__, (kind, RuntimeError), parts)
    combined = _runtime_errors[kind]
    found = combined.__new__(combined, *error.args)
    found.__dict__.update(vars(error))
    return found


class RejectedBeforeSending(APIError, BadArguments):
    """A request that is not valid and was not sent; ``status`` and ``code`` are 400."""

    problems: tuple[Problem, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        return RejectedBeforeSending, (), {"parts": self.parts}

    def __setstate__(self, state: Any) -> None:
        RejectedBeforeSending.__init__(self, **state["parts"])

    def render(self) -> str:
        """Return the message; there is no response."""
        return str(self.parts["message"])


def official(error: DynclientError) -> DynclientError:
    """Return an error of dynclient as an official exception; others are returned as they are.

    A request that dynclient rejects before sending (a field that does not exist, a body that is not
    valid) would be rejected by a server with 400, so scripts expect an APIError.
    """
    if isinstance(error, APIError):
        return error
    if isinstance(error, ServerError):
        return _as_api_error(type(error))(**error.parts)
    if isinstance(error, (BadArguments, RequestInvalid)):
        parts = {"method": "", "url": "", "request_id": None, "body": str(error)}
        return RejectedBeforeSending(
            str(error), status=400, code=400, problems=error.problems, **parts
        )
    if type(error) is ResponseInvalid and _is_empty(error):
        return EmptyPayloadException(**error.parts)
    return error


def _is_empty(error: ResponseInvalid) -> bool:
    return any(not each.path and each.value == "NoneType" for each in error.problems)
