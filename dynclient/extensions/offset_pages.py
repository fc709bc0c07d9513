"""Lists whose pages are found by their offset, and what takes their place on other servers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.dispatch.pagination import Listing, Page
from dynclient.dispatch.responses import is_route
from dynclient.errors import MethodNotAllowed, NotFound
from dynclient.operations.operation import Operation, Plan

if TYPE_CHECKING:
    from dynclient.session.session import Session

PAGE_MAX = 1000
"""Entities on a page, at most."""


def offset_page(
    session: Session, operation: Operation, arguments: Mapping[str, Any], more: Mapping[str, Any]
) -> Page:
    """Return one page.

    Args:
        session: the session of the server.
        operation: takes ``page_size`` and ``offset``.
        arguments: its other arguments.
        more: what a listing asks for: ``page_size`` and ``after``, here an offset.
    """
    start = int(more.get("after") or 0)
    size = more.get("page_size", page_size(session))
    window = {"offset": start, "page_size": max(1, size)}  # servers refuse an empty page
    page = session.call(Plan(operation, {**arguments, **window}))
    if not isinstance(page, Page):  # entities of several types
        page = Page(list(page.get("data") or ()), page.get("paging"))
    end = start + len(page)
    page.after = str(end) if len(page) and end < (page.total or 0) else None
    return page


def offset_listing(
    session: Session,
    operation: Operation | None,
    arguments: Mapping[str, Any],
    otherwise: Callable[[dict[str, Any]], Page],
) -> Listing:
    """Return a lazy list of an operation, or of what takes its place.

    Args:
        session: the session of the server.
        operation: takes ``page_size`` and ``offset``; None if the release does not have it.
        arguments: its other arguments.
        otherwise: returns a page if the server does not have the route.
    """
    is_missing = operation is None

    def fetch(more: dict[str, Any]) -> Page:
        nonlocal is_missing
        if not is_missing and operation is not None:
            try:
                return offset_page(session, operation, arguments, more)
            except (NotFound, MethodNotAllowed) as error:
                if not is_route(error.message):
                    raise
            is_missing = True
        return otherwise(more)

    return Listing(fetch, page_size=page_size(session))


def page_size(session: Session) -> int:
    """Return the number of entities on a page: the setting, or what servers allow at most."""
    return min(session.settings.page_size, PAGE_MAX)
