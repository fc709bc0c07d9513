"""Which rows are sent first."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from dynclient.bulk.order import arranged, referred_types, request_name, row_level, type_level
from dynclient.data import data_file
from dynclient.schema import Release
from tests.support.trees import ALL_RELEASES, release_named


@pytest.fixture(params=ALL_RELEASES)
def release(request: pytest.FixtureRequest) -> Release:
    return release_named(request.param)


def test_the_data_file_is_valid_and_names_what_exists() -> None:
    facts = data_file("creation_order.json")
    jsonschema.validate(facts, data_file("creation_order.schema.json"))
    if len(ALL_RELEASES) == 1:
        pytest.skip("the starter release does not have all types of the data file")
    release = release_named(ALL_RELEASES[-1])
    for entity, fields in facts["ignored"].items():
        assert entity in release.entities
        create = release.entities[entity].create
        assert create is not None
        assert set(fields) & set(release.node(create).properties)
    assert set(facts["types"].values()) <= set(release.entities)


CHAINS = [
    ("databaseService", "database", "databaseSchema", "table"),
    ("dashboardService", "chart", "dashboard"),
    ("dashboardService", "dashboardDataModel", "dashboard"),
    ("classification", "tag", "table"),
    ("glossary", "glossaryTerm"),
    ("domain", "dataProduct", "table"),
    ("policy", "role", "team", "user"),
    ("pipelineService", "pipeline"),
]


@pytest.mark.parametrize("chain", CHAINS, ids="-".join)
def test_a_type_comes_after_what_it_refers_to(release: Release, chain: tuple[str, ...]) -> None:
    known = [name for name in chain if name in release.entities]
    if chain[:2] == ("domain", "dataProduct") and "domains" not in str(
        referred_types(release, release.entities["table"])
    ):
        known = [name for name in known if name != "table"]
    levels = [type_level(release, release.entities[name]) for name in known]
    assert levels == sorted(set(levels)), dict(zip(known, levels, strict=True))


def test_levels_do_not_depend_on_which_type_is_asked_first(release: Release) -> None:
    names = list(release.entities)
    forward = {name: type_level(release, release.entities[name]) for name in names}
    other = release_named(release.name).with_drift("warn")
    backward = {name: type_level(other, other.entities[name]) for name in reversed(names)}
    assert forward == backward


@pytest.mark.parametrize(("entity", "body", "name"), [
    ("table", {"name": "t", "databaseSchema": "a.b.c"}, "a.b.c.t"),
    ("table", {"name": "t.1", "databaseSchema": 'a."b.x".c'}, 'a."b.x".c."t.1"'),
    ("table", {"name": "t", "databaseSchema": {"fullyQualifiedName": "a.b.c"}}, "a.b.c.t"),
    ("table", {"name": "t"}, "t"),
    ("table", {"databaseSchema": "a.b.c"}, ""),
    ("table", {"name": 'say "t"', "databaseSchema": "a.b.c"}, 'say "t"'),
    ("databaseService", {"name": "a.b"}, '"a.b"'),
    ("glossaryTerm", {"name": "t", "glossary": "G"}, "G.t"),
    ("glossaryTerm", {"name": "t", "glossary": "G", "parent": "G.a"}, "G.a.t"),
    ("user", {"name": "ada"}, "ada"),
])  # fmt: skip
def test_the_name_of_what_a_request_creates(
    release: Release, entity: str, body: dict[str, Any], name: str
) -> None:
    assert request_name(release, release.entities[entity], body) == name


def test_rows_below_others_of_their_type_come_later(release: Release) -> None:
    term = release.entities["glossaryTerm"]
    levels = [
        row_level(release, term, row)
        for row in ({"name": "a"}, {"name": "b", "parent": "G.a"}, {"name": "c", "parent": "G.a.b"})
    ]
    assert levels == sorted(set(levels))


def test_a_list_is_put_in_order_as_a_whole() -> None:
    rows = [(2, "c"), (1, "b"), (2, "d"), (0, "a")]
    sent = list(arranged(rows, lambda row: (row[0], "x", 0), 2))
    assert [(number, row[1]) for number, row, _ in sent] == [(3, "a"), (1, "b"), (0, "c"), (2, "d")]
    assert [is_deeper for *_, is_deeper in sent] == [False, True, True, False]


def test_an_iterator_is_put_in_order_window_by_window() -> None:
    rows = iter([(1, "a"), (0, "b"), (1, "c"), (0, "d")])
    sent = [row[1] for _, row, _ in arranged(rows, lambda row: (row[0], "x", 0), 2)]
    assert sent == ["b", "a", "d", "c"]


def test_types_of_one_level_need_no_barrier_but_are_kept_together() -> None:
    rows = [("b", 1), ("a", 2), ("b", 3)]
    sent = list(arranged(rows, lambda row: (0, row[0], 0), 10))
    assert [row for _, row, _ in sent] == [("a", 2), ("b", 1), ("b", 3)]
    assert not any(is_deeper for *_, is_deeper in sent)


def test_a_row_without_a_level_comes_first() -> None:
    sent = list(arranged([1, None, 0], lambda row: None if row is None else (row, "x", 0), 10))
    assert [number for number, *_ in sent] == [1, 2, 0]
