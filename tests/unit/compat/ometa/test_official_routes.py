"""Classes that the official client's methods take although they are not entities."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.exceptions import (
    InvalidEntityException,
    MissingEntityTypeException,
)
from dynclient.compat.ometa.official_routes import official_spec
from dynclient.data import data_file
from tests.support.stub import Stub
from tests.support.trees import ALL_RELEASES, release_named

IDENTITY = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"


def test_the_table_is_valid() -> None:
    jsonschema.validate(data_file("official_routes.json"), data_file("official_routes.schema.json"))


@pytest.mark.parametrize("row", data_file("official_routes.json"), ids=lambda row: row["route"])
def test_each_class_exists_and_is_no_entity(row: dict[str, Any]) -> None:
    releases = [release_named(name) for name in ALL_RELEASES]
    having = [each for each in releases if row["path"].partition("#")[0] in each.paths]
    if not having:
        pytest.skip("no release at hand has the class")
    assert [each.entity_of(row["path"]) for each in having] == [None] * len(having)
    spec = official_spec(having[-1].node(row["path"]), having[-1])
    assert spec is not None
    assert spec.route == f"/v1{row['route']}"
    assert {*row.get("filters", {})} <= {each.name for each in spec.operations["list"].parameters}


def test_the_mechanism_of_a_bot_is_read_by_its_id(metadata: Any, stub: Stub, get: Any) -> None:
    mechanism = get("entity.teams.user", "AuthenticationMechanism")
    stub.routes[f"/api/v1/users/auth-mechanism/{IDENTITY}"] = {"authType": "JWT"}
    found = metadata.get_by_id(mechanism, IDENTITY)
    assert type(found) is mechanism
    assert found.authType.value == "JWT"
    assert metadata.get_suffix(mechanism) == "/users/auth-mechanism"
    assert metadata.get_suffix(get("api.lineage.addLineage", "AddLineageRequest")) == "/lineage"


def test_other_classes_have_no_collection(metadata: Any, get: Any) -> None:
    column = get("entity.data.table", "Column")
    with pytest.raises(MissingEntityTypeException, match="no collection 'Column'"):
        metadata.get_by_id(column, IDENTITY)
    with pytest.raises(InvalidEntityException, match="Column is not a create request"):
        schema_classes.created_by(column)
