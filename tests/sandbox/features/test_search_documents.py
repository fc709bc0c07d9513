"""Documents of the search index: their fields, and the words that a hit highlights."""

from __future__ import annotations

from tests.support.sandbox_index import Index


def test_hits_of_one_index_highlight_the_words(index: Index) -> None:
    (hit,) = index.search("bought ORDER")["hits"]["hits"][:1]
    assert hit["highlight"]["displayName"] == ['<span class="text-highlighter">orders</span>']
    assert '<span class="text-highlighter">bought</span>' in hit["highlight"]["description"][0]
    assert not any("highlight" in each for each in index.search("name:orders")["hits"]["hits"])
    (sorted_hit,) = index.search("stock", sort_field="updatedAt")["hits"]["hits"]
    assert sorted_hit["sort"] == [sorted_hit["_source"]["updatedAt"] * 1000]


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
