"""Only a server to go by: its document is asked for when it is needed, once, and then believed."""

from __future__ import annotations

import json
import multiprocessing
import os
import pickle
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.operations.catalogue import catalogue
from dynclient.releases import Cache
from dynclient.releases import pack as packs
from dynclient.schema import Release
from tests.support.openapi_server import (
    DOCUMENTS,
    REVISION,
    OpenAPIServer,
    document_of,
    entity_types,
)
from tests.support.stub import Reply
from tests.support.trees import real_release, release_named
from tests.unit.operations.test_catalogue import FACTS, fact_file

VERSION = "/api/v1/system/version"
DOCUMENT = "/swagger.json"


def small() -> dict[str, Any]:
    """Return a document of a server that has tables at the usual place, and little else."""

    def sent(name: str) -> dict[str, Any]:
        schema = {"$ref": f"#/components/schemas/{name}"}
        return {"requestBody": {"content": {"application/json": {"schema": schema}}}}

    text = {"type": "string"}
    filters = [{"name": name, "in": "query", "schema": text} for name in ("colour", "limit")]
    return {
        "openapi": "3.0.1",
        "info": {"version": "1.13.0"},
        "paths": {
            "/v1/tables": {"get": {"parameters": filters}, "post": sent("CreateTable")},
            "/v1/tables/{id}/sampleData": {
                "put": {"operationId": "addSampleData", **sent("TableData")}
            },
            "/v1/moved/users": {"get": {}, "post": sent("CreateUser"), "put": sent("CreateUser")},
            "/v1/moved/users/{id}": {"get": {}},
            "/v1/moved/users/name/{name}": {"get": {}},
            "/v1/search/query": {"get": {"operationId": "search"}},
        },
    }


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of its own for each test; releases are opened before."""
    release_named("starter")
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    return tmp_path


@pytest.fixture
def server() -> Iterator[OpenAPIServer]:
    with OpenAPIServer(small(), resources=["all", "table", "zebra"]) as server:
        yield server


Connect = Callable[..., Client]


@pytest.fixture
def connect(server: OpenAPIServer) -> Iterator[Connect]:
    clients = []

    def connected(**settings: Any) -> Client:
        given = {"token": "t", "release": release_named("starter"), "retries": 0, **settings}
        clients.append(dynclient.connect(server.host, **given))
        return clients[-1]

    yield connected
    for each in clients:
        each.close()


# -- when it is asked for --------------------------------------------------------------------------


def test_no_entity_waits_for_the_document(server: OpenAPIServer, connect: Connect) -> None:
    om = connect()
    table = om.tables.create(name="orders", databaseSchema="a.b.c", columns=[])
    assert om.tables.get(table.id).name == "orders"
    assert [each.name for each in om.tables.list(limit=5)] == ["orders"]
    repr(om.contract), repr(om.tables.op), dir(om.tables.op), dir(om.op), repr(om.op)
    assert not server.request_count(DOCUMENT)
    assert not server.request_count(VERSION)


@pytest.mark.parametrize(
    "need",
    [
        lambda om: om.tables.op.put_sample_data,
        lambda om: om.tables.op["addSampleData"],
        lambda om: om.op.get_search_query,
        lambda om: om.contract["tables"],
        lambda om: om.contract.openapi,
        lambda om: om.tables.list(colour="red"),
        lambda om: om.contract.load(),
    ],
)
def test_the_document_is_requested_once_when_it_is_first_needed(
    server: OpenAPIServer, connect: Connect, need: Callable[[Client], Any]
) -> None:
    om = connect()
    for _ in range(3):
        need(om)
    assert (server.request_count(VERSION), server.request_count(DOCUMENT)) == (1, 1)


def test_the_document_is_kept_by_build_and_not_requested_again(
    server: OpenAPIServer, connect: Connect, cache: Path
) -> None:
    assert connect().contract.load().origin == "server"
    again = connect()
    assert again.contract.openapi is not None
    assert again.contract.origin == "cache"
    assert (again.contract.version, again.contract.revision) == ("1.13.0", REVISION)
    assert server.request_count(DOCUMENT) == 1
    assert len(list(cache.glob("openapi*.facts"))) == 1


def test_a_kept_document_is_used_at_once_where_the_build_is_known(
    server: OpenAPIServer, connect: Connect
) -> None:
    connect().contract.load()
    om = connect()
    assert om.version == "1.13.0"
    om.users.list().page()  # at the corrected place, without a detour
    assert server.seen[-1].path.startswith("/api/v1/moved/users?")
    assert server.request_count(DOCUMENT) == 1


def test_the_document_is_not_parsed_on_a_warm_start(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect().contract.load()

    def blow_up(document: object) -> None:
        raise AssertionError("a document was digested")

    monkeypatch.setattr("dynclient.openapi.digest.digest", blow_up)
    assert connect().tables.op.put_sample_data is not None


def test_a_warm_start_reads_no_operation_before_one_is_used(connect: Connect) -> None:
    connect().contract.load()
    om = connect()
    assert om.version == "1.13.0"
    table = om.tables.create(name="orders", databaseSchema="a.b.c", columns=[])
    assert om.tables.get(table.id).name == "orders"
    index = om.contract.cached_index()
    assert index is not None
    assert index._decoded is None
    om.tables.list(colour="red").page()
    assert index._decoded is None
    assert om.tables.op.put_sample_data is not None
    assert index._decoded is not None


def test_another_build_has_a_document_of_its_own(server: OpenAPIServer, connect: Connect) -> None:
    connect().contract.load()
    server.routes[VERSION] = {"version": "1.13.0", "revision": "other"}
    assert connect().contract.load().origin == "server"
    assert server.request_count(DOCUMENT) == 2


def test_builds_without_a_revision_are_distinguished_by_host(connect: Connect, cache: Path) -> None:
    small_one = small()
    del small_one["paths"]["/v1/search/query"]
    found = []
    for document in (small(), small_one):
        with OpenAPIServer(document, revision=None) as server, dynclient.connect(
            server.host, release=release_named("starter")
        ) as om:  # fmt: skip
            found.append(om.contract.load())
            assert om.contract.revision == ""
    assert [len(each.openapi.operations) for each in found if each.openapi] == [9, 8]


def test_a_damaged_index_is_requested_again(
    server: OpenAPIServer, connect: Connect, cache: Path
) -> None:
    connect().contract.load()
    (file,) = cache.glob("openapi*.facts")
    file.write_bytes(file.read_bytes()[:-9])
    assert connect().contract.load().origin == "server"
    assert connect().contract.load().origin == "cache"


def test_an_index_of_another_format_is_requested_again(connect: Connect, cache: Path) -> None:
    from dynclient.openapi.index_cache import keep

    connect().contract.load()
    server = connect().session.server
    name = server.index_cache.name(server.build)
    for head in ({}, [], None, {"version": 1}):
        keep(Cache(), name, head)
        assert connect().contract.load().origin == "server"


def test_many_threads_ask_once(server: OpenAPIServer, connect: Connect) -> None:
    from concurrent.futures import ThreadPoolExecutor

    om = connect()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: om.contract.openapi, range(32)))
    assert len(set(map(id, found))) == 1
    assert server.request_count(DOCUMENT) == 1


# -- where it cannot be had ------------------------------------------------------------------------

HTML = Reply(200, b"<html>login</html>", (("Content-Type", "text/html"),))


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (None, "404"),
        (Reply(200, {"swagger": "2.0", "paths": {}}), "not an OpenAPI 3 document"),
        (HTML, "200, but the body is not JSON"),
        (Reply(200, b"{"), "200, but the body is not JSON"),
        (Reply(0), "broke"),
        (Reply(503, {"message": "later"}), "later"),
    ],
)
def test_the_reason_for_a_missing_document_is_reported(
    server: OpenAPIServer, connect: Connect, reply: Any, reason: str
) -> None:
    server.routes[DOCUMENT] = reply
    om = connect()
    assert om.contract.openapi is None
    assert reason in str(om.contract.why)
    assert DOCUMENT in str(om.contract.why)
    assert om.contract.origin is None
    with pytest.raises(dynclient.UnknownOperation, match="operations of tables are not known: "):
        om.tables.op.put_sample_data  # noqa: B018
    assert om.contract["tables"].status == "unknown"


def test_the_document_is_requested_again_only_on_demand(
    server: OpenAPIServer, connect: Connect
) -> None:
    document = server.routes.pop(DOCUMENT)
    om = connect()
    for _ in range(3):
        assert om.contract.openapi is None
    assert server.request_count(DOCUMENT) == 1
    server.routes[DOCUMENT] = document
    assert om.contract.openapi is None
    assert om.contract.load().openapi is not None
    assert om.contract.why is None


def test_behind_a_proxy_the_document_is_read_below_the_api_with_the_token(
    server: OpenAPIServer, connect: Connect
) -> None:
    server.routes["/api/swagger.json"] = server.routes.pop(DOCUMENT)
    om = connect()
    assert om.contract.openapi is not None
    tokens = {seen.path: seen.headers.get("Authorization") for seen in server.seen}
    assert tokens["/swagger.json"] is None
    assert tokens["/api/swagger.json"] == "Bearer t"


def test_a_server_that_is_not_there_costs_no_more_than_a_reason() -> None:
    with dynclient.connect("http://127.0.0.1:1", release=release_named("starter"), retries=0) as om:
        assert om.contract.openapi is None
        assert "does not report its version" in str(om.contract.why)
        assert om.contract.load().resources is None


# -- filters ---------------------------------------------------------------------------------------


def test_a_typo_is_refused_before_anything_is_listed(
    server: OpenAPIServer, connect: Connect
) -> None:
    om = connect()
    with pytest.raises(dynclient.BadArguments) as caught:
        om.tables.list(color="red", nonsense=1)
    assert [problem.path for problem in caught.value.problems] == ["color", "nonsense"]
    assert caught.value.problems[0].nearest == ("colour",)
    assert not server.request_count("/api/v1/tables")


def test_the_routes_of_the_document_are_used(server: OpenAPIServer, connect: Connect) -> None:
    connect().tables.list(colour="red", limit=7).page()
    assert server.seen[-1].path == "/api/v1/tables?limit=7&colour=red"


def test_guessed_filters_that_the_server_lacks_are_rejected(connect: Connect) -> None:
    om = connect()
    known = {each.name: each for each in om.tables._spec.operations["list"].parameters}
    assert known["databaseSchema"].guessed
    with pytest.raises(dynclient.BadArguments, match="databaseSchema"):
        om.tables.list(databaseSchema="a.b.c")
    # Paging is never a guess, and include only where the server says it has it.
    om.tables.list(fields="owners", before="x").page()
    with pytest.raises(dynclient.BadArguments, match="include"):
        om.tables.list(include="deleted")


def test_without_a_document_operations_come_from_the_data_files(
    server: OpenAPIServer, connect: Connect
) -> None:
    del server.routes[DOCUMENT]
    om = connect()
    with pytest.warns(dynclient.DynclientWarning, match="support the filter databaseSchema"):
        om.tables.list(databaseSchema="a.b.c").page()
    assert server.seen[-1].path.endswith("databaseSchema=a.b.c")
    with pytest.raises(dynclient.BadArguments, match="those that dynclient knows") as caught:
        om.tables.list(databseSchema="a.b.c")
    assert caught.value.problems[0].nearest[0] == "databaseSchema"
    assert DOCUMENT in str(caught.value)
    pickle.loads(pickle.dumps(caught.value))


def test_preparing_a_list_sends_no_request(server: OpenAPIServer, connect: Connect) -> None:
    om = connect()
    assert om.prepare("tables.list", databaseSchema="x").query[-1] == ("databaseSchema", "x")
    with pytest.raises(dynclient.BadArguments):
        om.prepare("tables.list", databseSchema="x")
    assert not server.seen


@pytest.mark.parametrize("name", DOCUMENTS)
def test_where_the_data_are_sure_a_filter_costs_no_question(name: str) -> None:
    release = real_release(name)
    with OpenAPIServer(document_of(name)) as server, warnings.catch_warnings():
        warnings.simplefilter("error")
        with dynclient.connect(server.host, release=release) as om:
            om.tables.list(database="a.b", include="all").page()
            assert not server.request_count(DOCUMENT)
            with pytest.raises(dynclient.BadArguments, match="did you mean database"):
                om.tables.list(databse="a.b")
            assert server.request_count(DOCUMENT) == 1


# -- routes ----------------------------------------------------------------------------------------


def test_a_collection_is_found_where_the_server_has_it(
    server: OpenAPIServer, connect: Connect
) -> None:
    om = connect()
    ada = om.users.create(name="ada", email="ada@example.com")
    assert [seen.path for seen in server.seen] == [
        "/api/v1/users", VERSION, DOCUMENT, "/api/v1/moved/users",
    ]  # fmt: skip
    assert om.users[ada.id].name == "ada"
    assert [each.name for each in om.users.list()] == ["ada"]
    assert om.users.get("eve") is None
    assert om.contract["users"][2:6] == ("/v1/moved/users", "openapi", "corrected", "/v1/users")
    assert "moved/users" in repr(om.users)


def test_a_list_that_moved_is_paged_at_its_new_place(
    server: OpenAPIServer, connect: Connect
) -> None:
    pages = [
        Reply(200, {"data": [{"id": "1"}], "paging": {"total": 2, "after": "x"}}),
        Reply(200, {"data": [{"id": "2"}], "paging": {"total": 2}}),
    ]
    server.routes["GET /api/v1/moved/users"] = pages
    om = connect()
    listing = om.users.list(page_size=1)
    assert [each.id for each in listing] == ["1", "2"]
    assert server.request_count("/api/v1/users") == 1


def test_addresses_in_answers_lead_to_what_the_document_hides(
    server: OpenAPIServer, connect: Connect
) -> None:
    identity = "00000000-0000-4000-8000-000000000000"
    team = {
        "id": identity,
        "type": "team",
        "href": f"http://inside:1/api/v1/people/teams/{identity}",
    }
    server.routes[f"/api/v1/tables/{identity}"] = {"id": identity, "name": "t", "owners": [team]}
    server.routes["GET /api/v1/people/teams"] = {"data": [{"id": identity}], "paging": {"total": 1}}
    om = connect()
    assert om.tables.get(identity).name == "t"
    assert om.contract["teams"][2:5] == ("/v1/people/teams", "href", "corrected")
    assert len(list(om.teams.list())) == 1


def test_a_release_without_folders_uses_those_of_the_document() -> None:
    """A release that is built from a server's OpenAPI document."""
    marks = {"javaType": "org.openmetadata.schema.entity.services.DatabaseService"}
    entity = {
        **marks, "title": "DatabaseService", "type": "object",
        "javaInterfaces": ["org.openmetadata.schema.EntityInterface"],
        "properties": {"id": {"type": "string"}, "name": {"type": "string"}},
    }  # fmt: skip
    pack = packs.build({"databaseService.json": entity}, (), "1.6.0", lossy=True)
    release = Release(pack)
    assert catalogue(release).find("databaseService").route == "/v1/databaseServices"
    with OpenAPIServer(document_of("1.6.0")) as server, dynclient.connect(
        server.host, release=release
    ) as om:  # fmt: skip
        assert list(om.database_services.list()) == []
        assert server.seen[-1].path.startswith("/api/v1/services/databaseServices?")
        assert not server.request_count("/api/v1/databaseServices")


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_forked_child_does_not_wait_for_a_lock_of_its_parents_threads(connect: Connect) -> None:
    om = connect()
    locked, done = threading.Event(), threading.Event()

    def hold() -> None:
        with om.session.server._lock:
            locked.set()
            done.wait()

    holder = threading.Thread(target=hold)
    holder.start()
    assert locked.wait(60)
    child = multiprocessing.get_context("fork").Process(target=lambda: om.contract.openapi)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # forking beside threads is the point
        child.start()
    child.join(60)
    done.set()
    holder.join()
    assert child.exitcode == 0


