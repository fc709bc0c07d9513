"""Connections by the type of the service, and services made of them."""

from __future__ import annotations

import pytest

import dynclient
from dynclient import errors
from dynclient.client.client import Client


def test_a_connection_is_typed_and_creates_its_service(each: Client) -> None:
    connection = each.services.connection("mysql", hostPort="localhost:3306", username="ada")
    assert type(connection) is each.types.DatabaseConnection
    assert type(connection.config) is each.types.MysqlConnection
    assert type(connection.config) is each.services.connection_class("Mysql")
    service = each.services.create("typed", connection, description="A shop.")
    try:
        assert dynclient.schema_of(service).type_name == "DatabaseService"
        assert service.serviceType.value == "Mysql"
        assert service.connection.config.hostPort == "localhost:3306"
        with pytest.raises(errors.Conflict):
            each.database_services.create(name="typed", serviceType="Mysql", connection=connection)
    finally:
        each.database_services.delete(service, hard=True)


def test_wrong_types_and_fields_are_refused_with_close_names(each: Client) -> None:
    with pytest.raises(errors.BadArguments, match="has no type 'Mysqll'; did you mean Mysql"):
        each.services.connection("Mysqll")
    with pytest.raises(errors.DynclientError, match="hostPort"):
        each.services.create("x", each.services.connection("Mysql", hostPorts="x:1"))
    with pytest.raises(errors.BadArguments, match="of pipeline_services 'Mysql'"):
        each.services.connection("Mysql", collection="pipeline_services")
    with pytest.raises(errors.BadArguments, match="not dict"):
        each.services.create("x", {"config": {"type": "Mysql"}})


def test_every_type_of_a_release_has_a_class_of_its_connection(each: Client) -> None:
    types = each.services.types()
    assert {"Mysql", "Kafka", "Airflow"} <= set(types)
    ambiguous = 0
    for name in types:
        try:
            found = each.services.connection(name)
        except errors.BadArguments as error:
            assert "name one with collection=" in str(error)  # noqa: PT017
            ambiguous += 1
            continue
        assert found.config.type.value == name
    assert ambiguous <= len(types) / 10
