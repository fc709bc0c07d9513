"""Where the stub of each type is, and its names there."""

from __future__ import annotations

from dynclient.releases.pack import build
from dynclient.schema import Release
from dynclient.stubs.schema_names import ROOT, SchemaNames, module_names


def test_a_document_is_a_module() -> None:
    assert module_names(["entity/data/table.json"]) == {
        "entity/data/table.json": f"{ROOT}.entity.data.table"
    }


def test_no_module_has_the_name_of_a_package_a_keyword_or_another_module() -> None:
    paths = [
        "api/class.json",
        "entity/Data.json",
        "entity/data.json",
        "entity/data/a-b.json",
        "x/1.json",
    ]
    names = [name.removeprefix(f"{ROOT}.") for name in module_names(paths).values()]
    assert names == ["api.class_", "entity.Data_", "entity.data__", "entity.data.a_b", "x._1"]


def test_types_of_one_document_have_different_names() -> None:
    definitions = {
        "part": {"type": "object", "properties": {"x": {}}},
        "partDict": {"type": "string", "enum": ["a"]},
        "Part": {"type": "string"},
        "none": {"type": "string"},
    }
    used = {name: {"$ref": f"#/definitions/{name}"} for name in definitions}
    schema = {"title": "Whole", "properties": used, "definitions": definitions}
    names = SchemaNames(Release(build({"type/a.json": schema}, (), "1.0.0")))
    found = {ref.partition("#/definitions/")[2]: value[1:] for ref, value in names.by_ref.items()}
    assert found == {
        "": ("Whole", "WholeDict"),
        "Part": ("Part", ""),
        "none": ("None_", ""),
        "part": ("Part_", "Part_Dict"),
        "partDict": ("PartDict", "PartDictValue"),
    }


def test_types_within_types_are_found() -> None:
    schema = {
        "type": "object",
        "properties": {
            "tasks": {"type": "array", "items": {"type": "object", "properties": {"x": {}}}},
            "config": {"oneOf": [{"type": "object", "properties": {"y": {}}}, {"type": "string"}]},
        },
    }
    names = SchemaNames(Release(build({"type/a.json": schema}, (), "1.0.0")))
    assert sorted(each.cls for each in names.by_ref.values()) == [
        "A",
        "AConfigOption0",
        "ATasksItem",
    ]