def test_a_missing_route_stays_an_error(server: OpenAPIServer, connect: Connect) -> None:
    om = connect()
    with pytest.raises(dynclient.NotFound, match="no such route"):
        om.glossaries.list().page()
    with pytest.raises(dynclient.NotFound, match="no such route"):
        om.glossaries.get("x")
    assert server.request_count(DOCUMENT) == 1


# -- facts -----------------------------------------------------------------------------------------


def test_a_contract_shows_what_is_known(server: OpenAPIServer, connect: Connect) -> None:
    om = connect()
    assert "not requested yet" in repr(om.contract)
    assert not server.seen
    om.contract.load()
    shown = repr(om.contract)
    assert "9 operations, from the server" in shown
    assert "1 confirmed, 1 corrected" in shown
    assert om.contract["table"].listed is True
    assert om.contract["user"].listed is False
    assert om.contract.unknown_entities == ("zebra",)
    assert "table" not in om.contract.missing_entities
    assert "user" not in om.contract.missing_entities  # the document has it
    assert "team" in om.contract.missing_entities
    assert "tables" in om.contract
    assert "tabels" not in om.contract
    assert len(om.contract) == len(list(om.contract)) == len(catalogue(om.release).collections)
    with pytest.raises(dynclient.UnknownCollection, match="did you mean tables"):
        om.contract["tabels"]
    assert "tables at /v1/tables by rule, confirmed" in repr(om.contract["tables"])


