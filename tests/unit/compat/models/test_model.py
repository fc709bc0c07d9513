"""Models: every class of every release, what servers return and what goes back."""

from __future__ import annotations

import copy
import inspect
import json
import pickle
import uuid
from enum import Enum
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient import compat
from dynclient.compat.models import class_names
from dynclient.compat.models.class_registry import class_registry
from dynclient.compat.models.fields import UNDEFINED
from dynclient.compat.models.model import Model
from dynclient.compat.models.validation_errors import ValidationError
from dynclient.model.namespace import types
from dynclient.schema import Release
from tests.property.data import draw_instance
from tests.support.trees import ALL_RELEASES, release_named

UUID = "2f0a4bd1-2e2f-4a5e-9d7e-0a6c54ad3f0a"


@pytest.fixture(params=ALL_RELEASES)
def release(request: pytest.FixtureRequest) -> Release:
    return release_named(request.param)


def table(release: Release) -> Any:
    return compat.entity_class(release, "entity/data/table.json")


def request_class(release: Release) -> Any:
    return compat.entity_class(release, "api/data/createTable.json")


def without_nulls(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: without_nulls(below) for name, below in value.items() if below is not None}
    return [without_nulls(below) for below in value] if isinstance(value, list) else value


def test_every_class_is_built_and_validates(release: Release) -> None:
    for path in release.paths:
        for named in class_names.classes(release, path).values():
            cls: Any = class_registry(release).class_at(named.node)
            if named.kind != class_names.MODEL:
                continue
            for field in cls.model_fields.values():
                assert isinstance(field.field_type.label, str)
                assert (field.get_default() is UNDEFINED) is field.is_required()
            required = [(field.key,) for field in cls.model_fields.values() if field.required]
            if required:
                with pytest.raises(ValidationError) as caught:
                    cls()
                assert [error["loc"] for error in caught.value.errors()] == required
            assert repr(cls.model_construct()).startswith(f"{named.name}(")


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_data_of_a_server_is_sent_back_unchanged(name: str) -> None:
    release = release_named(name)
    known = sorted(release.entities.values())

    @given(st.data())
    def holds(data: st.DataObject) -> None:
        entity = data.draw(st.sampled_from(known))
        sent = draw_instance(data.draw, release.node(entity.path))
        before = copy.deepcopy(sent)
        model = compat.wrap(compat.entity_class(release, entity.path), sent)
        if data.draw(st.booleans()):
            repr(model)
            model.model_dump(mode="json")
        wire = compat.payload(model)
        assert without_nulls(wire) == without_nulls(before)
        assert sent == before
        assert compat.payload(copy.deepcopy(model)) == wire
        assert compat.payload(pickle.loads(pickle.dumps(model))) == wire

    holds()


def test_data_of_a_server_is_not_validated(release: Release) -> None:
    data = {"id": UUID, "name": 5, "columns": "none", "version": "x", "surprise": {"a": 1}}
    model = compat.wrap(table(release), data)
    assert (model.name, model.columns, model.version) == (5, "none", "x")
    assert model.surprise == {"a": 1}
    assert model.description is None
    assert compat.payload(model) == data


def test_a_new_value_of_an_enumeration_is_readable_as_text(release: Release) -> None:
    model = compat.wrap(table(release), {"columns": [{"name": "a", "dataType": "QUBIT"}]})
    assert model.columns[0].dataType == "QUBIT"
    assert compat.payload(model) == {"columns": [{"name": "a", "dataType": "QUBIT"}]}


def test_a_branch_with_new_fields_is_known_by_what_it_is(release: Release) -> None:
    service = compat.entity_class(release, "entity/services/databaseService.json")
    config = {"type": "Mysql", "username": "u", "hostPort": "h:1", "newest": {"a": 1}}
    model = compat.wrap(service, {"serviceType": "Mysql", "connection": {"config": config}})
    assert type(model.connection.config).__name__ == "MysqlConnection"
    assert model.connection.config.newest == {"a": 1}
    assert compat.payload(model)["connection"]["config"] == config


def test_signatures_name_the_fields(release: Release) -> None:
    parameters = inspect.signature(request_class(release)).parameters
    assert {"name", "columns", "databaseSchema"} <= set(parameters)
    assert parameters["name"].default is inspect.Parameter.empty
    assert parameters["description"].default is None


def test_changes_go_out(release: Release) -> None:
    model = compat.wrap(
        table(release), {"name": "t", "columns": [{"name": "a", "dataType": "INT"}]}
    )
    model.description = "new"
    model.columns[0].description = "column"
    model.columns.append({"name": "b", "dataType": "INT"})
    model.name = None
    assert compat.payload(model) == {
        "description": "new",
        "columns": [
            {"name": "a", "dataType": "INT", "description": "column"},
            {"name": "b", "dataType": "INT"},
        ],
    }


