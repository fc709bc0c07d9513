"""Functions on entities: plain data, JSON, masking, checking."""

from __future__ import annotations

import copy
import datetime
import decimal
import json
import pickle
import uuid
from typing import Any

import pytest

from dynclient import errors
from dynclient.model import asdict, changes, check, load, name_of, original, schema_of, to_json
from dynclient.secrets import MASK


def service(named, **config):
    config = {"type": "Mysql", "username": "me", "hostPort": "h:1", **config}
    return named.CreateDatabaseServiceRequest(
        name="s", serviceType="Mysql", connection={"config": config}
    )


def test_asdict_returns_what_was_loaded(named, table) -> None:
    raw = {"name": "t", "columns": [{"name": "x", "dataType": "NEW"}], "unknown": [1, {"a": None}]}
    assert asdict(load(named.Table, json.loads(json.dumps(raw)))) == raw


def test_asdict_is_a_copy(table) -> None:
    asdict(table)["columns"].clear()
    assert len(table.columns) == 3


def test_secrets_are_masked_unless_requested(named) -> None:
    request = service(named, authType={"password": "hunter2"})
    for text in (str(asdict(request)), to_json(request), repr(request), str(request.connection)):
        assert "hunter2" not in text
    assert asdict(request)["connection"]["config"]["authType"]["password"] == MASK
    assert (
        asdict(request, secrets=True)["connection"]["config"]["authType"]["password"] == "hunter2"
    )
    assert "hunter2" in to_json(request, secrets=True)
    password = request.connection.config.authType.password
    assert f"{password} {password!r} {password!s}" == f"{MASK} '{MASK}' {MASK}"
    assert password == "hunter2"
    assert password.get_secret_value() == "hunter2"


def test_misspelt_secrets_are_masked_too(named, table) -> None:
    assert asdict(table)["fromTomorrow"]["secretToken"] == MASK
    request = service(named, authType={"pasword": "hunter2"})
    assert "hunter2" not in f"{asdict(request)}{request!r}"
    assert "hunter2" not in f"{check(request)}"


def test_the_connector_is_found_by_its_type_or_by_the_service(named) -> None:
    assert type(service(named).connection.config) is named.MysqlConnection
    untyped = named.CreateDatabaseServiceRequest(
        name="s", serviceType="Postgres", connection={"config": {"username": "me"}}
    )
    assert type(untyped.connection.config) is named.PostgresConnection


def test_values_of_the_library_turn_into_json(named) -> None:
    identity = uuid.uuid4()
    moment = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    user = load(named.User, {"name": "jo"})
    user.id = identity
    user.updatedAt = moment
    user.version = decimal.Decimal("0.2")
    assert asdict(user) == {
        "name": "jo",
        "id": str(identity),
        "updatedAt": 1767225600000,
        "version": 0.2,
    }


def test_values_without_a_json_form_are_problems(named) -> None:
    request = named.CreateTableRequest(name=object(), databaseSchema="a.b.c", columns=[])
    assert [problem.path for problem in check(request)] == ["name"]


def test_check_returns_all_problems(named) -> None:
    request = named.CreateTableRequest(
        name="t", columns=[{"name": "x", "dataType": "BIGNT"}, {"dataType": "INT"}]
    )
    problems = {problem.path: problem for problem in check(request)}
    assert set(problems) == {"databaseSchema", "columns[0].dataType", "columns[1].name"}
    assert problems["columns[0].dataType"].nearest[:2] == ("BIGINT", "INT")
    assert check(named.Column(name="x", dataType="INT")) == []


@pytest.mark.parametrize(
    ("data", "name"),
    [
        ({"id": "1", "name": "n", "fullyQualifiedName": "a.n"}, "a.n"),
        ({"id": "1", "name": "n", "fullyQualifiedName": ""}, "n"),
        ({"id": "1", "name": None}, "1"),
        ({"displayName": "N"}, ""),
    ],
)
def test_messages_call_an_entity_by_the_longest_of_its_names(data: Any, name: str) -> None:
    assert name_of(data) == name


def test_schema_of(named) -> None:
    assert schema_of(named.Table).path == "entity/data/table.json"
    assert schema_of(named.Column(name="x", dataType="INT").dataType).kind == "enum"
    with pytest.raises(errors.UsageError):
        schema_of(3)


@pytest.mark.parametrize("value", [3, None, {"id": 1}, []])
def test_what_is_not_an_entity_has_no_changes_and_no_original(value: Any) -> None:
    for function in (changes, original):
        with pytest.raises(errors.UsageError, match="must be an entity, not"):
            function(value)
    with pytest.raises(errors.UsageError, match="must be an entity, a create request or another"):
        check(value)


def nested_columns(levels: int) -> dict[str, Any]:
    column: dict[str, Any] = {"name": "c", "dataType": "INT"}
    for _ in range(levels):
        column = {"name": "c", "dataType": "STRUCT", "children": [column]}
    return column


@pytest.mark.parametrize("levels", [600, 50_000])
@pytest.mark.parametrize(
    "use",
    [
        asdict,
        to_json,
        copy.copy,
        copy.deepcopy,
        pickle.dumps,
        lambda table: asdict(table, secrets=True),
        lambda table: setattr(table, "columns", [nested_columns(400)]),
        lambda table: table.columns.append(nested_columns(400)),
        lambda table: type(table)(columns=[nested_columns(400)]),
    ],
)
def test_values_deeper_than_the_call_stack_are_refused(named, use, levels: int) -> None:
    table = load(named.Table, {"columns": [nested_columns(levels)]})
    with pytest.raises(errors.UsageError, match=r"^a value is nested too deeply"):
        use(table)


def test_a_deep_entity_has_problems_instead_of_being_checked(named) -> None:
    assert "depth" not in {p.rule for p in check(load(named.Table, nested_columns(100)))}
    assert [p.rule for p in check(load(named.Table, nested_columns(50_000)))] == ["depth"]
