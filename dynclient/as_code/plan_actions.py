"""What has to be done with one entity, and where the actions of a plan keep what they send."""

from __future__ import annotations

import json
import tempfile
import threading
import zlib
from collections.abc import Mapping
from typing import Any

from dynclient.extensions.entity_diff import FieldChange

CREATE, CHANGE, RESTORE, DELETE = "create", "change", "restore", "delete"
KEEP = "keep"
"""The kind of actions that send nothing: an entity is as its document says, which is recorded."""
LINK = "link"
"""The kind of actions that set what could not be set when an entity was created."""


class Contents:
    """JSON in a temporary file, compressed; may be shared by threads.

    A plan may have tens of thousands of entities, and each may have hundreds of columns.
    """

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 -- closed with the last action
        self._lock = threading.Lock()

    def add(self, value: Any) -> int:
        """Add a value and return its place."""
        data = zlib.compress(json.dumps(value).encode(), 1)
        with self._lock:
            place = self._file.seek(0, 2)
            self._file.write(len(data).to_bytes(4, "big") + data)
        return place

    def at(self, place: int) -> Any:
        """Return the value at a place."""
        with self._lock:
            self._file.seek(place)
            length = int.from_bytes(self._file.read(4), "big")
            data = self._file.read(length)
        return json.loads(zlib.decompress(data))

    def __del__(self) -> None:
        self._file.close()


class Action:
    """What has to be done with one entity.

    Attributes:
        kind: ``create``, ``change``, ``restore`` (it was deleted, and is changed afterwards),
            ``delete``, or ``keep``, which sends nothing.
        type: Name of the entity type, ``table``.
        fqn: Fully qualified name of the entity.
        id: Id of the entity on the server; empty before it is created.
        stamp: Version and time of the last change when the plan was made.
        level: Actions of a lower level are done first.
    """

    __slots__ = (
        "_contents", "_parts", "_place", "fqn", "id", "kind", "level", "stamp", "type",
    )  # fmt: skip

    def __init__(
        self,
        kind: str,
        type: str,
        fqn: str,
        place: str = "",
        id: str = "",
        stamp: str = "",
        changes: tuple[FieldChange, ...] = (),
        translated: tuple[FieldChange, ...] = (),
        level: tuple[int, int] = (0, 0),
    ) -> None:
        self.kind = kind
        self.type = type
        self.fqn = fqn
        self.id = id
        self.stamp = stamp
        self.level = level
        self._parts: dict[str, Any] | None = {
            "place": place, "changes": changes, "translated": translated, "content": {},
        }  # fmt: skip
        self._contents: Contents | None = None
        self._place = 0

    def settle(self, contents: Contents) -> None:
        """Keep what the action says in a file instead of in memory.

        Args:
            contents: the file.
        """
        if self._parts is not None:
            self._contents, self._place = contents, contents.add(self._parts)
            self._parts = None

    def _all(self) -> dict[str, Any]:
        if self._contents is None:
            return self._parts or {}
        found: dict[str, Any] = self._contents.at(self._place)
        return found

    @property
    def key(self) -> tuple[str, str]:
        """Type and fully qualified name."""
        return self.type, self.fqn

    @property
    def place(self) -> str:
        """File and line of its document; empty for a deletion."""
        return str(self._all()["place"])

    @property
    def changes(self) -> tuple[FieldChange, ...]:
        """What differs, field by field."""
        return tuple(FieldChange(*each) for each in self._all()["changes"])

    @property
    def translated(self) -> tuple[FieldChange, ...]:
        """What the release of the server calls or shapes differently than the document."""
        return tuple(FieldChange(*each) for each in self._all()["translated"])

    @property
    def content(self) -> dict[str, Any]:
        """What is sent: ``request``, ``fields``, ``links``, ``values``, ``old``, ``sections``."""
        found: dict[str, Any] = self._all()["content"]
        return found

    @content.setter
    def content(self, value: Mapping[str, Any]) -> None:
        """Set it."""
        parts = {**self._all(), "content": value}
        if self._contents is None:
            self._parts = parts
        else:
            self._place = self._contents.add(parts)

    def __str__(self) -> str:
        return f"{self.kind} {self.type} {self.fqn}"

    def __repr__(self) -> str:
        return f"<Action {self}>"
