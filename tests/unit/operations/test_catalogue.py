"""Paths and operations of collections, checked against facts about real releases."""

from __future__ import annotations

import json
import pickle
from typing import Any

import jsonschema
import pytest

from dynclient import errors, model
from dynclient.data import data_file
from dynclient.model import namespace
from dynclient.openapi.index import shape
from dynclient.operations import Operation, attribute_name, plural, route, rule
from dynclient.operations.catalogue import Catalogue, CollectionSpec, catalogue
from dynclient.operations.routes import placeholders, rows, schema_folder, words_of
from dynclient.schema import EntityType
from tests.support.openapi_server import document_of
from tests.support.trees import ALL_RELEASES, real_release, release_named, shared

FACTS = {
    "1.0.4": ("1.0.0", "1.0.0"),
    "1.6.0": ("1.6.0-SNAPSHOT", "1.6.0"),
    "1.13.0": ("1.13.0", ""),
}
"""Release of a tree: how entity_paths.json and the endpoint dumps call it."""


def fact_file(name: str) -> Any:
    found = shared(f"openmetadata/{name}")
    if found is None:
        pytest.skip(f"{name} is not available")
    return json.loads(found.read_text("utf-8"))


def entity(name: str, path: str = "entity/data/x.json", kind: str = "entity") -> EntityType:
    return EntityType(name, name.title(), path, None, kind, (), False, False, False)


# -- paths -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FACTS)
def test_every_path_is_the_servers(name: str) -> None:
    truth = {
        row["entityType"]: row["path"] for row in fact_file("entity_paths.json")[FACTS[name][0]]
    }
    specs = {spec.entity.name: spec for spec in catalogue(real_release(name))}
    assert {each: specs[each].route for each in truth} == {k: f"/v1{v}" for k, v in truth.items()}


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_no_exception_repeats_the_rule(name: str) -> None:
    release = release_named(name)
    for kind in (*release.entities.values(), *release.time_series.values()):
        for row in rows("routes", kind.name, release.version):
            assert row["route"] != rule(kind.path, kind.name)


def test_no_exception_for_what_no_tree_has_repeats_the_bare_rule() -> None:
    routes = data_file("routes.json")["routes"]
    assert routes
    for row in routes:
        assert row["route"] != f"/{plural(row['entity'])}"


@pytest.mark.parametrize(
    ("version", "name", "path", "expected"),
    [
        ((0, 13, 2), "testCase", "tests/testCase.json", "/testCase"),
        ((0, 13, 2), "webAnalyticEvent", "analytics/x.json", "/analytics/webAnalyticEvent"),
        ((0, 12, 3), "kpi", "dataInsight/kpi/kpi.json", "/kpi"),
        ((0, 13, 2), "reportData", "analytics/reportData.json", "/analytic/reportData"),
        ((1, 0), "testCase", "tests/testCase.json", "/dataQuality/testCases"),
        ((2, 0), "page", "entity/x/page.json", "/contextCenter/pages"),
        ((2, 0), "contextFile", "entity/x/contextFile.json", "/contextCenter/drive/files"),
        ((), "table", "entity/data/table.json", "/tables"),
    ],
)
def test_paths_of_other_releases(
    version: tuple[int, ...], name: str, path: str, expected: str
) -> None:
    assert route(entity(name, path), version) == expected


def test_the_version_moved_with_1_0() -> None:
    from dynclient.operations.standard import server_operations

    def where(version: tuple[int, ...]) -> str:
        return next(each.route for each in server_operations(version) if each.name == "version")

    assert where((0, 13, 2)) == "/v1/version"
    assert where((1, 0, 4)) == where(()) == "/v1/system/version"


# -- names -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "attribute"),
    [
        ("databaseService", "database_services"),
        ("dashboardDataModel", "dashboard_data_models"),
        ("kpi", "kpis"),
        ("mlmodel", "mlmodels"),
        ("policy", "policies"),
        ("glossaryTerm", "glossary_terms"),
        ("searchIndex", "search_indexes"),
        ("LLMModel", "llm_models"),
        ("metrics", "metrics"),
        ("key", "keys"),
        ("box", "boxes"),
        ("class", "classes"),
    ],
)
def test_attributes_are_plurals_in_snake_case(name: str, attribute: str) -> None:
    assert attribute_name(name) == attribute


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_collection_is_found_by_all_its_names(name: str) -> None:
    release = release_named(name)
    known = catalogue(release)
    kinds = [*release.entities.values(), *release.time_series.values()]
    assert len(known.collections) == len(kinds)
    for spec in known:
        keys: list[Any] = [spec.attribute, spec.entity.name, spec.entity.type_name, spec.entity]
        keys.append(model.class_for(release.node(*_place(spec.entity.path))))
        if spec.entity.create is not None:
            keys.append(model.class_for(release.node(spec.entity.create)))
        for key in keys:
            assert known.find(key) is spec, key


