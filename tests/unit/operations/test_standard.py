"""The standard operations: their documentation, their parameters, and the filters of lists."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.data import data_file
from dynclient.operations import standard
from dynclient.operations.catalogue import catalogue
from dynclient.operations.operation import Parameter
from dynclient.operations.standard import (
    FIELD_FILTER,
    LIST_PARAMETERS,
    SERVER_FILTER,
    collection_operations,
    entity_label,
    list_parameters,
    server_operations,
)
from dynclient.schema import EntityType
from tests.support.trees import ALL_RELEASES, release_named


def entity(name: str = "table", **fields: Any) -> EntityType:
    type_name = name[0].upper() + name[1:]
    values = EntityType(
        name, type_name, f"entity/data/{name}.json", f"api/create{type_name}.json", "entity",
        ("id", "name"), False, False, True,
    )  # fmt: skip
    return values._replace(**fields)


class Release:
    """A release of which only the version matters."""

    def __init__(self, *version: int) -> None:
        self.version = version


def operations(kind: EntityType, *version: int, route: str = "/v1/tables") -> dict[str, Any]:
    release: Any = Release(*version)
    return {each.name: each for each in collection_operations(kind, route, release)}


# -- which operations there are --------------------------------------------------------------------


def test_an_entity_without_capabilities_has_the_basic_operations() -> None:
    kind = entity(deleted=False, create=None)
    assert list(operations(kind, 1, 6)) == [
        "get", "get_by_name", "list", "patch", "patch_by_name", "delete", "delete_by_name",
        "versions", "version",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("capability", "names"),
    [
        ({"deleted": True}, {"restore"}),
        ({"followers": True}, {"follow", "unfollow"}),
        ({"votes": True}, {"vote"}),
        ({"create": "api/createTable.json"}, {"create", "upsert"}),
    ],
)
def test_each_capability_adds_its_operations(capability: dict[str, Any], names: set[str]) -> None:
    plain = entity(deleted=False, create=None)
    with_it = operations(plain._replace(**capability), 1, 6)
    assert set(with_it) - set(operations(plain, 1, 6)) == names


def test_operations_depend_on_the_release() -> None:
    assert "patch_by_name" not in operations(entity(), 1, 2)
    assert "patch_by_name" in operations(entity(), 1, 3)
    assert "restore" not in operations(entity(), 0, 12)
    assert "restore" in operations(entity(), 0, 13)
    assert {"restore", "patch_by_name"} <= set(operations(entity()))  # an unknown release is new


def test_time_series_have_neither_names_nor_versions() -> None:
    kind = entity("measurement", kind="timeseries")
    assert list(operations(kind, 1, 6)) == ["create", "get", "list", "patch"]
    assert list(operations(kind._replace(create=None), 1, 6)) == ["get", "list"]


def test_parameters_of_the_route_come_first() -> None:
    found = operations(entity(), 1, 6, route="/v1/apps/{app}/tables")
    assert found
    for operation in found.values():
        assert operation.route.startswith("/v1/apps/{app}/tables")
        first = operation.parameters[0]
        assert (first.name, first.place, first.required) == ("app", "path", True)


def test_the_version_is_the_only_operation_of_the_server() -> None:
    assert [each.name for each in server_operations((1, 6))] == ["version"]
    assert next(server_operations((0, 13))).route == "/v1/version"
    assert next(server_operations(())).route == next(server_operations((1, 0))).route


# -- documentation ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("type_name", "label", "article"),
    [
        ("Table", "table", "a table"),
        ("DatabaseService", "database service", "a database service"),
        ("APIEndpoint", "API endpoint", "an API endpoint"),
        ("LLMModel", "LLM model", "an LLM model"),
        ("App", "app", "an app"),
        ("User", "user", "a user"),
        ("EventSubscription", "event subscription", "an event subscription"),
    ],
)
def test_types_have_labels_with_articles(type_name: str, label: str, article: str) -> None:
    kind = entity(type_name=type_name)
    assert entity_label(kind) == label
    create = operations(kind, 1, 6)["create"]
    assert create.doc == f"Create {article}. Raises Conflict if it already exists."


def test_docs_say_what_is_done_to_what() -> None:
    found = operations(entity("query", followers=True, votes=True), 1, 6)
    assert {name: each.doc for name, each in found.items()} == {
        "create": "Create a query. Raises Conflict if it already exists.",
        "upsert": "Create a query, or update the existing one of that name.",
        "get": "Return one query by its id.",
        "get_by_name": "Return one query by its fully qualified name.",
        "list": "List queries page by page.",
        "patch": "Change one query with a JSON Patch.",
        "patch_by_name": "Change one query, found by name, with a JSON Patch.",
        "delete": "Delete one query by its id; a soft delete unless hard=True.",
        "delete_by_name": "Delete one query by its fully qualified name;"
        " a soft delete unless hard=True.",
        "restore": "Restore a soft-deleted query.",
        "versions": "Return all versions of one query, newest first.",
        "version": "Return one query as of one version.",
        "follow": "Add a user to the followers of one query.",
        "unfollow": "Remove a user from the followers of one query.",
        "vote": "Vote for or against one query, or withdraw the vote.",
    }
    assert "soft" not in operations(entity(deleted=False), 1, 6)["delete"].doc


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_everything_is_documented_by_a_sentence(name: str) -> None:
    checked = 0
    for spec in catalogue(release_named(name)):
        for operation in spec.operations.values():
            for doc in (operation.doc, *(each.doc for each in operation.parameters)):
                assert doc[:1].isupper(), operation
                assert doc.endswith("."), operation
                checked += 1
    assert checked > 100


def parameter(operation: str, name: str, **fields: Any) -> Parameter:
    found = operations(entity(**fields), 1, 6)[operation].parameters
    return next(each for each in found if each.name == name)


def test_parameters_name_units_and_allowed_values() -> None:
    assert "1 to 1,000,000" in parameter("list", "page_size").doc
    assert parameter("list", "include").choices == ("non-deleted", "deleted", "all")
    for name, wire in (("start", "startTs"), ("end", "endTs")):
        found = parameter("list", name, kind="timeseries")
        assert "milliseconds since 1970-01-01 UTC" in found.doc
        assert (found.wire, found.type) == (wire, "integer")
    assert (parameter("delete", "hard").wire, parameter("delete", "hard").type) == (
        "hardDelete", "boolean",
    )  # fmt: skip


# -- filters ---------------------------------------------------------------------------------------


@pytest.fixture
def filters(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """Facts about the filters of two releases, to be changed by the test."""
    facts: dict[str, Any] = {
        "1.0": {"table": {"database": "string", "old": "integer"}},
        "1.6": {"table": {"database": "string", "include": None, "hidden": None, "q": "boolean"}},
    }

    def read(name: str) -> Any:
        return {"releases": facts} if name == "filters.json" else data_file(name)

    monkeypatch.setattr(standard, "data_file", read)
    return facts


def names(found: tuple[Parameter, ...]) -> list[str]:
    return [each.name for each in found]


def test_a_release_with_facts_has_exactly_these_filters(filters: dict[str, Any]) -> None:
    found = list_parameters(entity(properties=("id", "database")), (1, 6, 2))
    assert names(found) == [
        "fields", "limit", "page_size", "before", "after", "database", "q",
    ]  # fmt: skip
    assert not any(each.guessed for each in found)
    assert [(each.doc, each.type) for each in found[-2:]] == [
        (FIELD_FILTER, "string"), (SERVER_FILTER, "boolean"),
    ]  # fmt: skip


def test_another_release_is_assumed_to_have_all_known_filters(filters: dict[str, Any]) -> None:
    found = list_parameters(entity(), (1, 9))
    assert names(found) == [
        "fields", "limit", "page_size", "before", "after", "include", "database", "old", "q",
    ]  # fmt: skip
    assert [each.name for each in found if each.guessed] == ["include", "database", "old", "q"]


def test_a_type_without_facts_has_its_fields_as_filters(filters: dict[str, Any]) -> None:
    found = list_parameters(entity("topic", properties=("id", "limit", "service")), (1, 6))
    assert names(found) == [
        "fields", "limit", "page_size", "before", "after", "include", "id", "service",
    ]  # fmt: skip
    assert [each.guessed for each in found] == [False] * 6 + [True] * 2
    series = entity("topic", properties=("startTs", "x"), kind="timeseries")
    assert names(list_parameters(series, (1, 6))) == [
        "limit", "page_size", "offset", "start", "end", "x",
    ]  # fmt: skip


def test_list_parameters_are_those_without_filters() -> None:
    assert {
        "fields", "limit", "page_size", "before", "after", "include", "offset", "start", "end",
    } == LIST_PARAMETERS  # fmt: skip


# -- requests --------------------------------------------------------------------------------------

REQUESTS = {
    # name: method, route, parameters, body, kind of body, result, kind of result
    "create": ("POST", "", "", "api/createTable.json", "json", True, "entity"),
    "upsert": ("PUT", "", "", "api/createTable.json", "json", True, "entity"),
    "get": ("GET", "/{id}", "id fields include", None, None, True, "entity"),
    "get_by_name": ("GET", "/name/{fqn}", "fqn fields include", None, None, True, "entity"),
    "list": ("GET", "", None, None, None, True, "page"),
    "patch": ("PATCH", "/{id}", "id", None, "json-patch", True, "entity"),
    "patch_by_name": ("PATCH", "/name/{fqn}", "fqn", None, "json-patch", True, "entity"),
    "delete": ("DELETE", "/{id}", "id recursive hard", None, None, True, "entity"),
    "delete_by_name": ("DELETE", "/name/{fqn}", "fqn recursive hard", None, None, True, "entity"),
    "restore": ("PUT", "/restore", "", "api/data/restoreEntity.json", "json", True, "entity"),
    "versions": ("GET", "/{id}/versions", "id", None, None, True, "history"),
    "version": ("GET", "/{id}/versions/{version}", "id version", None, None, True, "entity"),
    "follow": (
        "PUT", "/{id}/followers", "id", "type/basic.json#/definitions/uuid", "json",
        "type/changeEvent.json", "object",
    ),
    "unfollow": (
        "DELETE", "/{id}/followers/{user}", "id user", None, None, "type/changeEvent.json",
        "object",
    ),
    "vote": (
        "PUT", "/{id}/vote", "id", "api/voteRequest.json", "json", "type/changeEvent.json",
        "object",
    ),
}  # fmt: skip
SERIES_REQUESTS = {name: REQUESTS[name] for name in ("create", "list", "patch")} | {
    "get": ("GET", "/{id}", "id", None, None, True, "entity")
}


@pytest.mark.parametrize(
    ("kind", "requests"), [("entity", REQUESTS), ("timeseries", SERIES_REQUESTS)]
)
def test_operations_are_these_requests(kind: str, requests: dict[str, Any]) -> None:
    type_ = entity(kind=kind, followers=True, votes=True)
    found = operations(type_, 1, 6)
    assert set(found) == set(requests)
    for name, (method, route, given, body, body_kind, result, result_kind) in requests.items():
        operation = found[name]
        assert (operation.method, operation.route) == (method, f"/v1/tables{route}")
        assert operation.entity_type is type_
        assert (operation.body, operation.body_kind) == (body, body_kind)
        assert operation.result == (type_.path if result is True else result)
        assert operation.result_kind == result_kind
        if given is not None:
            assert names(operation.parameters) == given.split()
        for each in operation.parameters:
            in_path = f"{{{each.name}}}" in route
            place = "client" if each.name == "limit" else "path" if in_path else "query"
            assert (each.place, each.required) == (place, in_path)


def test_parameters_have_these_types() -> None:
    found = [
        each
        for kind in ("entity", "timeseries")
        for operation in operations(entity(kind=kind, properties=()), 9).values()
        for each in operation.parameters
        if each.place == "query"
    ]
    usual = {each.name: (each.type, each.wire) for each in found if each.name in LIST_PARAMETERS}
    assert usual == {
        "fields": ("list", ""), "include": ("string", ""), "page_size": ("integer", "limit"),
        "before": ("string", ""), "after": ("string", ""), "offset": ("string", ""),
        "start": ("integer", "startTs"), "end": ("integer", "endTs"),
    }  # fmt: skip


def test_the_version_of_a_server_is_a_plain_get() -> None:
    operation = next(server_operations((1, 6)))
    assert (operation.method, operation.parameters, operation.body_kind) == ("GET", (), None)
    assert (operation.entity_type, operation.result, operation.result_kind) == (None, None, "raw")


def test_acronyms_take_the_article_of_their_first_letter() -> None:
    for type_name, doc in (
        ("MCPServer", "Create an MCP server."),
        ("URLList", "Create a URL list."),
    ):
        assert operations(entity(type_name=type_name), 1, 6)["create"].doc.startswith(doc)
    assert operations(entity(type_name="Agent", kind="timeseries"))["create"].doc == (
        "Record an agent."
    )
