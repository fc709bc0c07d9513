"""Names of facades and of their modules, by rule."""

from __future__ import annotations

import importlib

import pytest
from jsonschema import Draft7Validator

from dynclient import compat
from dynclient.compat.sdk.facade_names import (
    entity_types,
    facade_name,
    find_type,
    rows,
    twin_name,
)
from dynclient.data import data_file
from dynclient.schema import Release
from tests.support.trees import ALL_RELEASES, release_named

OFFICIAL = {
    "apiCollection": ("APICollections", "api_collections"),
    "apiEndpoint": ("APIEndpoints", "api_endpoints"),
    "classification": ("Classifications", "classifications"),
    "contextFile": ("ContextFiles", "context_files"),
    "dashboardDataModel": ("DashboardDataModels", "dashboard_data_models"),
    "databaseSchema": ("DatabaseSchemas", "database_schemas"),
    "glossary": ("Glossaries", "glossaries"),
    "mlmodel": ("MLModels", "mlmodels"),
    "query": ("Queries", "queries"),
    "searchIndex": ("SearchIndexes", "search_indexes"),
    "storageService": ("StorageServices", "storage_services"),
    "testSuite": ("TestSuites", "test_suites"),
}


def test_the_table_is_valid_against_its_schema() -> None:
    schema = data_file("sdk_facades.schema.json")
    Draft7Validator.check_schema(schema)
    assert [str(each) for each in Draft7Validator(schema).iter_errors(rows())] == []
    places = [row["methods"] for row in rows().values() if "methods" in row]
    places += [place for row in rows().values() for place in row.get("names", {}).values()]
    for place in places:
        module, _, name = place.partition(":")
        assert hasattr(importlib.import_module(module), name)


def test_the_rule_gives_the_official_names() -> None:
    assert {kind: (facade_name(kind), twin_name(kind)) for kind in OFFICIAL} == OFFICIAL


@pytest.mark.parametrize(
    "name", ["DatabaseServices", "database_services", "databaseservices", "DatabaseService",
             "database_service", "databaseservice"],
)  # fmt: skip
def test_a_type_is_found_by_any_of_its_names(name: str) -> None:
    assert find_type(release_named("starter"), name) == "databaseService"


def test_types_that_no_release_at_hand_has_are_known_by_their_rows() -> None:
    assert find_type(release_named("starter"), "ContextFiles") == "contextFile"
    assert find_type(release_named("starter"), "Tablets") is None


@pytest.mark.parametrize("name", {"starter", ALL_RELEASES[-1]})
def test_every_entity_type_of_a_release_has_a_facade(name: str) -> None:
    release: Release = release_named(name)
    compat.install(release)
    try:
        sdk = importlib.import_module("metadata.sdk")
        entities = importlib.import_module("metadata.sdk.entities")
        kinds = entity_types(release)
        names = {facade_name(kind) for kind in kinds}
        assert len(names) == len(kinds) >= 30
        assert names <= set(sdk.__all__)
        for kind in kinds[::4]:
            facade = getattr(sdk, facade_name(kind))
            assert facade is getattr(entities, facade_name(kind))
            if f"metadata.sdk.{twin_name(kind)}" not in data_file("official_modules.json"):
                assert getattr(sdk, twin_name(kind)) is facade
            assert facade.entity_type()._node.path == release.entities[kind].path
    finally:
        compat.uninstall()
