"""Official classes beside pydantic's: recognised, validated, described by their annotations."""

from __future__ import annotations

import subprocess
import sys
import typing
from collections.abc import Iterator
from typing import Any

import pytest

from dynclient import compat
from dynclient.compat.models.pydantic_classes import PydanticFinder

pydantic = pytest.importorskip("pydantic", minversion="2")

TABLE = {"id": "2f0a4bd1-2e2f-4a5e-9d7e-0a6c54ad3f0a", "name": "t", "columns": []}


@pytest.fixture
def names() -> Iterator[Any]:
    """The official names, as a script has them while the drop-in is installed."""
    compat.install(release="starter", pydantic=True)
    from metadata.generated.schema.entity.data.table import Column, DataType, Table
    from metadata.generated.schema.type.basic import EntityName

    class Names:
        column, data_type, table, name = Column, DataType, Table, EntityName

    yield Names
    compat.uninstall()


def test_models_and_root_types_are_instances_of_pydantic_classes(names: Any) -> None:
    column = names.column(name="a", dataType="INT")
    assert isinstance(column, pydantic.BaseModel)
    assert issubclass(names.column, pydantic.BaseModel)
    assert not isinstance(column, pydantic.RootModel)
    for base in (pydantic.BaseModel, pydantic.RootModel):
        assert isinstance(column.name, base)
        assert issubclass(names.name, base)
        assert not isinstance("a", base)
        assert not issubclass(names.data_type, base)


def test_other_pydantic_models_are_what_they_were(names: Any) -> None:
    class Other(pydantic.BaseModel):
        a: int

    assert isinstance(Other(a=1), pydantic.BaseModel)
    assert not isinstance(names.column(name="a", dataType="INT"), Other)
    assert not issubclass(names.column, Other)
    assert not issubclass(Other, pydantic.RootModel)


def test_after_uninstalling_the_checks_are_those_of_pydantic() -> None:
    metaclass = type(pydantic.BaseModel)
    checks = (metaclass.__instancecheck__, metaclass.__subclasscheck__)
    compat.install(release="starter")
    assert metaclass.__instancecheck__ is not checks[0]
    compat.install(release="starter")
    compat.uninstall()
    assert (metaclass.__instancecheck__, metaclass.__subclasscheck__) == checks
    assert not any(isinstance(finder, PydanticFinder) for finder in sys.meta_path)


def test_pydantic_may_be_imported_later_and_is_not_imported_before() -> None:
    code = """
import sys
from dynclient import compat
compat.install(release="starter")
from metadata.generated.schema.entity.data.table import Column
column = Column(name="a", dataType="INT")
assert not any(name.startswith("pydantic") for name in sys.modules)
import inspect, pydantic
assert isinstance(column, pydantic.BaseModel) and issubclass(Column, pydantic.BaseModel)
assert "class BaseModel" in inspect.getsource(pydantic.BaseModel)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_pydantic_models_and_adapters_validate_and_dump_official_models(names: Any) -> None:
    class Report(pydantic.BaseModel):
        table: names.table  # type: ignore[name-defined]  # at run time
        name: names.name | None = None  # type: ignore[name-defined]

    Report.model_rebuild(_types_namespace={"names": names})
    report = Report(table=TABLE, name="r")
    assert type(report.table) is names.table
    assert report.model_dump(exclude_unset=True, mode="json") == {"table": TABLE, "name": "r"}
    adapter = pydantic.TypeAdapter(list[names.table])
    assert adapter.validate_python([report.table]) == [report.table]
    assert adapter.validate_json(adapter.dump_json([report.table])) is not None
    assert adapter.json_schema()["items"]["title"] == "Table"
    with pytest.raises(pydantic.ValidationError) as caught:
        adapter.validate_python([TABLE, {"name": 5}])
    assert (1, "id") in {error["loc"] for error in caught.value.errors()}


def test_errors_are_caught_as_those_of_pydantic(names: Any) -> None:
    with pytest.raises(pydantic.ValidationError) as caught:
        names.column(name=5)
    error = caught.value
    assert [each["loc"] for each in error.errors()] == [("name",), ("dataType",)]
    assert error.error_count() == 2
    assert '"loc":["name"]' in error.json()
    with pytest.raises(pydantic.ValidationError):
        names.table.model_validate_json("{")


def test_type_hints_are_the_classes_of_the_fields(names: Any) -> None:
    hints = typing.get_type_hints(names.table)
    assert list(hints) == list(names.table.model_fields)
    assert hints["name"] is names.name
    assert hints["columns"] == list[names.column]
    assert hints["deleted"] == bool | None
    assert names.table.model_fields["columns"].annotation == list[names.column]
    assert typing.get_type_hints(names.name) == {"root": str}
    assert "columns" in names.table.__annotations__
    assert names.table.__annotations__.get("nothing") is None
    assert len(names.table.__annotations__) == len(hints)
