"""Change events: what was created, changed and deleted, read by time."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.arguments import as_list, as_mapping
from dynclient.extensions.base import Extension, not_supported
from dynclient.extensions.event_window import OVERLAP, EventPosition, EventWindow
from dynclient.extensions.times import as_datetime, timestamp
from dynclient.operations.operation import Plan

_QUERIES = {
    "created": "entityCreated",
    "updated": "entityUpdated",
    "restored": "entityRestored",
    "deleted": "entityDeleted",
}
"""The query parameter, and the type of the events, by argument."""

_FAR = 9_999_999_999_999
"""A time in ms after that of any event."""

Kinds = Mapping[str, str]


class ChangeEvents:
    """The change events of a span of time; iterating requests them, from the beginning each time.

    :meth:`new` continues after the last event that was read, and :attr:`position` says in another
    process where that was. Only the keys of the events of the overlap are kept, and those of
    deletions that the server still lists.

    Args:
        extension: what sends the requests.
        position: the span of time and the kinds of events, and which of them have been read.
    """

    def __init__(self, extension: ChangeEventsExtension, position: EventPosition) -> None:
        self._extension = extension
        self._start = position._replace(last=position.since, seen=())
        self._window = EventWindow(position)

    def __iter__(self) -> Iterator[Any]:
        self._window = EventWindow(self._start)
        return self.new()

    def new(self) -> Iterator[Any]:
        """Yield the events since the last one that was read, oldest first, each once.

        What has not been read of an iteration that was left early is yielded as well.
        """
        return self._read(self._window)

    def _read(self, window: EventWindow) -> Iterator[Any]:
        until = self._start.until
        for raw, is_new in window.read(self._request(window)):
            if is_new and (until is None or raw["timestamp"] < until):
                yield self._extension.load(raw)

    @property
    def last(self) -> Any:
        """The time of the newest event that was read, in UTC; None before the first."""
        last = self._window.last
        return None if last <= self._start.since else as_datetime(last)

    @property
    def position(self) -> str:
        """Which events have been read, as a text to store: see ``om.change_events.resume(…)``."""
        return self._window.position().text()

    def _request(self, window: EventWindow) -> list[Mapping[str, Any]]:
        """Return the events of a window, oldest first.

        The event of a deletion has the time of the last change before it, so deletions are read
        from the beginning each time.
        """
        deleted, kinds = _QUERIES["deleted"], self._start.kinds
        others = {name: value for name, value in kinds.items() if name != deleted}
        since = self._start.since
        start = max(since, window.last - self._start.overlap)
        if start == since or deleted not in kinds:
            found = self._extension.request(kinds, start)
        else:
            found = self._extension.request({deleted: kinds[deleted]}, since)
            if others:
                found += self._extension.request(others, start)
        return sorted(found, key=lambda raw: int(raw["timestamp"]))

    def __repr__(self) -> str:
        since, until = self._start.since, self._start.until
        end = "" if until is None else f" until {as_datetime(until):%Y-%m-%d %H:%M:%S}"
        return f"<ChangeEvents since {as_datetime(since):%Y-%m-%d %H:%M:%S}{end}>"


class ChangeEventsExtension(Extension):
    """The change events of a server: ``om.change_events(since="2026-01-01")``."""

    name = "change_events"
    operations = "change_events"

    def __call__(
        self,
        since: Any = None,
        until: Any = None,
        *,
        types: Any = None,
        created: Any = None,
        updated: Any = None,
        restored: Any = None,
        deleted: Any = None,
        overlap: float = OVERLAP / 1000,
    ) -> ChangeEvents:
        """Return the change events of a span of time, oldest first.

        A server returns all events from a time on in one response, which is requested when the
        events are read.

        Args:
            since: the begin, inclusive: a datetime, a date, an ISO 8601 text, or an epoch; None for
                all that the server keeps.
            until: the end, exclusive; None for no end.
            types: entity types, one or several, by any name: ``"table"``; None for all.
            created: events of creations: True, or the entity types. If none of the four is given,
                all are read.
            updated: events of changes, as for ``created``.
            restored: events of entities that were restored after a soft delete.
            deleted: events of deletions, soft or not. The event of a deletion has the time of the
                last change before it, so an earlier ``since`` may be needed.
            overlap: the seconds before the last event that ``.new()`` reads again, for events that
                are logged late; what it has yielded before is left out. A load of many entities in
                one transaction needs more than the default of a minute.

        Returns:
            An iterable of change events; ``.new()`` yields those that have been logged since.

        Raises:
            BadArguments: a time or a type is not valid, ``until`` is not after ``since``, or
                ``overlap`` is negative.
            NotSupported: the release has no events of entities that were restored.
        """
        call = "change_events"
        start = 0 if since is None else timestamp(since, call, "since")
        end = None if until is None else timestamp(until, call, "until")
        if end is not None and end <= start:
            message = f"must be after since={since!r}, not {until!r}"
            raise bad_arguments(call, [Problem("until", until, "argument", message)])
        seconds: Any = overlap
        is_number = isinstance(seconds, (int, float)) and not isinstance(seconds, bool)
        if not is_number or not 0 <= seconds < float("inf"):
            message = f"must be a number of seconds from 0 on, not {overlap!r}"
            raise bad_arguments(call, [Problem("overlap", overlap, "argument", message)])
        given = {"created": created, "updated": updated, "restored": restored, "deleted": deleted}
        known = self._known()
        chosen = {name: value for name, value in given.items() if value not in (None, False)}
        if not chosen:
            chosen = {name: True for name in given if given[name] is None and name in known}
        missing = [name for name in chosen if name not in known]
        if missing:
            raise not_supported(f"change events for {missing[0]}=", self.session.release.name)
        common = "*" if types is None else self._listed(types)
        kinds = {
            _QUERIES[name]: common if value is True else self._listed(value)
            for name, value in chosen.items()
        }
        return ChangeEvents(self, EventPosition(kinds, start, end, int(overlap * 1000), start))

    def resume(self, position: str) -> ChangeEvents:
        """Return the change events after those that were read in another process.

        Args:
            position: ``.position`` of the events there.

        Returns:
            The same span of time and kinds of events; ``.new()`` yields what was not read there.

        Raises:
            BadArguments: it is not such a text, or the release does not have the kinds of events.
        """
        found = EventPosition.read(position)
        missing = {*found.kinds} - {_QUERIES[name] for name in self._known()}
        if missing:
            name = self.session.release.name
            message = f"has {', '.join(sorted(missing))}, which release {name} does not have"
            problem = Problem("position", ", ".join(sorted(missing)), "argument", message)
            raise bad_arguments("change_events.resume", [problem])
        return ChangeEvents(self, found)

    def server_time(self) -> Any:
        """Return the time of the server's clock, in UTC, to the second.

        Change events have the times of that clock, which may differ from the one here. It is read
        from the header ``Date`` of a response without events; where a proxy removes that, the
        result is None.

        Raises:
            ServerError, TransportError: the server does not return its events.
        """
        from email.utils import parsedate_to_datetime

        dates: list[str] = []
        operation = self.operation("list")._replace(body_kind=None)
        arguments = {_QUERIES["created"]: "*", "timestamp": _FAR}
        self.session.call(
            Plan(operation, arguments, None),
            lambda response: dates.append(response.headers.get("Date", "")),
        )
        try:
            return parsedate_to_datetime(dates[-1])
        except (IndexError, ValueError):
            return None

    def entity(self, event: Any) -> Any:
        """Return the entity as it was after a change; None if the event does not have it.

        Args:
            event: a change event.
        """
        raw = as_mapping(model.json_of(event), "change_events.entity", "event")
        state = raw.get("entity")
        if isinstance(state, str):
            state = json.loads(state)
        if not isinstance(state, dict):
            return None
        spec = self.session.find(raw["entityType"])
        return model.load(self.session.release.node(spec.entity.path), state)

    def request(self, kinds: Kinds, start: int) -> list[Mapping[str, Any]]:
        """Return the events from a time on, as JSON.

        Args:
            kinds: the value of each query parameter.
            start: the time in ms since 1970, inclusive.
        """
        kinds = as_mapping(kinds, "change_events.request", "kinds")
        page = self.call("list", {**kinds, "timestamp": start})
        return [model.raw(event) for event in page]

    def load(self, raw: Mapping[str, Any]) -> Any:
        """Return the change event that JSON describes.

        Args:
            raw: the event, as a server sends it.
        """
        event = as_mapping(raw, "change_events.load", "raw")
        return model.load(self.session.release.node("type/changeEvent.json"), dict(event))

    def _known(self) -> list[str]:
        """Return the arguments for the types of events that the release has."""
        node = self.session.release.node("type/changeEvent.json").properties["eventType"]
        types = {str(each) for each in node.target.enum or ()}
        return [name for name, type in _QUERIES.items() if type in types or not types]

    def _listed(self, types: Any) -> str:
        """Return the value of a query parameter for entity types."""
        if types == "*":
            return "*"
        listed = as_list(types, "change_events", "types")
        return ",".join(dict.fromkeys(self.session.find(each).entity.name for each in listed))
