"""Error responses of the sandbox, as real servers send them.

An :class:`ErrorResponse` is raised anywhere below a request and becomes the response. Errors that
the server foresees have ``{"code", "message"}``; unhandled ones are HTTP 500 and wrap their text.
"""

from __future__ import annotations

from typing import Any, Self


class SandboxError(Exception):
    """An error that becomes a response."""

    keeps_changes = False
    """Whether the server fails only after it has stored the changes."""

    def keeping_changes(self) -> Self:
        """Return the error, marked as one after which the changes of the request are kept."""
        self.keeps_changes = True
        return self


class ErrorResponse(SandboxError):
    """An error response: HTTP status and body (dict for JSON, str for plain text)."""

    def __init__(self, status: int, body: dict[str, Any] | str) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


class UnhandledServerError(SandboxError):
    """An error that the server does not handle; the response is a 500 that wraps ``message``."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def error_response(status: int, message: str) -> ErrorResponse:
    """Return an error response with the usual JSON body."""
    return ErrorResponse(status, {"code": status, "message": message})


def bad_request(message: str) -> ErrorResponse:
    """Return a 400."""
    return error_response(400, message)


def not_found(type: str, key: str) -> ErrorResponse:
    """Return the 404 for a missing entity; ``key`` is the requested id or FQN."""
    return error_response(404, f"{type} instance for {key} not found")


def already_exists() -> ErrorResponse:
    """Return the 409 for a POST of an existing entity."""
    return error_response(409, "Entity already exists")


def unhandled_error_response(message: str, *, with_type: bool) -> ErrorResponse:
    """Return the 500 for an unhandled error; newer releases add ``errorType``."""
    text = f"An exception with message [{message}] was thrown while processing request."
    body = {"responseMessage": text}
    if with_type:
        body["errorType"] = "UNHANDLED_SERVER_EXCEPTION"
    return ErrorResponse(500, body)


_REASONS = {404: "Not Found", 405: "Method Not Allowed", 415: "Unsupported Media Type"}


def unhandled_status(status: int) -> UnhandledServerError:
    """Return the error for an unknown route, method or media type: a 500 on real servers."""
    return UnhandledServerError(f"HTTP {status} {_REASONS[status]}")
