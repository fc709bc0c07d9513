"""The walkthrough runs on every available release, and its transcript shows what ran."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from dynclient.cli import demo
from tests.support.trees import ALL_RELEASES, TREES


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_the_walkthrough_ends_in_a_transcript(name: str) -> None:
    console = Console(file=io.StringIO(), width=100, record=True)
    demo.show(console, TREES.get(name))
    text = console.export_text()
    assert "om.health_check()" in text
    assert "shop_mysql.shop.public.orders" in text
    assert "BIGNT" in text
    assert "<LineageEdge shop_mysql.shop.public.orders → shop_mysql.shop.public.bi>" in text
    assert "om.history(table)" in text
    assert "Query by name and id, list a collection page by page, and read the versions" in text
    assert "Table shop_mysql.shop.public.orders\n" in text
    assert "└─ table shop_mysql.shop.public.raw" in text
    assert "table.columns.constraint" in text.partition("om.explain(")[2].partition("\n")[2]
    assert "description: One row for each order placed. → A row for each order placed." in text
    assert "line 3, error: DataType of release" in text
    assert "metadata.generated.schema.entity.data.table" in text
    assert "open-sesame" not in text.replace('{"password": "open-sesame"}', "")
    assert text.rstrip().endswith("changed and deleted.")
