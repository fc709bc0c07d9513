"""A session: one release, calls at the route that the server has, and lists checked at once."""

from __future__ import annotations

import pickle
from typing import Any

import pytest

from dynclient import errors, model
from dynclient.client.client import Client
from dynclient.hooks import Hooks
from dynclient.model import namespace
from dynclient.openapi.index import Index
from dynclient.operations.operation import Operation, Parameter, Plan
from dynclient.schema import Release
from dynclient.session.release_choice import Sources
from dynclient.session.session import Session
from dynclient.settings import Settings
from tests.support.trees import release_named
from tests.support.wire import Wire, session_over

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"
TABLE = {"id": ID, "name": "t", "fullyQualifiedName": "s.d.c.t", "columns": []}
NO_ROUTE = (404, {"code": 404, "message": "HTTP 404 Not Found"})
NO_ENTITY = (404, {"code": 404, "message": "table instance for x not found"})


@pytest.fixture
def release() -> Release:
    return release_named("starter")


def plan(session: Session, name: str = "get", collection: str = "tables", **more: Any) -> Plan:
    arguments = {"id": ID} if name == "get" else {}
    return Plan(session.find(collection).operations[name], {**arguments, **more})


# -- the release -----------------------------------------------------------------------------------


def test_a_release_is_used_with_the_drift_of_the_settings(release: Release) -> None:
    assert release.drift == "bridge"
    session, _ = session_over(release=release, drift="error")
    assert session.release.drift == "error"
    session, _ = session_over(drift="warn")
    assert session.known_release is None
    assert session.use_release(release) is session.release
    assert session.release.drift == "warn"
    assert session.known_release is session.release


def test_a_session_pickles_without_its_hooks(release: Release) -> None:
    session, _ = session_over(release=release, hooks=Hooks(on_request=print), drift="error")
    session.transport = None  # type: ignore[assignment]
    copy = pickle.loads(pickle.dumps(session))
    assert copy.host == "http://server"
    assert copy.settings == session.settings
    assert copy.release.drift == "error"
    assert repr(copy) == f"<Session of http://server, release {release.name}>"
    assert repr(session_over()[0]) == "<Session of http://server, release not chosen yet>"


class Closing(Wire):
    closed = False

    def close(self) -> None:
        self.closed = True


def test_closing_a_client_closes_its_transport() -> None:
    wire = Closing()
    with Client("http://server/api", wire, Settings()) as om:  # type: ignore[arg-type]
        assert not wire.closed
        assert om.session.transport is wire  # type: ignore[comparison-overlap]
    assert wire.closed
    session_over()[0].close()  # a transport without close() is left alone


# -- calls -----------------------------------------------------------------------------------------


def test_prepare_and_send_are_a_call(release: Release) -> None:
    session, wire = session_over(TABLE, release=release)
    request = session.prepare(plan(session))
    assert wire.sent == []
    assert session.send(request).name == session.call(plan(session)).name == "t"
    assert wire.sent == [request, request]


def test_find_one_is_none_for_a_missing_entity_only(release: Release) -> None:
    assert session_over(TABLE, release=release)[0].find_one(
        plan(session_over(release=release)[0])
    ) is not None  # fmt: skip
    session, _ = session_over(NO_ENTITY, release=release)
    assert session.find_one(plan(session)) is None
    session, _ = session_over(NO_ROUTE, release=release)
    with pytest.raises(errors.NotFound, match="no such route"):
        session.find_one(plan(session))
    session, _ = session_over((403, {}), release=release)
    with pytest.raises(errors.Forbidden):
        session.find_one(plan(session))


def relocate(session: Session, route: str = "/v1/moved/tables") -> None:
    """Let the session see an address of a table at another route."""
    database = {"id": "1", "href": f"http://x/api{route}/1", "type": "table"}
    data = {"id": ID, "name": "n", "tables": [database]}
    wire: Any = session.transport
    wire.responses.insert(0, data)
    session.call(plan(session, collection="databases"))


