"""Texts of values, and names of entity types."""

from __future__ import annotations

from collections.abc import Callable
from enum import Enum
from typing import Any
from uuid import UUID

import pytest

from dynclient.compat.ometa import utils
from dynclient.compat.ometa.exceptions import InvalidEntityException

IDENTITY = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"


class Colour(Enum):
    RED = "red"


class Old:
    __root__ = "inside"


def test_the_text_of_a_value_is_what_it_holds(get: Callable[..., Any]) -> None:
    name = get("type.basic", "FullyQualifiedEntityName")("svc.db")
    identity = get("type.basic", "Uuid")(IDENTITY)
    values = ["plain", name, identity, UUID(IDENTITY), Colour.RED, Old(), 3]
    expected = ["plain", "svc.db", IDENTITY, IDENTITY, "red", "inside", "3"]
    assert [utils.model_str(value) for value in values] == expected


def test_names_keep_letters_and_lose_signs() -> None:
    assert [utils.format_name(name) for name in ("a b.c-d/é", "A::b(1)", "a_b")] == [
        "a_b_c_d_é", "A__b_1_", "a_b",
    ]  # fmt: skip


def test_names_are_quoted_for_paths() -> None:
    assert utils.quote('svc."a/b".t é#') == "svc.%22a%2Fb%22.t%20%C3%A9%23"


def test_types_are_called_as_the_server_calls_them(get: Callable[..., Any]) -> None:
    assert utils.get_entity_type("table") == "table"
    for module, name, kind in [
        ("entity.data.table", "Table", "table"),
        ("entity.services.databaseService", "DatabaseService", "databaseService"),
        ("tests.testCase", "TestCase", "testCase"),
    ]:
        assert utils.get_entity_type(get(module, name)) == kind


def test_other_classes_have_no_entity_type(get: Callable[..., Any]) -> None:
    with pytest.raises(InvalidEntityException, match="int is not a class"):
        utils.get_entity_type(int)