def test_resources_are_none_where_the_token_may_not_see_them(
    server: OpenAPIServer, connect: Connect
) -> None:
    server.routes["GET /api/v1/policies/resources"] = Reply(403, {"code": 403, "message": "no"})
    contract = connect().contract.load()
    assert contract.resources is None
    assert contract.missing_entities == contract.unknown_entities == ()
    assert contract["tables"].listed is None


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_document_of_a_real_server_is_enough_for_a_client(name: str) -> None:
    """Entities are found, routes right and requests validated, whatever the document leaves out."""
    release = real_release(name)
    rows = fact_file("entity_paths.json")[FACTS[name][0]]
    truth = {row["entityType"]: f"/v1{row['path']}" for row in rows}
    types = entity_types(release)
    assert truth
    with OpenAPIServer(
        document_of(name), resources=truth, types=types, hidden=truth.values()
    ) as server, dynclient.connect(server.host, release=release) as om:  # fmt: skip
        om.contract.load()
        routes = {fact.entity: fact.route for fact in om.contract.facts.values()}
        assert {entity: routes[entity] for entity in truth} == truth
        assert om.contract.unknown_entities == ()
        assert not any(fact.status == "corrected" for fact in om.contract.facts.values())
        for entity, route in truth.items():
            if "list" in om[entity]._spec.operations:
                assert len(list(om[entity].list())) == (len(types) if entity == "type" else 0)
                assert server.seen[-1].path.partition("?")[0] == f"/api{route}"
        with pytest.raises(dynclient.RequestInvalid):
            om.tables.create(name="orders", databaseSchema="a.b.c", columns=[{"nme": "id"}])
        table = om.tables.create(name="orders", databaseSchema="a.b.c", columns=[])
        assert om.tables["orders"].id == table.id


def test_documents_are_available_where_trees_are() -> None:
    from tests.support.trees import TREES

    assert not TREES or DOCUMENTS
    for name, path in DOCUMENTS.items():
        assert json.loads(path.read_text("utf-8"))["info"]["version"].startswith(name)
