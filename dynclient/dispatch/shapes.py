"""The errors for responses of another shape than their operation returns; imported when needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.errors import Problem, ResponseInvalid

if TYPE_CHECKING:
    from dynclient.transport.request import Request

_HINT = "check the host, and whether a proxy in front of the server changes its responses"


def wrong_shape(request: Request, value: Any, expected: str, path: str = "") -> ResponseInvalid:
    """Return the error for a response of another shape.

    Args:
        request: the request.
        value: the decoded body, or a part of it; only its type and its keys are shown.
        expected: what it must be.
        path: position of the part in the body.
    """
    message = f"must be {expected}, not {_described(value)}; {_HINT}"
    return _invalid(request, Problem(path, type(value).__name__, "type", message))


def another_entity(request: Request, received: str, requested: str) -> ResponseInvalid:
    """Return the error for an entity with another id than the one that was requested."""
    message = f"must be {requested!r}, the requested one, not {received!r}; {_HINT}"
    return _invalid(request, Problem("id", received, "const", message))


def empty_first_page(request: Request, total: int) -> ResponseInvalid:
    """Return the error for a first page without items that announces some."""
    message = f"is an empty list, but paging.total is {total}; {_HINT}"
    return _invalid(request, Problem("data", [], "items", message))


def _invalid(request: Request, problem: Problem) -> ResponseInvalid:
    what = f"the response to {request.method} {request.masked_target}"
    if not request.is_write:
        return ResponseInvalid(what=what, problems=[problem])
    message = f"{what} is not valid, but the server may have carried out the request"
    return ResponseInvalid(message, what=what, problems=[problem], may_be_done=True)


def _described(value: Any) -> str:
    if value is None:
        return "an empty body or null"
    if isinstance(value, dict):
        from textwrap import shorten

        keys = shorten(", ".join(map(repr, value)), 100, placeholder=" …")
        return f"an object with the keys {keys}" if value else "an empty object"
    names = {list: "a list", str: "a string", bool: "a boolean"}
    return names.get(type(value), "a number")
