"""Modules of the official SDK that no schema defines: their names, and how they are imported."""

from __future__ import annotations

import importlib
import pydoc
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft7Validator

from dynclient import compat
from dynclient.compat import official_modules
from dynclient.data import data_file
from tests.support.trees import release_named

MODULES: dict[str, dict[str, Any]] = data_file("official_modules.json")
AVAILABLE = [name for name in MODULES if official_modules.is_available(name)]


@pytest.fixture(autouse=True)
def _installed() -> Iterator[None]:
    compat.install(release_named("starter"))
    yield
    compat.uninstall()


def test_the_table_is_valid_against_its_schema() -> None:
    schema = data_file("official_modules.schema.json")
    Draft7Validator.check_schema(schema)
    assert [str(e) for e in Draft7Validator(schema).iter_errors(MODULES)] == []
    assert len(MODULES) > 20


def test_every_package_of_a_module_is_a_row() -> None:
    parents = {name.rpartition(".")[0] for name in AVAILABLE} - {"metadata"}
    assert parents <= MODULES.keys()
    assert all(not MODULES[parent]["names"] for parent in parents if ".sdk" not in parent)
    assert len(AVAILABLE) > 40


@pytest.mark.parametrize("name", AVAILABLE)
def test_a_module_has_its_names_docstring_and_help(name: str) -> None:
    module = importlib.import_module(name)
    row = MODULES[name]
    assert (module.__name__, module.__doc__) == (name, row["doc"])
    generated = {n for n, place in row["names"].items() if official_modules.is_generated(place)}
    # Reading a generated class chooses the release of all classes, which `import *` must not do.
    exported = getattr(module, "__all__", [])
    plain = [n for n in row["names"] if n not in generated]
    assert exported[: len(plain)] == plain
    assert (len(exported) > len(plain)) == ("rule" in row)
    for each, place in row["names"].items():
        assert getattr(module, each) is official_modules.resolve(place)
    assert f"{name} - {row['doc'].rstrip('.')}" in pydoc.plain(pydoc.render_doc(module))


def test_every_form_of_import_works() -> None:
    space: dict[str, Any] = {}
    exec("from metadata.ingestion.ometa.ometa_api import *", space)
    exec("import metadata.utils.fqn as fqn", space)
    exec("from metadata.utils import fqn as again", space)
    exec("from metadata.ingestion.models.custom_pydantic import BaseModel", space)
    exec("import metadata.ingestion.ometa.client", space)
    assert {"OpenMetadata", "EntityList"} <= space.keys()
    assert space["fqn"] is space["again"] is sys.modules["metadata.utils.fqn"]
    assert space["metadata"].ingestion.ometa.client.REST is not None
    with pytest.raises(ImportError, match=r"dynclient has no nothing of metadata\.utils\.fqn; it"):
        exec("from metadata.utils.fqn import nothing")
    with pytest.raises(ImportError, match=r"has no quote_nam of .*; did you mean quote_name"):
        exec("from metadata.utils.fqn import quote_nam")


def test_generated_classes_are_read_when_they_are_used() -> None:
    hook = compat.installed()
    assert hook is not None
    module = importlib.import_module("metadata.ingestion.ometa.ometa_api")
    assert "EntityReference" in dir(module)
    assert "EntityReference" not in vars(module)
    assert module.EntityReference._node.release is hook.release
    assert module.OpenMetadataConnection.__name__ == "OpenMetadataConnection"


@pytest.mark.parametrize("release", ["starter", "1.0.4"])
def test_of_several_places_the_first_that_the_release_has_is_taken(release: str) -> None:
    compat.install(release_named(release))
    found = importlib.import_module("metadata.ingestion.api.models").StackTraceError
    has_schema = "entity/services/ingestionPipelines/status.json" in release_named(release).paths
    assert (getattr(found, "_node", None) is not None) == has_schema
    assert found(name="orders", error="no such table").error == "no such table"


def test_the_framework_is_named_with_the_version_to_install() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"\(workflows\).* \"openmetadata-ingestion\"$"):
        importlib.import_module("metadata.workflow.metadata")
    with pytest.raises(ModuleNotFoundError, match=r"framework \(connectors\)"):
        exec("from metadata.ingestion.source.database import mysql")
    with pytest.raises(ModuleNotFoundError, match=r"framework \(profiler\)"):
        exec("import metadata.profiler")
    with pytest.raises(ImportError, match=r"was replaced by OpenMetadataConnection"):
        exec("from metadata.ingestion.ometa.openmetadata_rest import MetadataServerConfig")


def test_a_module_is_patched_where_scripts_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metadata.utils.fqn.build", lambda: "patched")
    assert importlib.import_module("metadata.utils.fqn").build() == "patched"
