"""Search: new entities are found at once, by names, fields and filters, in pages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dynclient import sandbox
from tests.support.sandbox_api import Api
from tests.support.trees import ALL_RELEASES, TREES, release_named


class Index(Api):
    """A sandbox with some tables to search for."""

    def search(self, q: str, **query: Any) -> dict[str, Any]:
        parameters = {"index": "table_search_index", "q": q, **query}
        response = self.request("GET", "/v1/search/query", params=parameters)
        assert response.status_code == 200, response.text
        body: dict[str, Any] = response.json()
        return body

    def names(self, q: str, **query: Any) -> list[str]:
        return [hit["_source"]["name"] for hit in self.search(q, **query)["hits"]["hits"]]


@pytest.fixture(scope="module", params=ALL_RELEASES)
def index(request: pytest.FixtureRequest) -> Iterator[Index]:
    release_named(request.param)
    with sandbox.start(tree=TREES.get(request.param)) as started:
        api = Index(started)
        for name in ("shop", "mill"):
            api.create("/v1/services/databaseServices", name=name, serviceType="Mysql",
                     connection={"config": {"type": "Mysql", "username": "u", "hostPort": "h:1"}},
                     )  # fmt: skip
            api.create("/v1/databases", name="d", service=name)
            api.create("/v1/databaseSchemas", name="c", database=f"{name}.d")
        columns = [{"name": "id", "dataType": "INT"}, {"name": "total", "dataType": "DOUBLE"}]
        for name, more in (
            ("orders", {"description": "all that was bought"}),
            ("orders_2020", {"displayName": "Old orders"}),
            ("100%_sure", {}),
        ):
            api.create("/v1/tables", name=name, databaseSchema="shop.d.c", columns=columns, **more)
        api.create("/v1/tables", name="stock", databaseSchema="mill.d.c", columns=columns[:1])
        gone = api.create("/v1/tables", name="gone", databaseSchema="mill.d.c", columns=columns[:1])
        api.request("DELETE", f"/v1/tables/{gone['id']}")
        yield api


def test_an_equal_name_ranks_first(index: Index) -> None:
    body = index.search("orders")
    hits = body["hits"]["hits"]
    assert body["hits"]["total"] == {"value": 2, "relation": "eq"}
    assert [hit["_source"]["name"] for hit in hits] == ["orders", "orders_2020"]
    assert hits[0]["_score"] == body["hits"]["max_score"] > hits[1]["_score"]
    source = hits[0]["_source"]
    assert hits[0]["_id"] == source["id"]
    assert hits[0]["_index"] == "table_search_index"
    assert source["entityType"] == "table"
    assert source["service"]["name"] == "shop"
    buckets = body["aggregations"]["sterms#entityType"]["buckets"]
    assert buckets == [{"key": "table", "doc_count": 2}]


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("*", ["100%_sure", "orders", "orders_2020", "stock"]),
        ("", ["100%_sure", "orders", "orders_2020", "stock"]),
        ("ord*", ["orders", "orders_2020"]),
        ("ORDERS AND bought", ["orders"]),
        ("orders NOT bought", ["orders_2020"]),
        ("NOT bought", ["100%_sure", "orders_2020", "stock"]),
        ("orders AND NOT (old OR bought)", []),
        ("stock bought", ["orders", "stock"]),
        ('"all that was"', ["orders"]),
        ("100%_", ["100%_sure"]),
        ("r_ers", []),
        ('fullyQualifiedName:"shop.d.c.orders"', ["orders"]),
        ("name:orders*", ["orders", "orders_2020"]),
        ("service.name:mill", ["stock"]),
        ("columns.name:total AND NOT name:orders", ["100%_sure"]),
        ("name:order", ["orders", "orders_2020"]),
        ("name:2020", ["orders_2020"]),
        ("name:rders", []),
        ("totals", ["100%_sure", "orders", "orders_2020"]),
        ("serviceType:mysql AND displayName:Old*", ["orders_2020"]),
        ("deleted:true", []),
        ("o'clock", []),
    ],
)
def test_query_strings(index: Index, q: str, found: list[str]) -> None:
    assert sorted(index.names(q)) == found
    total = index.search(q, size=0)["hits"]
    assert (total["total"]["value"], total["hits"]) == (len(found), [])


def test_filters(index: Index) -> None:
    shop = {"term": {"service.name.keyword": "shop"}}
    old = {"match": {"displayName": "old"}}

    def names(filter: Any) -> list[str]:
        return sorted(index.names("*", query_filter=json.dumps({"query": filter})))

    assert names(shop) == ["100%_sure", "orders", "orders_2020"]
    assert names({"bool": {"must": [shop, old]}}) == ["orders_2020"]
    assert names({"bool": {"must": shop, "must_not": [old]}}) == ["100%_sure", "orders"]
    assert names({"bool": {"should": [old, {"term": {"name": "stock"}}]}}) == [
        "orders_2020", "stock"
    ]  # fmt: skip
    assert names({"terms": {"name.keyword": ["orders", "stock"]}}) == ["orders", "stock"]
    assert names({"terms": {"name.keyword": []}}) == []
    assert names({"wildcard": {"name": {"value": "*2020"}}}) == ["orders_2020"]
    assert names({"exists": {"field": "description"}}) == ["orders"]
    assert names({}) == names({"match_all": {}}) == sorted(index.names("*"))


def test_pages_are_sorted(index: Index) -> None:
    query = {"sort_field": "name.keyword", "sort_order": "desc"}
    whole = index.names("*", **query)
    assert whole == sorted(whole, reverse=True)
    pages = [index.names("*", **query, **{"from": start, "size": 2}) for start in (0, 2, 4)]
    assert [len(page) for page in pages] == [2, 2, 0]
    assert [name for page in pages for name in page] == whole
    assert index.search("*", **query)["hits"]["hits"][0]["sort"] == ["stock"]
    named = index.search("stock", include_source_fields=["name", "id"])["hits"]["hits"][0]
    assert set(named["_source"]) == {"name", "id"}
    assert "_source" not in index.search("stock", fetch_source="false")["hits"]["hits"][0]


def test_deleted_entities_are_found_only_with_deleted_true(index: Index) -> None:
    assert index.names("gone") == []
    assert index.names("gone", deleted="true") == ["gone"]


@pytest.mark.parametrize(
    ("query", "message"),
    [
        ({"index": "nope_index"}, "no such index [nope_index]"),
        ({"q": "a:("}, "search_phase_execution_exception"),
        ({"q": '"open'}, "search_phase_execution_exception"),
        ({"q": "a)"}, "search_phase_execution_exception"),
        ({"q": "a AND"}, "search_phase_execution_exception"),
        ({"from": "20000"}, "search_phase_execution_exception"),
        ({"size": "-1"}, "search_phase_execution_exception"),
        ({"size": "many"}, "HTTP 404"),
        ({"q": "a/b"}, "all shards failed"),
        ({"query_filter": '{"query": {"geo_shape": {}}}'}, "geo_shape"),
    ],
)
def test_an_invalid_search_is_a_server_error(
    index: Index, query: dict[str, str], message: str
) -> None:
    parameters = {"index": "table_search_index", "q": "*", **query}
    response = index.request("GET", "/v1/search/query", params=parameters)
    assert response.status_code == 500
    assert message in response.json()["responseMessage"]


@pytest.mark.parametrize(
    "text", ["{", "[]", '{"bool": {}}', '{"query": {"nope": {}}}', '{"query": "x"}']
)
def test_a_filter_that_cannot_be_parsed_is_ignored(index: Index, text: str) -> None:
    for name in ("query_filter", "post_filter"):
        assert sorted(index.names("*", **{name: text})) == sorted(index.names("*"))


def test_a_field_that_no_index_has_is_sorted_by_new_releases_only(index: Index) -> None:
    query = {"q": "*", "index": "table_search_index", "sort_field": "nope"}
    response = index.request("GET", "/v1/search/query", params=query)
    if response.status_code == 500:
        assert "all shards failed" in response.text
        return
    hits = response.json()["hits"]["hits"]
    assert {hit["sort"][0] for hit in hits} == {-(2**31)}
    following = {"sort_field": "name.keyword", "sort_order": "asc", "search_after": "orders"}
    assert index.names("*", **following) == ["orders_2020", "stock"]


def test_hits_of_one_index_highlight_the_words(index: Index) -> None:
    (hit,) = index.search("bought ORDER")["hits"]["hits"][:1]
    assert hit["highlight"]["displayName"] == ['<span class="text-highlighter">orders</span>']
    assert '<span class="text-highlighter">bought</span>' in hit["highlight"]["description"][0]
    assert not any("highlight" in each for each in index.search("name:orders")["hits"]["hits"])
    (sorted_hit,) = index.search("stock", sort_field="updatedAt")["hits"]["hits"]
    assert sorted_hit["sort"] == [sorted_hit["_source"]["updatedAt"] * 1000]


def test_names_are_completed_unless_the_release_fails_to(index: Index) -> None:
    path = "/v1/search/suggest?index=table_search_index&q=sto"
    assert index.request("GET", f"{path}&field=name_suggest").status_code == 500
    response = index.request("GET", path)
    if response.status_code == 500:  # as 1.6 on OpenSearch
        assert "all shards failed" in response.text
        return
    (body,) = response.json()["suggest"]["metadata-suggest"]
    assert [option["text"] for option in body["options"]] == ["stock"]


def test_entities_are_found_by_their_address_at_the_source(index: Index) -> None:
    path = "/v1/search/sourceUrl?sourceUrl=http://nowhere"
    if index.request("GET", path).status_code == 500:
        pytest.skip("this release does not have the search by source URL")
    table = index.create("/v1/tables", name="sourced", databaseSchema="shop.d.c",
                         columns=[{"name": "id", "dataType": "INT"}],
                         sourceUrl="http://source/sourced")  # fmt: skip
    try:
        found = index.get("/v1/search/sourceUrl?sourceUrl=http://source/sourced")["hits"]["hits"]
        assert [hit["_id"] for hit in found] == [table["id"]]
        assert index.get(path)["hits"]["hits"] == []
    finally:
        index.request("DELETE", f"/v1/tables/{table['id']}?hardDelete=true")


def test_aggregations_and_documents(index: Index) -> None:
    query = "index=table_search_index"
    path = f"/v1/search/aggregate?{query}&field=service.name.keyword"
    if index.request("GET", path).status_code == 400:  # releases after 1.0 need a query in JSON
        path += "&q={}"
    found = index.get(path)
    buckets = found["aggregations"]["sterms#service.name.keyword"]["buckets"]
    assert buckets == [{"key": "shop", "doc_count": 3}, {"key": "mill", "doc_count": 1}]
    if index.request("GET", f"/v1/search/fieldQuery?{query}").status_code == 500:
        pytest.skip("this release does not have the field query")
    hit = index.get(f"/v1/search/fieldQuery?{query}&fieldName=name&fieldValue=stock")["hits"]
    (one,) = hit["hits"]
    path = "/v1/search/get/table_search_index/doc/"
    if index.request("GET", f"{path}{one['_id']}").status_code == 500:
        pytest.skip("this release does not have single documents")
    assert index.get(f"{path}{one['_id']}")["_source"] == one["_source"]
    nothing = "00000000-0000-0000-0000-000000000000"
    assert index.request("GET", f"{path}{nothing}").status_code == 404
    everywhere = index.search("shop", index="all")["hits"]["hits"]
    kinds = {hit["_source"]["entityType"] for hit in everywhere}
    assert {"databaseService", "database", "table"} <= kinds


def test_names_of_nested_columns_follow_the_name_of_the_column_above(index: Index) -> None:
    below = {"name": "geo", "dataType": "STRUCT", "children": [{"name": "lat", "dataType": "INT"}]}
    column = {"name": "address", "dataType": "STRUCT", "children": [below]}
    created = index.create("/v1/tables", name="nested", databaseSchema="mill.d.c", columns=[column])
    (hit,) = index.search("nested")["hits"]["hits"]
    names = hit["_source"].get("columnNames")
    facets = index.search("nested")["aggregations"]
    index.request("DELETE", f"/v1/tables/{created['id']}?hardDelete=true")
    assert names == ["address", "address.geo", "geo.lat"]
    if "sterms#columnNames" in facets:
        buckets = facets["sterms#columnNames"]["buckets"]
        assert [bucket["key"] for bucket in buckets] == sorted(names)
