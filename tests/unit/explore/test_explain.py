"""``explain``: fields, types, operations, features and errors, and what is not found."""

from __future__ import annotations

import json
import pickle
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.errors import AmbiguousName, SchemaNotFound, UnknownField, UsageError
from tests.support.trees import TREES


def starter(path: Any, **options: Any) -> dynclient.Explanation:
    return dynclient.explain(path, release="starter", **options)


def test_a_field_has_its_type_values_and_whether_it_is_required() -> None:
    found = starter("table.columns.dataType")
    assert (found.kind, found.type, found.required) == ("field", "DataType", True)
    assert {"INT", "STRUCT"} <= set(found.values)
    assert found.example in found.values
    assert found.description
    assert found.release == "starter"


@pytest.mark.parametrize(
    "path",
    ["tables.columns.dataType", "Table.columns[0].dataType", "Column.dataType",
     "entity/data/table.json#/definitions/column.dataType"],
)  # fmt: skip
def test_one_place_has_several_paths(path: str) -> None:
    assert starter(path).values == starter("table.columns.dataType").values


@pytest.mark.parametrize(
    ("field", "create"), [("name", "required"), ("owners", "optional"), ("version", "absent")]
)
def test_a_field_of_an_entity_says_whether_the_create_request_has_it(
    field: str, create: str
) -> None:
    assert starter(f"table.{field}").create == create


def test_a_field_has_its_limits() -> None:
    assert starter("table.name").limits["maxLength"] == 256


def test_a_renamed_field_says_what_other_releases_call_it() -> None:
    found = starter("table.owners")
    assert found.since == "1.5"
    assert found.elsewhere == ("before 1.5 it is called owner, one value instead of a list",)


@pytest.mark.skipif(not {"1.0.4", "1.13.0"} <= set(TREES), reason="needs the shared trees")
def test_the_releases_in_the_cache_say_since_and_until_when() -> None:
    old = dynclient.explain("table.owner", release="1.0.4")
    assert old.until == "1.5"
    assert "1.13.0" in old.not_in
    assert old.elsewhere == ("since 1.5 it is called owners, a list",)
    products = dynclient.explain("table.dataProducts", release="1.13.0")
    assert products.since
    assert "1.0.4" in products.not_in


@pytest.mark.skipif(not TREES, reason="needs the shared trees")
def test_the_release_is_the_newest_one_in_the_cache_by_default() -> None:
    assert dynclient.explain("table").release == list(TREES)[-1]


def test_without_other_releases_the_starter_is_explained(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "empty"))
    assert dynclient.explain("table").release == "starter"


def test_a_type_lists_its_fields_and_a_tree_those_of_them() -> None:
    flat, tree = starter("table"), starter("table", recursive=True)
    names = [each.path for each in flat.fields]
    assert "table.columns" in names
    assert all(not each.fields for each in flat.fields)
    columns = next(each for each in tree.fields if each.path == "table.columns")
    assert "table.columns.dataType" in [each.path for each in columns.fields]
    assert "        dataType: DataType, required" in str(tree)


def test_an_operation_has_its_route_and_parameters() -> None:
    found = starter("tables.list")
    assert (found.kind, found.type) == ("operation", "GET /v1/tables")
    parameters = {each.path: each for each in found.fields}
    assert parameters["tables.list.include"].values == ("non-deleted", "deleted", "all")


def test_a_create_operation_lists_the_fields_of_its_body() -> None:
    found = starter("tables.create")
    required = {each.path for each in found.fields if each.required}
    assert {"tables.create.name", "tables.create.columns"} <= required


def test_a_method_of_an_extension_is_explained_by_its_docstring() -> None:
    found = starter("tables.add_tags")
    assert found.example == "om.tables.add_tags(target, *tags, **parts)"
    assert found.fields[0].required
    assert all(each.description for each in found.fields)


def test_a_feature_of_the_client_lists_its_methods() -> None:
    found = starter("lineage")
    assert found.kind == "feature"
    assert "lineage.add" in [each.path for each in found.fields]
    assert starter("lineage.add").kind == "operation"


@pytest.mark.parametrize("error", ["NotFound", "dynclient.NotFound", dynclient.NotFound])
def test_an_error_is_explained_by_name_and_by_class(error: Any) -> None:
    found = dynclient.explain(error)
    assert (found.path, found.kind, found.release) == ("NotFound", "error", "")
    assert "ServerError" in found.type
    assert "404" in found.description


def test_the_attributes_of_an_error_are_listed() -> None:
    names = [each.path for each in dynclient.explain("FieldNotRead").fields]
    assert names == ["FieldNotRead.name", "FieldNotRead.path", "FieldNotRead.fields"]


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("tabel", SchemaNotFound, "no type or collection 'tabel'; did you mean table"),
        ("NotFuond", SchemaNotFound, "did you mean NotFound"),
        ("table.colums", UnknownField, "no field 'colums'; did you mean columns?"),
        ("table.columns.datatype", UnknownField, "did you mean dataType"),
        ("tables.lst", UnknownField, "did you mean list"),
        ("tables.add_tag", UnknownField, "did you mean add_tags"),
        ("table.owner", UnknownField, "table.owner is called owners in release starter"),
        ("table.name.first", UnknownField, "it has no fields, its type is string"),
        ("testCase.testSuite.x", UnknownField, "has no field 'x'; it has"),
        ("table..name", UsageError, "separated by single dots"),
        ("", UsageError, "must be a name such as"),
        (7, UsageError, "not 7"),
    ],
)
def test_what_is_not_found_has_a_way_out(path: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error) as caught:
        starter(path)
    assert message in str(caught.value)


@pytest.mark.skipif("1.13.0" not in TREES, reason="needs the shared trees")
@pytest.mark.parametrize("call", [dynclient.explain, dynclient.example])
def test_a_name_of_several_types_lists_them(call: Any) -> None:
    name = next(iter(dynclient.release("1.13.0").ambiguous_names))
    with pytest.raises(AmbiguousName) as caught:
        call(name, release="1.13.0")
    assert len(caught.value.candidates) > 1


def test_every_field_of_every_type_can_be_explained() -> None:
    release = dynclient.release("starter")
    for entity in release.entities:
        for each in starter(entity).fields:
            assert starter(each.path).type == each.type


def test_it_prints_as_text_html_and_json() -> None:
    found = starter("table.columns.dataType")
    assert str(found).startswith(
        "table.columns.dataType (field, release starter)\n  type: DataType"
    )
    assert repr(found) == ("<Explanation of table.columns.dataType: DataType; print() shows it>")
    assert json.loads(json.dumps(found.asdict()))["required"] is True
    assert pickle.loads(pickle.dumps(found)) == found


def test_an_unknown_method_of_a_feature_has_close_names() -> None:
    with pytest.raises(UnknownField, match="has no method 'ad'; did you mean add"):
        starter("lineage.ad")


def test_a_release_may_be_the_path_of_a_tree_as_text() -> None:
    if not TREES:
        pytest.skip("no schema trees are available")
    name, tree = next(iter(TREES.items()))
    assert dynclient.explain("table.name", release=str(tree)).release == name
