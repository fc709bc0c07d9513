"""Which entities a document shows: all of those it has, under their names, at their paths."""

from __future__ import annotations

import pytest

from dynclient.openapi.digest import digest
from dynclient.openapi.entities import entity_name, find_entities
from dynclient.openapi.schema_tree import ENTITY
from dynclient.operations.routes import rule, schema_folder
from tests.support.openapi_server import DOCUMENTS, document_of
from tests.support.trees import ALL_RELEASES, real_release, release_named

EVERY = {
    name: {} for name in ("id", "name", "fullyQualifiedName", "version", "updatedAt", "updatedBy",
                          "href", "changeDescription", "followers", "votes", "deleted")
}  # fmt: skip


def get(name: str) -> dict[str, object]:
    schema = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    return {"get": {"responses": {"200": {"content": {"application/json": schema}}}}}


def post(name: str) -> dict[str, object]:
    schema = {"schema": {"$ref": f"#/components/schemas/{name}"}}
    return {"post": {"requestBody": {"content": {"application/json": schema}}}}


def test_an_entity_has_what_all_have_and_a_collection() -> None:
    schemas = {
        "Table": {"properties": EVERY},
        "Lonely": {"properties": EVERY},
        "Thread": {"properties": {"id": {}}},
        "Report": {"properties": EVERY},
    }
    paths = {
        "/v1/tables": post("CreateTable"),
        "/v1/tables/{id}/followers": {"put": {}},
        "/v1/tables/{id}/inner": post("CreateTable"),
        "/v1/feed": post("CreateThread"),
        "/v1/reports": {"get": {}},
        "/v1/reports/{id}": get("Report"),
        "/v1/reports/{id}/vote": {"put": {}},
        "/v1/reports/restore": {"put": {}},
    }
    found = find_entities(digest({"openapi": "3.0.1", "paths": paths}), schemas)
    assert [(e.name, e.component, e.create, e.path, e.kind) for e in found] == [
        ("report", "Report", None, "entity/data/report.json", ENTITY),
        ("table", "Table", "CreateTable", "entity/data/table.json", ENTITY),
    ]
    assert found[0].without == {"followers"}
    assert found[1].without == {"votes", "deleted"}


@pytest.mark.parametrize(
    ("component", "route", "name"),
    [
        ("Table", "/v1/tables", "table"),
        ("MlModel", "/v1/mlmodels", "mlmodel"),
        ("MlModelService", "/v1/services/mlmodelServices", "mlmodelService"),
        ("APICollection", "/v1/apiCollections", "apiCollection"),
        ("Glossary", "/v1/glossaries", "glossary"),
        ("Query", "/v1/queries", "query"),
        ("SearchIndex", "/v1/searchIndexes", "searchIndex"),
        ("DatabaseSchema", "/v1/databaseSchemas", "databaseSchema"),
        ("Metrics", "/v1/metrics", "metrics"),
        ("Kpi", "/v1/kpi", "kpi"),
        ("App", "/v1/apps", "app"),
        ("AppMarketPlaceDefinition", "/v1/apps/marketplace", "appMarketPlaceDefinition"),
    ],
)
def test_names_of_types_follow_from_paths(component: str, route: str, name: str) -> None:
    assert entity_name(component, route) == name


@pytest.mark.parametrize("name", DOCUMENTS)
def test_real_documents_show_every_entity_that_they_have(name: str) -> None:
    """An entity of the release is missing only where the document has no component of it."""
    document, release = document_of(name), real_release(name)
    schemas = document["components"]["schemas"]
    found = {each.component: each for each in find_entities(digest(document), schemas)}
    assert release.entities
    for entity in release.entities.values():
        java = str(release.node(entity.path).schema["javaType"]).rsplit(".", 1)[-1]
        if java not in schemas:
            assert java not in found
            continue
        shown = found.pop(java)
        assert shown.name == entity.name
        assert (shown.create is None) == (entity.create is None)
        assert ("votes" in shown.without) == (not entity.votes)
        assert ("followers" in shown.without) == (not entity.followers)
    assert {each.name for each in found.values()} <= set(release.time_series)


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_folders_are_the_rule_read_backwards(name: str) -> None:
    entities = release_named(name).entities
    assert entities
    for entity in entities.values():
        path = rule(entity.path, entity.name)
        assert rule(f"{schema_folder(path)}{entity.name}.json", entity.name) == path
