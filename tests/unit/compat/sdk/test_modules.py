"""The modules of facades: every spelling, and what is inside."""

from __future__ import annotations

from typing import Any

import pytest


@pytest.mark.parametrize(
    "module", ["glossary_terms", "glossaryterms", "glossary_term", "glossaryterm"]
)
def test_every_spelling_of_a_module_has_the_facade(sdk: Any, module: str) -> None:
    space: dict[str, Any] = {}
    exec(f"from metadata.sdk.entities.{module} import GlossaryTerms, GlossaryTermListParams", space)
    assert space["GlossaryTerms"] is sdk.GlossaryTerms is sdk.glossary_terms
    assert space["GlossaryTermListParams"].builder().limit(3).build().limit == 3


def test_the_class_of_entities_is_in_the_plural_and_the_facade_in_the_singular(sdk: Any) -> None:
    from metadata.generated.schema.api.data.createTable import CreateTableRequest
    from metadata.generated.schema.entity.data.table import Table
    from metadata.sdk.entities import table, tables

    assert (tables.Table, tables.CreateTableRequest) == (Table, CreateTableRequest)
    assert table.Table is sdk.Tables
    assert tables.__all__ == ["Tables"]
    assert "glossary_terms" not in vars(sdk.GlossaryTerms)


def test_names_and_modules_that_do_not_exist_have_near_ones(sdk: Any) -> None:
    for statement, near in (
        ("from metadata.sdk import Tablez", "Tables"),
        ("from metadata.sdk.entities import Tablez", "Tables"),
        ("import metadata.sdk.entities.tablez", "Tables"),
    ):
        with pytest.raises(ImportError, match=f"in release starter; did you mean .*{near}"):
            exec(statement)
    with pytest.raises(ImportError):
        exec("from metadata.sdk.entities.tables import Databases")


def test_modules_of_the_package_come_before_facades_of_that_name(sdk: Any) -> None:
    import types

    from metadata.sdk import types as of_sdk
    from metadata.sdk.entities import base, settings

    assert all(isinstance(each, types.ModuleType) for each in (of_sdk, base, settings))
    assert sdk.Types.entity_type().__name__ == "Type"
    assert of_sdk.ensure_uuid("6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0").root.version == 5
    with pytest.raises(ValueError, match="UUID"):
        of_sdk.ensure_uuid("one")


def test_the_methods_of_single_types_are_named_by_their_modules(sdk: Any) -> None:
    from metadata.sdk.entities.glossaryterms import DEFAULT_RELATION_TYPE
    from metadata.sdk.entities.settings import GLOSSARY_TERM_RELATION_SETTINGS

    assert (DEFAULT_RELATION_TYPE, GLOSSARY_TERM_RELATION_SETTINGS) == (
        "relatedTo", "glossaryTermRelationSettings",
    )  # fmt: skip
    assert hasattr(sdk.Tables, "add_tag")
    assert hasattr(sdk.Containers, "list_children")
    assert not hasattr(sdk.Tables, "list_children")
