"""What a search sends."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from dynclient.compat.ometa.exceptions import MissingEntityTypeException
from dynclient.errors import BadArguments, UsageError
from tests.support.stub import Reply, Stub

EMPTY = {"hits": {"total": {"value": 0}, "hits": []}, "aggregations": {"sterms#x": {}}}


@pytest.fixture
def search(sdk: Any, stub: Stub) -> Any:
    from metadata.sdk.api import Search

    stub.default = lambda seen: Reply(200, EMPTY)
    return Search


def sent(stub: Stub) -> dict[str, Any]:
    query = parse_qs(urlsplit(stub.seen[-1].path).query)
    found: dict[str, Any] = {name: values[0] for name, values in query.items()}
    if "query_filter" in found:
        found["query_filter"] = json.loads(found["query_filter"])
    return found


def test_arguments_are_parameters_of_the_request(search: Any, stub: Stub) -> None:
    answer = search.search(
        "orders", "table_search_index", 5, 25, sort_field="name.keyword", sort_order="asc",
        filters={"deleted": True}, include_aggregations=False,
    )  # fmt: skip
    assert answer == {"hits": EMPTY["hits"]}
    assert sent(stub) == {
        "q": "orders", "index": "table_search_index", "from": "5", "size": "25",
        "sort_field": "name.keyword", "sort_order": "asc", "deleted": "true",
    }  # fmt: skip


def test_other_filters_are_values_of_fields(search: Any, stub: Stub) -> None:
    own = {"query": {"term": {"tier": "Tier1"}}}
    builder = search.builder().query("*").filter("serviceType", "Mysql")
    builder.filter("owner", ["a", "b"]).filter("query_filter", own).execute()
    assert sent(stub)["query_filter"]["query"]["bool"]["must"] == [
        {"terms": {"serviceType": ["Mysql"]}}, {"terms": {"owner": ["a", "b"]}}, own["query"],
    ]  # fmt: skip


def test_a_request_of_elasticsearch_is_translated(search: Any, stub: Stub) -> None:
    search.search_advanced({
        "query": {"match": {"name": "orders"}}, "size": 50, "from": 10,
        "sort": [{"name.keyword": {"order": "desc"}}], "_source": ["name"],
    })  # fmt: skip
    found = sent(stub)
    assert found["query_filter"] == {"query": {"match": {"name": "orders"}}}
    assert (found["size"], found["from"], found["sort_order"]) == ("50", "10", "desc")
    with pytest.raises(BadArguments, match=r"\['qery'\] is not known; did you mean query"):
        search.search_advanced({"qery": {}})


def test_reindexing_needs_a_type_that_exists(search: Any, stub: Stub) -> None:
    stub.routes["POST /api/v1/apps/trigger/SearchIndexingApplication"] = {}
    stub.routes["GET /api/v1/apps/name/SearchIndexingApplication/runs/latest"] = {}
    assert search.reindex("table")["entityType"] == "table"
    assert search.reindex_all()["status"] == "started"
    before = len(stub.seen)
    with pytest.raises(MissingEntityTypeException, match="'tabel'; did you mean tables"):
        search.reindex("tabel")
    assert len(stub.seen) == before


def test_a_search_without_a_query_is_refused(search: Any) -> None:
    with pytest.raises(UsageError, match=r"no query; use query\('\*'\)"):
        search.builder().size(3).execute()