def test_a_call_without_a_route_is_repeated_where_the_collection_is(release: Release) -> None:
    session, wire = session_over(NO_ROUTE, *[NO_ROUTE] * 2, TABLE, release=release)
    relocate(session)
    wire.sent.clear()
    assert session.call(plan(session)).name == "t"
    assert [r.path for r in wire.sent if "tables" in r.path] == [
        f"/v1/tables/{ID}", f"/v1/moved/tables/{ID}",
    ]  # fmt: skip
    assert session.find("table").route == "/v1/moved/tables"


def test_a_missing_entity_is_requested_once(release: Release) -> None:
    session, wire = session_over(NO_ENTITY, release=release)
    relocate(session)
    wire.sent.clear()
    with pytest.raises(errors.NotFound, match="instance for x"):
        session.call(plan(session))
    assert len(wire.sent) == 1


def test_a_missing_route_without_another_stays_an_error(release: Release) -> None:
    session, wire = session_over(NO_ROUTE, release=release)
    with pytest.raises(errors.NotFound, match="no such route"):
        session.call(plan(session))
    assert wire.sent[0].path == f"/v1/tables/{ID}"
    assert [r.path for r in wire.sent].count(f"/v1/tables/{ID}") == 1


def test_an_operation_of_no_collection_is_not_relocated(release: Release) -> None:
    session, wire = session_over(NO_ROUTE, release=release)
    operation = session.find("table").operations["get"]
    for other in (operation._replace(entity_type=None), operation._replace(name="op.get_2")):
        wire.sent.clear()
        with pytest.raises(errors.NotFound):
            session.call(Plan(other, {"id": ID}))
        assert len(wire.sent) == 1


# -- lists -----------------------------------------------------------------------------------------


def test_the_arguments_of_a_list_are_checked_before_it_is_read(release: Release) -> None:
    session, wire = session_over(release=release)
    with pytest.raises(errors.BadArguments, match=r"om\.contract\.load") as caught:
        session.listing(plan(session, "list", colour="red"))
    assert "those that dynclient knows for starter" in str(caught.value)
    with pytest.raises(errors.BadArguments) as caught:
        session.listing(plan(session, "list", limit=-1))
    assert "contract" not in str(caught.value)
    session.listing(plan(session, "list", limit=5))
    assert wire.sent == []


def test_a_list_requests_the_next_page_by_its_cursor(release: Release) -> None:
    session, wire = session_over(
        {"data": [TABLE], "paging": {"total": 2, "after": "c"}},
        {"data": [TABLE], "paging": {"total": 2}},
        release=release,
    )
    listing = session.listing(plan(session, "list", page_size=1, fields="tags"))
    assert len([*listing]) == 2
    assert [dict(r.query) for r in wire.sent] == [
        {"limit": "1", "fields": "tags"}, {"limit": "1", "fields": "tags", "after": "c"},
    ]  # fmt: skip


def test_counts_of_unknown_values_are_a_copy(release: Release) -> None:
    session, _ = session_over({**TABLE, "shininess": 1}, release=release)
    session.call(plan(session))
    assert session.unknown_values == {"Table.shininess": 1}
    session.unknown_values.clear()
    assert session.unknown_values == {"Table.shininess": 1}


def test_a_body_has_a_node_if_the_release_has_its_document(release: Release) -> None:
    session, _ = session_over(release=release)
    body = session.find("table").operations["create"].body
    node = session.node(body)
    assert node is not None
    assert node is model.schema_of(namespace.types(release).CreateTableRequest)
    assert session.node(None) is None
    assert session.node("no/such.json") is None


@pytest.mark.parametrize("name", ["after", "offset"])
def test_a_list_is_continued_with_the_parameter_that_takes_its_cursor(
    release: Release, name: str
) -> None:
    session, wire = session_over(
        {"data": [TABLE], "paging": {"total": 2, "after": "c"}}, {"data": [TABLE]}, release=release
    )
    parameters = (
        Parameter("page_size", "query", type="integer", wire="limit"),
        Parameter(name, "query"),
    )
    listed = session.find("tables").operations["list"]
    operation = listed._replace(name="op.list", parameters=parameters)
    assert len([*session.listing(Plan(operation, {"page_size": 1}))]) == 2
    assert [dict(r.query) for r in wire.sent] == [{"limit": "1"}, {"limit": "1", name: "c"}]