def _place(ref: str) -> tuple[str, str]:
    path, _, pointer = ref.partition("#")
    return path, pointer


def test_a_class_of_another_release_finds_the_collection_of_the_same_type() -> None:
    old, new = real_release("1.6.0"), real_release("1.13.0")
    assert catalogue(new).find(namespace.types(old).Table).entity.name == "table"


@pytest.mark.parametrize("key", ["tabels", int, entity("nothing"), model.Entity, ""])
def test_an_unknown_collection_is_reported_with_close_names(key: Any) -> None:
    with pytest.raises(errors.UnknownCollection) as caught:
        catalogue(release_named("starter")).find(key)
    if key == "tabels":
        assert caught.value.nearest[0] == "tables"
    assert len(str(caught.value)) < 100
    pickle.loads(pickle.dumps(caught.value))


def test_a_release_keeps_its_catalogue() -> None:
    release = release_named("starter")
    found = catalogue(release)
    assert isinstance(found, Catalogue)
    assert found.release is release
    assert catalogue(release) is found
    assert release.memo("catalogue", lambda _: pytest.fail("built twice")) is found
    strict = release.with_drift("error")
    assert catalogue(strict).release is strict


def test_collections_survive_pickling() -> None:
    release = release_named("starter")
    spec = CollectionSpec(release, release.entities["table"], "/v1/data/tables", lambda each: each)
    copy = pickle.loads(pickle.dumps(spec))
    assert (copy.attribute, copy.entity, copy.route) == ("tables", spec.entity, "/v1/data/tables")
    assert set(copy.operations) == set(spec.operations)


def test_a_collection_has_the_route_and_the_operations_of_its_server() -> None:
    release = release_named("starter")
    seen = []

    def refine(operation: Operation) -> Operation:
        seen.append(operation.name)
        return operation._replace(doc=f"{operation.name} at {operation.route}")

    spec = CollectionSpec(release, release.entities["table"], "/v1/data/tables", refine)
    assert spec.route == "/v1/data/tables"
    assert seen == []  # operations are built when they are needed
    assert spec.operations["create"].doc == "create at /v1/data/tables"
    assert spec.operations["get"].doc == "get at /v1/data/tables/{id}"
    plain = CollectionSpec(release, release.entities["table"])
    assert plain.route == "/v1/tables"
    assert seen == list(spec.operations) == list(plain.operations)
    assert spec.operations is spec.operations
    with pytest.raises(TypeError):
        spec.operations["create"] = spec.operations["get"]  # type: ignore[index]


@pytest.mark.parametrize(
    ("name", "words"),
    [("table", ["table"]), ("databaseService", ["database", "Service"]),
     ("LLMModel", ["LLM", "Model"]), ("APIEndpoint", ["API", "Endpoint"]), ("kPI", ["k", "PI"]),
     ("", [])],
)  # fmt: skip
def test_names_are_split_into_words(name: str, words: list[str]) -> None:
    assert words_of(name) == words


def test_placeholders_are_whole_segments() -> None:
    assert placeholders("/v1/tables/{id}/versions/{version}") == ["id", "version"]
    assert placeholders("/v1/tables/x{id}/{open/close}") == []


@pytest.mark.parametrize(
    ("route", "folder"),
    [("/services/databaseServices", "entity/services/"), ("/services", "entity/data/"),
     ("/servicesX/y", "entity/data/"), ("/dataQuality/testCases", "tests/"),
     ("/tables", "entity/data/")],
)  # fmt: skip
def test_routes_have_a_schema_folder(route: str, folder: str) -> None:
    assert schema_folder(route) == folder


# -- operations ------------------------------------------------------------------------------------

ROUTES = {
    "create": ("POST", ""),
    "upsert": ("PUT", ""),
    "list": ("GET", ""),
    "get": ("GET", "/{id}"),
    "patch": ("PATCH", "/{id}"),
    "delete": ("DELETE", "/{id}"),
    "restore": ("PUT", "/restore"),
    "versions": ("GET", "/{id}/versions"),
    "version": ("GET", "/{id}/versions/{version}"),
    "follow": ("PUT", "/{id}/followers"),
    "vote": ("PUT", "/{id}/vote"),
}


@pytest.mark.parametrize("name", ["1.0.4", "1.6.0"])
def test_operations_are_those_of_the_server(name: str) -> None:
    served = {
        row["path"].removeprefix("/v1"): {(e["verb"], e["path"]) for e in row["endpoints"]}
        for row in fact_file(f"endpoints-{FACTS[name][1]}.json")
    }
    release = real_release(name)
    wrong = []
    for spec in catalogue(release):
        there = served.get(spec.route.removeprefix("/v1"))
        if there is None or spec.entity.kind == "timeseries":
            continue
        for operation, place in ROUTES.items():
            if operation in {"create", "upsert"} and spec.entity.create is None:
                continue
            if (operation in spec.operations) != (place in there):
                wrong.append((spec.attribute, operation, place in there))
    assert not wrong


