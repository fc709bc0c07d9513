"""Errors as scripts of the official SDK know them: its names, as subclasses of dynclient's own.

An ``except APIError`` of such a script catches what the server refused; an ``except NotFound`` of
dynclient catches the same. :func:`official` turns one into the other.
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
    """The answer behind an error, as far as it is kept."""

    status_code: int
    body: Any
    url: str

    @property
    def text(self) -> str:
        """The answer as text."""
        if isinstance(self.body, str):
            return self.body
        import json

        return json.dumps(self.body, ensure_ascii=False)

    def json(self) -> Any:
        """Return the answer, decoded.

        Raises:
            ValueError: it is no JSON.
        """
        if not isinstance(self.body, str):
            return self.body
        import json

        return json.loads(self.body)


class APIError(ServerError):
    """The server refused a request; every other error of a server is one, too.

    Attributes: ``code`` and ``status_code`` (the status), ``response``, and those of a
    :class:`dynclient.errors.ServerError`.
    """

    @property
    def status_code(self) -> int:
        """The status of HTTP, as sent."""
        return self.status

    @property
    def response(self) -> Response:
        """The answer, as far as it is kept."""
        return Response(self.status, self.parts.get("body"), self.url)

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuilt, (_native(type(self)), self.parts)


class LimitsException(APIError, TooManyRequests):
    """429: a limit of the server was reached."""


class RetryException(APIError, Unavailable):
    """502, 503, 504: still no answer after the last attempt."""


class HtmlResponseError(APIError, NotOpenMetadata):
    """A page for people came back; ``hostPort`` probably lacks its ``/api``."""


class EmptyPayloadException(ResponseInvalid):
    """The server said yes, and nothing else."""


class MissingEntityTypeException(UnknownCollection):
    """The release has no collection of such entities."""


class InvalidEntityException(BadArguments):
    """A class or an object of the wrong kind, such as an entity where a create request belongs."""


class VersionParsingException(DynclientError):
    """The server tells a version that is none."""


class VersionMismatchException(DynclientError):
    """Known for ``except`` clauses only: here every version of a server fits."""


class VersionNotFoundException(DynclientError):
    """The server tells no version."""


class InvalidSSLVerificationException(UsageError):
    """``verifySSL`` wants a certificate to check with, and the connection names none."""


class AuthenticationException(UsageError):
    """The connection holds no token, nor a way to one."""


class FQNBuildingException(BadName):
    """The parts of a fully qualified name do not fit the entity."""


_OF: dict[type[ServerError], type[APIError]] = {
    TooManyRequests: LimitsException,
    Unavailable: RetryException,
    NotOpenMetadata: HtmlResponseError,
}
"""Those with a name of their own."""


_made: dict[type[ServerError], type[APIError]] = {}


def _as_api_error(native: type[ServerError]) -> type[APIError]:
    """Return the class that is both an APIError and a native kind of error."""
    if native not in _made:
        _made[native] = _combined(native)
    return _made[native]


def _combined(native: type[ServerError]) -> type[APIError]:
    if issubclass(native, APIError):
        return native
    for base, known in _OF.items():
        if issubclass(native, base):
            return known
    if native is ServerError:
        return APIError
    parts = {"__module__": __name__, "__doc__": native.__doc__}
    return type(f"{native.__name__}APIError", (APIError, native), parts)


def _native(kind: type[APIError]) -> type[ServerError]:
    """Return the kind of error that a class was made from."""
    return next(
        (base for base in kind.__mro__ if issubclass(base, ServerError) and not _is_ours(base)),
        ServerError,
    )


def _is_ours(kind: type) -> bool:
    return issubclass(kind, APIError)


def _rebuilt(native: type[ServerError], parts: dict[str, Any]) -> APIError:
    return _as_api_error(native)(**parts)


class RejectedBeforeSending(APIError, BadArguments):
    """A request that no server would take, refused before it was sent; status and code are 400."""

    problems: tuple[Problem, ...]

    def __reduce__(self) -> tuple[Any, ...]:
        return RejectedBeforeSending, (), {"parts": self.parts}

    def __setstate__(self, state: Any) -> None:
        RejectedBeforeSending.__init__(self, **state["parts"])

    def render(self) -> str:
        """Return what is wrong; there is no answer to tell of."""
        return str(self.parts["message"])


def official(error: DynclientError) -> DynclientError:
    """Return an error of dynclient under its official name; others are returned as they are.

    What dynclient refuses before it is sent (a field that does not exist, a body that breaks its
    schema) comes back from a server as 400, so scripts expect an APIError for it.
    """
    if isinstance(error, APIError):
        return error
    if isinstance(error, ServerError):
        return _as_api_error(type(error))(**error.parts)
    if isinstance(error, (BadArguments, RequestInvalid)):
        told = {"method": "", "url": "", "request_id": None, "body": str(error)}
        return RejectedBeforeSending(
            str(error), status=400, code=400, problems=error.problems, **told
        )
    return error
