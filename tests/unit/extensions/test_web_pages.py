"""Pages of entities in the web interface, by release; no request is sent."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

import dynclient
from dynclient import errors
from dynclient.client.client import Client
from dynclient.data import data_file
from dynclient.operations.catalogue import catalogue
from tests.support.trees import ALL_RELEASES, release_named

HOST = "http://127.0.0.1:9"


def client(release: str) -> Client:
    return dynclient.connect(HOST, release=release_named(release))


def test_the_table_is_valid_by_its_schema() -> None:
    jsonschema.validate(data_file("web_pages.json"), data_file("web_pages.schema.json"))


def test_the_rows_of_an_entity_do_not_overlap() -> None:
    last: dict[str, Any] = {}
    for row in data_file("web_pages.json"):
        before = last.get(row["entity"])
        assert before is None or before["until"] == row["since"]
        last[row["entity"]] = row


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_entity_of_the_table_is_one_of_some_release(name: str) -> None:
    known = {spec.entity.name for spec in catalogue(release_named(name))}
    listed = {row["entity"] for row in data_file("web_pages.json")}
    assert known & listed >= {"table", "user", "databaseService", "glossaryTerm"} & known
    if name == "1.13.0":
        assert listed <= known


def test_an_entity_a_reference_and_a_name_have_the_same_page() -> None:
    with client("starter") as om:
        table = om.types.Table(
            id="11111111-2222-3333-4444-555555555555", name="t", columns=[],
            fullyQualifiedName='shop.db.s."a.b/c"',
        )  # fmt: skip
        reference = {
            "id": str(table.id),
            "type": "table",
            "fullyQualifiedName": 'shop.db.s."a.b/c"',
        }
        page = f"{HOST}/table/shop.db.s.%22a.b%2Fc%22"
        assert om.url(table) == om.url(reference) == om.url('table:shop.db.s."a.b/c"') == page
        assert om.url(om.types.EntityReference(**reference)) == page


@pytest.mark.parametrize(
    ("release", "target", "path"),
    [
        ("1.0.4", "tag:PII.Sensitive", "/tags/PII"),
        ("1.13.0", "tag:PII.Sensitive", "/tag/PII.Sensitive"),
        ("1.0.4", "databaseService:shop", "/service/databaseServices/shop"),
        ("1.6.0", "app:SearchIndexingApplication", "/settings/apps/SearchIndexingApplication"),
        ("1.6.0", "test_cases:a.b.c.d.e", "/incident-manager/a.b.c.d.e/test-case-results"),
        ("1.13.0", "testCase:a.b.c.d.e", "/test-case/a.b.c.d.e"),
        ("1.6.0", "team:Shop", "/settings/members/teams/Shop"),
    ],
)
def test_pages_are_those_of_the_release(release: str, target: str, path: str) -> None:
    with client(release) as om:
        assert om.url(target) == HOST + path


def test_types_without_a_page_have_none() -> None:
    with client("1.6.0") as om:
        assert om.url("query:q") is None


def test_a_target_that_says_no_type_is_refused() -> None:
    with client("starter") as om, pytest.raises(errors.BadArguments):
        om.url("shop.db.s.t")
    with client("starter") as om, pytest.raises(errors.UnknownCollection, match="tabel"):
        om.url("tabel:a.b")