@pytest.mark.parametrize("name", ["1.0.4", "1.6.0"])
def test_filters_are_those_of_the_server(name: str) -> None:
    release = real_release(name)
    by_route = {spec.route: spec for spec in catalogue(release)}
    checked = 0
    for row in fact_file(f"endpoints-{FACTS[name][1]}.json"):
        spec = by_route.get(row["path"])
        queries = [e["query"] for e in row["endpoints"] if (e["verb"], e["path"]) == ("GET", "")]
        if spec is None or "list" not in spec.operations or not queries:
            continue
        accepted = {p.wire or p.name for p in spec.operations["list"].parameters}
        assert set(queries[0]) <= accepted, spec
        checked += 1
    assert checked > 35


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_bodies_and_results_name_places_that_exist(name: str) -> None:
    release = release_named(name)
    assert list(catalogue(release))
    for spec in catalogue(release):
        for operation in spec.operations.values():
            for reference in (operation.body, operation.result):
                path, pointer = _place(reference or spec.entity.path)
                if path in release.paths:
                    release.node(path, pointer)
                else:  # what belongs to the server's own business may be missing from a small tree
                    assert path.startswith(("api/", "type/")), reference


def test_filters_of_a_type_without_facts_are_its_fields() -> None:
    release = real_release("1.13.0")
    accepted = {p.name for p in catalogue(release).find("file").operations["list"].parameters}
    assert {"directory", "service", "limit", "after"} <= accepted


@pytest.mark.parametrize("name", ["routes", "filters", "series"])
def test_data_files_fit_their_schemas(name: str) -> None:
    schema = data_file(f"{name}.schema.json")
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(data_file(f"{name}.json"), schema)


# -- names of collections --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "key",
    ["database_services", "databaseServices", "databaseService", "DatabaseService",
     "CreateDatabaseServiceRequest"],
)  # fmt: skip
def test_a_collection_is_found_by_each_of_its_names(key: str) -> None:
    found = catalogue(release_named("starter")).find(key)
    assert found.route == "/v1/services/databaseServices"


@pytest.mark.parametrize("key", ["Column", "columnName", "databaseservices", "v1", ""])
def test_other_names_are_not_those_of_a_collection(key: str) -> None:
    with pytest.raises(errors.UnknownCollection, match=f"has no collection {key!r}"):
        catalogue(release_named("starter")).find(key)


def test_an_entity_type_takes_precedence_over_the_end_of_a_path() -> None:
    release = release_named("starter")
    known = Catalogue(release)
    # A path that ends like another entity type's name.
    known.collections = {
        "tables": CollectionSpec(release, release.entities["table"], "/v1/x/topic"),
        "topics": CollectionSpec(release, release.entities["topic"], "/v1/topics"),
    }
    assert known.find("topic").attribute == "topics"
    assert known.find("table").attribute == "tables"


def test_reprs_name_the_release_and_the_path() -> None:
    known = catalogue(release_named("starter"))
    assert repr(known) == f"<Catalogue of starter, {len(known.collections)} collections>"
    assert repr(known.find("table")) == "<CollectionSpec tables at /v1/tables>"


def test_errors_name_what_was_looked_for() -> None:
    known = catalogue(release_named("starter"))
    for key, name in ((int, "int"), (entity("nothing"), "nothing"), (17, "17")):
        with pytest.raises(errors.UnknownCollection) as caught:
            known.find(key)  # type: ignore[arg-type]
        assert caught.value.parts["name"] == name
    with pytest.raises(errors.UnknownCollection, match="did you mean tables"):
        known.find("tabels")


def test_names_of_collections_are_suggested_before_segments_of_paths() -> None:
    known = catalogue(real_release("1.6.0"))
    for typo, near in (("tabels", ("tables", "tags")), ("datamodel", ("dashboard_data_models",))):
        with pytest.raises(errors.UnknownCollection) as caught:
            known.find(typo)
        assert caught.value.nearest == near


def test_operations_of_time_series_agree_with_the_document_of_a_server() -> None:
    release = real_release("1.6.0")
    documented = {
        (method.upper(), shape(path))
        for path, item in document_of("1.6.0")["paths"].items()
        for method in item
    }
    rows = data_file("series.json")["operations"]
    checked = 0
    for entity in release.time_series.values():
        spec = catalogue(release).find(entity)
        for row in rows:
            if row["entity"] == entity.name and entity.name != "reportData":  # it keeps them hidden
                operation = spec.operations[row["name"]]
                assert (operation.method, shape(operation.route)) in documented
                checked += 1
    assert checked == 5
