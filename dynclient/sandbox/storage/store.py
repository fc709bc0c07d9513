"""Queries on the data file: entities, references, labels, history, series, events and lineage.

The tables are created in :mod:`dynclient.sandbox.storage.database`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

from dynclient.sandbox.json_codec import dumps, loads


class Condition(NamedTuple):
    """An SQL condition on entities ``e``, with its parameters."""

    sql: str
    values: tuple[Any, ...] = ()


class Row(NamedTuple):
    """One stored entity."""

    id: str
    type: str
    name: str
    fqn: str
    display: str | None
    description: str | None
    deleted: bool
    doc: dict[str, Any]


class Reference(NamedTuple):
    """One reference: ``source.field`` names ``target``."""

    source: str
    field: str
    target: str
    source_type: str
    target_type: str


def _placeholders(values: Sequence[Any]) -> str:
    return ",".join("?" * len(values))


_CHUNK = 500
"""The number of ids in one query: far below SQLite's limit on parameters."""


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), _CHUNK):
        yield values[start : start + _CHUNK]


MOST_EVENTS = 10_000
"""The number of change events that are kept; the oldest are removed first."""

_COLUMNS = "id, type, name, fqn, display, description, deleted, doc"
_HEADS = "id, type, name, fqn, display, description, deleted"


def _row(found: Sequence[Any]) -> Row:
    id, type, name, fqn, display, description, deleted, doc = found
    return Row(id, type, name, fqn, display, description, bool(deleted), loads(doc))


class Head(NamedTuple):
    """The columns of an entity that a reference to it contains."""

    id: str
    type: str
    name: str
    fqn: str
    display: str | None
    description: str | None
    deleted: bool


def _head(found: tuple[Any, ...]) -> Head:
    id, type, name, fqn, display, description, deleted = found
    return Head(id, type, name, fqn, display, description, bool(deleted))


class LineageEdge(NamedTuple):
    """One edge of lineage: data flows from the source to the target."""

    source: str
    source_type: str
    target: str
    target_type: str
    details: dict[str, Any] | None


class Part:
    """A part of a transaction; see :meth:`Transaction.part`."""

    def __init__(self) -> None:
        self.undone = False

    def undo(self) -> None:
        """Roll the part back at its end."""
        self.undone = True


