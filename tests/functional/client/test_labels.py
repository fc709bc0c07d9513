"""Labels given as tags, terms and names, from a request to what the server stores."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from tests.support.external_server import own

LAB, WORDBOOK = own("Lab"), own("Wordbook")


@pytest.fixture
def labels(each: Client) -> Iterator[tuple[Any, Any]]:
    """A tag and a glossary term that are gone afterwards."""
    classification = each.classifications.create(name=LAB, description="x")
    glossary = each.glossaries.create(name=WORDBOOK, displayName=WORDBOOK, description="x")
    yield (
        each.tags.create(name="Wet", classification=classification, description="x"),
        each.glossary_terms.create(
            name="Revenue", displayName="Revenue", glossary=glossary, description="x"
        ),
    )
    each.classifications.delete(classification, recursive=True, hard=True)
    each.glossaries.delete(glossary, recursive=True, hard=True)


@pytest.fixture
def schema(each: Client) -> Iterator[Any]:
    service = each.database_services.create(
        name=own("labelled"),
        serviceType="Mysql",
        connection={"config": {"username": "x", "hostPort": "x"}},
    )
    database = each.databases.create(name="shop", service=service)
    yield each.database_schemas.create(name="public", database=database)
    each.database_services.delete(service, recursive=True, hard=True)


def sources(labelled: Any) -> dict[str, str]:
    return {
        str(each.tagFQN): f"{each.source} {each.labelType} {each.state}" for each in labelled.tags
    }


TAG = {f"{LAB}.Wet": "Classification Manual Confirmed"}
TERM = {f"{WORDBOOK}.Revenue": "Glossary Manual Confirmed"}


def test_labels_are_given_as_tags_terms_names_and_incomplete_labels(
    each: Client, labels: tuple[Any, Any], schema: Any
) -> None:
    tag, term = labels
    Column = each.types.Column
    columns = [
        Column(name="a", dataType="INT", tags=[tag, term]),
        {"name": "b", "dataType": "INT", "tags": [f"{LAB}.Wet"]},
        {"name": "c", "dataType": "INT", "tags": [{"tagFQN": f"{LAB}.Wet"}]},
        Column(name="d", dataType="INT", tags=[each.types.TagLabel(tagFQN=f"{LAB}.Wet")]),
        Column(name="e", dataType="INT"),
    ]
    for method in (each.tables.create, each.tables.upsert):
        table = method(name="t", databaseSchema=schema, columns=columns, tags=[f"{LAB}.Wet", term])
        table = each.tables.get(table, fields=["columns", "tags"])
        assert sources(table) == TAG | TERM
        assert [sources(column) for column in table.columns[:4]] == [TAG | TERM, TAG, TAG, TAG]
    table.tags = [term]
    table.columns[0].tags = [f"{LAB}.Wet"]
    table.columns[1].tags.append(term)
    table.columns[3].tags = None
    table = each.tables.get(each.save(table), fields=["columns", "tags"])
    assert sources(table) == TERM
    assert [sources(column) for column in table.columns[:3]] == [TAG, TAG | TERM, TAG]


def test_what_cannot_be_a_label_is_refused_before_it_is_sent(each: Client, schema: Any) -> None:
    columns = [{"name": "a", "dataType": "INT"}]
    with pytest.raises(dynclient.BadArguments, match="a label must be a tag, a glossary term"):
        each.tables.create(name="t", databaseSchema=schema, columns=columns, tags=[schema])
