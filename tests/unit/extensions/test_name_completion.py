"""Names that begin with a text: one request a TAB, kept for a while, silent when it fails."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.extensions import name_completion
from dynclient.extensions.name_completion import Place, complete_names, place_of
from tests.support.stub import Reply, Seen, Stub

ID = "00000000-0000-4000-8000-00000000000"
TREE = {
    "/api/v1/services/databaseServices": ["shop", "shop_two", '"a.b"', "other"],
    "/api/v1/databases": ["shop.main", "shop.spare"],
    "/api/v1/databaseSchemas": ["shop.main.public"],
    "/api/v1/tables": ["shop.main.public.orders", "shop.main.public.items"],
}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("", Place((), "")),
        ("sh", Place((), "sh")),
        ("shop.", Place(("shop",), "")),
        ("shop.main.pu", Place(("shop", "main"), "pu")),
        ('"a.b', Place((), "a.b")),
        ('"a.b"', Place((), "a.b")),
        ('"a.b".c', Place(("a.b",), "c")),
        ('shop."', Place(("shop",), "")),
        ('"', Place((), "")),
        ("..", None),
        ("shop..x", None),
        ('"a"b', None),
        ('a"b', None),
    ],
)
def test_where_a_name_is_completed(text: str, place: Place | None) -> None:
    assert place_of(text) == place


def listing(seen: Seen) -> Any:
    """Return the whole list of a collection, whatever its filter: not all servers have them."""
    names = TREE.get(seen.path.partition("?")[0])
    if names is None:
        return None
    rows = [{"id": f"{ID}{n}", "fullyQualifiedName": name} for n, name in enumerate(names)]
    return {"data": rows, "paging": {"total": len(rows)}}


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        stub.default = listing
        yield stub


@pytest.fixture
def om(stub: Stub) -> Iterator[Client]:
    with dynclient.connect(stub.host, token="t", release="starter") as om:
        yield om


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer than a person would: the machine may be busy."""
    monkeypatch.setattr(name_completion, "WAIT", 60.0)


def sent(stub: Stub) -> list[str]:
    return [seen.path.partition("?")[0] for seen in stub.seen]


def test_names_are_completed_level_by_level_by_one_request_each(stub: Stub, om: Client) -> None:
    def complete(prefix: str) -> list[str]:
        return complete_names(om.session, "table", prefix)

    assert complete("sh") == ["shop.", "shop_two."]
    assert complete("shop_") == ["shop_two."]
    assert complete('"') == ['"a.b".', "other.", "shop.", "shop_two."]
    assert complete("a.") == []  # the service is called "a.b"
    stub.seen.clear()
    assert complete("shop.m") == ["shop.main."]
    assert complete("shop.") == ["shop.main.", "shop.spare."]
    assert complete("shop.main.") == ["shop.main.public."]
    assert complete("shop.main.public.") == ["shop.main.public.items", "shop.main.public.orders"]
    assert complete("shop.main.public.o") == ["shop.main.public.orders"]
    assert [f"{seen.method} {seen.path}" for seen in stub.seen] == [
        "GET /api/v1/databases?limit=100&service=shop",
        "GET /api/v1/databaseSchemas?limit=100&database=shop.main",
        "GET /api/v1/tables?limit=100&databaseSchema=shop.main.public",
    ]
    assert {seen.headers["Authorization"] for seen in stub.seen} == {"Bearer t"}


@pytest.mark.parametrize("kind", ["table", "tables", "Table"])
def test_a_type_has_any_name_of_its_collection(om: Client, kind: str) -> None:
    assert complete_names(om.session, kind, "o") == ["other."]


def test_what_does_not_exist_has_no_names_and_sends_nothing(stub: Stub, om: Client) -> None:
    assert complete_names(om.session, "tabel", "sh") == []
    assert complete_names(om.session, "table", 'a"b') == []
    assert sent(stub) == []


def test_the_limit_is_the_number_of_names(om: Client) -> None:
    assert complete_names(om.session, "table", "", 2) == ['"a.b".', "other."]
    assert complete_names(om.session, "table", "", 0) == []


def hits(*names: str) -> Any:
    found = [{"_source": {"fullyQualifiedName": name}} for name in names]
    return {"hits": {"total": {"value": len(names)}, "hits": found}}


