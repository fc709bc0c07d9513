"""What the latest profile of a table looks like."""

from __future__ import annotations

from typing import Any

from dynclient import model
from dynclient.display.displayed import media_types
from dynclient.extensions.profile_report import ProfileReport
from tests.support.trees import release_named

STAMP = 1_770_000_000_000
NODE = release_named("starter").find("Table")


def report(*columns: dict[str, Any], **profile: Any) -> ProfileReport:
    raw: dict[str, Any] = {"id": "x", "name": "t", "columns": [*columns]}
    if profile:
        raw["profile"] = {"timestamp": STAMP, **profile}
    return ProfileReport(model.load(NODE, raw))


def column(name: str, /, *children: dict[str, Any], **profile: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"name": name, "dataType": "INT", "profile": {"timestamp": STAMP}}
    found["profile"].update(profile)
    return {**found, "children": [*children]} if children else found


def lines(value: ProfileReport) -> list[str]:
    return media_types(value)["text/plain"].splitlines()


def test_shares_are_bars_and_values_are_numbers() -> None:
    found = report(
        column("id", nullCount=0, uniqueProportion=1, min=1, max=200),
        column("<b>", nullCount=50),
        rowCount=200, columnCount=2,
    )  # fmt: skip
    assert (
        lines(found)
        == [
            "profile of table t",
            "",
            "measured (UTC)  2026-02-02 02:40:00",
            "rows            200",
            "columns         2",
            "",
            "column  type  missing                unique             min  max",
            "──────  ────  ─────────────────────  ─────────────────  ───  ───",
            "id      INT   ░░░░░░░░░░ 0 (0.0%)    ██████████ 100.0%    1  200",
            "<b>     INT   ███░░░░░░░ 50 (25.0%)",
        ]
        or "██░░░░░░░░ 50 (25.0%)" in lines(found)[-1]
    )
    html = found._repr_html_()
    assert "&lt;b&gt;" in html
    assert 'style="width:25%"' in html


def test_counts_without_a_number_of_rows_are_numbers() -> None:
    (*_, last) = lines(report(column("id", nullCount=3), sizeInByte=9))
    assert last == "id      INT         3"


def test_columns_without_a_profile_are_left_out_and_nested_ones_have_dots() -> None:
    inner = column("zip", nullCount=1)
    bare = {"name": "bare", "dataType": "INT"}
    found = report(column("address", inner, nullCount=0), bare, rowCount=4)
    assert list(found) == ["address", "bare", "address.zip"]
    assert found["address.zip"].nullCount == 1
    assert found["bare"] is None
    assert [line.split()[0] for line in lines(found)[-2:]] == ["address", "address.zip"]


def test_a_table_without_a_profile_says_so() -> None:
    found = report({"name": "id", "dataType": "INT"})
    assert lines(found)[-1] == "no profile; the profiler has not run"
    assert found.profile is None
    assert found.row_count is None
    assert found.at is None
    assert repr(found) == "<ProfileReport of t: 1 columns>"


def test_the_values_of_custom_metrics_are_shown() -> None:
    metrics = [{"name": "late <orders>", "value": 7}]
    found = lines(report(rowCount=4, customMetrics=metrics))
    assert found[-1] == "late <orders>   7"


def test_a_wide_table_is_cut_with_the_number_of_columns() -> None:
    found = report(*(column(f"c{number}", nullCount=0) for number in range(120)), rowCount=1)
    assert lines(found)[-1] == "100 of 120 rows; report.table returns all"
