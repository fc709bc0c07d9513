"""What searches send, and what is made of the responses, also of recorded ones."""

from __future__ import annotations

import json
import pickle
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest

import dynclient
from dynclient import release
from dynclient.client.client import Client
from dynclient.errors import (
    DynclientWarning,
    NotSupported,
    OutOfRange,
    ResponseInvalid,
    SearchFailed,
    Unavailable,
)
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import real_release, shared

QUERY = "/api/v1/search/query"
RECORDED = ["1.0.4", "1.2.0", "1.6.0"]


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        yield server


@pytest.fixture
def connected(stub: Stub) -> Iterator[Callable[[str], Client]]:
    clients: list[Client] = []

    def to(name: str) -> Client:
        found = release(name) if name == "starter" else real_release(name)
        om = dynclient.connect(stub.host, token="t", release=found, retries=0)
        clients.append(om)
        return om

    yield to
    for om in clients:
        om.close()


@pytest.fixture
def om(connected: Callable[[str], Client]) -> Client:
    return connected("starter")


def sent(seen: Seen) -> dict[str, str]:
    return dict(parse_qsl(seen.path.partition("?")[2]))


def server_of(count: int, *, window: int = 10_000) -> Callable[[Seen], Reply]:
    """Return a server of many tables, that counts and continues as Elasticsearch does."""
    names = [f"s.d.x.t{number:06}" for number in range(count)]

    def search(seen: Seen) -> Reply:
        query = sent(seen)
        size, start = int(query["size"]), int(query["from"])
        if start + size > window:
            return Reply(500, {"message": "reason=all shards failed"})
        after = query.get("search_after")
        found = [name for name in names if after is None or name > after][start : start + size]
        exact = query.get("track_total_hits") == "true" or count <= window
        total = {"value": count if exact else window, "relation": "eq" if exact else "gte"}
        hits = [{"_index": "table_search_index", "_id": name, "_score": 1.0, "sort": [name],
                 "_source": {"entityType": "table", "name": name[6:], "fullyQualifiedName": name}}
                for name in found]  # fmt: skip
        return Reply(200, {"took": 3, "hits": {"total": total, "hits": hits}})

    return search


def test_nothing_is_sent_before_hits_are_read(om: Client, stub: Stub) -> None:
    stub.routes[QUERY] = server_of(250)
    hits = om.search("t", types="table")
    assert repr(hits) == "<Hits, not requested yet>"
    assert stub.seen == []
    assert (len(hits), hits.total, hits.took, bool(hits), hits.facets) == (250, 250, 3, True, {})
    assert hits[7].fullyQualifiedName == "s.d.x.t000007"
    assert len(stub.seen) == 1
    assert [hit.id for hit in hits] == [f"s.d.x.t{number:06}" for number in range(250)]
    assert len(stub.seen) == 3
    assert [hit.id for hit in hits[120:122]] == ["s.d.x.t000120", "s.d.x.t000121"]
    assert len(hits[200:]) == 50
    assert repr(hits).endswith("…")


def test_hits_are_pickled_with_their_search(om: Client, stub: Stub) -> None:
    stub.routes[QUERY] = server_of(3)
    hits = pickle.loads(pickle.dumps(om.search(types="table")))
    assert len(hits) == 3
    assert pickle.loads(pickle.dumps(hits[1])) == hits[1]


def test_no_more_hits_are_requested_than_the_limit(om: Client, stub: Stub) -> None:
    stub.routes[QUERY] = server_of(250)
    assert len(list(om.search(types="table", limit=3))) == 3
    assert sent(stub.seen[-1])["size"] == "3"
    assert len(list(om.search(types="table", limit=130))) == 130
    assert len(stub.seen) == 3


def test_more_hits_than_have_positions_are_read_by_name(
    connected: Callable[[str], Client], stub: Stub
) -> None:
    stub.routes[QUERY] = server_of(1050, window=1000)
    from dynclient.extensions import search_hits

    om = connected("1.6.0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_hits, "WINDOW", 1000)
        hits = om.search(types="table")
        assert len(hits) == 1050
        assert len({hit.id for hit in hits}) == 1050
        assert sent(stub.seen[-1])["sort_field"] == "fullyQualifiedName"
        assert len(list(om.search(types="table", limit=1010))) == 1010
        assert len(list(om.search(types="table", sort="fqn"))) == 1050
        by_time = iter(om.search(types="table", sort="-updatedAt"))
        with pytest.raises(
            OutOfRange, match="without sort=, or by name, all can be read in a loop"
        ):
            list(by_time)
        with pytest.raises(OutOfRange, match="without sort="):
            hits[1020]


def test_a_release_that_cannot_continue_says_so(
    connected: Callable[[str], Client], stub: Stub
) -> None:
    stub.routes[QUERY] = server_of(1050, window=1000)
    from dynclient.extensions import search_hits

    om = connected("1.0.4")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_hits, "WINDOW", 1000)
        hits = iter(om.search(types="table"))
        assert len([next(hits) for _ in range(1000)]) == 1000
        with pytest.raises(NotSupported, match=r"1,000 hits of a search at most;.* om\.find"):
            next(hits)
        assert len(list(om.search(types="table", limit=1000))) == 1000


