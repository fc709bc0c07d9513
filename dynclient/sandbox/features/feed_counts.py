"""The number of threads about an entity and its parts, or of those that concern a user."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import time_series
from dynclient.sandbox.features.feed import KIND, THREAD
from dynclient.sandbox.features.request_parameters import find_model
from dynclient.sandbox.features.thread_filters import Thread, UserFilter, is_about, is_active
from dynclient.sandbox.http_errors import bad_request
from dynclient.sandbox.routing import Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.sandbox.storage.store import Row

COUNT = "api/feed/threadCount.json"
NEEDS = (THREAD, COUNT)

_PEOPLE = {"user", "team"}


class FeedCounts:
    """The handlers of counts, in the form that the schema of the release has."""

    def __init__(self, models: EntityModels) -> None:
        self._properties = frozenset(models.schema(COUNT).properties)

    def count(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET feed/count``."""
        link = request.query.get("entityLink") or ""
        row = _find_entity(context, link) if link else None
        if "counts" in self._properties:
            return Result(200, self._totals(context, request, link, row))
        if row is None:
            raise bad_request("[query param entityLink must not be null]")
        if row.type == "user":
            return Result(200, {"data": [self._count_of_user(context, link, row)]})
        rows = [] if row.type in _PEOPLE else list(self._count_by_part(context, row))
        return Result(200, {"data": rows})

    def _totals(
        self, context: RequestContext, request: Request, link: str, row: Row | None
    ) -> dict[str, Any]:
        """Return the number of threads by their entity link, and their sum."""
        query = request.query
        resolved = query.get("isResolved") == "true"
        threads = [
            thread for thread in context.tx.records_of(KIND, 0, time_series.ALWAYS)
            if thread["resolved"] == resolved
            and query.get("type") in {None, "", thread["type"]}
            and query.get("taskStatus") in {None, "", (thread.get("task") or {}).get("status")}
        ]  # fmt: skip
        if row is not None and row.type in _PEOPLE:
            concerns = UserFilter(context, row.id).is_concerned
            threads = [thread for thread in threads if row.type == "user" and concerns(thread)]
        elif row is not None:
            threads = [thread for thread in threads if is_about(thread, link)]
        counts = Counter(thread["about"] for thread in threads)
        return {
            "totalCount": len(threads),
            "counts": [{"count": counts[about], "entityLink": about} for about in sorted(counts)],
        }

    def _count_of_user(self, context: RequestContext, link: str, row: Row) -> dict[str, Any]:
        filter = UserFilter(context, row.id)
        threads = list(context.tx.records_of(KIND, 0, time_series.ALWAYS))
        mentions = sum(filter.is_mentioned(thread) for thread in threads)
        concerned = [thread for thread in threads if filter.is_concerned(thread)]
        return self._row(context, link, concerned, mentions)

    def _count_by_part(self, context: RequestContext, row: Row) -> Iterable[dict[str, Any]]:
        """Yield a row for each type, status and entity link of the threads about an entity."""
        groups: dict[tuple[str, str, str], list[Thread]] = {}
        for thread in context.tx.records(row.id, KIND, 0, time_series.ALWAYS):
            status = (thread.get("task") or {}).get("status", "")
            groups.setdefault((thread["type"], status, thread["about"]), []).append(thread)
        for key in sorted(groups):
            yield self._row(context, key[2], groups[key], 0)

    def _row(
        self, context: RequestContext, link: str, threads: list[Thread], mentions: int
    ) -> dict[str, Any]:
        tasks = Counter(thread["task"]["status"] for thread in threads if "task" in thread)
        announcements = [thread["announcement"] for thread in threads if "announcement" in thread]
        active = sum(is_active(each, context.now) for each in announcements)
        counts = {
            "conversationCount": sum(thread["type"] == "Conversation" for thread in threads),
            "openTaskCount": tasks["Open"],
            "closedTaskCount": tasks["Closed"],
            "totalAnnouncementCount": len(announcements),
            "activeAnnouncementCount": active,
            "inactiveAnnouncementCount": len(announcements) - active,
        }
        out: dict[str, Any] = {name: count for name, count in counts.items() if count}
        out |= {"totalTaskCount": tasks.total(), "mentionCount": mentions, "entityLink": link}
        return {name: out[name] for name in out if name in self._properties}


def _find_entity(context: RequestContext, link: str) -> Row:
    parts = link.strip("<>").split("::")
    if len(parts) < 3:
        raise bad_request(f"Entity link {link} is not valid")
    return context.get_row(find_model(context, parts[1]), parts[2], by_name=True)


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:  # noqa: ARG001
    """Add the route."""
    query = ("entityLink", "type", "taskStatus", "isResolved")
    route = Route(FeedCounts(models).count, operation="countThreads", query=query)
    routes.add("GET", "/v1/feed/count", route)
