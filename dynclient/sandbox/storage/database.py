"""The SQLite file of a sandbox: its tables, its connections, and one transaction per request.

One file, write-ahead log. Writes go one at a time through one connection and are on disk
(``synchronous = FULL``) before they are acknowledged; readers have connections of their own and see
the last committed state, so a long listing never blocks a writer.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import stat
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dynclient.sandbox.startup_errors import DataRefused
from dynclient.sandbox.storage.store import Transaction

FORMAT = "1"
"""The version of the table layout; a file with another layout is refused."""

_LAYOUT = """
create table if not exists meta (key text primary key, value text not null) without rowid;
create table if not exists entities (
    id text primary key, type text not null, name text not null, fqn text not null,
    display text, description text, deleted integer not null, updated_at integer not null,
    doc text not null
) without rowid;
create unique index if not exists entities_fqn on entities (type, fqn);
drop index if exists entities_page;
drop index if exists entities_order;
create index if not exists entities_listed on entities (type, deleted, name, id, fqn);
create index if not exists entities_all on entities (type, name, id, fqn);
create index if not exists entities_below on entities (type, fqn, deleted, name, id);
create table if not exists refs (
    source text not null, field text not null, pos integer not null, target text not null,
    source_type text not null, target_type text not null,
    primary key (source, field, target)
) without rowid;
create index if not exists refs_target on refs (target, field, source_type);
create table if not exists labels (source text not null, tag text not null, kind text not null);
create index if not exists labels_source on labels (source);
create index if not exists labels_tag on labels (tag);
create table if not exists history (
    id text not null, version real not null, doc text not null, primary key (id, version)
) without rowid;
create table if not exists series (
    owner text not null, kind text not null, stamp integer not null, id text not null,
    doc text not null,
    primary key (owner, kind, stamp, id)
) without rowid;
create index if not exists series_kind on series (kind, stamp);
create table if not exists events (
    place integer primary key, type text not null, entity_type text not null,
    stamp integer not null, doc text not null
);
create index if not exists events_listed on events (type, stamp);
create table if not exists lineage (
    place integer primary key, source text not null, source_type text not null,
    target text not null, target_type text not null, pipeline text, doc text,
    unique (source, target)
);
create index if not exists lineage_target on lineage (target);
create index if not exists lineage_pipeline on lineage (pipeline);
"""


def create_private(path: Path | str) -> None:
    """Create an empty file that only its owner can read, unless the file exists.

    SQLite would create it readable by all; it gives the files beside it the same mode. What goes
    wrong here is reported by SQLite.
    """
    with contextlib.suppress(OSError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _make_private(path: Path) -> None:
    """Let only the owner of a data file read it and the files that SQLite keeps beside it.

    An earlier version created them readable by all.
    """
    for file in (path, Path(f"{path}-wal"), Path(f"{path}-shm")):
        with contextlib.suppress(OSError):  # another user's, or not there
            mode = file.stat().st_mode
            if mode & 0o077:
                file.chmod(stat.S_IMODE(mode) & 0o700)


class Database:
    """The database file.

    Args:
        path: of the file; it is created if it does not exist.
        durable: whether writes must survive a crash of the machine; False for temporary files.

    Raises:
        DataRefused: the file is not a sandbox's, has another layout, or cannot be written.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        self._durable = durable
        self._writing = threading.Lock()
        self._idle: list[sqlite3.Connection] = []
        self._guard = threading.Lock()
        self._closed = False
        try:
            self._writer = self._connect()
            try:
                self._create_tables()
                _make_private(path)  # not before: it is a sandbox's file
            except BaseException:
                self._writer.close()
                raise
        except sqlite3.Error as error:
            raise DataRefused(
                f"the data file {path} cannot be used: {error}; name a data file of a sandbox, or a"
                " new file in a folder that exists and can be written"
            ) from None

    def _connect(self) -> sqlite3.Connection:
        create_private(self.path)
        connection = sqlite3.connect(
            self.path, isolation_level=None, check_same_thread=False, timeout=30
        )
        try:
            connection.execute(f"pragma synchronous = {'full' if self._durable else 'off'}")
            connection.execute("pragma temp_store = memory")
        except BaseException:
            connection.close()
            raise
        return connection

    def _create_tables(self) -> None:
        """Create the tables in a new file. Raises DataRefused for another kind of file."""
        run = self._writer.execute
        tables = {found[0] for found in run("select name from sqlite_master where type = 'table'")}
        if tables and "meta" not in tables:
            raise DataRefused(
                f"{self.path} is not a data file of a sandbox but another database; name a new file"
            )
        run("pragma journal_mode = wal")
        with self.write() as tx:
            for statement in _LAYOUT.split(";"):
                run(statement)
            layout = tx.meta("format")
            if layout not in {None, FORMAT}:
                raise DataRefused(
                    f"the data file {self.path} has layout {layout}, and this version reads"
                    f" layout {FORMAT}; name a new file"
                )
            # Written at every start, so that a file that cannot be written is detected at once.
            tx.set_meta("format", FORMAT)

    @contextmanager
    def write(self) -> Iterator[Transaction]:
        """Yield a transaction that is committed at the end, or rolled back if the block raises.

        Raises ``sqlite3.OperationalError`` if the file cannot be written; then nothing changes.
        """
        with self._writing:
            self._writer.execute("begin immediate")
            try:
                yield Transaction(self._writer)
                self._writer.execute("commit")
            finally:
                # SQLite rolls some transactions back itself, for example when the disk is full.
                if self._writer.in_transaction:
                    self._writer.execute("rollback")

    @contextmanager
    def read(self) -> Iterator[Transaction]:
        """Yield a transaction that sees one committed state throughout."""
        with self._guard:
            connection = self._idle.pop() if self._idle else None
        if connection is None:
            connection = self._connect()
        try:
            connection.execute("begin")
            try:
                yield Transaction(connection)
            finally:
                connection.execute("rollback")
        finally:
            self._release(connection)

    def _release(self, connection: sqlite3.Connection) -> None:
        with self._guard:
            if not self._closed:
                self._idle.append(connection)
                return
        connection.close()

    def close(self) -> None:
        """Close every connection; those in use are closed when they are released."""
        with self._guard:
            self._closed = True
            idle, self._idle = self._idle, []
        for connection in idle:
            connection.close()
        with self._writing:
            self._writer.close()
