"""What ``om.explain`` and ``om.example`` return fits the server of the client."""

from __future__ import annotations

import pytest

import dynclient

pytestmark = pytest.mark.usefixtures("removed_afterwards")


def test_the_examples_of_a_table_and_its_parents_are_accepted(each: dynclient.Client) -> None:
    for entity in ("databaseService", "database", "databaseSchema", "table"):
        request = each.example(entity)
        created = each[entity].upsert(**request)
        assert created.name == request["name"]


def test_the_release_of_the_client_is_explained(each: dynclient.Client) -> None:
    found = each.explain("table.columns.dataType")
    assert found.release == each.release.name
    assert "INT" in found.values
    assert each.explain("tables.list").type == "GET /v1/tables"
