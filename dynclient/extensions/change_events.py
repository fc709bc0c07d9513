"""Change events: what was created, changed and deleted, read by time."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.arguments import as_list, as_mapping
from dynclient.extensions.base import Extension, not_supported
from dynclient.extensions.times import as_datetime, timestamp

OVERLAP = 60_000
"""How much of the time before the last event is read again, in ms: servers log an event after the
response, so an older one may follow a newer one."""

_QUERIES = {
    "created": "entityCreated",
    "updated": "entityUpdated",
    "restored": "entityRestored",
    "deleted": "entityDeleted",
}
"""The query parameter, and the type of the events, by argument."""

Kinds = Mapping[str, str]


class ChangeEvents:
    """The change events of a span of time; iterating requests them, from the beginning each time.

    :meth:`new` continues after the last event that was read. Only the keys of the events of the
    last minute are kept, and those of deletions.

    Args:
        extension: what sends the requests.
        kinds: the value of each query parameter.
        since: the begin in ms since 1970, inclusive.
        until: the end in ms since 1970, exclusive; None for no end.
    """

    def __init__(
        self, extension: ChangeEventsExtension, kinds: Kinds, since: int, until: int | None
    ) -> None:
        self._extension = extension
        self._kinds = kinds
        self._since = since
        self._until = until
        self._window = _Window(since)

    def __iter__(self) -> Iterator[Any]:
        self._window = _Window(self._since)
        return self.new()

    def new(self) -> Iterator[Any]:
        """Yield the events since the last one that was read, oldest first, each once.

        What has not been read of an iteration that was left early is yielded as well.
        """
        return self._read(self._window)

    def _read(self, window: _Window) -> Iterator[Any]:
        for raw, is_new in window.read(self._request(window)):
            if is_new and (self._until is None or raw["timestamp"] < self._until):
                yield self._extension.load(raw)

    @property
    def last(self) -> Any:
        """The time of the newest event that was read, in UTC; None before the first."""
        return None if self._window.last <= self._since else as_datetime(self._window.last)

    def _request(self, window: _Window) -> list[Mapping[str, Any]]:
        """Return the events of a window, oldest first.

        The event of a deletion has the time of the last change before it, so deletions are read
        from the beginning each time.
        """
        deleted = _QUERIES["deleted"]
        others = {name: value for name, value in self._kinds.items() if name != deleted}
        start = max(self._since, window.last - OVERLAP)
        if start == self._since or deleted not in self._kinds:
            found = self._extension.request(self._kinds, start)
        else:
            found = self._extension.request({deleted: self._kinds[deleted]}, self._since)
            if others:
                found += self._extension.request(others, start)
        return sorted(found, key=lambda raw: int(raw["timestamp"]))

    def __repr__(self) -> str:
        end = "" if self._until is None else f" until {as_datetime(self._until):%Y-%m-%d %H:%M:%S}"
        return f"<ChangeEvents since {as_datetime(self._since):%Y-%m-%d %H:%M:%S}{end}>"


class _Window:
    """Which events have been read."""

    def __init__(self, since: int) -> None:
        self.last = since
        self._seen: Counter[bytes] = Counter()
        self._times: dict[bytes, int] = {}

    def read(self, events: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], bool]]:
        """Yield events with whether each is new, and note that it has been read.

        Old releases have no ids of events: equal ones are counted, so that none is lost.
        """
        listed: Counter[bytes] = Counter()
        for event in events:
            key = _key(event)
            listed[key] += 1
            is_new = listed[key] > self._seen[key]
            if is_new:
                self._seen[key] = listed[key]
                is_deleted = str(event.get("eventType")) in {"entityDeleted", "entitySoftDeleted"}
                self._times[key] = -1 if is_deleted else int(event["timestamp"])
                self.last = max(self.last, int(event["timestamp"]))
            yield event, is_new
        self._forget()

    def _forget(self) -> None:
        """Drop the keys of the events that are not read again."""
        border = self.last - OVERLAP
        for key in [key for key, time in self._times.items() if 0 <= time < border]:
            del self._times[key]
            del self._seen[key]


def _key(event: Mapping[str, Any]) -> bytes:
    """Return what identifies an event: its id, or else all of it."""
    identity = event.get("id") or json.dumps(event, sort_keys=True)
    return hashlib.blake2b(str(identity).encode(), digest_size=16).digest()


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

        Returns:
            An iterable of change events; ``.new()`` yields those that have been logged since.

        Raises:
            BadArguments: a time or a type is not valid, or ``until`` is not after ``since``.
            NotSupported: the release has no events of entities that were restored.
        """
        call = "change_events"
        start = 0 if since is None else timestamp(since, call, "since")
        end = None if until is None else timestamp(until, call, "until")
        if end is not None and end <= start:
            message = f"must be after since={since!r}, not {until!r}"
            raise bad_arguments(call, [Problem("until", until, "argument", message)])
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
        return ChangeEvents(self, kinds, start, end)

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
