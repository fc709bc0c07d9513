"""Which change events have been read, in a form that another process can continue from."""

from __future__ import annotations

import base64
import hashlib
import json
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem

OVERLAP = 60_000
"""How much of the time before the last event is read again, in ms: servers log an event after the
response, so an older one may follow a newer one."""

_DELETED = frozenset({"entityDeleted", "entitySoftDeleted"})
_FORMAT = 1
_KEY = 16
"""The bytes of a key of an event."""
_LONGEST = 1 << 26
"""The most bytes of a position that is unpacked; it has 40 bytes for each deletion."""


class EventPosition(NamedTuple):
    """A span of change events, and how far it has been read."""

    kinds: Mapping[str, str]
    """The value of each query parameter."""
    since: int
    """The begin in ms since 1970, inclusive."""
    until: int | None
    """The end in ms since 1970, exclusive; None for no end."""
    overlap: int
    """How much of the time before the last event is read again, in ms."""
    last: int
    """The time of the newest event that was read, in ms since 1970; ``since`` before the first."""
    seen: tuple[tuple[str, int, int], ...] = ()
    """Key, number and time of the events that would be read again; -1 is the time of deletions."""

    def text(self) -> str:
        """Return the position as a text to store. It has no content of events."""
        packed = json.dumps({"format": _FORMAT, **self._asdict()}, separators=(",", ":"))
        return base64.urlsafe_b64encode(zlib.compress(packed.encode())).decode()

    @classmethod
    def read(cls, text: Any) -> EventPosition:
        """Return the position that a text has.

        Raises:
            BadArguments: the text is not what :meth:`text` returned.
        """
        try:
            packed = base64.b64decode(text.encode(), altchars=b"-_", validate=True)
            unpacker = zlib.decompressobj()
            raw = json.loads(unpacker.decompress(packed, _LONGEST))
            if raw.pop("format") != _FORMAT or not unpacker.eof:
                raise ValueError
            found = cls(**raw)
            return found._replace(
                kinds={str(name): str(value) for name, value in found.kinds.items()},
                since=int(found.since),
                until=None if found.until is None else int(found.until),
                overlap=int(found.overlap),
                last=int(found.last),
                seen=tuple((str(k), int(number), int(time)) for k, number, time in found.seen),
            )
        except (AttributeError, KeyError, TypeError, ValueError, zlib.error):
            kind = "another text" if isinstance(text, str) else type(text).__name__
        message = f"must be .position of change events, not {kind}"
        raise bad_arguments(
            "change_events.resume", [Problem("position", kind, "argument", message)]
        )


class EventWindow:
    """Which events of a span have been read.

    Args:
        position: the span, and how far it has been read.

    Attributes:
        last: the time of the newest event that was read, in ms since 1970.
    """

    def __init__(self, position: EventPosition) -> None:
        self._position = position
        self.last = position.last
        self._seen: Counter[bytes] = Counter()
        self._times: dict[bytes, int] = {}
        for key, number, time in position.seen:
            self._seen[bytes.fromhex(key)] = number
            self._times[bytes.fromhex(key)] = time

    def read(self, events: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Mapping[str, Any], bool]]:
        """Yield events with whether each is new, and note that it has been read.

        Old releases have no ids of events: equal ones are counted, so that none is lost.

        Args:
            events: all events of the server from the overlap on, and all deletions of the span.
        """
        listed: Counter[bytes] = Counter()
        for event in events:
            key = _key(event)
            listed[key] += 1
            is_new = listed[key] > self._seen[key]
            if is_new:
                self._seen[key] = listed[key]
                is_deleted = str(event.get("eventType")) in _DELETED
                self._times[key] = -1 if is_deleted else int(event["timestamp"])
                self.last = max(self.last, int(event["timestamp"]))
            yield event, is_new
        self._forget(listed)

    def _forget(self, listed: Mapping[bytes, int]) -> None:
        """Drop the keys of the events that are not read again, or that the server has removed."""
        border = self.last - self._position.overlap
        for key in [
            key
            for key, time in self._times.items()
            if (key not in listed if time < 0 else time < border)
        ]:
            del self._times[key]
            del self._seen[key]

    def position(self) -> EventPosition:
        """Return the span, and how far it has been read by now."""
        seen = ((key.hex(), self._seen[key], time) for key, time in self._times.items())
        return self._position._replace(last=self.last, seen=tuple(seen))


def _key(event: Mapping[str, Any]) -> bytes:
    """Return what identifies an event: its id, or else all of it."""
    identity = event.get("id") or json.dumps(event, sort_keys=True)
    return hashlib.blake2b(str(identity).encode(), digest_size=_KEY).digest()
