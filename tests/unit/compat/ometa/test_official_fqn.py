"""Names as ``metadata.utils.fqn`` builds, splits and quotes them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.compat.ometa import official_fqn
from dynclient.compat.ometa.exceptions import FQNBuildingException
from tests.support.stub import Stub

Get = Callable[..., Any]

TABLE = {"service_name": "s", "database_name": "d", "schema_name": "a.b", "table_name": "t"}


@pytest.mark.parametrize(
    ("module", "name", "parts", "expected"),
    [
        ("entity.data.table", "Table", TABLE, 's.d."a.b".t'),
        ("entity.data.table", "Column", {**TABLE, "column_name": "c.d"}, 's.d."a.b".t."c.d"'),
        ("entity.data.database", "Database", {"service_name": "s", "database_name": "d"}, "s.d"),
        ("entity.data.topic", "Topic", {"service_name": "s", "topic_name": "t"}, "s.t"),
        ("entity.classification.tag", "Tag", {"classification_name": "PII", "tag_name": "A"},
         "PII.A"),
        ("entity.data.container", "Container",
         {"service_name": "s", "parent_container": "s.b", "container_name": "c.d"}, 's.b."c.d"'),
        ("entity.data.container", "Container",
         {"service_name": "s", "parent_container": None, "container_name": "c.d"}, 's."c.d"'),
        ("tests.testCase", "TestCase",
         {**TABLE, "column_name": None, "test_case_name": "k"}, 's.d."a.b".t.k'),
        ("tests.testCase", "TestCase",
         {**TABLE, "column_name": "c", "test_case_name": "k"}, 's.d."a.b".t.c.k'),
        ("tests.testSuite", "TestSuite", {"table_fqn": "s.d.x.t"}, "s.d.x.t.testSuite"),
        ("entity.teams.user", "User", {"user_name": "ada"}, "ada"),
    ],
)  # fmt: skip
def test_the_name_of_an_entity_is_built_from_its_parts(
    get: Get, module: str, name: str, parts: dict[str, Any], expected: str
) -> None:
    assert official_fqn.build(None, get(module, name), **parts) == expected


def test_a_model_without_a_module_here_is_known_by_its_name() -> None:
    class DashboardDataModel:
        pass

    built = official_fqn.build(None, DashboardDataModel, service_name="s", data_model_name="m")
    assert built == "s.model.m"


def test_missing_and_unknown_arguments_are_reported_together(get: Get) -> None:
    with pytest.raises(TypeError, match=r"missing: database_name; unknown: databas$"):
        official_fqn.build(
            None, get("entity.data.database", "Database"), service_name="s", databas="d"
        )


def test_a_class_without_a_rule_is_rejected(get: Get) -> None:
    with pytest.raises(FQNBuildingException, match="the name of a GlossaryTerm cannot be built"):
        official_fqn.build(None, get("entity.data.glossaryTerm", "GlossaryTerm"), x=1)


def test_names_with_quotes_inside_cannot_be(get: Get) -> None:
    with pytest.raises(FQNBuildingException, match="quote"):
        official_fqn.build(
            None, get("entity.data.database", "Database"), service_name="s", database_name='x"y'
        )


def test_without_a_database_the_name_is_none(get: Get) -> None:
    table = get("entity.data.table", "Table")
    assert official_fqn.build(None, table, **{**TABLE, "database_name": None}) is None


@pytest.mark.parametrize(
    ("parts", "missing"),
    [
        ({**TABLE, "table_name": None}, "table_name"),
        ({**TABLE, "database_name": None, "table_name": None}, "table_name"),
    ],
)
def test_a_part_that_nothing_is_found_by_must_be_given(
    get: Get, parts: dict[str, Any], missing: str
) -> None:
    with pytest.raises(FQNBuildingException, match=f"a Table cannot be built without {missing}$"):
        official_fqn.build(None, get("entity.data.table", "Table"), **parts)


def test_a_container_needs_its_service_or_its_parent(get: Get) -> None:
    parts = {"service_name": None, "parent_container": None, "container_name": "c"}
    with pytest.raises(FQNBuildingException, match=r"without parent_container or service_name$"):
        official_fqn.build(None, get("entity.data.container", "Container"), **parts)


def answer_search(stub: Stub, *names: str) -> None:
    """Let the index find tables, which the server has."""
    hits = [
        {"_source": {"fullyQualifiedName": name, "entityType": "table", "name": "t"}}
        for name in names
    ]
    stub.routes["/api/v1/search/fieldQuery"] = {"hits": {"hits": hits, "total": {"value": 1}}}
    for name in names:
        path = f"/api/v1/tables/name/{name.replace(chr(34), '%22')}"
        stub.routes[path] = {"id": "3", "name": "t", "fullyQualifiedName": name}


def test_tables_are_found_by_the_parts_that_are_known(get: Get, metadata: Any, stub: Stub) -> None:
    table = get("entity.data.table", "Table")
    answer_search(stub, 's.d."a.b".t', "s.e.f.T", "s.e.other.x.t")
    parts = {**TABLE, "database_name": None, "schema_name": None}
    assert official_fqn.build(metadata, table, **parts) == 's.d."a.b".t'
    assert "fieldValue=s.%2A.%2A.t" in stub.seen[0].path
    found = official_fqn.build(metadata, table, **parts, fetch_multiple_entities=True)
    assert found == ['s.d."a.b".t', "s.e.f.T"], (
        "an asterisk matches more names than there are parts"
    )
    any_service = {**parts, "service_name": None, "schema_name": "f"}
    assert official_fqn.build(metadata, table, **any_service) == "s.e.f.T"


def test_nothing_is_found_without_a_search(get: Get, metadata: Any, stub: Stub) -> None:
    table = get("entity.data.table", "Table")
    parts = {**TABLE, "schema_name": None}
    assert official_fqn.build(metadata, table, **parts, skip_es_search=True) is None
    assert stub.seen == []


def test_a_database_is_looked_for_where_the_index_does_not_know_the_table(
    get: Get, metadata: Any, stub: Stub
) -> None:
    answer_search(stub)
    listed = [{"id": "1", "name": "one"}, {"id": "2", "name": "two"}]
    stub.routes["/api/v1/databases"] = {"data": listed, "paging": {"total": 2}}
    stub.routes["/api/v1/tables/name/s.two.%22a.b%22.t"] = {"id": "3", "name": "t"}
    table = get("entity.data.table", "Table")
    arguments = {**TABLE, "database_name": None}
    assert official_fqn.build(metadata, table, **arguments) == 's.two."a.b".t'
    assert official_fqn.build(metadata, table, **arguments, fetch_multiple_entities=True) == [
        's.two."a.b".t'
    ]
    assert "service=s" in stub.seen[1].path
    absent = {**arguments, "table_name": "no"}
    assert official_fqn.build(metadata, table, **absent, fetch_multiple_entities=True) is None


def test_users_must_exist_where_there_is_a_client(get: Get, metadata: Any, stub: Stub) -> None:
    user = get("entity.teams.user", "User")
    ada = {"id": "1", "name": "ada", "fullyQualifiedName": "ada"}
    stub.routes["/api/v1/users/name/Ada"] = ada
    assert official_fqn.build(metadata, user, user_name="Ada") == "ada"
    assert official_fqn.build(metadata, user, user_name="bob") is None
    many = official_fqn.build(metadata, user, user_name="Ada", fetch_multiple_entities=True)
    assert many == ["ada"]


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ('a.b."c.d"', ["a", "b", '"c.d"']),
        ("a", ["a"]),
        ('"a.b"', ['"a.b"']),
        ('a.b.c."d.e".f', ["a", "b", "c", '"d.e"', "f"]),
    ],
)
def test_splitting_keeps_quotes_where_they_are_needed(text: str, parts: list[str]) -> None:
    assert official_fqn.split(text) == parts


@pytest.mark.parametrize("text", ["a..b", '"a', 'a"b"c'])
def test_invalid_names_cannot_be_split(text: str) -> None:
    with pytest.raises((FQNBuildingException, ValueError)):
        official_fqn.split(text) and official_fqn.quote_name(text)


def test_names_are_quoted_and_unquoted() -> None:
    assert [official_fqn.quote_name(name) for name in ("a", "a.b", '"a"', '"a.b"', "a b")] == [
        "a", '"a.b"', "a", '"a.b"', "a b",
    ]  # fmt: skip
    assert [official_fqn.unquote_name(name) for name in ("a", '"a"', '"a.b"')] == ["a", "a", "a.b"]


_NAMES = st.text(st.characters(codec="utf-8", exclude_characters='"'), min_size=1, max_size=12)


@given(st.lists(_NAMES, min_size=1, max_size=5))
def test_what_is_built_is_split_again(names: list[str]) -> None:
    built = ".".join(official_fqn.quote_name(name) for name in names)
    assert [official_fqn.unquote_name(part) for part in official_fqn.split(built)] == names


def test_tables_are_split_from_the_right() -> None:
    assert official_fqn.split_table_name("t") == {
        "database": None,
        "database_schema": None,
        "table": "t",
    }
    assert official_fqn.split_table_name("d.s.t") == {
        "database": "d", "database_schema": "s", "table": "t",
    }  # fmt: skip
    with pytest.raises(ValueError, match="more than three names"):
        official_fqn.split_table_name("a.b.c.d")


def test_queries_are_named_by_their_text() -> None:
    assert official_fqn.get_query_checksum("select 1") == "95adb6e77a0884d9e50232cb8c5c969d"


def test_names_of_test_cases_are_split() -> None:
    of_table = official_fqn.split_test_case_fqn("s.d.c.t.rows")
    assert (of_table.table, of_table.column, of_table.test_case) == ("t", None, "rows")
    of_column = official_fqn.split_test_case_fqn('s."d.e".c.t.id.rows')
    assert (of_column.database, of_column.column, of_column.test_case) == ('"d.e"', "id", "rows")
    with pytest.raises(ValueError, match="is not the name of a test case"):
        official_fqn.split_test_case_fqn("s.d.c.t")


def test_names_are_joined() -> None:
    assert official_fqn._build("s", "d.e", "t") == 's."d.e".t'
    assert official_fqn._build("s", "d.e", quote=False) == "s.d.e"