def test_values_that_are_set_are_converted(release: Release) -> None:
    model = compat.wrap(table(release), {"id": UUID, "name": "t"})
    model.description = "text"
    assert model.description.root == "text"
    model.tableType = "View"
    assert isinstance(model.tableType, Enum)
    column = {"name": "a", "dataType": "INT"}
    model.columns = [column]
    assert isinstance(model.columns[0], Model)
    model.columns = "nonsense"
    assert model.columns == "nonsense"


def test_objects_that_are_set_stay_the_same(release: Release) -> None:
    classes = compat.entity_class(release, "entity/data/table.json#/definitions/column")
    column = classes(name="a", dataType="INT")
    columns = [column]
    request = request_class(release).model_construct(name="t", columns=columns)
    assert request.columns is columns
    model = compat.wrap(table(release), {})
    model.columns = columns
    columns.append(classes(name="b", dataType="INT"))
    assert [one.name.root for one in model.columns] == ["a", "b"]


def test_models_of_another_release_are_accepted(release: Release) -> None:
    other = release_named("starter")
    reference = compat.entity_class(other, "type/entityReference.json")(id=UUID, type="user")
    name = compat.entity_class(other, "type/basic.json#/definitions/entityName")("a")
    here = compat.entity_class(release, "type/entityReference.json")
    place = release.type_names["EntityReferenceList"].removesuffix("#")
    listed = compat.entity_class(release, place)([reference])
    assert type(listed[0]) is here
    column = compat.entity_class(release, "entity/data/table.json#/definitions/column")
    assert column(name=name, dataType="INT").name.root == "a"


def test_entities_of_the_native_client_are_wrapped_and_sent(release: Release) -> None:
    native = types(release).Table({"id": UUID, "name": "t"})
    model = compat.wrap(table(release), native)
    assert model.id.root == uuid.UUID(UUID)
    assert compat.payload([native, model]) == [{"id": UUID, "name": "t"}] * 2


def test_unknown_names_are_refused_with_the_nearest(release: Release) -> None:
    with pytest.raises(ValidationError, match="not permitted; did you mean columns"):
        request_class(release)(name="t", colums=[])
    model = compat.wrap(table(release), {})
    with pytest.raises(ValueError, match='"Table" object has no field "colums"'):
        model.colums = []
    with pytest.raises(AttributeError, match="colums"):
        model.colums  # noqa: B018  # the look-up is what is tried


def test_faults_pickle_and_come_as_json(release: Release) -> None:
    with pytest.raises(ValidationError) as caught:
        request_class(release)(name=[5], columns=[1])
    error = caught.value
    again = pickle.loads(pickle.dumps(error))
    assert again.errors() == error.errors()
    assert str(again) == str(error)
    assert json.loads(error.json())[0]["loc"] == ["name"]
    assert error.error_count() == len(error.problems)
    assert isinstance(error, ValueError)


def test_a_model_is_equal_to_one_of_the_same_content(release: Release) -> None:
    one = compat.wrap(table(release), {"id": UUID, "name": "t"})
    same = compat.wrap(table(release), {"name": "t", "id": UUID})
    assert one == same
    assert one != compat.wrap(table(release), {"id": UUID})
    assert one != {"id": UUID, "name": "t"}
    with pytest.raises(TypeError, match="unhashable"):
        hash(one)


def test_an_error_does_not_keep_what_is_nested_too_deeply(release: Release) -> None:
    loop: dict[str, Any] = {}
    loop["unknown"] = loop
    deep: Any = "x"
    for _ in range(50_000):
        deep = [deep]
    for data in (loop, deep, {"name": deep}, {"columns": [loop]}):
        with pytest.raises(ValidationError) as caught:
            request_class(release).model_validate(data)
        assert "…" in [error["input"] for error in caught.value.errors()]


def table_with_levels(levels: int) -> dict[str, Any]:
    column: dict[str, Any] = {"name": "c", "dataType": "INT"}
    for _ in range(levels):
        column = {"name": "c", "dataType": "STRUCT", "children": [column]}
    return {"name": "t", "databaseSchema": "a.b.c", "columns": [column]}


def test_whatever_is_valid_is_compared_and_written(release: Release) -> None:
    fields = table_with_levels(99)
    cls = request_class(release)
    table = cls.model_validate(fields)
    assert table == cls(**fields)
    assert json.loads(table.model_dump_json(exclude_none=True))["columns"] == fields["columns"]


@pytest.mark.parametrize("levels", [150, 300, 50_000])
def test_values_deeper_than_the_call_stack_are_not_valid(release: Release, levels: int) -> None:
    fields = table_with_levels(levels)
    cls = request_class(release)
    for create in (cls.model_validate, lambda data: cls(**data)):
        with pytest.raises(ValidationError, match="nested too deeply") as caught:
            create(fields)
        assert [error["type"] for error in caught.value.errors()] == ["recursion_loop"]
