"""Tests as code on servers: runners, published results, configurations of test workflows."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dynclient import compat
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.ometa_api import OpenMetadata
from dynclient.compat.sdk.data_quality.column_tests import (
    ColumnValuesToBeBetween,
    ColumnValuesToBeNotNull,
)
from dynclient.compat.sdk.data_quality.dataframe_validator import DataFrameValidator
from dynclient.compat.sdk.data_quality.runner import TestRunner
from dynclient.compat.sdk.data_quality.table_tests import TableCustomSQLQuery, TableRowCountToEqual
from dynclient.compat.sdk.data_quality.validation_results import ValidationResult
from dynclient.compat.sdk.data_quality.workflow_config_builder import WorkflowConfigBuilder
from dynclient.errors import BadArguments, NotSupported, UsageError
from dynclient.sandbox import Running
from tests.support.trees import release_named

pytestmark = pytest.mark.usefixtures("removed_afterwards")

Server = Callable[[str], Running]

NUMBERS = itertools.count()
ROWS = [{"id": 1, "total": 5}, {"id": 2, "total": -1}]
SANE = ColumnValuesToBeBetween("total", min_value=0, name="sane")


@pytest.fixture(params=["starter", "1.0.4", "1.6.0"])
def client(request: pytest.FixtureRequest, server: Server) -> Iterator[OpenMetadata]:
    """The official client of a release, with the classes of that release."""
    running = server(request.param)
    compat.install(release_named(request.param))
    connection = {
        "hostPort": running.host,
        "authProvider": "openmetadata",
        "securityConfig": {"jwtToken": running.admin_token},
    }
    with OpenMetadata(connection) as found:
        yield found
    compat.uninstall()


@pytest.fixture
def table(client: OpenMetadata) -> Iterator[str]:
    """The name of a table with the columns id and total."""
    om = client.native
    known = client.types.node("entity/services/connections/database/mysqlConnection.json")
    secret = {"password": "sesame"}
    login = {"authType": secret} if "authType" in known.properties else secret
    service = om.database_services.create(
        name=f"sdkTested{next(NUMBERS)}",
        serviceType="Mysql",
        connection={"config": {"hostPort": "x", "username": "x", **login}},
    )
    database = om.databases.create(name="db", service=service)
    schema = om.database_schemas.create(name="s", database=database)
    columns = [{"name": name, "dataType": "INT"} for name in ("id", "total")]
    made = om.tables.create(name="t", databaseSchema=schema, columns=columns)
    yield made.fullyQualifiedName
    om.test_suites.delete_for_table(made, hard=True)
    om.database_services.delete(service, recursive=True, hard=True)


def statuses(client: OpenMetadata, case: str) -> list[str]:
    return [str(each.testCaseStatus) for each in client.native.test_cases.results(case)]


def validated(client: OpenMetadata, *tests: Any) -> ValidationResult:
    validator = DataFrameValidator(client)
    validator.add_tests(*tests)
    return validator.validate(ROWS)


def test_results_are_published_with_their_test_cases(client: OpenMetadata, table: str) -> None:
    result = validated(client, ColumnValuesToBeNotNull("id"), SANE)
    result.publish(table, client)
    assert statuses(client, f"{table}.id.id_not_null") == ["Success"]
    (found,) = client.native.test_cases.results(f"{table}.total.sane")
    assert (str(found.testCaseStatus), found.result) == (
        "Failed", "1 of 2 values are not at least 0",
    )  # fmt: skip
    if hasattr(found, "failedRowsPercentage"):
        assert (found.failedRows, found.failedRowsPercentage) == (1, 50.0)
    with pytest.raises(ValueError, match="not found") as caught:
        result.publish(f"{table}x", client)
    assert isinstance(caught.value, APIError)


def test_a_test_case_that_exists_is_kept(client: OpenMetadata, table: str) -> None:
    om = client.native
    kept = om.quality.add_test(table, "columnValuesToBeBetween", "total", name="sane", minValue=7)
    result = validated(client, SANE)
    result.publish(table, client)
    assert statuses(client, f"{table}.total.sane") == ["Failed"]
    assert om.test_cases[kept.id].parameterValues[0].value == "7"


def test_a_refused_result_does_not_stop_the_others(client: OpenMetadata, table: str) -> None:
    validator = DataFrameValidator(client)
    client.native.quality.add_test(table, "columnValuesToBeNotNull", "id", name="ids")
    validator.add_openmetadata_table_tests(table)
    validator.add_test(ColumnValuesToBeNotNull("total", name="totals"))
    result = validator.validate(ROWS)
    client.native.test_cases.delete(client.native.test_cases[f"{table}.id.ids"], hard=True)
    with pytest.raises(APIError) as caught:
        result.publish(table, client)
    assert f"the result of {table}.id.ids is not recorded" in caught.value.__notes__[0]
    assert statuses(client, f"{table}.total.totals") == ["Success"]


def test_a_table_without_tests_validates_nothing(client: OpenMetadata, table: str) -> None:
    validator = DataFrameValidator(client)
    with pytest.raises(ValueError, match="has no test cases"):
        validator.add_openmetadata_table_tests(table)
    for missing in (validator.add_openmetadata_table_tests, validator.add_openmetadata_test):
        with pytest.raises(ValueError, match="not found"):
            missing(f"{table}x")


def test_a_runner_runs_all_tests_of_the_table_on_rows(client: OpenMetadata, table: str) -> None:
    client.native.quality.add_test(table, "columnValuesToBeNotNull", "id", name="ids")
    runner = TestRunner.for_table(table, client=client)
    runner.add_test(SANE).add_tests(TableRowCountToEqual(1), TableCustomSQLQuery("SELECT 1"))
    results = {each.testCase.name.root: each.testCaseResult for each in runner.run(ROWS)}
    assert {name: each.testCaseStatus.value for name, each in results.items()} == {
        "ids": "Success", "sane": "Failed", "table_row_count_equals": "Failed",
        "custom_sql_query": "Aborted",
    }  # fmt: skip
    assert statuses(client, f"{table}.total.sane") == ["Failed"]
    assert statuses(client, f"{table}.custom_sql_query") == []
    again = TestRunner.for_table(table, client=client)
    again.add_test(TableRowCountToEqual(2))
    kept = again.create_tests()[0]
    assert kept.parameterValues[0].value == "1"
    again.setup(force_test_update=True)
    assert again.create_tests()[0].parameterValues[0].value == "2"


def test_a_runner_says_what_it_needs(client: OpenMetadata, table: str) -> None:
    runner = TestRunner.for_table(table, client=client)
    with pytest.raises(ImportError, match="pip install 'openmetadata-ingestion") as caught:
        runner.run()
    assert isinstance(caught.value, UsageError)
    with pytest.raises(ValueError, match="not found"):
        TestRunner.for_table(f"{table}x", client=client)
    with pytest.raises(BadArguments, match="must be a number from 0 to 100, not 101"):
        runner.setup(success_threshold=101)
    with pytest.raises(BadArguments, match=r"DEBUG.*not 'LOUD'"):
        runner.setup(log_level="LOUD")


def test_the_configuration_has_what_the_release_has(client: OpenMetadata, table: str) -> None:
    builder = WorkflowConfigBuilder(client)
    with pytest.raises(ValueError, match=r"call with_table\(…\) first"):
        builder.build()
    builder.with_table(table).add_test_definition(SANE.to_test_case_definition())
    builder.with_log_level("DEBUG").with_success_threshold(70).with_enable_streamable_logs(True)
    if "metadataIngestion/workflow.json" not in client.types.paths:
        with pytest.raises(NotSupported, match="have no test workflows"):
            builder.build()
        return
    config = builder.build()
    assert config.source.serviceName == table.partition(".")[0]
    assert config.workflowConfig.loggerLevel.value == "DEBUG"
    assert config.workflowConfig.openMetadataServerConfig.hostPort == client.config["hostPort"]
    cases = config.processor.model_dump(mode="json")["config"]["testCases"]
    assert [each["testDefinitionName"] for each in cases] == ["columnValuesToBeBetween"]
    for text in (repr(config), str(config.model_dump(mode="json"))):
        assert client.config["securityConfig"]["jwtToken"] not in text
        assert "sesame" not in text


def test_what_is_not_a_definition_is_refused(client: OpenMetadata) -> None:
    with pytest.raises(BadArguments, match=r"test_definitions\[0\]: must be a TestCaseDefinition"):
        WorkflowConfigBuilder(client).add_test_definitions([SANE])
