"""The state of a fork at its beginning, kept in its data file: what a server had then.

The data file of a fork has an entry for each entity that the server had: its version,
the time of its last change, and its document. The edges of lineage are kept too. What differs from
them was changed in the sandbox.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.sandbox.json_codec import dumps, loads

if TYPE_CHECKING:
    from dynclient.sandbox.storage.store import Transaction

_LAYOUT = """
create table if not exists base (
    id text primary key, type text not null, fqn text not null, stamp text not null,
    own_stamp text, doc text
) without rowid;
create table if not exists base_lineage (
    source text not null, target text not null, doc text, primary key (source, target)
) without rowid;
"""
_VERSION = "json_extract(e.doc, '$.version')"
_STAMP = f"({_VERSION} || ' ' || e.updated_at)"


class Base(NamedTuple):
    """An entity as the server had it."""

    id: str
    type: str
    fqn: str
    stamp: str
    """Its version and the time of its last change on the server, separated by a space."""
    document: dict[str, Any] | None
    """What it was; None if the sandbox created it itself, or no create request can create it."""


class Changed(NamedTuple):
    """An entity that is not as it was at the beginning."""

    id: str
    type: str
    fqn: str
    is_new: bool
    """Whether the server did not have it."""
    is_deleted: bool
    """Whether it was deleted softly."""


class Edge(NamedTuple):
    """An edge of lineage into an entity."""

    type: str
    """The type of the entity that it comes from."""
    fqn: str
    details: dict[str, Any]


class BaseState:
    """The state of a fork at its beginning, in one transaction.

    Args:
        tx: the transaction.
    """

    def __init__(self, tx: Transaction) -> None:
        self._query = tx.query

    def create(self) -> None:
        """Create the tables, which only forks have."""
        for statement in _LAYOUT.split(";"):
            self._query(statement)

    @property
    def is_kept(self) -> bool:
        """Whether the data file is a fork's."""
        found = self._query("select 1 from sqlite_master where type = 'table' and name = 'base'")
        return found.fetchone() is not None

    def put(self, base: Base) -> None:
        """Keep the state of an entity."""
        document = None if base.document is None else dumps(base.document)
        self._query("insert or replace into base values (?,?,?,?,null,?)", (*base[:4], document))

    def complete(self) -> None:
        """Keep the entities that the sandbox created itself, and all edges."""
        self._query(
            "insert into base select id, type, fqn, '', null, null from entities"
            " where id not in (select id from base)"
        )
        self._query(
            f"update base set own_stamp = (select {_STAMP} from entities e where e.id = base.id)"  # noqa: S608
        )
        self._query("insert into base_lineage select source, target, doc from lineage")

    def get(self, id: str) -> Base | None:
        """Return the state of an entity, or None if the server did not have it."""
        found = self._query("select id, type, fqn, stamp, doc from base where id = ?", (id,))
        row = found.fetchone()
        return None if row is None else _base(row)

    def changed(self) -> Iterator[Changed]:
        """Yield the entities that were created, changed or deleted softly, by type and name."""
        query = (
            "select e.id, e.type, e.fqn, b.id is null, e.deleted from entities e"  # noqa: S608
            f" left join base b on b.id = e.id where b.id is null or b.own_stamp <> {_STAMP}"
            " or b.fqn <> e.fqn order by e.type, e.fqn"
        )
        for id, type, fqn, is_new, is_deleted in self._query(query):
            yield Changed(id, type, fqn, bool(is_new), bool(is_deleted))

    def removed(self) -> Iterator[Base]:
        """Yield the entities that do not exist any more under their names, by type and name."""
        query = (
            "select b.id, b.type, b.fqn, b.stamp, b.doc from base b where not exists"
            " (select 1 from entities e where e.id = b.id and e.fqn = b.fqn)"
            " order by b.type, b.fqn"
        )
        for row in self._query(query):
            yield _base(row)

    def rewired(self) -> set[str]:
        """Return the ids of the entities whose incoming edges are not as they were."""
        now = "select source, target, doc from lineage"
        before = "select source, target, doc from base_lineage"
        query = (
            f"select target from ({now} except {before}) union select target from"  # noqa: S608
            f" ({before} except {now})"
        )
        return {row[0] for row in self._query(query)}

    def edges(self, target: str, *, at_beginning: bool) -> list[Edge]:
        """Return the edges into an entity.

        Args:
            target: id of the entity.
            at_beginning: whether those that the server had are returned, not the present ones.
        """
        table = "base_lineage" if at_beginning else "lineage"
        query = (
            f"select coalesce(e.type, b.type), coalesce(e.fqn, b.fqn), l.doc from {table} l"  # noqa: S608
            " left join entities e on e.id = l.source left join base b on b.id = l.source"
            " where l.target = ? order by 1, 2"
        )
        return [
            Edge(type, fqn, loads(doc) if doc else {})
            for type, fqn, doc in self._query(query, (target,))
        ]


def _base(row: tuple[Any, ...]) -> Base:
    id, type, fqn, stamp, doc = row
    return Base(id, type, fqn, stamp, None if doc is None else loads(doc))
