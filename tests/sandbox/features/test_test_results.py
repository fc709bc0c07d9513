"""Test suites, test cases and their results."""

from __future__ import annotations

import pytest

from tests.support.sandbox_quality import CASES, SUITES, create_case, report
from tests.support.sandbox_tables import NOTHING, TablesApi


def test_a_table_has_one_executable_suite(api: TablesApi) -> None:
    executable = "/v1/dataQuality/testSuites/executable"
    if "post" not in api.paths().get(executable, {}):
        pytest.skip("this release does not have executable test suites")
    fields = api.schemas()["CreateTestSuite"]["properties"]
    field = next((name for name in ("basicEntityReference", "executableEntityReference")
                  if name in fields), "")  # fmt: skip
    api.create_table("suite")
    suite = api.create(executable, name="any", **{field: "s.d.c.suite"})
    assert suite["fullyQualifiedName"] == "s.d.c.suite.testSuite"
    again = api.request("POST", executable, json={"name": "other", field: "s.d.c.suite"})
    assert again.status_code == 409
    unknown = api.request("POST", executable, json={"name": "other", field: "s.d.c.nope"})
    assert unknown.status_code == 404
    plain = executable.removesuffix("/executable")
    response = api.request("DELETE", f"{plain}/{suite['id']}")
    assert (response.status_code, executable in response.text) == (400, True)
    assert api.request("DELETE", f"{executable}/{suite['id']}?hardDelete=true").status_code == 200


def test_results_are_listed_and_deleted(api: TablesApi) -> None:
    api.skip_unless_served("PUT", "/v1/dataQuality/testCases/{fqn}/testCaseResult")
    api.create_table("tested")
    api.create("/v1/dataQuality/testDefinitions", name="isFine", description="d",
              entityType="TABLE", testPlatforms=["OpenMetadata"])  # fmt: skip
    suite, place = {"name": "suite", "description": "d"}, "/v1/dataQuality/testSuites"
    cases = "/v1/dataQuality/testCases?limit=0&fields=testSuite"
    before = api.get(cases)["paging"]["total"]
    api.create(place, **suite)
    case = {"name": "fine", "entityLink": "<#E::table::s.d.c.tested>", "testDefinition": "isFine"}
    response = api.request("POST", "/v1/dataQuality/testCases", json={**case, "testSuite": "suite"})
    if response.status_code == 400:  # the newest releases derive the suite from the table
        response = api.request("POST", "/v1/dataQuality/testCases", json=case)
    assert response.status_code == 201, response.text
    assert api.get(cases)["paging"]["total"] == before + 1
    path = "/v1/dataQuality/testCases/s.d.c.tested.fine/testCaseResult"
    for stamp, status in ((1_700_000_000_000, "Success"), (1_700_000_001_000, "Failed")):
        api.put(path, {"timestamp": stamp, "testCaseStatus": status}, 201)
    results = api.get(f"{path}?startTs=1&endTs=1800000000000")["data"]
    assert [one["testCaseStatus"] for one in results] == ["Failed", "Success"]
    test_case = api.get("/v1/dataQuality/testCases/name/s.d.c.tested.fine?fields=testCaseResult")
    assert test_case["testCaseResult"]["testCaseStatus"] == "Failed"
    statuses = [api.request("DELETE", f"{path}/1700000001000").status_code for _ in range(2)]
    assert statuses == [200, 404]
    unlinked = {**case, "name": "x", "entityLink": "<#E::table::s.d.c.nope>", "testSuite": "suite"}
    unknown = api.request("POST", "/v1/dataQuality/testCases", json=unlinked)
    assert unknown.status_code in {400, 404}


def test_cases_are_added_to_a_logical_suite_and_removed(api: TablesApi) -> None:
    logical = f"{CASES}/logicalTestCases"
    api.skip_unless_served("PUT", logical)
    case = create_case(api, "logical", "sound")
    report(api, case, "Failed", 1_600_000_000_000)
    suite = api.create(SUITES, name="several", description="d")
    body = {"testSuiteId": suite["id"], "testCaseIds": [case["id"]]}
    assert api.put(logical, body)["id"] == suite["id"]
    found = api.get(f"{SUITES}/{suite['id']}?fields=tests")["tests"]
    assert [test["id"] for test in found] == [case["id"]]
    summary = api.get(f"{SUITES}/executionSummary?testSuiteId={suite['id']}")
    assert (summary["failed"], summary["total"]) == (1, 1)
    assert "do not exist" in api.error("PUT", logical, 400, json={**body, "testCaseIds": [NOTHING]})
    removal = f"{logical}/{suite['id']}/{case['id']}"
    assert [api.request("DELETE", removal).status_code for _ in range(2)] == [200, 404]
    assert api.get(f"{SUITES}/{suite['id']}?fields=tests")["tests"] == []


def test_a_result_is_patched(api: TablesApi) -> None:
    api.skip_unless_served("PATCH", f"{CASES}/{{fqn}}/testCaseResult/{{timestamp}}")
    case = create_case(api, "patched", "sound")
    report(api, case, "Failed", 1_600_000_000_000)
    path = f"{CASES}/{case['fullyQualifiedName']}/testCaseResult"
    change = {"op": "add", "path": "/result", "value": "better"}
    response = api.patch(f"{path}/1600000000000", change)
    assert (response.status_code, response.json()["result"]) == (200, "better")
    (result,) = api.get(f"{path}?startTs=1&endTs=1800000000000")["data"]
    assert result["result"] == "better"
