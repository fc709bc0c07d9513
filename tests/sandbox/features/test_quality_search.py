"""Searches of test cases, suites and results, and reports of their counts."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest

from tests.support.sandbox_quality import CASES, SUITES, create_case, report
from tests.support.sandbox_tables import TablesApi

STATUS = "bucketName=status:aggType=terms:field=testCaseResult.testCaseStatus"


@pytest.fixture
def quality(api: TablesApi) -> TablesApi:
    api.skip_unless_served("GET", f"{SUITES}/dataQualityReport")
    return api


def test_cases_and_suites_are_searched_page_by_page(quality: TablesApi) -> None:
    case = create_case(quality, "searched", "sound")
    link = quote(case["entityLink"])
    page = quality.get(f"{CASES}/search/list?entityLink={link}&limit=5")
    assert [found["id"] for found in page["data"]] == [case["id"]]
    assert page["paging"] == {"offset": 0, "limit": 5, "total": 1}
    assert quality.get(f"{CASES}/search/list?entityLink={link}&offset=1")["data"] == []
    suites = quality.get(f"{SUITES}/search/list?q=searched&limit=50")["data"]
    assert [suite["fullyQualifiedName"] for suite in suites] == ["s.d.c.searched.testSuite"]
    quality.error("GET", f"{CASES}/search/list?limit=-1", 400)


def test_results_are_searched_newest_first(quality: TablesApi) -> None:
    case = create_case(quality, "resulting", "sound")
    other = create_case(quality, "resulting2", "sound")
    for stamp, status in ((1_600_000_000_000, "Success"), (1_600_000_001_000, "Failed")):
        report(quality, case, status, stamp)
    report(quality, other, "Success", 1_600_000_002_000)
    path = f"{CASES}/testCaseResults/search"
    own = f"testCaseFQN={case['fullyQualifiedName']}"
    page = quality.get(f"{path}/list?{own}&limit=1")
    assert [result["testCaseStatus"] for result in page["data"]] == ["Failed"]
    assert page["paging"]["total"] == 2
    latest = quality.get(f"{path}/latest?{own}&testCaseStatus=Success")
    assert latest["timestamp"] == 1_600_000_000_000
    of_table = quality.get(f"{path}/list?entityFQN=s.d.c.resulting&latest=true")["data"]
    assert [result["testCaseStatus"] for result in of_table] == ["Failed"]
    assert quality.request("GET", f"{path}/latest?testCaseFQN=none").status_code == 204


def test_a_report_counts_cases_by_the_values_of_fields(quality: TablesApi) -> None:
    case = create_case(quality, "reported", "sound")
    report(quality, case, "Aborted", 1_600_000_000_000)
    q = quote(json.dumps({"query": {"term": {"name": "sound"}}}))
    body = quality.get(f"{SUITES}/dataQualityReport?q={q}&aggregationQuery={STATUS}&index=testCase")
    assert body["metadata"] == {
        "keys": ["sterms#status"], "dimensions": ["testCaseResult.testCaseStatus"],
        "metrics": ["document_count"],
    }  # fmt: skip
    assert {"document_count": "1", "testCaseResult.testCaseStatus": "aborted"} in body["data"]
    two = f"{STATUS},bucketName=name:aggType=terms:field=name"
    rows = quality.get(f"{SUITES}/dataQualityReport?aggregationQuery={two}")["data"]
    assert {"document_count", "testCaseResult.testCaseStatus", "name"} == set(rows[0])


@pytest.mark.parametrize(
    "query",
    [
        "", "aggregationQuery=bucketName=x", f"aggregationQuery={STATUS}&index=nope",
        f"aggregationQuery={STATUS}&q=%7Bno", "aggregationQuery=bucketName=x:aggType=avg:field=y",
    ],
)  # fmt: skip
def test_an_invalid_report_is_refused(quality: TablesApi, query: str) -> None:
    quality.error("GET", f"{SUITES}/dataQualityReport?{query}", 400)
