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
from dynclient.data import data_file
from tests.support.trees import release_named

MODULES: dict[str, dict[str, Any]] = data_file("official_modules.json")


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
    parents = {name.rpartition(".")[0] for name in MODULES} - {"metadata"}
    assert parents <= MODULES.keys()
    assert all(is_package(MODULES[parent]) for parent in parents)


def is_package(row: dict[str, Any]) -> bool:
    return not row["names"] or "package" in row or "rule" in row


@pytest.mark.parametrize("name", MODULES)
def test_a_module_has_its_names_docstring_and_help(name: str) -> None:
    module = importlib.import_module(name)
    row = MODULES[name]
    assert (module.__name__, module.__doc__) == (name, row["doc"])
    names = getattr(module, "__all__", [])
    assert names[: len(row["names"])] == [*row["names"]]
    assert (len(names) > len(row["names"])) == ("rule" in row)
    assert hasattr(module, "__path__") == is_package(row)
    for each, place in row["names"].items():
        source, _, attribute = place.partition(":")
        assert getattr(module, each) is getattr(importlib.import_module(source), attribute)
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
    with pytest.raises(ImportError, match="cannot import name 'nothing'"):
        exec("from metadata.utils.fqn import nothing")


def test_a_module_is_patched_where_scripts_see_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("metadata.utils.fqn.build", lambda: "patched")
    assert importlib.import_module("metadata.utils.fqn").build() == "patched"
