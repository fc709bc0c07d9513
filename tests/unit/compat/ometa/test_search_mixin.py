"""The official client's methods that search, over ``om.search``."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote

import pytest

from dynclient.compat.ometa.exceptions import APIError, MissingEntityTypeException
from tests.support.stub import Reply, Stub
from tests.support.trees import real_release

Get = Callable[..., Any]

ONE = "00000000-0000-4000-8000-000000000001"
TABLE = {"id": ONE, "name": "t", "fullyQualifiedName": "s.d.x.t", "columns": []}
QUERY = "/api/v1/search/query"


def response(*sources: dict[str, Any]) -> dict[str, Any]:
    hits = [{"_index": "table_search_index", "_id": ONE, "_source": source} for source in sources]
    return {"hits": {"total": {"value": len(hits), "relation": "eq"}, "hits": hits}}


def sent(stub: Stub, at: int = -1) -> dict[str, str]:
    return dict(parse_qsl(stub.seen[at].path.partition("?")[2], keep_blank_values=True))


@pytest.fixture
def Table(get: Get) -> Any:
    return get("entity.data.table", "Table")


@pytest.fixture
def one_hit(stub: Stub) -> Stub:
    found = response({"fullyQualifiedName": "s.d.x.t"}, {"fullyQualifiedName": "s.d.x.gone"})
    stub.routes[QUERY] = stub.routes["/api/v1/search/fieldQuery"] = found
    stub.routes["/api/v1/tables/name/s.d.x.t"] = TABLE
    return stub


def ids(entities: Any) -> list[str]:
    return [str(each.id.root) for each in entities]


def test_entities_are_found_by_alias_and_in_any_service(
    metadata: Any, one_hit: Stub, Table: Any
) -> None:
    assert ids(metadata.es_search_from_alias(Table, "a*", fields=["owners"])) == [ONE]
    assert "aliases.keyword" in one_hit.seen[0].path + one_hit.seen[0].path.replace("%22", '"')
    assert ids([metadata.search_in_any_service(Table, "s.*.t&x=1")]) == [ONE]
    assert "x=1" not in one_hit.seen[3].path
    assert ids(metadata.search_in_any_service(Table, "s.*", fetch_multiple_entities=True)) == [ONE]
    one_hit.routes.clear()
    assert metadata.search_in_any_service(Table, "s.*.t") is None


def test_containers_are_found_by_path(metadata: Any, stub: Stub) -> None:
    assert metadata.es_search_container_by_path("s3://bucket/a b") is None
    assert "container_search_index" in stub.seen[0].path


def test_a_search_by_its_path_is_read_from_the_server(
    metadata: Any, one_hit: Stub, Table: Any
) -> None:
    path = metadata.name_search_query_es(Table, "a (b)", 0, 5)
    assert path == "/search/query?q=a%20%22%28b%29%22&from=0&size=5&index=table_search_index"
    assert ids([metadata.get_entity_from_es(Table, path)]) == [ONE]
    assert sent(one_hit, 0) == {
        "q": 'a "(b)"',
        "from": "0",
        "size": "5",
        "index": "table_search_index",
    }
    by_mail = metadata.email_search_query_es(Table).format(email="a@b.c", from_=0, size=1)
    assert ids(metadata.yield_entities_from_es(Table, by_mail, fields="tags")) == [ONE]
    one_hit.routes[QUERY] = Reply(500, {"code": 500, "message": "all shards failed"})
    with pytest.raises(APIError, match="all shards failed"):
        metadata.get_entity_from_es(Table, by_mail)


def test_all_pages_of_a_search_are_read(metadata: Any, one_hit: Stub, Table: Any) -> None:
    query = json.dumps({"query": {"term": {"deleted": False}}})
    found = metadata.paginate_es(Table, query, search_query="name:t", fields=["tags"])
    assert ids(found) == [ONE]
    query_sent = sent(one_hit, 0)
    assert json.loads(query_sent["query_filter"])["query"]["bool"]["must"] == [
        {"term": {"deleted": False}}, {"query_string": {"query": "name:t"}},
    ]  # fmt: skip
    assert (query_sent["sort_field"], query_sent["sort_order"]) == ("fullyQualifiedName", "desc")
    assert ids(metadata.paginate_es(Table, sort_order="asc")) == [ONE]
    one_hit.routes[QUERY] = Reply(500, {"code": 500, "message": "boom"})
    with pytest.raises(APIError, match="boom"):
        list(metadata.paginate_es(Table))
    with pytest.raises(APIError, match="raw: must be JSON"):
        list(metadata.paginate_es(Table, "{not json"))


def test_fields_may_be_where_releases_before_1_9_have_them(
    metadata: Any, one_hit: Stub, Table: Any
) -> None:
    assert ids(metadata.paginate_es(Table, None, 100, ["tags"])) == [ONE]
    read = next(seen.path for seen in one_hit.seen if "/tables/name/" in seen.path)
    assert read.endswith("?fields=tags")
    template = metadata.name_search_query_es(Table)
    page = template.format(name="ada", from_=0, size=1)
    assert page == "/search/query?q=ada&from=0&size=1&index=table_search_index"


def test_definitions_of_views_are_documents_of_the_index(metadata: Any, stub: Stub) -> None:
    place = {"database": {"name": "d"}, "databaseSchema": {"name": "x"}}
    old = {"name": "w", "viewDefinition": "select 2"}
    stub.routes[QUERY] = response({"name": "v", "schemaDefinition": "select 1", **place}, old)
    first, second = metadata.yield_es_view_def("s", incremental=True)
    assert first == ("v", "d", "x", "select 1")
    assert second == ("w", "", "", "select 2")
    assert first.view_definition == "select 1"
    must = json.loads(sent(stub)["query_filter"])["query"]["bool"]["must"]
    assert {"term": {"service.name.keyword": "s"}} in must[0]["bool"]["should"]
    assert must[1]["exists"]["field"].endswith("Definition")
    assert must[2] == {"bool": {"must_not": [{"term": {"processedLineage": True}}]}}


def test_checksums_of_processed_queries_are_found(stub: Stub) -> None:
    from dynclient import compat
    from dynclient.compat.ometa.ometa_api import OpenMetadata

    name = "1.6.0"
    compat.install(real_release(name))
    stub.routes["/api/v1/system/version"] = {"version": name}
    stub.routes[QUERY] = response({"checksum": "a"}, {"checksum": "b"}, {"name": "c"})
    try:
        with OpenMetadata({"hostPort": stub.host, "authProvider": "no-auth"}) as metadata:
            assert metadata.es_get_queries_with_lineage("s") == {"a", "b"}
            assert metadata.es_get_lineage_processed_queries("s", ["b", "z"]) == {"b"}
            own_filter = json.loads(unquote(metadata.get_query_with_lineage_filter("s")))
    finally:
        compat.uninstall()
    assert own_filter == json.loads(sent(stub)["query_filter"])


def test_a_release_without_queries_says_so(metadata: Any) -> None:
    with pytest.raises(MissingEntityTypeException, match="query"):
        metadata.es_get_queries_with_lineage("s")


def test_entities_with_upstream_lineage_are_found(metadata: Any, stub: Stub, Table: Any) -> None:
    two = ONE[:-1] + "2"
    node = {"entity": {"id": ONE, "type": "table"}, "nodes": []}
    stub.routes[f"/api/v1/lineage/table/{ONE}"] = {
        **node, "upstreamEdges": [{"fromEntity": two, "toEntity": ONE}], "downstreamEdges": [],
    }  # fmt: skip
    stub.routes[f"/api/v1/lineage/table/{two}"] = {
        **node,
        "upstreamEdges": [],
        "downstreamEdges": [],
    }
    assert metadata.es_get_upstream_entity_ids(Table, [ONE, two]) == {ONE}


def test_the_state_of_reindexing_is_read(metadata: Any, stub: Stub) -> None:
    for path in ("apps/name/SearchIndexingApplication/runs/latest", "search/reindex/latest"):
        stub.routes[f"/api/v1/{path}"] = [Reply(200, {"status": "running"}), Reply(200, {})]
    assert metadata.is_reindex_app_running() is True
    assert metadata.is_reindex_app_running() is False
