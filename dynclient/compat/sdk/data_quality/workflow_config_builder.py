"""``metadata.sdk.data_quality.workflow_config_builder``: configurations of test workflows.

They are run by the ingestion framework: ``metadata test -c file.yaml``.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any, Self, TypeVar

from dynclient import model
from dynclient.compat.conversion import entity_class, payload, wrap
from dynclient.compat.ometa.utils import model_str
from dynclient.compat.sdk.data_quality.clients import find, official_client
from dynclient.compat.sdk.data_quality.exceptions import invalid_tests
from dynclient.compat.sdk.data_quality.records import TestCaseDefinition
from dynclient.dispatch import bad_arguments
from dynclient.errors import NotSupported, Problem
from dynclient.suggestions import nearest
from dynclient.tracebacks import public_calls

T = TypeVar("T")
_WORKFLOW = "metadataIngestion/workflow.json"
_CONFIG = f"{_WORKFLOW}#/properties/openMetadataWorkflowConfig"
_SETTINGS = f"{_WORKFLOW}#/definitions/workflowConfig"
_PIPELINE = "metadataIngestion/testSuitePipeline.json"
_LEVELS = f"{_WORKFLOW}#/definitions/logLevels"
_COMMON_LEVELS = ("DEBUG", "INFO", "WARN", "ERROR")
"""The levels of releases whose schemas have no workflows."""
_MOST = 100
"""Largest threshold, in percent."""


@public_calls
class WorkflowConfigBuilder:
    """Builds the configuration of a workflow that runs tests in the database of a table.

    Args:
        client: the client of the server.
    """

    def __init__(self, client: Any) -> None:
        self._client = official_client(client)
        self._definitions: list[TestCaseDefinition] = []
        self._table = ""
        self._force_test_update = False
        self._enable_streamable_logs = False
        self._settings: dict[str, Any] = {
            "loggerLevel": "INFO",
            "raiseOnError": False,
            "successThreshold": 90,
        }

    @property
    def table_fqn(self) -> str:
        """The fully qualified name of the table; empty if it is not set yet."""
        return self._table

    @property
    def test_definitions(self) -> list[TestCaseDefinition]:
        """The tests."""
        return self._definitions

    @property
    def force_test_update(self) -> bool:
        """Whether test cases that exist get the parameters of the tests."""
        return self._force_test_update

    def add_test_definition(self, test_definition: TestCaseDefinition) -> Self:
        """Add a test, see :meth:`BaseTest.to_test_case_definition`."""
        return self.add_test_definitions([test_definition])

    def add_test_definitions(self, test_definitions: Iterable[Any]) -> Self:
        """Add tests.

        Raises:
            BadArguments: one is not a ``TestCaseDefinition``; none is added.
        """
        found = list(test_definitions)
        problems = [
            Problem(f"test_definitions[{n}]", type(each).__name__, "argument",
                    f"must be a TestCaseDefinition, not {each!r}; a test has"
                    " to_test_case_definition()")
            for n, each in enumerate(found)
            if not isinstance(each, TestCaseDefinition)
        ]  # fmt: skip
        if problems:
            raise bad_arguments("WorkflowConfigBuilder.add_test_definitions", problems)
        self._definitions += found
        return self

    def with_table(self, table_fqn: str) -> Self:
        """Set the fully qualified name of the table."""
        self._table = model_str(table_fqn)
        return self

    def with_force_test_update(self, force_test_update: bool) -> Self:
        """Set whether test cases that exist get the parameters of the tests."""
        self._force_test_update = bool(force_test_update)
        return self

    def with_log_level(self, log_level: Any) -> Self:
        """Set what is logged: a member of ``LogLevels`` or its value.

        Raises:
            BadArguments: there is no such level.
        """
        text = str(log_level.value if isinstance(log_level, Enum) else log_level)
        release = self._client.types
        is_there = _WORKFLOW in release.paths
        known = release.node(_LEVELS).schema["enum"] if is_there else [*_COMMON_LEVELS]
        if text not in known:
            message = f"must be one of {', '.join(known)}, not {text!r}"
            problem = Problem("log_level", text, "argument", message, tuple(nearest(text, known)))
            raise bad_arguments("WorkflowConfigBuilder.with_log_level", [problem])
        self._settings["loggerLevel"] = text
        return self

    def with_raise_on_error(self, raise_on_error: bool) -> Self:
        """Set whether the workflow ends with an error if a step of it fails."""
        self._settings["raiseOnError"] = bool(raise_on_error)
        return self

    def with_success_threshold(self, success_threshold: Any) -> Self:
        """Set the percentage of steps that must succeed.

        Raises:
            BadArguments: it is not a number from 0 to 100.
        """
        is_number = isinstance(success_threshold, int) and not isinstance(success_threshold, bool)
        if not is_number or not 0 <= success_threshold <= _MOST:
            message = f"must be a number from 0 to {_MOST}, not {success_threshold!r}"
            problem = Problem("success_threshold", success_threshold, "argument", message)
            raise bad_arguments("WorkflowConfigBuilder.with_success_threshold", [problem])
        self._settings["successThreshold"] = success_threshold
        return self

    def with_enable_streamable_logs(self, enable: bool) -> Self:
        """Set whether the server gets the log while the workflow runs."""
        self._enable_streamable_logs = bool(enable)
        return self

    def build(self) -> Any:
        """Return the configuration, with what the release has of these options.

        Returns:
            An ``OpenMetadataWorkflowConfig``. Its connections have secrets as far as the server
            shows them to the user; they are masked when it is printed.

        Raises:
            InvalidTests: there is no table; it is a ``ValueError``.
            UnknownTable: the server does not have the table; it is a ``ValueError``.
            NotSupported: the release has no schema of this configuration.
        """
        if not self._table:
            problem = Problem("table", None, "argument", "call with_table(…) first")
            raise invalid_tests("WorkflowConfigBuilder.build", [problem])
        release = self._client.types
        if _WORKFLOW not in release.paths:
            raise NotSupported(
                f"the schemas of release {release.name} have no test workflows"
                f" ({_WORKFLOW}), so their configuration cannot be built",
                name="build",
            )
        quality = self._client.native.quality
        table = model.raw(find(lambda: quality.read(self._table, "table")))
        source = self._source(table)
        cases = [each.model_dump(mode="json", exclude_none=True) for each in self._definitions]
        processor = {"forceUpdate": self._force_test_update, "testCases": cases}
        settings = {"openMetadataServerConfig": payload(self._client.config), **self._settings}
        found = {
            "source": source,
            "processor": {"type": "orm-test-runner", "config": processor},
            "sink": {"type": "metadata-rest", "config": {}},
            "workflowConfig": self._known(_SETTINGS, settings),
            "enableStreamableLogs": self._enable_streamable_logs,
        }
        return wrap(self._class(_CONFIG), self._known(_CONFIG, found))

    def _source(self, table: dict[str, Any]) -> dict[str, Any]:
        """Return where the table is: its service, and how to connect to it."""
        reference = table["service"]
        service = model.raw(find(lambda: self._client.native.quality.read(reference)))
        connection = service.get("connection")
        name = reference.get("fullyQualifiedName") or reference["name"]
        config = {"type": "TestSuite", "entityFullyQualifiedName": table["fullyQualifiedName"]}
        if connection:
            config["serviceConnections"] = [{"serviceName": name, "serviceConnection": connection}]
        found = {
            "type": "TestSuite",
            "serviceName": name,
            "sourceConfig": {"config": self._known(_PIPELINE, config)},
        }
        return found | ({"serviceConnection": connection} if connection else {})

    def _class(self, path: str) -> Any:
        return entity_class(self._client.types, path)

    def _known(self, path: str, values: dict[str, Any]) -> dict[str, Any]:
        """Return the values whose names a schema of the release has."""
        known = self._class(path)._by_key
        return {name: value for name, value in values.items() if name in known}