def test_a_release_is_chosen_from_the_given_sources_when_it_is_needed(release: Release) -> None:
    wire = Wire()
    sources = Sources(("cache",), "starter")
    session = Session("http://server/api", wire, Settings(drift="warn"), sources=sources)  # type: ignore[arg-type]
    assert session.known_release is None
    assert session.release.digest == release.digest
    assert session.release.drift == "warn"
    assert session.release is session.known_release
    assert wire.sent == []


def test_without_sources_the_release_is_that_of_the_server() -> None:
    session, wire = session_over({"version": "8.8.8"})
    with pytest.raises(errors.UnknownRelease, match=r"the server's release, 8\.8\.8,"):
        session.release  # noqa: B018
    assert wire.sent[0].path == "/v1/system/version"
    assert session.known_release is None


# -- operations that moved -------------------------------------------------------------------------

MISMATCH = pytest.mark.filterwarnings("ignore::dynclient.errors.ReleaseMismatch")
RESULTS = "/v1/dataQuality/testCases"
ADD_RESULT = Operation(
    "add_test_case_results",
    None,
    "POST",
    f"{RESULTS}/testCaseResults/{{fqn}}",
    (Parameter("fqn", "path", required=True),),
    body_kind="json",
)


@MISMATCH
def test_an_operation_is_sent_where_the_version_of_the_server_has_it(release: Release) -> None:
    session, wire = session_over({"version": "1.2.0"}, {}, release=release)
    assert session.server.version == "1.2.0"
    session.call(Plan(ADD_RESULT, {"fqn": "a.b"}, {"timestamp": 1}))
    assert (wire.last.method, wire.last.path) == ("PUT", f"{RESULTS}/a.b/testCaseResult")
    assert session.prepare(Plan(ADD_RESULT, {"fqn": "a.b"}, {})).method == "PUT"
    assert len(wire.sent) == 2


@MISMATCH
def test_a_release_places_an_operation_until_the_server_says_otherwise(release: Release) -> None:
    session, wire = session_over(NO_ROUTE, {"version": "1.0.4"}, {"ok": 1}, release=release)
    assert session.call(Plan(ADD_RESULT, {"fqn": "a.b"}, {})) == {"ok": 1}
    assert [(sent.method, sent.path) for sent in wire.sent] == [
        ("POST", f"{RESULTS}/testCaseResults/a.b"),
        ("GET", "/v1/system/version"),
        ("PUT", f"{RESULTS}/a.b/testCaseResult"),
    ]


def test_an_operation_that_never_moved_is_not_asked_for(release: Release) -> None:
    session, wire = session_over(NO_ROUTE, release=release)
    operation = ADD_RESULT._replace(route="/v1/nowhere/{fqn}")
    with pytest.raises(errors.NotFound):
        session.call(Plan(operation, {"fqn": "a"}, {}))
    assert len(wire.sent) == 1


@MISMATCH
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", f"{RESULTS}/{{name}}/testCaseResult"),
        ("POST", f"{RESULTS}/testCaseResults/{{name}}"),
    ],
)
def test_the_document_of_the_server_decides_before_its_version(
    release: Release, monkeypatch: pytest.MonkeyPatch, method: str, path: str
) -> None:
    session, wire = session_over({"version": "1.3.0"}, {}, release=release)
    assert session.server.version == "1.3.0"
    row = [method, path, None, None, [], None, None, ""]
    index = Index("1.3.0", "", [], [row])
    monkeypatch.setattr(session.server, "cached_index", lambda: index)
    session.call(Plan(ADD_RESULT, {"fqn": "a"}, {}))
    assert (wire.last.method, wire.last.path) == (method, path.replace("{name}", "a"))
