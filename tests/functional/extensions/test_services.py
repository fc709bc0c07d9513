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


def test_a_connection_is_tested_by_the_server(each: Client) -> None:
    connection = each.services.connection("Mysql", hostPort="localhost:3306", username="ada")
    service = each.services.create("tested", connection)
    services = each.database_services
    try:
        if not each.supports("database_services.test_connection"):
            with pytest.raises(errors.NotSupported):
                services.test_connection(service)
            return
        result = services.test_connection("tested", interval=0)
        assert type(result) is each.types.TestConnectionResult
        assert result.status.value == "Successful"
        assert services.test_connection(service, connection, interval=0).status == result.status
        assert [workflow.name for workflow in each.workflows.list()] == []
        stored = services.set_connection_result(service, result)
        assert stored.testConnectionResult.status.value == "Successful"
    finally:
        services.delete(service, hard=True)


def test_the_result_of_a_test_is_stored(each: Client) -> None:
    services = each.database_services
    connection = each.services.connection("Mysql", hostPort="localhost:3306", username="ada")
    service = each.services.create("stored", connection)
    try:
        step = {"name": "CheckAccess", "mandatory": True, "passed": False}
        found = services.set_connection_result(service, "Failed", steps=[step])
        assert found.testConnectionResult.steps[0].name == "CheckAccess"
        with pytest.raises(errors.RequestInvalid, match="did you mean Failed"):
            services.set_connection_result(service, "Faild")
    finally:
        services.delete(service, hard=True)
