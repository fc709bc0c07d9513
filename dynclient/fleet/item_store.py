"""What became of each entity, on the disk: memory does not grow, and nothing is recorded twice.

A journal is a SQLite database, so that a million entities can be looked up by their ids. Without
one, the same tables are in a temporary database that SQLite deletes. Items are recorded before they
are reported, each by its id; an item that is recorded stays as it is. Failures are never in the
journal: a run that is continued calls the function for them again.
"""

from __future__ import annotations

import contextlib
import json
import os
import pickle
import sqlite3
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping
from os import PathLike, fspath
from pathlib import Path
from typing import Any

from dynclient.errors import UsageError
from dynclient.fleet.items import FAILED, KINDS, MapItem

_FORMAT = 1
_TABLES = """
create table if not exists run (name text primary key, value text not null);
create table if not exists parts (label text primary key);
create table if not exists items (
    number integer primary key, key text not null unique, name text not null, kind text not null,
    value text
);
create index if not exists items_by_name on items (name);
"""
_FAILURES = """
create table failures (
    number integer primary key, key text not null unique, name text not null, error blob not null
);
"""
_CHUNK = 500
"""Ids in one query; SQLite allows 999 parameters."""


class ItemStore:
    """Items of one run, by their ids; a context manager.

    Args:
        run: what identifies the run: the server, the list and the function.
        path: the journal; None for a temporary database.

    Attributes:
        continued: the number of items that the journal had before.

    Raises:
        UsageError: the file is not a journal, is that of another run, is used by another process,
            or cannot be written.
    """

    def __init__(self, run: Mapping[str, Any], path: str | PathLike[str] | None = None) -> None:
        self.path = None if path is None else fspath(path)
        self._run = {"format": _FORMAT, **run}
        self._counts = dict.fromkeys((*KINDS, FAILED), 0)
        # A temporary database, which is a file only if it does not fit into memory.
        self._failures = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        weakref.finalize(self, self._failures.close)
        self._failures.executescript(_FAILURES)
        self._database = self._connect()
        self._close = weakref.finalize(self, self._database.close)
        try:
            self._set_up()
        except BaseException:
            self._close()
            raise
        self.continued = self.count

    def _connect(self) -> sqlite3.Connection:
        if self.path is not None:
            try:
                os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
            except OSError as error:
                raise self._error(f"cannot be opened: {error.strerror}") from None
        # Threads use it one after the other; an empty name is a temporary file.
        return sqlite3.connect(
            self.path or "", timeout=0, isolation_level=None, check_same_thread=False
        )

    def _set_up(self) -> None:
        try:
            # The lock of one process, which needs no shared memory and works on network disks.
            self._database.execute("pragma locking_mode = exclusive")
            # A killed process loses nothing, and no item waits for the disk.
            self._database.execute("pragma journal_mode = wal")
            self._database.execute("pragma synchronous = normal")
            is_new = self._is_empty()
            self._database.executescript(_TABLES)
            if is_new:
                rows = [(name, json.dumps(value)) for name, value in self._run.items()]
                self._database.executemany("insert into run values (?, ?)", rows)
        except sqlite3.OperationalError as error:
            locked = "locked" in str(error)
            raise self._error(
                "is used by another process" if locked else f"cannot be written: {error}"
            ) from None
        except sqlite3.DatabaseError:
            raise self._error("is not a journal of om.map") from None
        if not is_new:
            self._check_run()
        for kind, count in self._database.execute("select kind, count(*) from items group by kind"):
            self._counts[kind] = count

    def _is_empty(self) -> bool:
        tables = {name for (name,) in self._database.execute("select name from sqlite_master")}
        if tables and not {"run", "parts", "items"} <= tables:
            raise self._error("is not a journal of om.map")
        return not tables

    def _check_run(self) -> None:
        found = dict(self._database.execute("select name, value from run"))
        for name, value in self._run.items():
            known = json.loads(found[name]) if name in found else None
            if known != value:
                raise self._error(
                    f"is the journal of another run: its {name} is {known!r}, not {value!r}"
                )

    # -- recording ---------------------------------------------------------------------------------

    def add(self, items: Iterable[MapItem], part: str | None = None) -> list[MapItem]:
        """Record items in one transaction, and return those that were not recorded before.

        Args:
            items: the items. One that succeeds replaces a failure of the same entity.
            part: the label of a part of the list that is complete with them.

        Raises:
            UsageError: the journal cannot be written.
        """
        added = []
        try:
            self._database.execute("begin")
            added = [item for item in items if self._insert(item)]
            if part is not None:
                self._database.execute("insert or ignore into parts values (?)", (part,))
            self._database.execute("commit")
        except sqlite3.Error as error:
            raise self._error(f"cannot be written: {error}") from None
        finally:
            if self._database.in_transaction:
                self._database.execute("rollback")
        for item in added:
            self._counts[item.kind] += 1
        return added

    def _insert(self, item: MapItem) -> bool:
        if item.kind == FAILED:
            if self.known([item.key]):
                return False
            sql = "insert or ignore into failures (key, name, error) values (?, ?, ?)"
            row = (item.key, item.name, pickle.dumps(item.error))
            return self._failures.execute(sql, row).rowcount == 1
        value = None if item.value is None else json.dumps(item.value, separators=(",", ":"))
        sql = "insert or ignore into items (key, name, kind, value) values (?, ?, ?, ?)"
        if self._database.execute(sql, (item.key, item.name, item.kind, value)).rowcount != 1:
            return False
        if self._counts[FAILED]:
            sql = "delete from failures where key = ?"
            self._counts[FAILED] -= self._failures.execute(sql, (item.key,)).rowcount
        return True

    def is_done(self, part: str) -> bool:
        """Return whether a part of the list is complete."""
        sql = "select label from parts where label = ?"
        return self._database.execute(sql, (part,)).fetchone() is not None

    def known(self, keys: Iterable[str]) -> set[str]:
        """Return those of some ids that are recorded and did not fail."""
        found: set[str] = set()
        pending = list(keys)
        for start in range(0, len(pending), _CHUNK):
            some = pending[start : start + _CHUNK]
            marks = ",".join("?" * len(some))
            sql = f"select key from items where key in ({marks})"  # noqa: S608 -- marks only
            found.update(key for (key,) in self._database.execute(sql, some))
        return found

    def known_below(self, parent: str) -> set[str]:
        """Return the ids of the items whose fully qualified names begin with that of a parent."""
        sql = "select key from items where name > ? and name < ?"
        bounds = (f"{parent}.", f"{parent}/")  # the character after the dot
        return {key for (key,) in self._database.execute(sql, bounds)}

    def close(self) -> None:
        """Close the journal, which can be read and continued afterwards; keep a temporary one."""
        if self.path is not None:
            self._close()

    # -- reading -----------------------------------------------------------------------------------

    @property
    def counts(self) -> dict[str, int]:
        """The number of items by kind."""
        return dict(self._counts)

    @property
    def count(self) -> int:
        """The number of all items."""
        return sum(self._counts.values())

    def items(self) -> Iterator[MapItem]:
        """Yield the items that did not fail, in the order in which they were recorded."""
        sql = "select number, key, name, kind, value from items where number > ? order by number"
        return self._in_chunks(self._reader, f"{sql} limit {_CHUNK}", _done)

    def failures(self) -> Iterator[MapItem]:
        """Yield the items that failed, with their errors."""
        sql = "select number, key, name, error from failures where number > ? order by number"
        opened = contextlib.nullcontext(self._failures)
        return self._in_chunks(lambda: opened, f"{sql} limit {_CHUNK}", _failed)

    def find(self, name: str) -> MapItem | None:
        """Return an item by its id or its fully qualified name; None if it is not recorded."""
        sql = "select number, key, name, kind, value from items where key = ?1 or name = ?1"
        with self._reader() as database:
            row = database.execute(sql, (name,)).fetchone()
        if row is not None:
            return _done(row)
        sql = "select number, key, name, error from failures where key = ?1 or name = ?1"
        row = self._failures.execute(sql, (name,)).fetchone()
        return None if row is None else _failed(row)

    def _in_chunks(
        self,
        reader: Callable[[], contextlib.AbstractContextManager[sqlite3.Connection]],
        sql: str,
        build: Callable[[tuple[Any, ...]], MapItem],
    ) -> Iterator[MapItem]:
        """Yield items; nothing is open between two chunks, so more may be recorded then."""
        last = -1
        while True:
            with reader() as database:
                rows = database.execute(sql, (last,)).fetchall()
            if not rows:
                return
            last = rows[-1][0]
            yield from map(build, rows)

    @contextlib.contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        """Yield a connection to the items: this one, or another one of a closed journal."""
        if self._close.alive:
            yield self._database
            return
        try:
            address = f"{Path(self.path or '').absolute().as_uri()}?mode=ro"
            with contextlib.closing(sqlite3.connect(address, uri=True)) as database:
                yield database
        except sqlite3.Error as error:
            raise self._error(f"cannot be read: {error}") from None

    def _error(self, problem: str) -> UsageError:
        return UsageError(f"journal {self.path} {problem}")

    def __enter__(self) -> ItemStore:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _done(row: tuple[Any, ...]) -> MapItem:
    _, key, name, kind, value = row
    return MapItem(key, name, kind, None if value is None else json.loads(value))


def _failed(row: tuple[Any, ...]) -> MapItem:
    _, key, name, error = row
    # It was pickled by this process, into a temporary database.
    return MapItem(key, name, FAILED, None, pickle.loads(error))  # noqa: S301