def test_a_beginning_of_the_last_level_is_searched(stub: Stub, om: Client) -> None:
    stub.routes["/api/v1/search/query"] = hits("shop.main.public.orders", "shop.x", "else")
    found = complete_names(om.session, "table", "shop.main.public.or")
    assert found == ["shop.main.public.orders"]
    (seen,) = stub.seen
    query = parse_qs(urlsplit(seen.path).query)
    assert query["index"] == ["table_search_index"]
    assert query["include_source_fields"] == ["id", "fullyQualifiedName"]
    texts = [
        each["prefix"]["fullyQualifiedName"]["value"]
        for each in json.loads(query["query_filter"][0])["query"]["bool"]["should"]
    ]
    assert texts == ["shop.main.public.or", 'shop.main.public."or']
    assert complete_names(om.session, "table", "shop.main.public.ord") == found
    assert len(stub.seen) == 1


@pytest.mark.parametrize("reply", [hits(), Reply(500, {"code": 500, "message": "no index"})])
def test_the_list_is_read_where_the_search_finds_nothing(
    stub: Stub, om: Client, reply: Any
) -> None:
    stub.routes["/api/v1/search/query"] = reply
    assert complete_names(om.session, "table", "shop.main.public.or") == []
    found = complete_names(om.session, "table", "shop.main.public.or")
    assert found == ["shop.main.public.orders"]
    assert sent(stub) == ["/api/v1/search/query", "/api/v1/tables"]


def test_a_long_list_above_is_searched_next(stub: Stub, om: Client) -> None:
    services = "/api/v1/services/databaseServices"
    stub.routes[services] = {
        "data": [{"id": ID, "fullyQualifiedName": "a"}], "paging": {"after": "x"}
    }  # fmt: skip
    stub.routes["/api/v1/search/query"] = hits("zebra")
    assert complete_names(om.session, "table", "z") == []
    assert complete_names(om.session, "table", "z") == ["zebra."]
    assert complete_names(om.session, "table", "ze") == ["zebra."]
    assert complete_names(om.session, "table", "a") == ["a."]
    assert sent(stub) == [services, "/api/v1/search/query", "/api/v1/search/query"]


def test_terms_of_a_glossary_and_below_each_other(stub: Stub, om: Client) -> None:
    names = ["Biz.Rev", "Biz.Rev.Net", "Biz.Cost"]
    rows = [{"id": ID, "fullyQualifiedName": name} for name in names]
    stub.routes["/api/v1/glossaryTerms"] = {"data": rows, "paging": {"total": 3}}
    found = complete_names(om.session, "glossaryTerm", "Biz.")
    assert found == ["Biz.Cost", "Biz.Rev", "Biz.Rev."]
    assert complete_names(om.session, "glossaryTerm", "Biz.Rev.") == ["Biz.Rev.Net"]
    assert "directChildrenOf=Biz.Rev" in stub.seen[-1].path


def test_names_are_kept_until_the_client_changes_something(stub: Stub, om: Client) -> None:
    complete_names(om.session, "table", "sh")
    complete_names(om.session, "table", "sh")
    assert len(stub.seen) == 1
    stub.routes["/api/v1/teams"] = {"id": ID, "name": "new", "fullyQualifiedName": "new"}
    om.teams.create(name="new", teamType="Group")
    complete_names(om.session, "table", "sh")
    assert sent(stub) == [
        "/api/v1/services/databaseServices", "/api/v1/teams", "/api/v1/services/databaseServices"
    ]  # fmt: skip


def test_names_are_kept_for_a_minute_and_failures_for_seconds(stub: Stub, om: Client) -> None:
    now = [0.0]
    kept = name_completion.NameCompletion(clock=lambda: now[0])

    def complete() -> list[str]:
        return kept.complete(om.session, "table", "", 1, 60)

    services = "/api/v1/services/databaseServices"
    stub.routes[services] = Reply(503, {})
    assert complete() == []
    now[0] += 4
    assert complete() == []
    assert sent(stub) == [services]
    stub.routes.pop(services)
    now[0] += 2
    assert complete() == ['"a.b".']
    now[0] += 59
    assert complete() == ['"a.b".']
    count = len(stub.seen)
    now[0] += 2
    assert complete() == ['"a.b".']
    assert len(stub.seen) == count + 1


