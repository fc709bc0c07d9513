"""Test cases and results on a sandbox, for tests of data quality."""

from __future__ import annotations

from typing import Any

from tests.support.sandbox_tables import TablesApi

CASES = "/v1/dataQuality/testCases"
SUITES = "/v1/dataQuality/testSuites"


def create_case(api: TablesApi, table: str, name: str) -> dict[str, Any]:
    """Create a table in ``s.d.c`` with an executable suite, and a test case in it; return it."""
    api.create_table(table)
    if api.request("GET", "/v1/dataQuality/testDefinitions/name/isSound").status_code == 404:
        api.create("/v1/dataQuality/testDefinitions", name="isSound", description="d",
                  entityType="TABLE", testPlatforms=["OpenMetadata"])  # fmt: skip
    fields = api.schemas()["CreateTestSuite"]["properties"]
    reference = next(name for name in ("basicEntityReference", "executableEntityReference")
                     if name in fields)  # fmt: skip
    suite = api.create(f"{SUITES}/executable", name="any", **{reference: f"s.d.c.{table}"})
    case = {"name": name, "entityLink": f"<#E::table::s.d.c.{table}>", "testDefinition": "isSound"}
    if "testSuite" in api.schemas()["CreateTestCase"]["properties"]:
        case["testSuite"] = suite["fullyQualifiedName"]
    return api.create(CASES, **case)


def report(api: TablesApi, case: dict[str, Any], status: str, stamp: int) -> Any:
    """Report a result of a test case."""
    path = f"{CASES}/{case['fullyQualifiedName']}/testCaseResult"
    return api.put(path, {"timestamp": stamp, "testCaseStatus": status}, 201)
