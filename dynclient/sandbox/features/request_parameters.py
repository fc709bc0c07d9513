"""Parameters of requests: entity types, numbers and spans of time, with the server's errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.sandbox.http_errors import UnhandledServerError, error_response, unhandled_status

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.entities.request_context import RequestContext

_SMALLEST, _LARGEST = -(1 << 63), (1 << 63) - 1

SPAN = ("startTs", "endTs")
"""The query parameters of a span of time, in ms."""

SPAN_REQUIRED = "startTs is marked non-null but is null"
"""The error of most resources for a query without a span of time."""


def find_model(context: RequestContext, type: str) -> EntityModel:
    """Return the model of the entity type that a path or a query names.

    Raises:
        ErrorResponse: 404, the release does not have the type.
    """
    if type not in context.models:
        raise error_response(404, context.rules.flag("unknown_type").format(type=type))
    return context.models[type]


def parse_int(text: str) -> int:
    """Return a parameter that must be an integer of 64 bits.

    Raises:
        UnhandledServerError: it is not; the server then reports a missing route.
    """
    try:
        number = int(text)
    except ValueError:
        raise unhandled_status(404) from None
    if not _SMALLEST <= number <= _LARGEST:
        raise unhandled_status(404)
    return number


def query_int(query: Mapping[str, str], name: str, default: int) -> int:
    """Return an integer query parameter, or a default if the query does not have it."""
    text = query.get(name)
    return default if text is None else parse_int(text)


def query_span(query: Mapping[str, str], missing: str) -> tuple[int, int]:
    """Return the span of time of a query, in ms.

    Args:
        query: the query parameters.
        missing: the server's message for a query without ``startTs`` or ``endTs``.
    """
    values = []
    for name in SPAN:
        if name not in query:
            raise UnhandledServerError(missing)
        values.append(parse_int(query[name]))
    return values[0], values[1]