class Transaction:
    """The queries of one transaction; see ``Database.read`` and ``Database.write``."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._run = connection.execute
        self._run_many = connection.executemany

    @contextmanager
    def part(self) -> Iterator[Part]:
        """Yield a part of the transaction that can be rolled back alone; parts can be nested."""
        part = Part()
        self._run("savepoint part")
        try:
            yield part
        except BaseException:
            self._run("rollback to part")
            raise
        else:
            if part.undone:
                self._run("rollback to part")
        finally:
            self._run("release part")

    # values about the file

    def meta(self, key: str) -> str | None:
        """Return a stored value, or None."""
        found = self._run("select value from meta where key = ?", (key,)).fetchone()
        return found[0] if found else None

    def set_meta(self, key: str, value: str) -> None:
        """Store a value."""
        self._run("insert or replace into meta values (?, ?)", (key, value))

    def query(self, sql: str, values: Sequence[Any] = ()) -> sqlite3.Cursor:
        """Run a statement about tables that are not of this module."""
        return self._run(sql, tuple(values))

    def explain(self, query: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        """Return SQLite's plan of a query, step by step."""
        return self._run(f"explain query plan {query}", tuple(values)).fetchall()

    # entities

    def get(self, id: str) -> Row | None:
        """Return the entity with this id, deleted or not, or None."""
        found = self._run(f"select {_COLUMNS} from entities where id = ?", (id,)).fetchone()  # noqa: S608
        return _row(found) if found else None

    def find(self, type: str, fqn: str) -> Row | None:
        """Return the entity with this type and FQN, deleted or not, or None."""
        found = self._run(
            f"select {_COLUMNS} from entities where type = ? and fqn = ?",  # noqa: S608
            (type, fqn),
        ).fetchone()
        return _row(found) if found else None

    def put(self, type: str, doc: dict[str, Any]) -> None:
        """Insert or replace an entity; ``doc`` is the whole document."""
        self._run(
            "insert into entities values (?,?,?,?,?,?,?,?,?) on conflict (id) do update set"
            " name = excluded.name, fqn = excluded.fqn, display = excluded.display,"
            " description = excluded.description, deleted = excluded.deleted,"
            " updated_at = excluded.updated_at, doc = excluded.doc",
            (
                doc["id"], type, doc["name"], doc.get("fullyQualifiedName", doc["name"]),
                doc.get("displayName"), doc.get("description"), int(doc.get("deleted") or False),
                doc.get("updatedAt", 0), dumps(doc),
            ),
        )  # fmt: skip

    def remove(self, id: str) -> None:
        """Delete an entity and all that is stored about it."""
        self._run("delete from entities where id = ?", (id,))
        self._run("delete from refs where source = ? or target = ?", (id, id))
        self._run("delete from labels where source = ?", (id,))
        self._run("delete from history where id = ?", (id,))
        self._run("delete from series where owner = ?", (id,))
        self._run("delete from lineage where source = ? or target = ?", (id, id))

    def replace_id(self, old: str, new: str) -> None:
        """Give an entity another id, with all that is stored about it; its document is kept."""
        self._run("update entities set id = ? where id = ?", (new, old))
        for table, column in (
            ("refs", "source"), ("refs", "target"), ("labels", "source"), ("history", "id"),
            ("series", "owner"), ("lineage", "source"), ("lineage", "target"),
        ):  # fmt: skip
            self._run(f"update {table} set {column} = ? where {column} = ?", (new, old))  # noqa: S608
        self._run(
            "update meta set key = replace(key, ?, ?) where key like '%' || ?", (old, new, old)
        )

    def heads(self, ids: Iterable[str]) -> dict[str, Head]:
        """Return the heads of these entities by id; unknown ids are left out."""
        out: dict[str, Head] = {}
        for chunk in _chunks(list(dict.fromkeys(ids))):
            query = f"select {_HEADS} from entities where id in ({_placeholders(chunk)})"  # noqa: S608
            for found in self._run(query, tuple(chunk)):
                out[found[0]] = _head(found)
        return out

    def head(self, type: str, fqn: str) -> Head | None:
        """Return the head of the entity with this type and FQN, or None."""
        found = self._run(
            f"select {_HEADS} from entities where type = ? and fqn = ?",  # noqa: S608
            (type, fqn),
        ).fetchone()
        return _head(found) if found else None

    def count(self, where: str, values: Sequence[Any]) -> int:
        """Return the number of entities ``e`` that meet an SQL condition."""
        found = self._run(f"select count(*) from entities e where {where}", tuple(values))  # noqa: S608
        return int(found.fetchone()[0])

    def page(self, where: str, values: Sequence[Any], order: str, limit: int) -> list[Row]:
        """Return one page of entities that meet an SQL condition, in the given order."""
        # Indexes select the ids of the page; only its documents are read.
        chosen = f"select e.id from entities e where {where} order by {order} limit ?"  # noqa: S608
        query = f"select {_COLUMNS} from entities e where e.id in ({chosen}) order by {order}"  # noqa: S608
        return [_row(found) for found in self._run(query, (*values, limit))]

    def ranked_page(
        self, where: Condition, by: Condition, order: str, limit: int, start: int
    ) -> list[tuple[Row, Any]]:
        """Return entities ``e`` that meet a condition, each with its rank ``by``.

        ``order`` is ``asc`` or ``desc``; ``start`` is the number of entities to skip.
        """
        columns = ", ".join(f"e.{name}" for name in _COLUMNS.split(", "))
        query = (
            f"select {by.sql} as rank, {columns} from entities e where {where.sql}"  # noqa: S608
            f" order by rank {order}, e.name, e.id limit ? offset ?"
        )
        values = (*by.values, *where.values, limit, start)
        return [(_row(found[1:]), found[0]) for found in self._run(query, values)]

    def top_values(self, where: Condition, value: str, joined: str) -> list[tuple[Any, int]]:
        """Return the ten most frequent values of the entities, and how many have each.

        ``value`` is the SQL of the value, ``joined`` the SQL joins to the entities ``e`` it needs.
        """
        query = (
            f"select {value} as value, count(distinct e.id) as found from entities e {joined}"  # noqa: S608
            f" where {where.sql} group by value having value is not null"
            " order by found desc, value limit 10"
        )
        return [(found[0], int(found[1])) for found in self._run(query, where.values)]

    def rows_below(self, fqn: str, types: Sequence[str] | None = None) -> list[Row]:
        """Return the entities whose FQN begins with ``fqn`` and a dot."""
        kind = f" and type in ({_placeholders(types)})" if types else ""
        query = f"select {_COLUMNS} from entities where fqn >= ? and fqn < ?{kind}"  # noqa: S608
        # "/" is the character after "."
        return [_row(found) for found in self._run(query, (f"{fqn}.", f"{fqn}/", *(types or ())))]

    # references

    def references_from(self, sources: Sequence[str], fields: Sequence[str]) -> list[Reference]:
        """Return the references of these entities in these fields, in their order."""
        out: list[Reference] = []
        for chunk in _chunks(sources):
            query = (
                "select source, field, target, source_type, target_type from refs"  # noqa: S608
                f" where source in ({_placeholders(chunk)}) and field in ({_placeholders(fields)})"
                " order by source, field, pos"
            )
            out.extend(Reference(*found) for found in self._run(query, (*chunk, *fields)))
        return out

    def references_to(
        self, targets: Sequence[str], fields: Sequence[str], types: Sequence[str] = ()
    ) -> list[Reference]:
        """Return the references that name these entities, in these fields of these types."""
        out: list[Reference] = []
        kind = f" and source_type in ({_placeholders(types)})" if types else ""
        for chunk in _chunks(targets):
            query = (
                "select r.source, r.field, r.target, r.source_type, r.target_type"  # noqa: S608
                " from refs r"
                " join entities e on e.id = r.source"
                f" where r.target in ({_placeholders(chunk)})"
                f" and r.field in ({_placeholders(fields)})"
                f"{kind} order by e.name"
            )
            out.extend(Reference(*found) for found in self._run(query, (*chunk, *fields, *types)))
        return out

    def iter_sources(self, target: str, field: str) -> Iterator[tuple[str, str]]:
        """Yield (id, type) of the entities that name an entity in one field.

        They are read in chunks; a yielded entity may be deleted before the next one is read.
        """
        after = ("", "")
        while True:
            found = self._run(
                "select source_type, source from refs where target = ? and field = ?"
                " and (source_type, source) > (?, ?) order by source_type, source limit ?",
                (target, field, *after, _CHUNK),
            ).fetchall()
            yield from ((source, type) for type, source in found)
            if len(found) < _CHUNK:
                return
            after = found[-1]

    def link(
        self, source: str, source_type: str, field: str, targets: Iterable[tuple[str, str]]
    ) -> None:
        """Make ``source.field`` name exactly these (id, type) pairs."""
        self._run("delete from refs where source = ? and field = ?", (source, field))
        self._run_many(
            "insert or ignore into refs values (?,?,?,?,?,?)",
            [
                (source, field, pos, target, source_type, target_type)
                for pos, (target, target_type) in enumerate(targets)
            ],
        )

    def add_reference(self, edge: Reference) -> bool:
        """Add one reference at the end; return whether it is new."""
        cursor = self._run(
            "insert or ignore into refs select ?, ?, coalesce(max(pos), -1) + 1, ?, ?, ? from refs"
            " where source = ? and field = ?",
            (edge.source, edge.field, edge.target, edge.source_type, edge.target_type,
             edge.source, edge.field),
        )  # fmt: skip
        return cursor.rowcount > 0

    def remove_reference(self, source: str, field: str, target: str) -> bool:
        """Remove one reference; return whether it existed."""
        cursor = self._run(
            "delete from refs where source = ? and field = ? and target = ?",
            (source, field, target),
        )
        return cursor.rowcount > 0

    # labels

    def set_labels(self, source: str, labels: Iterable[tuple[str, str]]) -> None:
        """Store the (tag FQN, kind) pairs of an entity and its members."""
        self._run("delete from labels where source = ?", (source,))
        self._run_many(
            "insert into labels values (?,?,?)", [(source, tag, kind) for tag, kind in labels]
        )

    def count_labels(self, fqn: str, *, below: bool = False) -> int:
        """Return the number of uses of a tag, or of all tags below a classification or glossary."""
        if below:
            found = self._run(
                "select count(*) from labels where tag = ? or (tag >= ? and tag < ?)",
                (fqn, f"{fqn}.", f"{fqn}/"),
            )
        else:
            found = self._run("select count(*) from labels where tag = ?", (fqn,))
        return int(found.fetchone()[0])

    def ids_with_label(self, fqn: str) -> list[str]:
        """Return the ids of the entities with a tag or a tag below it."""
        query = "select distinct source from labels where tag = ? or (tag >= ? and tag < ?)"
        return [found[0] for found in self._run(query, (fqn, f"{fqn}.", f"{fqn}/"))]

    # history

    def add_version(self, id: str, version: float, doc: dict[str, Any]) -> None:
        """Store a past version of an entity."""
        self._run("insert or replace into history values (?,?,?)", (id, version, dumps(doc)))

    def find_version(self, id: str, version: float) -> dict[str, Any] | None:
        """Return a past version of an entity, or None."""
        found = self._run(
            "select doc from history where id = ? and version = ?", (id, version)
        ).fetchone()
        return loads(found[0]) if found else None

    def past_versions(self, id: str) -> list[str]:
        """Return the past versions of an entity as JSON text, newest first."""
        query = "select doc from history where id = ? order by version desc"
        return [found[0] for found in self._run(query, (id,))]

    # series

    def record(self, owner: str, kind: str, stamp: int, id: str, doc: dict[str, Any]) -> None:
        """Add or replace one record of a time series."""
        self._run("insert or replace into series values (?,?,?,?,?)",
                  (owner, kind, stamp, id, dumps(doc)))  # fmt: skip

    def records(self, owner: str, kind: str, start: int, end: int) -> list[dict[str, Any]]:
        """Return the records of a time series between two times (ms, inclusive), newest first."""
        query = (
            "select doc from series where owner = ? and kind = ? and stamp between ? and ?"
            " order by stamp desc"
        )
        return [loads(found[0]) for found in self._run(query, (owner, kind, start, end))]

    def records_of(self, kind: str, start: int, end: int) -> list[dict[str, Any]]:
        """Return the records of one kind of all entities between two times, newest first."""
        query = (
            "select doc from series where kind = ? and stamp between ? and ? order by stamp desc"
        )
        return [loads(found[0]) for found in self._run(query, (kind, start, end))]

    def latest(self, owner: str, kind: str) -> dict[str, Any] | None:
        """Return the newest record of a time series, or None."""
        query = "select doc from series where owner = ? and kind = ? order by stamp desc limit 1"
        found = self._run(query, (owner, kind)).fetchone()
        return loads(found[0]) if found else None

    def record_of(self, kind: str, id: str) -> tuple[str, dict[str, Any]] | None:
        """Return the owner and the record with this id, or None."""
        query = "select owner, doc from series where kind = ? and id = ?"
        found = self._run(query, (kind, id)).fetchone()
        return (found[0], loads(found[1])) if found else None

    def remove_records(self, owner: str, kind: str, stamp: int) -> int:
        """Remove the records of one timestamp; return their number."""
        cursor = self._run(
            "delete from series where owner = ? and kind = ? and stamp = ?", (owner, kind, stamp)
        )
        return int(cursor.rowcount)

    def remove_all_records(self, owner: str, kind: str) -> None:
        """Remove all records of a time series."""
        self._run("delete from series where owner = ? and kind = ?", (owner, kind))

    def remove_record(self, owner: str, kind: str, id: str) -> bool:
        """Remove one record by its id; return whether it existed."""
        cursor = self._run(
            "delete from series where owner = ? and kind = ? and id = ?", (owner, kind, id)
        )
        return cursor.rowcount > 0

    def owned_records(self, kind: str, type: str, stamp: int) -> list[tuple[str, dict[str, Any]]]:
        """Return the owner and record of each entity of a type at one timestamp."""
        query = (
            "select s.owner, s.doc from series s join entities e on e.id = s.owner"
            " where s.kind = ? and s.stamp = ? and e.type = ?"
        )
        return [(owner, loads(doc)) for owner, doc in self._run(query, (kind, stamp, type))]

    # change events

    def add_event(self, type: str, entity_type: str, stamp: int, doc: dict[str, Any]) -> None:
        """Add a change event; the oldest is removed if there are more than ``MOST_EVENTS``."""
        cursor = self._run(
            "insert into events (type, entity_type, stamp, doc) values (?,?,?,?)",
            (type, entity_type, stamp, dumps(doc)),
        )
        oldest = (cursor.lastrowid or 0) - MOST_EVENTS
        self._run("delete from events where place <= ?", (oldest,))

    def events(self, types: Mapping[str, Sequence[str] | None], start: int) -> list[Any]:
        """Return change events from a time (ms, inclusive) on, oldest first.

        Args:
            types: the entity types by event type, None for all.
            start: the time.
        """
        tests, values = [], []
        for type, entity_types in types.items():
            values.append(type)
            if entity_types is None:
                tests.append("type = ?")
            else:
                tests.append(f"type = ? and entity_type in ({_placeholders(entity_types)})")
                values += entity_types
        if not tests:
            return []
        query = (
            f"select doc from events where ({' or '.join(tests)}) and stamp >= ?"  # noqa: S608
            " order by stamp, place"
        )
        return [loads(found[0]) for found in self._run(query, (*values, start))]

    # lineage

    def put_lineage(self, edge: LineageEdge, pipeline: str | None) -> None:
        """Add or replace an edge; ``pipeline`` is the id of the pipeline that moves the data."""
        self._run(
            "insert into lineage (source, source_type, target, target_type, pipeline, doc)"
            " values (?,?,?,?,?,?) on conflict (source, target) do update set"
            " pipeline = excluded.pipeline, doc = excluded.doc",
            (edge.source, edge.source_type, edge.target, edge.target_type, pipeline,
             None if edge.details is None else dumps(edge.details)),
        )  # fmt: skip

    def find_lineage(self, source: str, target: str) -> LineageEdge | None:
        """Return the edge between two entities, or None."""
        return next(iter(self._lineage("source = ? and target = ?", (source, target))), None)

    def lineage_from(self, source: str) -> list[LineageEdge]:
        """Return the edges out of an entity, oldest first."""
        return self._lineage("source = ?", (source,))

    def lineage_into(self, target: str) -> list[LineageEdge]:
        """Return the edges into an entity, oldest first."""
        return self._lineage("target = ?", (target,))

    def lineage_through(self, pipeline: str) -> list[LineageEdge]:
        """Return the edges whose data a pipeline moves, oldest first."""
        return self._lineage("pipeline = ?", (pipeline,))

    def _lineage(self, where: str, values: tuple[str, ...]) -> list[LineageEdge]:
        query = (
            "select source, source_type, target, target_type, doc from lineage"  # noqa: S608
            f" where {where} order by place"
        )
        return [
            LineageEdge(source, source_type, target, target_type, loads(doc) if doc else None)
            for source, source_type, target, target_type, doc in self._run(query, values)
        ]

    def remove_lineage(self, source: str, target: str) -> bool:
        """Remove an edge; return whether it existed."""
        cursor = self._run("delete from lineage where source = ? and target = ?", (source, target))
        return cursor.rowcount > 0
