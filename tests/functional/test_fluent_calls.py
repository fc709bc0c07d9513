"""Calls that the tables of docs/parity.md name and no other test makes."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

import dynclient
from dynclient.client.client import Client
from tests.support.shop import COLUMNS, Shop, shop

pytestmark = pytest.mark.usefixtures("removed_afterwards")
RELATION = {"name": "partOf", "displayName": "Part of", "category": "hierarchical"}


@pytest.fixture
def place(each: Client) -> Any:
    with shop(each) as made:
        yield made


def test_entities_are_created_read_changed_and_listed(place: Shop) -> None:
    om = place.om
    request = om.types.CreateTableRequest(
        name="orders", databaseSchema=place.schema.fullyQualifiedName, columns=COLUMNS
    )
    created = om.tables.upsert(request)
    assert om.tables.upsert(request).id == created.id
    read = om.tables.get(created.id, fields="tags,owners" if om.release.name >= "1.6" else "tags")
    assert read.tags == []
    schema = place.schema.fullyQualifiedName
    page = om.tables.list(limit=1, fields="tags", databaseSchema=schema).page()
    assert (len(page), page.total) == (1, 2)
    assert om.tables.list(databaseSchema=schema).first().name == "orders"


def test_fields_of_all_kinds_are_assigned_and_saved(place: Shop) -> None:
    om, t = place.om, place.table
    t.tableConstraints = [{"constraintType": "UNIQUE", "columns": ["id"]}]
    if "lifeCycle" in om.types.Table._nodes:
        t.lifeCycle = {"created": {"timestamp": 1_700_000_000_000}}
    saved = om.save(t)
    assert [each.columns[0] for each in saved.tableConstraints] == ["id"]
    if om.supports("queries") and "processedLineage" in om.types.Query._nodes:
        q = om.queries.create(
            name=f"q{uuid4().hex}", query="SELECT 1", queryUsedIn=[t],
            service=t.service.fullyQualifiedName,
        )  # fmt: skip
        q.processedLineage = True
        assert om.save(q).processedLineage is True
        om.queries.delete(q, hard=True)


def test_ingestion_pipelines_are_listed_by_their_service(place: Shop) -> None:
    om, service = place.om, place.table.service
    if not om.supports("ingestion_pipelines"):
        pytest.skip("the release has no ingestion pipelines")
    config = {"sourceConfig": {"config": {"type": "DatabaseMetadata"}}, "airflowConfig": {}}
    made = om.ingestion_pipelines.create(
        name="nightly", pipelineType="metadata", service=service, **config
    )
    assert om.ingestion_pipelines.list(service=service.name).first().id == made.id
    om.ingestion_pipelines.delete(made, hard=True)


def test_types_of_relations_are_settings(om: Client) -> None:
    name = "glossaryTermRelationSettings"
    if not om.supports("server_settings") or name not in om.server_settings.names():
        pytest.skip("the release has no types of relations")
    before = om.server_settings.get(name)
    om.server_settings.set(name, {"relationTypes": [RELATION]})
    try:
        known = om.server_settings.get(name).relationTypes
        more = {**RELATION, "name": "soldWith"}
        changed = om.server_settings.change(name, relationTypes=[*known, more])
        assert [each.name for each in changed.relationTypes] == ["partOf", "soldWith"]
    finally:
        om.server_settings.set(name, before or {"relationTypes": []})


def test_a_client_is_closed(om: Client) -> None:
    other = dynclient.connect(om.host, release=om.release)
    assert other.health_check()
    other.close()
    assert other.session.is_closed