def test_a_name_with_a_comma_is_not_where_a_search_continues(
    connected: Callable[[str], Client], stub: Stub
) -> None:
    names = ["a", "b,c", "d", "e"]

    def search(seen: Seen) -> Reply:
        query = sent(seen)
        after = query.get("search_after", "")
        found = [name for name in names if name > after][: int(query["size"])]
        hits = [{"_id": name, "sort": [name], "_source": {"name": name}} for name in found]
        return Reply(200, {"hits": {"total": {"value": 4, "relation": "eq"}, "hits": hits}})

    stub.routes[QUERY] = search
    from dynclient.extensions import search_hits

    om = connected("1.6.0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(search_hits, "WINDOW", 1)
        hits = om.search(types="table")
        hits._page_size = 2
        assert [hit.name for hit in hits] == names


@pytest.mark.parametrize(
    ("message", "hint"),
    [
        ("type=index_not_found_exception, reason=no such index [x]", r"om\.reindex\(\) builds"),
        ("reason=all shards failed", "the index refused the query"),
        ("Connection refused", "the search engine behind the server is down"),
        ("boom", "500 boom"),
    ],
)
def test_a_search_that_fails_says_what_to_do(
    om: Client, stub: Stub, message: str, hint: str
) -> None:
    stub.routes[QUERY] = Reply(500, {"code": 500, "message": message})
    with pytest.raises(SearchFailed, match=hint):
        len(om.search("x"))
    stub.routes[QUERY] = Reply(503, {"message": "later"})
    with pytest.raises(Unavailable):
        len(om.search("x"))


@pytest.mark.parametrize("body", [3, "x", {"took": 1}, {"hits": None}, {"hits": {"hits": [3]}}])
def test_a_response_that_is_not_of_a_search_is_refused(om: Client, stub: Stub, body: Any) -> None:
    stub.routes[QUERY] = Reply(200, body)
    with pytest.raises(ResponseInvalid, match="hits"):
        len(om.search("x"))


def test_hits_that_may_be_missing_are_reported(om: Client, stub: Stub) -> None:
    body = {"_shards": {"failed": 1}, "hits": {"total": 0, "hits": []}}
    stub.routes[QUERY] = Reply(200, body)
    with pytest.warns(DynclientWarning, match="hits may be missing"):
        assert len(om.search("x")) == 0


def test_secrets_in_the_index_are_masked(om: Client, stub: Stub) -> None:
    config = {"type": "Mysql", "username": "u", "authType": {"password": "fernet:abc"}}
    source = {"entityType": "databaseService", "name": "s", "connection": {"config": config}}
    stub.routes[QUERY] = {"hits": {"total": 1, "hits": [{"_id": "1", "_source": source}]}}
    hit = om.search("s")[0]
    assert "fernet" not in f"{hit!r} {dict(hit)}"
    assert hit["name"] == "s"


def test_a_run_of_reindexing_is_told_from_the_one_before(
    connected: Callable[[str], Client], stub: Stub
) -> None:
    om = connected("1.6.0")
    latest = "/api/v1/apps/name/SearchIndexingApplication/runs/latest"
    old, new = {"timestamp": 1, "status": "success"}, {"timestamp": 2, "status": "running"}
    stub.routes[latest] = [Reply(200, old), Reply(200, old), Reply(200, new),
                           Reply(200, {**new, "status": "success"})]  # fmt: skip
    trigger = "POST /api/v1/apps/trigger/SearchIndexingApplication"
    stub.routes[trigger] = Reply(200, b"Application Triggered")
    run = om.reindex()
    assert [run.status, run.status, run.status] == ["pending", "running", "success"]
    assert run.is_done
    assert repr(run) == "<ReindexRun, success>"
    stub.routes[latest] = Reply(500, {"message": "No Available Application Extension: status"})
    assert om.reindex().poll() == {"status": "pending", "ended": False}
    assert not om.extension("search").is_reindexing()


def test_old_releases_reindex_by_a_job(connected: Callable[[str], Client], stub: Stub) -> None:
    om = connected("1.0.4")
    stub.routes["/api/v1/search/reindex/latest"] = Reply(200, {"timestamp": 1, "status": "running"})
    stub.routes["POST /api/v1/search/reindex"] = Reply(200, {"status": "started"})
    run = om.reindex()
    posted = next(seen for seen in stub.seen if seen.method == "POST")
    assert posted.json["publisherType"] == "elasticSearch"
    assert run.status == "pending"


# recordings of real servers


def recorded(name: str) -> dict[str, Any]:
    found = shared(f"openmetadata/later/recordings/{name}/flows_search.json")
    if found is None:
        pytest.skip("the recordings of searches are not in the shared folder")
    return {one["step"]: one for one in json.loads(found.read_text())}


CALLS: dict[str, Callable[[Client], Any]] = {
    "word": lambda om: om.search("customer", types="table", limit=10),
    "no hits": lambda om: om.search("zzznothing", types="table"),
    "old alias": lambda om: om.search("customer", types=["table", "topic"], limit=5),
    "query_filter tag": lambda om: om.search(types="table", where="tag:PII.Sensitive"),
    "query_filter": lambda om: om.search(types="table", where={"service": "zqsrch"}, limit=10),
    "sort": lambda om: om.search("zqsrch", types="table", sort="-updatedAt", limit=3),
    "sort by name": lambda om: om.search("zqsrch", types="table", sort="name", limit=3),
    "deleted too": lambda om: om.search("customers", types="table", deleted=True),
    "search_after first": lambda om: om.search("zqsrch", types="table", sort="fqn", limit=1),
}
"""Recorded steps, and the call that sends them."""


@pytest.mark.parametrize("name", RECORDED)
@pytest.mark.parametrize("step", CALLS)
def test_searches_are_sent_as_servers_accept_them(
    connected: Callable[[str], Client], stub: Stub, name: str, step: str
) -> None:
    exchange = recorded(name)[step]
    stub.routes[QUERY] = Reply(200, exchange["response"]["body"])
    om = connected(name)
    hits = CALLS[step](om)
    body = exchange["response"]["body"]
    assert hits.total == body["hits"]["total"]["value"]
    query, expected = sent(stub.seen[-1]), dict(exchange["request"]["query"])
    ours, theirs = (one.pop("query_filter", "null") for one in (query, expected))
    assert query == {"from": "0", "size": query["size"], **expected}
    if step == "query_filter":
        # Servers accept alternatives; ours have one more.
        (their_any,) = json.loads(theirs)["query"]["bool"]["must"]
        (our_any,) = json.loads(ours)["query"]["bool"]["must"]
        assert all(one in our_any["bool"]["should"] for one in their_any["bool"]["should"])
    else:
        assert json.loads(ours) == json.loads(theirs)
    first = body["hits"]["hits"][:1]
    assert [hit.id for hit in hits][:1] == [one["_id"] for one in first]
    for hit in hits:
        assert hit.type == "table" or (step, hit.type) == ("old alias", "topic")
        assert (hit.score is None) == step.startswith(("sort", "search_after"))
    for facet, counts in hits.facets.items():
        buckets = body["aggregations"].get(f"sterms#{facet}") or body["aggregations"].get(
            f"sterms#{facet}.keyword"
        )
        assert counts == {one["key"]: one["doc_count"] for one in buckets["buckets"]}


def test_highlights_of_a_real_server_are_texts_by_field(
    connected: Callable[[str], Client], stub: Stub
) -> None:
    stub.routes[QUERY] = Reply(200, recorded("1.6.0")["word"]["response"]["body"])
    hit = connected("1.6.0").search("customer", types="table")[0]
    assert hit.name == "customers"
    assert "customers" in hit.highlight["displayName"][0]


def test_all_types_are_searched_at_once_where_the_server_can(
    connected: Callable[[str], Client], stub: Stub
) -> None:
    stub.routes[QUERY] = Reply(200, recorded("1.6.0")["across types"]["response"]["body"])
    hits = connected("1.6.0").search("zqsrch", limit=20)
    assert {hit.type for hit in hits} == {"databaseService", "databaseSchema", "database", "table"}
    assert (
        sent(stub.seen[-1])["index"]
        == recorded("1.6.0")["across types"]["request"]["query"]["index"]
    )
    len(connected("1.0.4").search("zqsrch"))
    assert "table_search_index,tag_search_index," in sent(stub.seen[-1])["index"] + ","


@pytest.mark.parametrize("name", RECORDED)
def test_a_refused_query_of_a_real_server_is_a_search_that_failed(
    connected: Callable[[str], Client], stub: Stub, name: str
) -> None:
    steps = recorded(name)
    for step in ("odd characters", "index unknown", "too deep"):
        response = steps[step]["response"]
        stub.routes[QUERY] = Reply(response["status"], response["body"])
        with pytest.raises(SearchFailed):
            len(connected(name).search("x", types="table"))
    q = steps["odd characters"]["request"]["query"]["q"]
    stub.routes[QUERY] = Reply(200, steps["no hits"]["response"]["body"])
    len(connected(name).search(q, types="table"))
    assert sent(stub.seen[-1])["q"] == f'"{q}"'


def test_a_document_without_source_is_known_by_its_index(
    connected: Callable[[str], Client], stub: Stub
) -> None:
    stub.routes[QUERY] = Reply(200, recorded("1.6.0")["no source"]["response"]["body"])
    hit = connected("1.6.0").search("customers")[0]
    assert (hit.type, hit.name, dict(hit)) == ("table", "", {})
