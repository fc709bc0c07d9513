"""The connection of a connector, and the test of its steps."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.compat.ingestion.connections import (
    BaseConnection,
    SourceConnectionException,
    raise_test_connection_exception,
    run_connection_steps,
)
from tests.support.trees import real_release


class Metadata:
    """A client of a server with the definition of one connection test."""

    def __init__(self) -> None:
        self.gateway = SimpleNamespace(release=real_release("1.6.0"))
        self.workflows: list[tuple[Any, ...]] = []

    def get_by_name(self, entity: Any, fqn: str) -> Any:
        if fqn != "Mysql.testConnectionDefinition":
            return None
        steps = [
            {"name": "CheckAccess", "description": "d", "mandatory": True, "shortCircuit": True},
            {"name": "GetTables", "description": "d", "mandatory": True},
            {
                "name": "GetViews",
                "description": "d",
                "mandatory": False,
                "errorMessage": "no views",
            },
        ]
        return entity(name="Mysql", steps=steps)

    def patch_automation_workflow_response(self, *arguments: Any) -> None:
        self.workflows.append(arguments)


def fail() -> None:
    raise OSError("connection refused")


def passed(result: Any) -> dict[str, bool]:
    return {step.name: step.passed for step in result.steps}


def test_steps_run_in_the_order_of_the_server() -> None:
    functions = {"GetViews": fail, "GetTables": list, "CheckAccess": list, "Other": fail}
    result = run_connection_steps(Metadata(), "Mysql", functions)
    assert passed(result) == {"CheckAccess": True, "GetTables": True, "GetViews": False}
    assert result.status.value == "Successful"
    assert result.steps[2].message == "no views"
    assert "connection refused" in result.steps[2].errorLog
    raise_test_connection_exception(result)


def test_a_mandatory_step_that_fails_can_end_the_test() -> None:
    metadata, workflow = Metadata(), object()
    functions = {"CheckAccess": fail, "GetTables": list}
    result = run_connection_steps(metadata, "Mysql", functions, workflow)
    assert passed(result) == {"CheckAccess": False}
    assert result.status.value == "Failed"
    assert metadata.workflows == [(workflow, result, "Failed")]
    with pytest.raises(SourceConnectionException, match="CheckAccess: connection refused"):
        raise_test_connection_exception(result)


def test_a_service_without_a_definition_is_named() -> None:
    with pytest.raises(SourceConnectionException, match=r"'Odd\.testConnectionDefinition'"):
        run_connection_steps(Metadata(), "Odd", {})


def test_a_connection_creates_its_client_once() -> None:
    class Mysql(BaseConnection[dict[str, str], list[str]]):
        def _get_client(self) -> list[str]:
            return [self.service_connection["host"]]

        def test_connection(self, metadata: Any, *args: Any, **kwargs: Any) -> Any:
            return self.client

    connection = Mysql({"host": "db"})
    assert connection.client == ["db"]
    assert connection.client is connection.test_connection(None)
