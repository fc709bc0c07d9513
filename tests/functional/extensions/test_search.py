"""Search in the index, find by lists, suggestions and reindexing, on sandboxes of releases."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.errors import (
    BadArguments,
    ConnectFailed,
    NotFound,
    NotSupported,
    OutOfRange,
    UnknownCollection,
)

LABEL = {"source": "Classification", "labelType": "Manual", "state": "Confirmed"}
PII = {"tagFQN": "PII.Sensitive", **LABEL}
PERSONAL = {"tagFQN": "PersonalData.Personal", **LABEL}
TIER = {"tagFQN": "Tier.Tier1", **LABEL}


@pytest.fixture
def tables(each: Client) -> Iterator[dict[str, Any]]:
    service = each.database_services.create(
        name="sq-shop",
        serviceType="Mysql",
        connection={"config": {"hostPort": "h:1", "username": "a"}},
    )
    database = each.databases.create(name="main", service=service)
    schema = each.database_schemas.create(name="public", database=database)
    properties = each.release.entities["table"].properties
    me = each.me()
    owner = {"owners": [me]} if "owners" in properties else {"owner": me}
    columns = [
        {"name": "id", "dataType": "INT"},
        {"name": "email", "dataType": "INT", "tags": [PERSONAL]},
    ]
    more: dict[str, Any] = {
        "customers": {"description": "All customers", "tags": [PII, TIER]},
        "customer_orders": {"tableType": "View", **owner},
        "items": {"description": "a/b (old): items", "tableType": "Regular"},
    }
    yield {
        name: each.tables.create(name=name, databaseSchema=schema, columns=columns, **values)
        for name, values in more.items()
    }
    each.database_services.delete(service, hard=True, recursive=True)


def names(entities: Any) -> list[str]:
    return sorted(one.name for one in entities)


@pytest.mark.usefixtures("tables")
def test_words_find_entities(each: Client) -> None:
    hits = each.search("customer", types=["table"])
    assert names(hits) == ["customer_orders", "customers"]
    assert len(hits) == hits.total == 2
    assert hits.facets["entityType"] == {"table": 2}
    assert "Hits: 2 of 2" in repr(hits)
    assert "customers" in hits._repr_html_()
    assert not each.search("zzznothing", types="table")
    assert list(each.search("a/b:c(d", types="table")) == []


def test_a_hit_is_a_document_and_leads_to_the_entity(each: Client, tables: dict[str, Any]) -> None:
    (hit,) = each.search("items", types="table", limit=1)
    assert (hit.type, hit.id, hit.name) == ("table", str(tables["items"].id), "items")
    assert hit.fullyQualifiedName == "sq-shop.main.public.items"
    assert hit.score
    assert hit["columns"][0]["name"] == "id"
    assert hit.entity().id == tables["items"].id
    assert hit.entity(fields=["tags"]).tags == []
    assert each.lineage(hit.reference) is not None
    assert repr(hit).startswith("<Hit table sq-shop.main.public.items, score ")
    each.tables.delete(tables["items"], hard=True)
    with pytest.raises(NotFound):
        hit.entity()


FILTERS: dict[str, tuple[Any, list[str]]] = {
    "owner": ("owner:admin", ["customer_orders"]),
    "no owner": ({"-owner": "*"}, ["customers", "items"]),
    "tag": ("tag:PII.Sensitive", ["customers"]),
    "tag of a column too": (
        "tag:PersonalData.Personal",
        ["customer_orders", "customers", "items"],
    ),
    "tag of a column": (
        "columns.tags:PersonalData.Personal",
        ["customer_orders", "customers", "items"],
    ),
    "tier": ("tier:Tier1", ["customers"]),
    "no tier": ("-tier:*", ["customer_orders", "items"]),
    "pattern": ("name:cust*", ["customer_orders", "customers"]),
    "one of": ({"name": ["items", "customers"]}, ["customers", "items"]),
    "either": ("(name:items OR tier:*)", ["customers", "items"]),
    "neither": ("-(name:items OR tier:*)", ["customer_orders"]),
    "service": ("service:sq-shop", ["customer_orders", "customers", "items"]),
    "database": ({"database": "main", "schema": "other"}, []),
    "enumeration": ("tableType:view", ["customer_orders"]),
    "column": ("column:email version:>=0.1", ["customer_orders", "customers", "items"]),
    "time": ({"updatedAt": {"<": datetime.now(UTC) - timedelta(days=1)}}, []),
    "times": ("updatedAt:2020-01-01..2120-01-01 name:items", ["items"]),
    "words": ("customer", ["customer_orders", "customers"]),
    "phrase": ('"all customers"', ["customers"]),
    "description": ('description:"all customers"', ["customers"]),
    "odd characters": ({"description": "a/b (old):"}, ["items"]),
    "boolean": ({"deleted": False, "name": {"is": "items"}}, ["items"]),
    "no such name": ({"name": 'x" OR name:*'}, []),
}


@pytest.mark.usefixtures("tables")
def test_filters_mean_the_same_in_the_index_and_in_lists(each: Client) -> None:
    for name, (where, expected) in FILTERS.items():
        both = [where, "service:sq-shop"]
        found = names(each.search(types="table", where=both))
        assert found == expected, f"{name} in the index"
        assert names(each.find("table", both)) == expected, f"{name} in lists"
        assert each.count("table", both) == len(expected)


def test_references_are_entities_names_or_ids(each: Client, tables: dict[str, Any]) -> None:
    me, schema = each.me(), each.database_schemas["sq-shop.main.public"]
    for owner in (me, me.id, "admin", "user:admin", {"id": str(me.id), "type": "user"}):
        assert names(each.search(types="table", where={"owner": owner})) == ["customer_orders"]
        assert names(each.find("table", {"owner": owner})) == ["customer_orders"]
    for each_schema in (schema, schema.id, "sq-shop.main.public"):
        where = {"databaseSchema": each_schema, "tag": each.tags["PII.Sensitive"]}
        assert names(each.search(types="tables", where=where)) == ["customers"]
        assert names(each.find("tables", where)) == ["customers"]
    assert tables


@pytest.mark.usefixtures("tables")
def test_names_and_fields_of_the_index_are_conditions(each: Client) -> None:
    assert names(each.search(types="table", where="fqn:sq-shop.*.items")) == ["items"]
    assert names(each.search(types="table", where="fqn:*.main.public.items")) == ["items"]
    assert names(each.search(types="table", where="service:sq-shop schemaDefinition:*")) == []
    properties = {kind: one.properties for kind, one in each.release.entities.items()}
    if each.release.version >= (1, 6):
        assert names(each.search(types="table", where={"aliases": "orders*"})) == []
    if "fullPath" in properties.get("container", ()):
        assert names(each.search(types="container", where={"fullPath": "s3://bucket/*"})) == []
    if {"checksum", "service"} <= set(properties.get("query", ())):
        processed = {"term": {"processedLineage": True}}
        where = {"service": "sq-shop", "checksum": ["a", "b"]}
        assert names(each.search(types="query", where=where, raw=processed)) == []


@pytest.mark.usefixtures("tables")
def test_conditions_can_name_the_types(each: Client) -> None:
    assert names(each.search(where="type:table tier:*")) == ["customers"]
    assert names(each.find(where="type:table tier:*")) == ["customers"]
    assert names(each.find(["table", "user"], "name:items,admin")) == ["admin", "items"]
    assert each.find("table", "name:items").first().name == "items"
    assert each.find("table", "name:nope").first() is None
    assert each.find("table", "name:cust*").count() == 2


def test_control_characters_of_names_are_not_printed(each: Client, tables: dict[str, Any]) -> None:
    place = tables["customers"].databaseSchema.fullyQualifiedName
    red = each.tables.create(name="sq-\x1b[31mred", databaseSchema=place, columns=[])
    things = [each.search("sq-*", types="table"), each.history(red), each.blame(red)]
    things += [each.diff(red, "0.1"), each.lineage(red), each.lineage.add(red, red)]
    for thing in [*things, list(things[0])]:
        assert "\x1b" not in f"{thing!r}{thing}"


@pytest.mark.usefixtures("tables")
def test_hits_are_sorted_sliced_and_limited(each: Client) -> None:
    where = "service:sq-shop"
    by_name = each.search(types="table", where=where, sort="name")
    assert [hit.name for hit in by_name] == ["customer_orders", "customers", "items"]
    assert [hit.name for hit in by_name[1:]] == ["customers", "items"]
    assert by_name[-1].name == by_name[2].name == "items"
    assert [hit.name for hit in by_name[-2:]] == ["customers", "items"]
    latest = each.search(types="table", where=where, sort="-updatedAt", limit=2)
    assert len(latest) == 2
    assert latest.total == 3
    assert latest[0].name == "items"
    with pytest.raises(OutOfRange, match="no hit 2; the search has 2"):
        latest[2]
    assert list(each.search(types="table", limit=0)) == []
    small = each.search(types="table", where=where, sort="name", fields=["tableType"])
    assert set(small[0]) >= {"id", "name", "fullyQualifiedName", "tableType"}
    assert "columns" not in small[0]


@pytest.mark.usefixtures("tables")
def test_deleted_entities_are_searched_on_request(each: Client) -> None:
    each.tables.delete("sq-shop.main.public.items")
    assert names(each.search("items", types="table", deleted=True)) == ["items"]
    assert names(each.search("items", types="table")) == []
    assert names(each.find("table", "name:items", deleted=True)) == ["items"]


@pytest.mark.usefixtures("tables")
def test_raw_queries_are_sent_as_they_are(each: Client) -> None:
    term = {"term": {"name.keyword": "items"}}
    assert names(each.search(types="table", raw=term)) == ["items"]
    assert names(each.search(types="table", raw={"query": term}, where="tier:*")) == []
    assert names(each.search(types="table", raw='{"term": {"name.keyword": "items"}}')) == ["items"]
    both = [term, {"query_string": {"query": "items"}}]
    assert names(each.search(types="table", raw=both)) == ["items"]
    wrong: list[Any] = [
        "{not json", {}, [{}], {"term": {"a": float("nan")}}, {"term": {"a": object()}},
        {"term": 3}, {"bool": {"must": [{"trem": {"a": 1}}]}},
        {"nested": {"query": {"bool": {"should": {"x": {}}}}}},
    ]  # fmt: skip
    for raw in wrong:
        with pytest.raises(BadArguments, match="raw"):
            each.search(raw=raw)
    with pytest.raises(BadArguments, match="'trem' is not a kind of query; did you mean term"):
        each.search(raw={"bool": {"must": [{"trem": {"a": 1}}]}})


@pytest.mark.usefixtures("tables")
def test_suggestions_begin_with_a_text(each: Client) -> None:
    assert names(each.suggest("cust", types="table")) == ["customer_orders", "customers"]
    assert len(each.suggest("cust", types="table", limit=1)) == 1
    assert each.suggest(" ") == each.suggest("/(") == []
    assert names(each.suggest("/(cust*", types="table")) == ["customer_orders", "customers"]


def test_what_is_wrong_is_listed_before_anything_is_sent(each: Client) -> None:
    with pytest.raises(BadArguments) as caught:
        each.search(
            where="type:table ownr:x tableType:Regulr version:x -deleted:maybe tag:>3 columns:x"
        )
    text = str(caught.value)
    for part in (
        "where['ownr']: 'ownr' is not a field of table; did you mean owner",
        "where['tableType']: 'Regulr' is not a value of tableType; did you mean Regular?",
        "where['version']: 'x' must be a number",
        "where['deleted']: 'maybe' must be true or false",
        "where['tag']: label fields have no order",
        "where['columns']: columns is an object",
    ):
        assert part in text
    with pytest.raises(BadArguments, match=r"did you mean columns\.dataType"):
        each.search(types="table", where="columns.dataTyp:INT")
    with pytest.raises(UnknownCollection, match="did you mean"):
        each.search(types="tabel")
    message = "sort: 'updatedAtt' is not a field of table; did you mean updatedAt"
    with pytest.raises(BadArguments, match=message):
        each.search(types="table", sort="-updatedAtt")
    with pytest.raises(BadArguments, match=r"where\['nme'\]: 'nme' is not a field of .* …"):
        each.search(where="nme:x")
    with pytest.raises(BadArguments, match="sort: 'description' has no order"):
        each.search(types="table", sort="description")
    for call in (each.search, each.find):
        with pytest.raises(BadArguments, match="pass deleted=True"):
            call(types="table", where="deleted:true")
    with pytest.raises(BadArguments, match="types: must have at least one entity type"):
        each.search(types=[])
    for types in (3, [None], {}, each.me()):
        with pytest.raises(BadArguments, match="types: must be names of entity types"):
            each.search(types=types)
    with pytest.raises(BadArguments, match="where: must be JSON"):
        each.search(where={"name": "\ud800"})
    with pytest.raises(BadArguments, match="limit: must be a number"):
        each.search(limit=-1)
    with pytest.raises(BadArguments, match="text: must be a text, not dict; conditions"):
        each.search({"owner": "ada"})  # type: ignore[arg-type]
    with pytest.raises(BadArguments, match="types: must name the entity types"):
        each.find(where="name:x")
    index_only = "exists in the search index only|is not a field of table before release"
    with pytest.raises(BadArguments, match=index_only):
        each.find("table", "-followers:* fqnParts:a")
    with pytest.raises(BadArguments, match=r"where: is .* characters long"):
        each.search(where={"name": ["x" * 100] * 100})
    with pytest.raises(NotSupported, match="does not have a search index of type 'bot'"):
        each.search(types="bot")


def test_a_search_that_fails_is_not_one_without_hits(each: Client) -> None:
    assert len(each.search("zzznothing")) == 0
    host = each.host.rpartition(":")[0] + ":9"
    with dynclient.connect(host, release=each.release) as nobody, pytest.raises(ConnectFailed):
        bool(nobody.search("customer"))
