"""Samples of data as tables."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.display.displayed import media_types
from dynclient.model import load
from dynclient.model.value_tables import value_table
from tests.support.trees import ALL_RELEASES, release_named


def sample(raw: dict[str, Any], name: str = "starter") -> Any:
    return load(release_named(name).node("entity/data/table.json", "/definitions/tableData"), raw)


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_a_sample_is_a_table_of_values(name: str) -> None:
    raw = {"columns": ["id", "<b>"], "rows": [[1, "<i>x</i>"], [2, None], [3, {"a": 1}], [4]]}
    forms = media_types(sample(raw, name))
    assert forms["text/plain"].splitlines()[2:] == [
        "id  <b>",
        "──  ────────",
        " 1  <i>x</i>",
        " 2",
        " 3  {'a': 1}",
        " 4",
    ]
    assert "&lt;i&gt;x&lt;/i&gt;" in forms["text/html"]


def test_a_long_sample_says_how_many_rows_there_are() -> None:
    text = media_types(sample({"columns": ["id"], "rows": [[n] for n in range(60)]}))["text/plain"]
    assert text.endswith("20 of 60 rows; .rows returns all")


def test_values_below_the_name_of_a_secret_are_masked() -> None:
    shown = media_types(sample({"columns": ["user", "password"], "rows": [["ada", "geheim"]]}))
    assert "ada" in shown["text/plain"]
    assert "geheim" not in "".join(shown.values())


@pytest.mark.parametrize("raw", [{}, {"columns": []}, {"columns": [1], "rows": [[1]]}])
def test_other_data_are_no_table(raw: dict[str, Any]) -> None:
    node = release_named("starter").node("entity/data/table.json", "/definitions/tableData")
    assert value_table(node, raw) is None


def test_an_entity_with_columns_and_rows_of_other_types_is_no_sample() -> None:
    assert value_table(release_named("starter").find("Table"), {"columns": ["a"]}) is None