REFUSALS = [
    Reply(0),
    Reply(401, {"code": 401, "message": "Token has expired"}),
    Reply(403, {"code": 403, "message": "no"}),
    Reply(404, {"code": 404, "message": "HTTP 404 Not Found"}),
    Reply(500, {}),
    Reply(503, {}, (("Retry-After", "1"),)),
    Reply(200, b"<html>"),
    Reply(200, []),
    Reply(200, {"data": None}),
    Reply(200, {"data": [None, {}, {"fullyQualifiedName": 7}, {"fullyQualifiedName": 'a"b'}]}),
    Reply(200, {"data": {"a": 1}}),
]


@pytest.mark.parametrize("reply", REFUSALS, ids=str)
def test_a_refusal_is_silent_and_one_request(
    stub: Stub, om: Client, reply: Reply, capfd: pytest.CaptureFixture[str]
) -> None:
    stub.default = reply
    assert complete_names(om.session, "table", "") == []
    assert len(stub.seen) == 1
    assert capfd.readouterr() == ("", "")


def test_a_server_that_is_down_is_silent(capfd: pytest.CaptureFixture[str]) -> None:
    with dynclient.connect("http://127.0.0.1:9", token="t", release="starter") as om:
        assert complete_names(om.session, "table", "sh") == []
    assert complete_names(om.session, "table", "ot") == []  # the client is closed
    assert capfd.readouterr() == ("", "")


def test_a_slow_server_is_waited_for_300_ms_and_asked_once(
    stub: Stub, om: Client, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.undo()  # the time of the product
    assert name_completion.WAIT == 0.3
    answer, arrived = threading.Event(), threading.Event()

    def slow(seen: Seen) -> Any:
        arrived.set()
        answer.wait(60)
        return listing(seen)

    stub.default = slow
    waits: list[float] = []
    wait = name_completion.futures.wait
    monkeypatch.setattr(
        name_completion.futures, "wait", lambda pending, seconds: waits.append(seconds)
    )
    assert complete_names(om.session, "table", "sh") == []
    assert arrived.wait(60)
    assert complete_names(om.session, "table", "sh") == []  # the request is under way
    assert [0 <= seconds <= 0.3 for seconds in waits] == [True, True]
    answer.set()
    for thread in threading.enumerate():
        if thread.name == "dynclient-names":
            thread.join()
    monkeypatch.setattr(name_completion.futures, "wait", wait)
    found = complete_names(om.session, "table", "sh")
    assert found == ["shop.", "shop_two."]  # what came later
    assert len(stub.seen) == 1
    assert capfd.readouterr() == ("", "")


def test_neither_a_function_nor_a_login_is_used_for_completion(stub: Stub) -> None:
    calls = []

    def token() -> str:
        calls.append(1)
        return "secret-token"

    with dynclient.connect(stub.host, token=token, release="starter") as om:
        assert complete_names(om.session, "table", "sh") == []
        assert (calls, stub.seen) == ([], [])
        om.session.memo("name completion", lambda _: None)._failures.clear()
        assert len(om.tables) == 2
        assert complete_names(om.session, "table", "sh") == ["shop.", "shop_two."]
        assert len(calls) == 1
        assert stub.seen[-1].headers["Authorization"] == "Bearer secret-token"
    with dynclient.connect(stub.host, username="ada", password="p", release="starter") as om:
        stub.seen.clear()
        assert complete_names(om.session, "table", "sh") == []
        assert stub.seen == []


def test_a_transport_of_the_user_and_hooks_are_not_used(stub: Stub) -> None:
    class Own:
        def send(self, request: Any) -> Any:
            raise AssertionError(f"completion sent {request}")

    om = dynclient.connect(stub.host, transport=Own(), release="starter")
    assert complete_names(om.session, "table", "sh") == []
    hooks = dynclient.Hooks(on_request=lambda request: pytest.fail("a hook was called"))
    with dynclient.connect(stub.host, release="starter", hooks=hooks) as om:
        assert complete_names(om.session, "table", "other") == ["other."]


def test_a_read_only_client_completes_names(stub: Stub) -> None:
    with dynclient.connect(stub.host, release="starter", read_only=True) as om:
        assert complete_names(om.session, "table", "other") == ["other."]
