"""What is sent for data insights that the sandbox does not compute."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

import dynclient
from tests.support.stub import Stub
from tests.support.trees import ALL_RELEASES, release_named

CHART = {
    "id": "00000000-0000-4000-8000-000000000001",
    "name": "TotalEntitiesByTier",
    "fullyQualifiedName": "TotalEntitiesByTier",
    "dataIndexType": "entity_report_data_index",
}


@pytest.mark.parametrize("name", [name for name in ALL_RELEASES if name != "starter"])
def test_a_chart_is_computed_by_its_name_and_index(name: str) -> None:
    root = "/api/v1/analytics/dataInsights/charts"
    result: dict[str, Any] = {"chartType": "TotalEntitiesByTier", "data": []}
    with Stub() as stub:
        stub.routes[f"{root}/name/TotalEntitiesByTier"] = CHART
        stub.routes[f"{root}/aggregate"] = result
        with dynclient.connect(stub.host, token="x", release=release_named(name)) as om:
            found = om.data_insight_charts.aggregate(
                "TotalEntitiesByTier", "2026-01-01", "2026-01-02", team="Shop"
            )
        assert found.chartType == "TotalEntitiesByTier"
        assert dict(parse_qsl(urlsplit(stub.seen[-1].path).query)) == {
            "dataInsightChartName": "TotalEntitiesByTier",
            "dataReportIndex": "entity_report_data_index",
            "startTs": "1767225600000",
            "endTs": "1767312000000",
            "team": "Shop",
        }
