"""Parts of entities that keywords name, on all schema trees."""

from __future__ import annotations

import pytest

from dynclient import model
from dynclient.extensions.entity_parts import find_parts, part_lists
from dynclient.model.namespace import types
from tests.support.trees import ALL_RELEASES, release_named


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_keywords_are_the_singular_of_the_lists(name: str) -> None:
    release = release_named(name)

    def keywords(kind: str) -> list[tuple[tuple[str, ...], tuple[str, ...]]]:
        lists = part_lists(release.node(release.entities[kind].path), "tags")
        return [(each.path, each.keywords) for each in lists]

    assert keywords("table") == [(("columns",), ("column",))]
    assert keywords("pipeline") == [(("tasks",), ("task",))]
    assert keywords("mlmodel") == [(("mlFeatures",), ("ml_feature", "feature"))]
    assert keywords("container") == [(("dataModel", "columns"), ("column",))]
    assert keywords("topic") == [(("messageSchema", "schemaFields"), ("schema_field", "field"))]


def found(wanted: object) -> tuple[list[str], list[str]]:
    release = release_named("starter")
    node = release.node(release.entities["table"].path)
    columns = [
        {"name": "id", "fullyQualifiedName": "s.d.s.t.id"},
        {"name": "a.b", "fullyQualifiedName": 's.d.s.t."a.b"'},
        {"name": "addr.City", "fullyQualifiedName": 's.d.s.t."addr.City"'},
        {"name": "Id", "fullyQualifiedName": "s.d.s.t.Id"},
        {"name": "addr", "children": [{"name": "City", "fullyQualifiedName": "s.d.s.t.addr.City"}]},
    ]
    table = model.load(types(release).Table, {"name": "t", "columns": columns})
    parts, problems = find_parts(table, part_lists(node, "tags"), {"column": wanted})
    return [part.name for part in parts], [str(problem) for problem in problems]


@pytest.mark.parametrize(
    ("wanted", "name"),
    [
        ("id", "id"),
        ("Id", "Id"),
        ('"a.b"', "a.b"),
        ("a.b", "a.b"),
        ("A.B", "a.b"),
        ("addr.City", "City"),
        ('"addr.City"', "addr.City"),
        ("ADDR.city", "City"),
        ("s.d.s.t.addr.City", "City"),
        ({"name": "id"}, "id"),
    ],
)
def test_a_part_is_found_by_its_names(wanted: object, name: str) -> None:
    assert found(wanted) == ([name], [])


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        ("addr.town", "there is no column 'addr.town'"),
        ("adrr", "did you mean addr"),
        ("a.bb", 'did you mean "a.b"'),
        ("zzz", 'there is no column \'zzz\'; it has id, "a.b", "addr.City", Id, addr, addr.City'),
        ("iD", "is the name of s.d.s.t.id and s.d.s.t.Id"),
        (5, "must be the name of a column or a column, not int"),
        ('"a', "quote"),
    ],
)
def test_a_part_that_is_not_found_is_a_problem(wanted: object, message: str) -> None:
    parts, problems = found(wanted)
    assert parts == []
    assert message in problems[0]
