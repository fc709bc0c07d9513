"""Test suites, test cases and their results."""

from __future__ import annotations

import pytest

from tests.support.sandbox_tables import Shop


def test_a_table_has_one_suite_of_its_own(shop: Shop) -> None:
    executable = "/v1/dataQuality/testSuites/executable"
    if "post" not in shop.paths().get(executable, {}):
        pytest.skip("this release has no executable suites")
    fields = shop.schemas()["CreateTestSuite"]["properties"]
    field = next((name for name in ("basicEntityReference", "executableEntityReference")
                  if name in fields), "")  # fmt: skip
    shop.table("suite")
    made = shop.made(executable, name="any", **{field: "s.d.c.suite"})
    assert made["fullyQualifiedName"] == "s.d.c.suite.testSuite"
    again = shop.ask("POST", executable, json={"name": "other", field: "s.d.c.suite"})
    assert again.status_code == 409
    unknown = shop.ask("POST", executable, json={"name": "other", field: "s.d.c.nope"})
    assert unknown.status_code == 404
    plain = executable.removesuffix("/executable")
    error_response = shop.ask("DELETE", f"{plain}/{made['id']}")
    assert (error_response.status_code, executable in error_response.text) == (400, True)
    assert shop.ask("DELETE", f"{executable}/{made['id']}?hardDelete=true").status_code == 200


def test_results_of_test_cases_are_kept(shop: Shop) -> None:
    shop.serves("PUT", "/v1/dataQuality/testCases/{fqn}/testCaseResult")
    shop.table("tested")
    shop.made("/v1/dataQuality/testDefinitions", name="isFine", description="d",
              entityType="TABLE", testPlatforms=["OpenMetadata"])  # fmt: skip
    suite, place = {"name": "suite", "description": "d"}, "/v1/dataQuality/testSuites"
    fields = shop.got("/v1/dataQuality/testCases?limit=0&fields=testSuite")
    assert fields["paging"]["total"] == 0
    shop.made(place, **suite)
    case = {"name": "fine", "entityLink": "<#E::table::s.d.c.tested>", "testDefinition": "isFine"}
    answer = shop.ask("POST", "/v1/dataQuality/testCases", json={**case, "testSuite": "suite"})
    if answer.status_code == 400:  # the suite follows from the table there
        answer = shop.ask("POST", "/v1/dataQuality/testCases", json=case)
    assert answer.status_code == 201, answer.text
    path = "/v1/dataQuality/testCases/s.d.c.tested.fine/testCaseResult"
    for stamp, status in ((1_700_000_000_000, "Success"), (1_700_000_001_000, "Failed")):
        shop.put(path, {"timestamp": stamp, "testCaseStatus": status}, 201)
    found = shop.got(f"{path}?startTs=1&endTs=1800000000000")["data"]
    assert [one["testCaseStatus"] for one in found] == ["Failed", "Success"]
    shown = shop.got("/v1/dataQuality/testCases/name/s.d.c.tested.fine?fields=testCaseResult")
    assert shown["testCaseResult"]["testCaseStatus"] == "Failed"
    gone = [shop.ask("DELETE", f"{path}/1700000001000").status_code for _ in range(2)]
    assert gone == [200, 404]
    unlinked = {**case, "name": "x", "entityLink": "<#E::table::s.d.c.nope>", "testSuite": "suite"}
    unknown = shop.ask("POST", "/v1/dataQuality/testCases", json=unlinked)
    assert unknown.status_code in {400, 404}
