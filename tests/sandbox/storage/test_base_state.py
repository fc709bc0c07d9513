"""The state of a fork at its beginning, and what differs from it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from dynclient.sandbox.storage.base_state import Base, BaseState, Edge
from dynclient.sandbox.storage.data_file import release_of
from dynclient.sandbox.storage.database import Database
from dynclient.sandbox.storage.store import LineageEdge, Transaction


@pytest.fixture
def tx(tmp_path: Path) -> Iterator[Transaction]:
    """A transaction of a new data file."""
    with closing(Database(tmp_path / "data.db", durable=False)) as database, database.write() as tx:
        yield tx


def doc(id: str, name: str, version: float = 0.1, at: int = 5) -> dict[str, Any]:
    return {"id": id, "name": name, "version": version, "updatedAt": at}


def edge(source: str, target: str, **details: Any) -> LineageEdge:
    return LineageEdge(source, "table", target, "table", details or None)


def test_what_changed_since(tx: Transaction) -> None:
    state = BaseState(tx)
    assert not state.is_kept
    state.create()
    assert state.is_kept
    for id in "abcde":
        tx.put("table", doc(id, f"name-{id}"))
    for id in "abcd":
        state.put(Base(id, "table", f"name-{id}", "0.1 5", {"type": "table", "id": id}))
    tx.put_lineage(edge("a", "b"), None)
    tx.put_lineage(edge("a", "c"), None)
    state.complete()
    assert [*state.changed()] == [*state.removed()] == []
    assert state.rewired() == set()
    assert state.get("e") == Base("e", "table", "name-e", "", None)
    tx.put("table", doc("a", "name-a", 0.2, 6))
    tx.put("table", {**doc("b", "name-b", 0.2), "deleted": True})
    tx.put("table", doc("c", "renamed"))
    tx.remove("d")
    tx.put("table", doc("f", "new"))
    tx.put_lineage(edge("a", "c", description="other"), None)
    tx.put_lineage(edge("a", "f"), None)
    tx.remove_lineage("a", "b")
    assert [(each.id, each.is_new, each.is_deleted) for each in state.changed()] == [
        ("a", False, False), ("b", False, True), ("f", True, False), ("c", False, False)
    ]  # fmt: skip
    assert [(each.id, each.document) for each in state.removed()] == [
        ("c", {"type": "table", "id": "c"}), ("d", {"type": "table", "id": "d"})
    ]  # fmt: skip
    assert state.rewired() == {"b", "c", "f"}
    assert state.edges("c", at_beginning=True) == [Edge("table", "name-a", {})]
    now = state.edges("c", at_beginning=False)
    assert now == [Edge("table", "name-a", {"description": "other"})]
    assert state.edges("b", at_beginning=False) == []


def test_ids_are_replaced_everywhere(tx: Transaction) -> None:
    tx.put("user", doc("old", "admin"))
    tx.put("table", doc("t", "t"))
    tx.link("t", "table", "owners", [("old", "user")])
    tx.link("old", "user", "teams", [("team", "team")])
    tx.set_meta("password:old", "hash")
    tx.put_lineage(edge("old", "t"), None)
    tx.replace_id("old", "new")
    assert tx.get("old") is None
    assert [each.target for each in tx.references_from(["t"], ["owners"])] == ["new"]
    assert [each.source for each in tx.references_from(["new"], ["teams"])] == ["new"]
    assert (tx.meta("password:new"), tx.meta("password:old")) == ("hash", None)
    assert [each.source for each in tx.lineage_into("t")] == ["new"]


def test_the_release_of_a_file(tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    assert release_of(path) is None
    with closing(Database(path)) as database:
        assert release_of(path) is None
        with database.write() as tx:
            tx.set_meta("release", "d1ge57")
            tx.set_meta("release name", "1.13.0")
        assert release_of(path) == ("1.13.0", "d1ge57")
    path.write_text("not a database")
    assert release_of(path) is None
