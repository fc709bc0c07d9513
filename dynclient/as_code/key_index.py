"""What is known of many entities, in a temporary database instead of in memory.

A catalogue may have tens of thousands of entities, of which a dump, a plan and an apply must find
each by its type and name. SQLite keeps a few pages in memory and writes the others into a temporary
file, which is removed when it is closed.
"""

from __future__ import annotations

import json
import sqlite3
import threading
import weakref
from collections.abc import Iterable, Iterator
from typing import Any

Key = tuple[str, str]
"""Type and fully qualified name of an entity."""

_PAGE = 1_000


class KeyIndex:
    """JSON values by entity type and fully qualified name; may be shared by threads.

    It iterates over the keys in their order, also while it is changed.
    """

    def __init__(self) -> None:
        # The empty name is that of a temporary file, which is written when the cache is full.
        self._database = sqlite3.connect("", check_same_thread=False, isolation_level=None)
        self._lock = threading.Lock()
        self._count = 0
        weakref.finalize(self, self._database.close)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute(
            "CREATE TABLE entries (type BLOB, fqn BLOB, value TEXT, PRIMARY KEY (type, fqn))"
            " WITHOUT ROWID"
        )

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: object) -> bool:
        return isinstance(key, tuple) and self._found(key) is not None

    def __iter__(self) -> Iterator[Key]:
        for entity_type in self.types():
            for fqn in self.names(entity_type):
                yield entity_type, fqn

    def __setitem__(self, key: Key, value: Any) -> None:
        with self._lock:
            cursor = self._database.execute(
                "INSERT OR IGNORE INTO entries VALUES (?, ?, ?)", (*_bytes(key), json.dumps(value))
            )
            if cursor.rowcount:
                self._count += 1
                return
            self._database.execute(
                "UPDATE entries SET value = ? WHERE type = ? AND fqn = ?",
                (json.dumps(value), *_bytes(key)),
            )

    def get(self, key: Key, default: Any = None) -> Any:
        """Return the value of a key.

        Args:
            key: the key.
            default: what is returned if it is not there.
        """
        found = self._found(key)
        return default if found is None else json.loads(found[0])

    def missing(self, keys: Iterable[Key]) -> dict[str, list[str]]:
        """Return the names of those keys that are not there, by type and in their order.

        Args:
            keys: the keys to look for.
        """
        found: dict[str, list[str]] = {}
        for key in sorted(keys):
            if key not in self:
                found.setdefault(key[0], []).append(key[1])
        return found

    def remove(self, key: Key) -> None:
        """Remove a key; nothing is done if it is not there."""
        with self._lock:
            cursor = self._database.execute(
                "DELETE FROM entries WHERE type = ? AND fqn = ?", _bytes(key)
            )
            self._count -= cursor.rowcount

    def clear(self) -> None:
        """Remove all keys."""
        with self._lock:
            self._database.execute("DELETE FROM entries")
            self._count = 0

    def types(self) -> list[str]:
        """Return the entity types of the keys, in their order."""
        with self._lock:
            rows = self._database.execute("SELECT DISTINCT type FROM entries ORDER BY type")
            return [_text(row[0]) for row in rows]

    def names(self, entity_type: str) -> Iterator[str]:
        """Yield the fully qualified names of a type, in their order.

        Args:
            entity_type: name of the entity type.
        """
        kind, _ = _bytes((entity_type, ""))
        after: bytes | None = None
        while True:
            with self._lock:
                rows = self._database.execute(
                    "SELECT fqn FROM entries WHERE type = ? AND (? IS NULL OR fqn > ?)"
                    " ORDER BY fqn LIMIT ?",
                    (kind, after, after, _PAGE),
                ).fetchall()
            yield from (_text(row[0]) for row in rows)
            if len(rows) < _PAGE:
                return
            after = rows[-1][0]

    def _found(self, key: tuple[Any, ...]) -> tuple[str] | None:
        with self._lock:
            row: tuple[str] | None = self._database.execute(
                "SELECT value FROM entries WHERE type = ? AND fqn = ?", _bytes(key)
            ).fetchone()
        return row


def _bytes(key: tuple[Any, ...]) -> tuple[bytes, bytes]:
    """Return a key in the form whose order is that of its texts, which may be of any characters."""
    entity_type, fqn = key
    return entity_type.encode("utf-8", "surrogatepass"), fqn.encode("utf-8", "surrogatepass")


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogatepass")
