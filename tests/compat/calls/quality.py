"""Tests of tables: suites, definitions, cases and results; profiles, samples and usage."""

from datetime import UTC, datetime

from metadata.generated.schema.api.data.createTableProfile import CreateTableProfileRequest
from metadata.generated.schema.api.tests.createTestCase import CreateTestCaseRequest
from metadata.generated.schema.entity.data.table import (
    ColumnProfile,
    SystemProfile,
    Table,
    TableData,
    TableProfile,
    TableProfilerConfig,
)
from metadata.generated.schema.tests.basic import TestCaseResult, TestCaseStatus, TestResultValue
from metadata.generated.schema.tests.testCase import TestCase, TestCaseParameterValue
from metadata.generated.schema.tests.testDefinition import (
    EntityType,
    TestCaseParameterDefinition,
    TestPlatform,
)
from metadata.generated.schema.type.basic import Timestamp
from metadata.generated.schema.type.usageRequest import UsageRequest
from metadata.utils.entity_link import get_entity_link

from calls.registry import call

FQN = "shop.sales.public.orders"
CASE = f"{FQN}.id.few"
DAY = 86_400_000
TODAY = int(datetime.now(tz=UTC).timestamp() * 1000) // DAY * DAY
"""Milliseconds at the beginning of the day; some of it servers accept of these days only."""


@call
def get_or_create_test_suite(om, _):
    return om.get_or_create_test_suite("nightly", "Each night.")


@call
def get_test_suite_again(om, _):
    return om.get_or_create_test_suite("nightly", "Never mind.")


@call
def get_or_create_executable_test_suite(om, _):
    return om.get_or_create_executable_test_suite(FQN)


@call
def get_executable_test_suite(om, _):
    return om.get_executable_test_suite(FQN)


@call
def get_or_create_test_definition(om, _):
    return om.get_or_create_test_definition(
        test_definition_fqn="fewEnough",
        test_definition_description="Not too many.",
        entity_type=EntityType.COLUMN,
        test_platforms=[TestPlatform.OpenMetadata],
        test_case_parameter_definition=[TestCaseParameterDefinition(name="most", dataType="INT")],
    )


@call
def get_entity_link_of_a_column(*_):
    return [
        get_entity_link(Table, fqn=FQN),
        get_entity_link(Table, fqn=FQN, column_name="id"),
        get_entity_link(Table, fqn='shop.sales.public."a.b"', column_name="c d"),
    ]


@call
def get_or_create_test_case(om, seen):
    return om.get_or_create_test_case(
        CASE,
        entity_link=get_entity_link(Table, fqn=FQN, column_name="id"),
        test_suite_fqn=seen.get_or_create_executable_test_suite.fullyQualifiedName.root,
        test_definition_fqn="fewEnough",
        test_case_parameter_values=[TestCaseParameterValue(name="most", value="3")],
    )


@call
def create_test_case_by_request(om, seen):
    return om.create_or_update(
        CreateTestCaseRequest(
            name="rows",
            entityLink=get_entity_link(Table, fqn=FQN),
            testSuite=seen.get_or_create_executable_test_suite.fullyQualifiedName,
            testDefinition="tableRowCountToEqual",
            parameterValues=[TestCaseParameterValue(name="value", value="7")],
        )
    )


@call
def add_test_case_results(om, _):
    result = TestCaseResult(
        timestamp=TODAY,
        testCaseStatus=TestCaseStatus.Success,
        result="As many as there should be.",
        testResultValue=[TestResultValue(name="most", value="3")],
    )
    return om.add_test_case_results(test_results=result, test_case_fqn=CASE)


@call
def get_test_case_results(om, _):
    return om.get_test_case_results(CASE, TODAY - DAY, TODAY + DAY)


@call
def get_test_case(om, _):
    fields = ["testDefinition", "testSuite", "testCaseResult"]
    return om.get_by_name(TestCase, CASE, fields=fields)


@call
def patch_test_case_definition(om, seen):
    return om.patch_test_case_definition(
        test_case=seen.get_test_case,
        entity_link=seen.get_test_case.entityLink.root,
        test_case_parameter_values=[TestCaseParameterValue(name="most", value="5")],
    )


@call
def patch_test_case_definition_with_nothing_new(om, seen):
    return om.patch_test_case_definition(
        test_case=seen.patch_test_case_definition,
        entity_link=seen.get_test_case.entityLink.root,
        test_case_parameter_values=[TestCaseParameterValue(name="most", value="5")],
    )


@call
def delete_test_case(om, _):
    return om.delete_test_case(CASE, recursive=True)


@call
def ingest_profile_data(om, seen):
    return om.ingest_profile_data(
        seen.create_table,
        CreateTableProfileRequest(
            tableProfile=TableProfile(timestamp=Timestamp(TODAY), columnCount=3.0, rowCount=7.0),
            columnProfile=[
                ColumnProfile(name="id", timestamp=Timestamp(TODAY), uniqueCount=7.0, nullCount=0.0)
            ],
        ),
    )


@call
def get_profile_data(om, _):
    return om.get_profile_data(FQN, TODAY - DAY, TODAY + DAY, profile_type=TableProfile)


@call
def get_profile_data_of_a_column(om, _):
    return om.get_profile_data(f"{FQN}.id", TODAY - DAY, TODAY + DAY, profile_type=ColumnProfile)


@call
def get_profile_data_of_the_system(om, _):
    return om.get_profile_data(FQN, TODAY - DAY, TODAY + DAY, profile_type=SystemProfile)


@call
def get_latest_table_profile(om, _):
    return om.get_latest_table_profile(FQN)


@call
def create_or_update_table_profiler_config(om, _):
    config = TableProfilerConfig(profileSample=20.0, sampleDataCount=9)
    return om.create_or_update_table_profiler_config(FQN, config)


@call
def get_profiler_config_settings(om, _):
    return om.get_profiler_config_settings()


@call
def ingest_table_sample_data(om, seen):
    rows = TableData(columns=["id", "note"], rows=[[1, "a"], [2, None], [3, 4.5]])
    return om.ingest_table_sample_data(seen.create_table, rows)


@call
def get_sample_data(om, seen):
    return om.get_sample_data(seen.create_table)


@call
def publish_table_usage(om, seen):
    today = datetime.now(tz=UTC).strftime("%Y-%m-%d")
    return om.publish_table_usage(seen.create_table, UsageRequest(date=today, count=5))
