"""Trees of teams, terms and domains, children, and columns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from dynclient.client.client import Client
from dynclient.errors import NotFound
from tests.support.shop import Shop, shop


@pytest.fixture
def place(each: Client) -> Iterator[Shop]:
    with shop(each) as made:
        yield made


def test_terms_of_a_glossary_are_a_tree(place: Shop) -> None:
    om = place.om
    words = place.create("glossaries", "G", displayName="G", description="x")
    for name, parent in (("a", None), ("b", "a"), ("c", "a.b"), ("d", "a")):
        om.glossary_terms.create(
            name=name, displayName=name, glossary=words, description="x",
            parent=parent and f"{words.name}.{parent}",
        )  # fmt: skip
    tree = om.glossary_terms.tree(glossary=words)
    assert str(tree) == "a\n├── b\n│   └── c\n└── d"
    assert [branch.name for branch in tree.walk()] == ["a", "b", "c", "d"]
    assert len(tree) == 4
    assert [branch.name for branch in tree] == ["a"]
    below = om.glossary_terms.tree(f"{words.name}.a.b")
    assert str(below) == "b\n└── c"
    assert str(tree.find(f"{words.name}.a.b")) == "b\n└── c"
    assert tree.find("nope") is None
    assert "Tree of 4 with 1 at the top" in repr(tree)
    assert [one.name for one in om.glossary_terms.children(f"{words.name}.a")] == ["b", "d"]
    assert len(om.glossary_terms.children(f"{words.name}.a")) == 2
    above = om.glossary_terms.ancestors(f"{words.name}.a.b.c")
    assert [one.name for one in above] == ["a", "b"]
    assert om.glossary_terms.ancestors(f"{words.name}.a") == []
    other = place.create("glossaries", "H", displayName="H", description="x")
    with pytest.raises(NotFound, match="is not in the list"):
        om.glossary_terms.tree(f"{words.name}.a", glossary=other)


def test_teams_are_a_tree(place: Shop) -> None:
    om = place.om
    unit = place.create("teams", "Unit", teamType="BusinessUnit")
    place.create("teams", "Dep", teamType="Department", parents=[unit.id])
    tree = om.teams.tree(unit)
    assert str(tree) == f"{unit.name}\n└── {place.name('Dep')}"
    assert om.teams.tree().find(unit.name) is not None


def test_columns_are_listed_with_their_fields(place: Shop) -> None:
    om, t = place.om, place.table
    om.tables.add_tags(t, "PII.Sensitive", column="email")
    columns = om.tables.columns(t, "tags")
    assert [column.name for column in columns] == ["id", "email", "address"]
    assert [len(column.tags or ()) for column in columns] == [0, 1, 0]
    assert len(columns) == 3
    with pytest.raises(NotFound):
        list(om.tables.columns("no.such.table.here"))


def test_children_of_a_container_are_listed(place: Shop) -> None:
    om = place.om
    service = place.create(
        "storage_services", "lake", serviceType="S3",
        connection={"config": {"type": "S3", "awsConfig": {"awsRegion": "x"}}},
    )  # fmt: skip
    top = om.containers.create(name="top", service=service)
    parent = {"id": str(top.id), "type": "container"}
    for name in ("x", "y"):
        om.containers.create(name=name, service=service, parent=parent)
    assert sorted(one.name for one in om.containers.children(top)) == ["x", "y"]
    assert str(om.containers.tree(top)).split() == ["top", "├──", "x", "└──", "y"]
    below = f"{service.name}.top.x"
    assert [one.name for one in om.containers.ancestors(below)] == ["top"]
