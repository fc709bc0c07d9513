"""Which threads of the feed a query selects, and which concern a user."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.sandbox.entities.request_context import RequestContext

Thread = dict[str, Any]

_SECONDS = 100_000_000_000
"""Times below are in seconds, from there on in ms."""

OWNER, FOLLOWS = ("owner", "owners"), ("followers",)
"""The fields of an entity whose users and teams its threads concern."""


def in_ms(time: int) -> int:
    """Return a time in ms that may be in seconds."""
    return time * 1000 if time < _SECONDS else time


def is_active(announcement: Mapping[str, Any], now: int) -> bool:
    """Return whether the time of an announcement has begun and is not over."""
    return in_ms(announcement["startTime"]) <= now <= in_ms(announcement["endTime"])


def is_about(thread: Thread, link: str) -> bool:
    """Return whether a thread is about what an entity link names, or about a part of it."""
    return re.match(re.escape(link.rstrip(">")) + "(::|>)", thread["about"]) is not None


class UserFilter:
    """Tells which threads concern a user, directly or by a team.

    Args:
        context: the context of the request.
        user: the id of the user.
    """

    def __init__(self, context: RequestContext, user: str) -> None:
        self._tx = context.tx
        head = context.tx.heads([user]).get(user)
        self._name = head.name if head is not None else ""
        teams = context.tx.references_from([user], ["teams"])
        self._ids = {user, *(edge.target for edge in teams)}

    def is_owner(self, thread: Thread) -> bool:
        """Return whether the user or a team owns the entity of a thread."""
        return self._has_reference(thread, OWNER)

    def is_follower(self, thread: Thread) -> bool:
        """Return whether the user follows the entity of a thread."""
        return self._has_reference(thread, FOLLOWS)

    def _has_reference(self, thread: Thread, fields: tuple[str, ...]) -> bool:
        id = thread["entityId"] if "entityId" in thread else thread["entityRef"]["id"]
        edges = self._tx.references_from([id], fields)
        return any(edge.target in self._ids for edge in edges)

    def is_mentioned(self, thread: Thread) -> bool:
        """Return whether the thread or one of its posts mentions the user."""
        link = f"<#E::user::{self._name}>"
        return any(link in each["message"] for each in (thread, *thread["posts"]))

    def is_assigned_to(self, thread: Thread) -> bool:
        """Return whether a thread is a task that the user or a team shall do."""
        assignees = (thread.get("task") or {}).get("assignees") or ()
        return any(one["id"] in self._ids for one in assignees)

    def is_assigned_by(self, thread: Thread) -> bool:
        """Return whether a thread is a task that the user has created."""
        return "task" in thread and thread["createdBy"] == self._name

    def is_owner_or_follower(self, thread: Thread) -> bool:
        """Return whether the user owns or follows the entity of a thread."""
        return self.is_owner(thread) or self.is_follower(thread)

    def is_concerned(self, thread: Thread) -> bool:
        """Return whether a thread concerns the user in any way."""
        has_written = self._name in {thread["createdBy"], *(one["from"] for one in thread["posts"])}
        return has_written or any(
            test(thread) for test in (self.is_owner, self.is_mentioned, self.is_assigned_to)
        )

    def test(self, type: str | None) -> Callable[[Thread], bool]:
        """Return the test for the value of ``filterType``, None for threads of any kind."""
        return {
            "OWNER": self.is_owner,
            "FOLLOWS": self.is_follower,
            "OWNER_OR_FOLLOWS": self.is_owner_or_follower,
            "MENTIONS": self.is_mentioned,
            "ASSIGNED_TO": self.is_assigned_to,
            "ASSIGNED_BY": self.is_assigned_by,
        }.get(type or "", self.is_concerned)


def selector(context: RequestContext, query: Mapping[str, str]) -> Callable[[Thread], bool]:
    """Return the test of the threads that the query of a list selects.

    Resolved threads are selected only by ``resolved=true``.
    """
    tests: list[Callable[[Thread], bool]] = [
        lambda thread: thread["resolved"] == (query.get("resolved") == "true")
    ]
    if link := query.get("entityLink"):
        tests.append(lambda thread: is_about(thread, link))
    if type := query.get("type"):
        tests.append(lambda thread: thread["type"] == type)
    if status := query.get("taskStatus"):
        tests.append(lambda thread: (thread.get("task") or {}).get("status") == status)
    if active := query.get("activeAnnouncement"):
        tests.append(
            lambda thread: (
                "announcement" in thread
                and is_active(thread["announcement"], context.now) == (active == "true")
            )
        )
    if user := query.get("userId"):
        tests.append(UserFilter(context, user).test(query.get("filterType")))
    return lambda thread: all(test(thread) for test in tests)
