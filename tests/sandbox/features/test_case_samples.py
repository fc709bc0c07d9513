"""Samples of failed rows and inspection queries of test cases."""

from __future__ import annotations

import pytest

from tests.support.sandbox_quality import CASES, create_case, report
from tests.support.sandbox_tables import TablesApi

SAMPLE = {"columns": ["id", "total"], "rows": [[1, 2.5]]}


@pytest.fixture
def quality(api: TablesApi) -> TablesApi:
    api.skip_unless_served("PUT", f"{CASES}/{{id}}/failedRowsSample")
    return api


def test_failed_rows_are_stored_read_and_deleted(quality: TablesApi) -> None:
    case = create_case(quality, "failed-rows", "sound")
    path = f"{CASES}/{case['id']}/failedRowsSample"
    assert "failed test case" in quality.error("PUT", path, 400, json=SAMPLE)
    report(quality, case, "Failed", 1_600_000_000_000)
    quality.error("GET", path, 404)
    assert quality.put(path, SAMPLE)["failedRowsSample"] == SAMPLE
    assert quality.get(path) == SAMPLE
    assert quality.request("DELETE", path).status_code == 200
    quality.error("GET", path, 404)


def test_failed_rows_have_the_columns_of_the_table(quality: TablesApi) -> None:
    case = create_case(quality, "failed-rows2", "sound")
    report(quality, case, "Failed", 1_600_000_000_000)
    path = f"{CASES}/{case['id']}/failedRowsSample"
    unknown = {"columns": ["nope"], "rows": [[1]]}
    assert "nope" in quality.error("PUT", path, 400, json=unknown)
    assert quality.put(f"{path}?validate=false", unknown)["failedRowsSample"] == unknown


def test_an_inspection_query_is_stored_as_json_text(quality: TablesApi) -> None:
    case = create_case(quality, "inspected", "sound")
    path = f"{CASES}/{case['id']}/inspectionQuery"
    assert quality.put(path, "select 1")["inspectionQuery"] == '"select 1"'
    assert quality.get(f"{CASES}/{case['id']}")["inspectionQuery"] == '"select 1"'
    quality.error("PUT", path, 500, data="select 1", headers={"Content-Type": "text/plain"})
