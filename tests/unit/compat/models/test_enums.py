"""Enumerations: names of members, and how members behave."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from dynclient import compat
from dynclient.compat.models.enums import member_names
from dynclient.compat.models.validation_errors import ValidationError
from dynclient.schema import Release
from tests.support.trees import ALL_RELEASES, release_named


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("mysql+pymysql", "mysql_pymysql"),
        ("In Review", "In_Review"),
        ("None", "None_"),
        ("7", "field_7"),
        ("", "field_"),
        ("_a", "field_a"),
        ("mro", "mro_"),
        ("ok", "ok"),
    ],
)
def test_members_are_named_after_their_values(value: str, name: str) -> None:
    assert member_names([value]) == {name: value}


def test_two_values_with_one_name_get_two_members() -> None:
    assert member_names(["a b", "a-b", "a b", None]) == {"a_b": "a b", "a_b_1": "a-b"}


@pytest.fixture(params=ALL_RELEASES)
def release(request: pytest.FixtureRequest) -> Release:
    return release_named(request.param)


def data_type(release: Release) -> Any:
    return compat.entity_class(release, "entity/data/table.json#/definitions/dataType")


def test_members_are_their_values(release: Release) -> None:
    cls = data_type(release)
    assert cls.INT == "INT" == cls.INT.value
    assert (cls("INT"), cls["INT"], cls.INT.name) == (cls.INT, cls.INT, "INT")
    assert (str(cls.INT), f"{cls.INT}", repr(cls.INT)) == (
        *("DataType.INT", "DataType.INT"),
        "<DataType.INT: 'INT'>",
    )
    assert {cls.INT: 1}["INT"] == 1
    assert pickle.loads(pickle.dumps(cls.INT)) is cls.INT
    assert compat.payload(cls.INT) == "INT"
    assert type(compat.payload(cls.INT)) is str


def test_an_invalid_value_gets_a_suggestion(release: Release) -> None:
    column = compat.entity_class(release, "entity/data/table.json#/definitions/column")
    with pytest.raises(ValidationError, match=r"did you mean .*VARCHAR") as caught:
        column(name="a", dataType="VARCHR")
    assert caught.value.errors()[0]["loc"] == ("dataType",)
    assert "VARCHAR" in caught.value.errors()[0]["ctx"]["nearest"]


def test_a_member_of_another_release_is_accepted(release: Release) -> None:
    column = compat.entity_class(release, "entity/data/table.json#/definitions/column")
    model = column(name="a", dataType=data_type(release_named("starter")).INT)
    assert model.dataType is data_type(release).INT
