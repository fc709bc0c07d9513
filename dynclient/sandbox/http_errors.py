"""The sandbox's refusals: what a real server answers when it says no, by release.

An :class:`ErrorResponse` is raised anywhere below a request and becomes the response. Errors that
the server foresees have ``{"code", "message"}``; unhandled ones are HTTP 500 and wrap their text.
"""

from __future__ import annotations

from typing import Any


class ErrorResponse(Exception):
    """One refusal: HTTP status, body (dict for JSON, str for plain text)."""

    def __init__(self, status: int, body: dict[str, Any] | str) -> None:
        super().__init__(status, body)
        self.status = status
        self.body = body


class UnhandledServerError(Exception):
    """Something the server did not foresee; answered as 500 around ``message``."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


def error_response(status: int, message: str) -> ErrorResponse:
    """Return a fault with the usual body."""
    return ErrorResponse(status, {"code": status, "message": message})


def bad_request(message: str) -> ErrorResponse:
    """Return a 400."""
    return error_response(400, message)


def not_found(type: str, key: str) -> ErrorResponse:
    """Return the 404 of an entity that is not there; ``key`` is the id or FQN asked for."""
    return error_response(404, f"{type} instance for {key} not found")


def already_exists() -> ErrorResponse:
    """Return the 409 of a POST that would make the same entity twice."""
    return error_response(409, "Entity already exists")


def unhandled_error_response(message: str, *, with_type: bool) -> ErrorResponse:
    """Return the 500 of an unforeseen error; newer releases add ``errorType``."""
    words = f"An exception with message [{message}] was thrown while processing request."
    body = {"responseMessage": words}
    if with_type:
        body["errorType"] = "UNHANDLED_SERVER_EXCEPTION"
    return ErrorResponse(500, body)


_REASONS = {404: "Not Found", 405: "Method Not Allowed", 415: "Unsupported Media Type"}


def unhandled_status(status: int) -> UnhandledServerError:
    """Return the error for a missing route, method or media type, a 500 on real servers."""
    return UnhandledServerError(f"HTTP {status} {_REASONS[status]}")
