"""Names in modules of schemas, beside the classes of the release."""

from __future__ import annotations

import json
import typing
import uuid
from collections.abc import Callable, Iterator
from importlib import import_module
from typing import Any

import pytest

from dynclient import compat
from dynclient.compat.models import class_names
from dynclient.compat.models.class_registry import module_of
from dynclient.data import data_file
from dynclient.errors import DriftWarning
from dynclient.releases import registry
from dynclient.releases.cache import Cache
from dynclient.schema import Release
from tests.support.trees import TREES, release_named, skip_without

SCHEMA = "metadata.generated.schema"
Install = Callable[[str | Release], Release]


@pytest.fixture
def install() -> Iterator[Install]:
    """Return a function that installs a release."""

    def of(release: str | Release) -> Release:
        found = release_named(release) if isinstance(release, str) else release
        compat.install(found)
        return found

    yield of
    compat.uninstall()


def import_from(module: str, name: str) -> Any:
    space: dict[str, Any] = {}
    exec(f"from {SCHEMA}.{module} import {name}", space)
    return space[name]


# -- what official modules import ------------------------------------------------------------------


def test_a_module_has_the_names_that_official_modules_import(install: Install) -> None:
    install("starter")
    assert import_from("type.basic", "UUID") is uuid.UUID
    assert import_from("entity.data.table", "Optional") is typing.Optional
    assert import_from("entity.data.table", "BaseModel").__name__ == "Model"
    module = import_module(f"{SCHEMA}.type.basic")
    assert "UUID" not in module.__all__


def test_a_module_has_the_modules_that_it_refers_to(install: Install) -> None:
    install("starter")
    airflow = import_from("entity.services.pipelineService", "airflowConnection")
    assert airflow.__name__ == f"{SCHEMA}.entity.services.connections.pipeline.airflowConnection"
    assert airflow.AirflowConnection.__name__ == "AirflowConnection"
    with pytest.raises(ImportError, match="has no mysqlConnection"):
        import_from("entity.services.pipelineService", "mysqlConnection")


# -- names of other releases -----------------------------------------------------------------------

CLASSES: list[dict[str, str]] = data_file("drift.json")["classes"]


def _has(release: Release, path: str, name: str) -> bool:
    return path in release.paths and name in class_names.classes(release, path)


def test_a_renamed_class_is_in_the_releases_that_the_table_names() -> None:
    trees = [release_named(name) for name in skip_without(TREES)]
    compared = 0
    for row in CLASSES:
        since = tuple(map(int, row["since"].split(".")))
        before = [each for each in trees if _has(each, row["old"], row["old_name"])]
        after = [each for each in trees if _has(each, row["new"], row["new_name"])]
        assert all(each.version < since for each in before), row
        assert any(each.version >= since for each in after) or row["since"] == "1.1", row
        compared += bool(before and after)
    assert compared >= min(len(CLASSES) - 1, len(TREES) * 4)


@pytest.mark.parametrize(
    ("release", "module", "name", "own"),
    [
        ("1.6.0", "type.changeEvent", "EventType", "type.changeEventType:EventType"),
        ("1.6.0", "entity.data.table", "EntityName", "type.basic:EntityName"),
        ("1.0.4", "type.changeEventType", "EventType", "type.changeEvent:EventType"),
        ("1.2.0", "api.domains.createDomain", "CreateDomainRequest", ":CreateDomain"),
        ("1.6.0", "api.docStore.createDocument", "CreateDocumentRequest", ":Document"),
        ("1.6.0", "type.status", "EntityStatus", "entity.data.glossaryTerm:Status"),
        ("1.6.0", "entity.services.connections.dashboard.lookerConnection", "NOGitCredentials",
         ":NoGitCredentials"),
        ("1.6.0", "entity.services.connections.apiService.restConnection", "RESTConnection",
         "entity.services.connections.api.restConnection:RestConnection"),
        ("1.6.0", "entity.services.apiService", "ApiServiceConnection", ":ApiConnection"),
        ("1.6.0", "api.data.createApiCollection", "CreateApiCollectionRequest",
         "api.data.createAPICollection:CreateAPICollectionRequest"),
    ],
)  # fmt: skip
def test_a_class_is_found_under_its_name_in_another_release(
    install: Install, release: str, module: str, name: str, own: str
) -> None:
    install(release)
    place, _, own_name = own.partition(":")
    with pytest.warns(DriftWarning, match=r"is called .* in release"):
        found = import_from(module, name)
    assert found is import_from(place or module, own_name)


def test_a_name_in_other_capitals_is_no_class_if_it_begins_with_a_small_letter(
    install: Install,
) -> None:
    install("starter")
    with pytest.raises(ImportError, match="has no column; did you mean"):
        import_from("entity.data.table", "column")


# -- what a server's document leaves out -----------------------------------------------------------


@pytest.fixture
def lossy(tmp_path: Any) -> Release:
    """A release as of an OpenAPI document alone: some classes, and not where they usually are."""
    starter = release_named("starter")
    moved = json.loads(json.dumps(starter.document("entity/services/databaseService.json")))
    connection = moved["definitions"].pop("databaseConnection")
    connection["properties"] = {"config": {"type": "object"}}
    documents = {
        "entity/data/database.json": {
            "title": "Database", "type": "object", "properties": {"name": {"type": "string"}},
            "javaInterfaces": ["org.openmetadata.schema.EntityInterface"],
        },
        "entity/services/databaseService.json": {"title": "DatabaseService", "type": "object",
            "properties": {"connection": {"$ref": "../../type/databaseConnection.json"}}},
        "type/databaseConnection.json": {"title": "DatabaseConnection", **connection},
        "entity/services/ingestionPipeline.json": {"title": "IngestionPipeline", "type": "object",
            "properties": {"name": {"type": "string"}}},
    }  # fmt: skip
    cache = Cache(tmp_path)
    return registry.add_documents(documents, "1.6.0+openapi", cache=cache, origin="", lossy=True)


def test_module_and_class_names_are_those_of_the_starter_release(
    install: Install, lossy: Release
) -> None:
    install(lossy)
    connection = import_from("entity.services.databaseService", "DatabaseConnection")
    assert connection is import_from("type.databaseConnection", "DatabaseConnection")
    assert [*connection.model_fields] == ["config"]
    mysql = import_from("entity.services.connections.database.mysqlConnection", "MysqlConnection")
    made = connection(config=mysql(username="reader", hostPort="db:3306"))
    assert type(made.config) is mysql
    assert import_from("type.tagLabel", "TagSource").Glossary == "Glossary"
    assert import_from("type.basic", "UUID") is uuid.UUID
    with pytest.raises(ValueError, match="valid dictionary"):
        connection(config="mysql")


def test_a_module_is_found_by_its_file_name(install: Install, lossy: Release) -> None:
    install(lossy)
    found = import_from("entity.services.ingestionPipelines.ingestionPipeline", "IngestionPipeline")
    assert found is import_from("entity.services.ingestionPipeline", "IngestionPipeline")
    with pytest.raises(ImportError, match=r"no module .*entity\.dataInsight\.kpi"):
        import_from("entity.dataInsight.kpi.kpi", "Kpi")
    with pytest.raises(ImportError, match="has no Databas; did you mean"):
        import_from("entity.data.database", "Databas")


def test_modules_of_a_whole_release_are_not_guessed(install: Install) -> None:
    install("starter")
    with pytest.raises(ModuleNotFoundError, match="has no module"):
        import_from("entity.other.table", "Table")
    assert module_of("a/b.json") == f"{SCHEMA}.a.b"
