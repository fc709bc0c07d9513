"""One call: arguments bound, bodies validated, requests sent, and responses read."""

from __future__ import annotations

import json
from enum import Enum
from typing import Any
from uuid import UUID

import pytest

from dynclient import errors, model
from dynclient.dispatch import label
from dynclient.dispatch.dispatcher import Dispatcher
from dynclient.dispatch.pagination import Listing, Page
from dynclient.hooks import Hooks
from dynclient.model import namespace
from dynclient.operations import Operation
from dynclient.operations.catalogue import catalogue
from dynclient.operations.standard import server_operations
from dynclient.schema import Release
from dynclient.settings import Settings
from dynclient.transport.request import Request, Response
from tests.support.trees import ALL_RELEASES, release_named
from tests.support.wire import Wire

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"
TABLE = {"id": ID, "name": "t", "fullyQualifiedName": "s.d.c.t", "version": 0.1, "columns": []}
GONE = {"code": 404, "message": "table instance for x not found"}


def dispatcher(*responses: Any, release: Release, **settings: Any) -> tuple[Dispatcher, Wire]:
    wire = Wire(*responses)
    return Dispatcher(wire, Settings(**settings), None, release), wire  # type: ignore[arg-type]


@pytest.fixture(params=ALL_RELEASES)
def release(request: pytest.FixtureRequest) -> Release:
    return release_named(request.param)


def operation(release: Release, name: str) -> Operation:
    collection, _, verb = name.partition(".")
    return catalogue(release).collections[collection].operations[verb]


def problems(caught: Any) -> list[tuple[str, str]]:
    return [(problem.path, problem.rule) for problem in caught.value.problems]


# -- binding ---------------------------------------------------------------------------------------


def test_path_and_query_are_bound_and_encoded(release: Release) -> None:
    calls, _ = dispatcher(release=release)
    request = calls.prepare(
        operation(release, "tables.get_by_name"),
        {"fqn": 's.d."a.b"/c?#%é', "fields": ["columns", "tags"], "include": None},
    )
    assert request.method == "GET"
    assert request.path == "/v1/tables/name/s.d.%22a.b%22%2Fc%3F%23%25%C3%A9"
    assert request.query == (("fields", "columns,tags"),)
    assert request.body is None


@pytest.mark.parametrize(
    ("fields", "sent"),
    [("columns, tags", "columns,tags"), (("columns",), "columns"), ("*", "*"), ([], "")],
)
def test_fields_come_as_text_or_list(release: Release, fields: Any, sent: str) -> None:
    calls, _ = dispatcher(release=release)
    request = calls.prepare(operation(release, "tables.get"), {"id": UUID(ID), "fields": fields})
    assert dict(request.query)["fields"] == sent
    assert request.path == f"/v1/tables/{ID}"


def test_booleans_and_numbers_go_out_as_servers_read_them(release: Release) -> None:
    calls, _ = dispatcher(release=release)
    request = calls.prepare(
        operation(release, "tables.delete"), {"id": ID, "recursive": True, "hard": False}
    )
    assert request.query == (("recursive", "true"), ("hardDelete", "false"))
    version = calls.prepare(operation(release, "tables.version"), {"id": ID, "version": 0.1})
    assert version.path == f"/v1/tables/{ID}/versions/0.1"


def test_one_error_lists_all_problems(release: Release) -> None:
    calls, wire = dispatcher(release=release)
    arguments = {
        "feilds": "x", "fields": ["colums", "tags"], "include": "deleted_", "limit": -1,
        "databse": "x",
    }  # fmt: skip
    with pytest.raises(errors.BadArguments) as caught:
        calls.call(operation(release, "tables.list"), arguments)
    assert sorted(problems(caught)) == [
        ("databse", "unknown"), ("feilds", "unknown"), ("fields", "enum"), ("include", "enum"),
        ("limit", "range"),
    ]  # fmt: skip
    near = {
        problem.path: problem.nearest[0] for problem in caught.value.problems if problem.nearest
    }
    assert near == {
        "databse": "database", "feilds": "fields", "fields": "columns", "include": "deleted",
    }  # fmt: skip
    assert str(caught.value).startswith("tables.list: 5 problems")
    assert isinstance(caught.value, TypeError)
    assert wire.sent == []


@pytest.mark.parametrize(
    ("arguments", "wrong"),
    [
        ({}, [("id", "required")]),
        ({"id": 5.5, "hard": "yes"}, [("hard", "type")]),
        ({"id": True}, [("id", "type")]),
        ({"id": ".."}, [("id", "path")]),
        ({"id": ""}, [("id", "path")]),
        ({"id": ID, "recursive": 1}, [("recursive", "type")]),
    ],
)
def test_wrong_values_are_rejected(
    release: Release, arguments: dict[str, Any], wrong: list[tuple[str, str]]
) -> None:
    calls, _ = dispatcher(release=release)
    with pytest.raises(errors.BadArguments) as caught:
        calls.prepare(operation(release, "tables.delete"), arguments)
    assert problems(caught) == wrong


@pytest.mark.parametrize("size", [True, "5", 1.0, -1, 1_000_001])
def test_sizes_of_pages_are_integers_in_a_range(release: Release, size: Any) -> None:
    calls, _ = dispatcher(release=release)
    with pytest.raises(errors.BadArguments, match="page_size: must be"):
        calls.prepare(operation(release, "tables.list"), {"page_size": size})


def test_the_number_of_entities_is_checked_and_not_sent(release: Release) -> None:
    calls, _ = dispatcher(release=release)
    listing = operation(release, "tables.list")
    assert calls.prepare(listing, {"limit": 2_000_000, "page_size": 7}).query == (("limit", "7"),)
    for limit in (True, "5", 1.0, -1):
        with pytest.raises(errors.BadArguments, match="limit: must be"):
            calls.prepare(listing, {"limit": limit})


def test_entities_are_accepted_as_their_names_and_ids(release: Release) -> None:
    calls, _ = dispatcher(release=release)
    database = model.load(
        namespace.types(release).Database, {"id": ID, "fullyQualifiedName": "s.d"}
    )
    listing = calls.prepare(operation(release, "tables.list"), {"database": database})
    assert listing.query == (("database", "s.d"),)
    assert calls.prepare(operation(release, "tables.get"), {"id": database}).path.endswith(ID)


def test_enum_members_are_accepted_as_their_values(release: Release) -> None:
    calls, _ = dispatcher(release=release)
    deleted = Enum("Choice", {"DELETED": "deleted"}).DELETED  # type: ignore[attr-defined]
    request = calls.prepare(operation(release, "tables.list"), {"include": deleted})
    assert request.query == (("include", "deleted"),)


def test_what_looks_secret_is_not_kept_in_problems(release: Release) -> None:
    calls, _ = dispatcher(release=release)
    with pytest.raises(errors.BadArguments) as caught:
        calls.prepare(operation(release, "tables.list"), {"tokn_password": "open-sesame"})
    assert "sesame" not in f"{caught.value} {caught.value.parts}"


# -- bodies ----------------------------------------------------------------------------------------


def test_a_body_is_validated_and_sent_as_json(release: Release) -> None:
    calls, _ = dispatcher(release=release)
    body = {"name": "é", "databaseSchema": "s.d.c", "columns": [], "description": None}
    request = calls.prepare(operation(release, "tables.create"), {}, body)
    assert request.headers == (("Content-Type", "application/json"),)
    assert request.json == {"name": "é", "databaseSchema": "s.d.c", "columns": []}


def test_a_bad_body_never_leaves(release: Release) -> None:
    calls, wire = dispatcher(release=release)
    body = {"nam": "t", "columns": [{"name": "a", "dataType": "BIGNT"}]}
    with pytest.raises(errors.RequestInvalid) as caught:
        calls.call(operation(release, "tables.upsert"), {}, body)
    assert {path for path, _ in problems(caught)} == {
        "name", "databaseSchema", "nam", "columns[0].dataType",
    }  # fmt: skip
    assert wire.sent == []


def test_values_that_json_cannot_represent_are_rejected(release: Release) -> None:
    calls, _ = dispatcher(release=release)
    patch = [{"op": "add", "path": "/x", "value": float("nan")}]
    with pytest.raises(errors.BadArguments, match="cannot be written as JSON"):
        calls.prepare(operation(release, "tables.patch"), {"id": ID}, patch)


def test_a_body_that_never_ends_is_refused(release: Release) -> None:
    calls, wire = dispatcher(release=release)
    endless: dict[str, Any] = {"name": "t", "databaseSchema": "s.d.c", "columns": []}
    endless["extension"] = endless
    with pytest.raises(errors.BadArguments, match="nested too deeply, or contains itself"):
        calls.call(operation(release, "tables.create"), {}, endless)
    assert wire.sent == []


def test_patches_carry_their_content_type(release: Release) -> None:
    calls, _ = dispatcher(release=release)
    request = calls.prepare(operation(release, "tables.patch"), {"id": ID}, [])
    assert request.headers == (("Content-Type", "application/json-patch+json"),)


# -- responses -------------------------------------------------------------------------------------


def test_an_entity_comes_back_typed(release: Release) -> None:
    calls, _ = dispatcher(TABLE, release=release)
    table = calls.call(operation(release, "tables.get"), {"id": ID})
    assert isinstance(table, namespace.types(release).Table)
    assert model.changes(table) == []


def test_a_page_comes_back_with_its_cursors(release: Release) -> None:
    calls, _ = dispatcher(
        {"data": [TABLE, TABLE], "paging": {"total": 7, "after": "c"}}, release=release
    )
    page = calls.call(operation(release, "tables.list"), {})
    assert (len(page), page.total, page.after, page.before) == (2, 7, "c", None)
    assert page[0].name == "t"
    assert [each.id for each in page] == [ID, ID]
    assert "2 of 7" in repr(page)


def test_versions_come_as_text_and_as_json(release: Release) -> None:
    history = {"entityType": "table", "versions": [json.dumps(TABLE), TABLE]}
    calls, _ = dispatcher(history, release=release)
    versions = calls.call(operation(release, "tables.versions"), {"id": ID})
    assert [each.version for each in versions] == [0.1, 0.1]


def test_no_body_is_none_if_the_operation_returns_nothing(release: Release) -> None:
    calls, _ = dispatcher(Response(204, {}, b"", "u"), release=release)
    assert calls.call(Operation("reset", None, "PUT", "/v1/reset"), {}) is None


def test_a_response_is_what_the_operation_returns(release: Release) -> None:
    wrong = [
        Response(200, {}, b"", "u"), Response(204, {}, b"", "u"), None, {}, [], [TABLE], "text", 1,
        {"code": 500}, {"name": "t"}, {"id": None},
    ]  # fmt: skip
    names = ["get", "get_by_name", "create", "upsert", "patch", "delete", "restore", "version"]
    for name in names:
        one = operation(release, f"tables.{name}")
        for as_json in (False, True):
            for each in wrong:
                calls, _ = dispatcher(each, release=release)
                request = Request(
                    one.method, "/v1/tables/1", operation=one._replace(as_json=as_json)
                )
                with pytest.raises(errors.ResponseInvalid, match="check the host") as caught:
                    calls.send(request)
                assert [problem.rule for problem in caught.value.problems] == ["type"]


def test_a_page_is_a_list_of_entities(release: Release) -> None:
    pages = [
        Response(200, {}, b"", "u"), None, {}, [], {"data": None}, {"data": {}}, {"code": 500},
        {"data": [None]}, {"data": [{}]}, {"data": ["t"]}, {"data": [TABLE, {"name": "t"}]},
        {"data": [], "paging": {"total": 3}},
    ]  # fmt: skip
    many = operation(release, "tables.list")
    for as_json in (False, True):
        for each in pages:
            calls, _ = dispatcher(each, release=release)
            with pytest.raises(errors.ResponseInvalid, match="the response to GET /v1/tables"):
                calls.call(many._replace(as_json=as_json), {"page_size": 5})
    empty, _ = dispatcher({"data": [], "paging": {"total": 3}}, release=release)
    assert len(empty.call(many, {"page_size": 0})) == 0
    assert len(empty.call(many, {"after": "c"})) == 0
    for each in ({}, None, {"versions": None}):
        calls, _ = dispatcher(each, release=release)
        with pytest.raises(errors.ResponseInvalid, match="versions"):
            calls.call(operation(release, "tables.versions"), {"id": ID})


@pytest.mark.parametrize("version", ["{", "[1]", 7, None, "[" * 100_000])
def test_a_version_that_is_not_an_entity_is_reported(release: Release, version: Any) -> None:
    calls, _ = dispatcher({"versions": [TABLE, version]}, release=release)
    with pytest.raises(errors.ResponseInvalid, match=r"versions\[1\]: must be an entity"):
        calls.call(operation(release, "tables.versions"), {"id": ID})


def test_a_response_is_the_entity_that_the_path_names(release: Release) -> None:
    another = {**TABLE, "id": "00000000-0000-0000-0000-00000000000a"}
    for name in ("get", "patch", "delete", "version"):
        one = operation(release, f"tables.{name}")
        arguments = {"id": ID, **({"version": "0.1"} if name == "version" else {})}
        calls, _ = dispatcher(another, release=release)
        with pytest.raises(errors.ResponseInvalid, match=r"id: must be .* requested one") as got:
            calls.call(one, arguments, [] if name == "patch" else None)
        assert got.value.may_be_done is (name in {"patch", "delete"})
        assert ("may have carried out" in str(got.value)) is got.value.may_be_done
        upper, _ = dispatcher({**TABLE, "id": ID.upper()}, release=release)
        assert upper.call(one, arguments, [] if name == "patch" else None).name == "t"


def test_following_and_voting_return_a_change_event(release: Release) -> None:
    one = operation(release, "tables.unfollow")
    for wrong in (Response(204, {}, b"", "u"), None, {}, [], "done", TABLE, {"entityId": 3}):
        calls, _ = dispatcher(wrong, release=release)
        with pytest.raises(errors.ResponseInvalid, match="a JSON object with an 'entityId'"):
            calls.call(one, {"id": ID, "user": ID})
    event = {"entityId": ID, "entityType": "table"}
    calls, _ = dispatcher(event, release=release)
    assert calls.call(one, {"id": ID, "user": ID}).entityType == "table"


def test_json_that_is_nested_too_deeply_does_not_come_from_openmetadata(release: Release) -> None:
    body = b"[" * 200_000 + b"]" * 200_000
    calls, _ = dispatcher(*[Response(200, {}, body, "u")] * 2, release=release)
    for _ in range(2):  # by the standard library, and by orjson once it is loaded
        with pytest.raises(errors.NotOpenMetadata):
            calls.call(operation(release, "tables.get"), {"id": ID})


def test_an_empty_page_is_not_followed_for_ever() -> None:
    pages = (Page([], {"after": str(number)}) for number in range(1000))
    with pytest.raises(errors.ResponseInvalid, match="empty after 0 entities"):
        list(iter(Listing(lambda more: next(pages))))


def test_a_list_that_ends_early_warns() -> None:
    pages = {None: Page([1, 2], {"after": "a", "total": 4}), "a": Page([3], {"total": 4})}
    listing = Listing(lambda more: pages[more.get("after")])
    with pytest.warns(errors.DynclientWarning, match="ended after 3 of 4 entities"):
        assert [*iter(listing)] == [1, 2, 3]


def test_strict_responses_are_validated_and_tolerant_ones_are_not(release: Release) -> None:
    odd = {**TABLE, "newField": 1, "tableType": "Novel"}
    calls, _ = dispatcher(odd, release=release)
    assert calls.call(operation(release, "tables.get"), {"id": ID}).newField == 1
    strict, _ = dispatcher(odd, release=release, responses="strict")
    with pytest.raises(errors.ResponseInvalid) as caught:
        strict.call(operation(release, "tables.get"), {"id": ID})
    assert {path for path, _ in problems(caught)} == {"newField", "tableType"}


def test_errors_of_the_server_are_raised(release: Release) -> None:
    calls, _ = dispatcher((404, {"code": 404, "message": "gone"}), release=release)
    with pytest.raises(KeyError, match="gone"):
        calls.call(operation(release, "tables.get"), {"id": ID})


def test_labels_name_collection_and_verb(release: Release) -> None:
    assert label(operation(release, "tables.create")) == "tables.create"
    version = next(iter(server_operations(release.version)))
    assert label(version) == "version"


# -- hooks -----------------------------------------------------------------------------------------


def test_hooks_see_requests_responses_and_errors() -> None:
    release = release_named("starter")
    seen: list[Any] = []
    hooks = Hooks(
        on_request=lambda request: request._replace(headers=(("X-Trace", "1"),)),
        on_response=lambda request, response, seconds: seen.append((response.status, seconds >= 0)),
        on_error=lambda request, error: seen.append((request.path, type(error))),
    )
    wire = Wire(TABLE, (404, GONE), errors.TimedOut("too slow"))
    calls = Dispatcher(wire, Settings(), hooks, release)  # type: ignore[arg-type]
    get = operation(release, "tables.get")
    calls.call(get, {"id": ID})
    for kind in (errors.NotFound, errors.TimedOut):
        with pytest.raises(kind):
            calls.call(get, {"id": ID})
    assert wire.sent[0].headers == (("X-Trace", "1"),)
    path = f"/v1/tables/{ID}"
    assert seen == [
        (200, True), (404, True), (path, errors.NotFound), (path, errors.TimedOut),
    ]  # fmt: skip


HTML = Response(200, {"Content-Type": "text/html"}, b"<html><title>Log in</title>", "u")


@pytest.mark.parametrize(
    ("response", "settings", "kind"),
    [
        (HTML, {}, errors.NotOpenMetadata),
        ({**TABLE, "newField": 1}, {"responses": "strict"}, errors.ResponseInvalid),
    ],
)
def test_on_error_is_called_for_a_200_that_is_not_valid(
    response: Any, settings: dict[str, Any], kind: type[Exception]
) -> None:
    release = release_named("starter")
    seen: list[Any] = []
    hooks = Hooks(on_error=lambda request, error: seen.append((request.path, error)))
    calls = Dispatcher(Wire(response), Settings(**settings), hooks, release)  # type: ignore[arg-type]
    with pytest.raises(kind) as caught:
        calls.call(operation(release, "tables.get"), {"id": ID})
    assert seen == [(f"/v1/tables/{ID}", caught.value)]


def test_errors_and_results_are_of_the_request_that_a_hook_returned() -> None:
    release = release_named("starter")
    users = operation(release, "users.get")
    seen: list[Any] = []
    hooks = Hooks(
        on_request=lambda request: request._replace(
            method="HEAD", path="/v1/users/1", operation=users
        ),
        on_error=lambda request, error: seen.append((request.path, error.method)),
    )
    user = {"id": ID, "name": "u", "email": "u@x.org"}
    wire = Wire(user, (404, GONE))
    calls = Dispatcher(wire, Settings(), hooks, release)  # type: ignore[arg-type]
    get = operation(release, "tables.get")
    assert isinstance(calls.call(get, {"id": ID}), namespace.types(release).User)
    with pytest.raises(errors.NotFound) as caught:
        calls.call(get, {"id": ID})
    assert caught.value.method == "HEAD"
    assert seen == [("/v1/users/1", "HEAD")]


def test_an_error_raised_by_a_hook_is_not_reported_to_on_error() -> None:
    release = release_named("starter")
    seen: list[Any] = []

    def reject(request: Request, response: Response, seconds: float) -> None:
        raise errors.UsageError("no")

    hooks = Hooks(on_response=reject, on_error=lambda request, error: seen.append(error))
    calls = Dispatcher(Wire(TABLE), Settings(), hooks, release)  # type: ignore[arg-type]
    with pytest.raises(errors.UsageError, match="no"):
        calls.call(operation(release, "tables.get"), {"id": ID})
    assert seen == []


# -- listings --------------------------------------------------------------------------------------


class Pages:
    """Serves numbers in pages, with cursors, and counts the requests."""

    def __init__(self, count: int, size: int) -> None:
        self.numbers, self.size, self.requested = list(range(count)), size, 0

    def __call__(self, arguments: dict[str, Any]) -> Page:
        self.requested += 1
        if arguments.get("page_size") == 0:
            return Page([], {"total": len(self.numbers)})
        start = int(arguments.get("after") or 0)
        end = start + self.size
        after = str(end) if end < len(self.numbers) else None
        return Page(self.numbers[start:end], {"total": len(self.numbers), "after": after})


def test_pages_are_fetched_as_they_are_needed() -> None:
    pages = Pages(10, 4)
    listing = Listing(pages)
    assert pages.requested == 0
    loop = iter(listing)
    assert [next(loop) for _ in range(4)] == [0, 1, 2, 3]
    assert pages.requested == 1
    assert next(loop) == 4
    assert pages.requested == 2
    assert [*listing] == [*range(10)]
    assert [len(page) for page in listing.pages()] == [4, 4, 2]


def test_next_continues_where_it_was() -> None:
    listing = Listing(Pages(5, 2))
    assert [next(listing), next(listing), next(listing)] == [0, 1, 2]


def test_a_list_of_all_costs_no_request_for_the_length() -> None:
    pages = Pages(10, 4)
    listing = Listing(pages)
    assert [*listing] == list(listing) == [*range(10)]
    assert pages.requested == 6
    assert len(listing) == 10
    assert pages.requested == 7


def test_len_requests_only_the_total() -> None:
    pages = Pages(10, 4)
    assert len(Listing(pages)) == 10
    assert pages.requested == 1
    assert bool(Listing(pages))
    assert pages.requested == 1
    with pytest.raises(errors.UsageError, match="does not report the length"):
        len(Listing(lambda arguments: Page([])))


def test_a_single_page_can_be_requested() -> None:
    listing = Listing(Pages(10, 4))
    assert listing.page(after="8").entities == [8, 9]
    with pytest.raises(errors.UsageError):
        listing.page(after="1", before="2")


@pytest.mark.parametrize("records", [[], [1, 2]])
def test_a_time_range_is_not_a_cursor(records: list[int]) -> None:
    paging = {"before": "MQ==", "after": "Mg==", "total": len(records)}
    requested: list[Any] = []

    def fetch(arguments: Any) -> Page:
        requested.append(arguments)
        return Page(list(records), paging)

    assert list(Listing(fetch, "offset")) == records
    assert requested == [{}]


def test_a_repeated_cursor_ends_the_list_with_an_error() -> None:
    listing = Listing(lambda arguments: Page([1], {"after": "again"}))
    with pytest.raises(errors.ServerFault, match="cursor repeated"):
        list(listing)


# -- results by their kind -------------------------------------------------------------------------

TABLE_SCHEMA = "entity/data/table.json"


def starter(*responses: Any) -> tuple[Dispatcher, Wire]:
    return dispatcher(*responses, release=release_named("starter"))


def read(kind: str, *, of_tables: bool = True) -> Operation:
    """Return an operation whose result has the schema of a table."""
    entity = operation(release_named("starter"), "tables.get").entity_type
    result = TABLE_SCHEMA if kind != "any" else None
    own = entity if of_tables else None
    return Operation("read", own, "GET", "/v1/x", result=result, result_kind=kind)


def at(route: str) -> dict[str, Any]:
    return {**TABLE, "href": f"http://internal:8585/api{route}/{ID}"}


@pytest.mark.parametrize("status", [199, 300, 304])
def test_only_a_2xx_is_a_result(status: int) -> None:
    calls, _ = starter((status, TABLE))
    with pytest.raises(errors.ServerError) as caught:
        calls.call(read("entity"), {})
    assert caught.value.status == status


@pytest.mark.parametrize("status", [200, 201, 299])
def test_every_2xx_is_a_result(status: int) -> None:
    calls, _ = starter((status, TABLE))
    assert calls.call(read("entity"), {}).name == "t"


@pytest.mark.parametrize("kind", ["entity", "object", "raw"])
def test_results_with_a_schema_are_typed_whatever_their_kind(kind: str) -> None:
    calls, _ = starter(TABLE)
    found = calls.call(read(kind), {})
    assert isinstance(found, namespace.types(release_named("starter")).Table)


@pytest.mark.parametrize("kind", ["entity", "page"])
def test_a_result_that_is_due_is_not_an_empty_body(kind: str) -> None:
    calls, _ = starter(Response(200, {}, b"", "u"))
    with pytest.raises(errors.ResponseInvalid):
        calls.call(read(kind), {})


def test_a_page_without_entities_is_empty() -> None:
    calls, _ = starter({"data": []})
    assert list(calls.call(read("page"), {})) == []
    assert calls.hrefs == {}


@pytest.mark.parametrize("body", [{"data": None}, {"paging": {"total": 0}}, []])
def test_a_page_is_an_object_with_a_list_of_data(body: Any) -> None:
    calls, _ = starter(body)
    with pytest.raises((errors.ResponseInvalid, errors.NotOpenMetadata)):
        calls.call(read("page"), {})


def test_a_result_of_any_media_type_may_be_bytes() -> None:
    calls, _ = starter(Response(200, {"Content-Type": "application/pdf"}, b"%PDF", "u"))
    assert calls.call(read("any"), {}) == b"%PDF"


def test_the_first_entity_of_a_type_tells_its_route() -> None:
    calls, _ = starter(at("/v1/first"), at("/v1/second"))
    calls.call(read("entity"), {})
    assert calls.hrefs == {"table": "/v1/first"}
    calls.call(read("entity"), {})
    assert calls.hrefs == {"table": "/v1/first"}


def test_the_first_entity_of_a_page_tells_its_route() -> None:
    calls, _ = starter({"data": [at("/v1/first"), at("/v1/second")]}, {"data": [at("/v1/other")]})
    calls.call(read("page"), {})
    assert calls.hrefs == {"table": "/v1/first"}
    calls.call(read("page"), {})
    assert calls.hrefs == {"table": "/v1/first"}


def test_results_that_are_not_entities_of_the_collection_tell_no_route() -> None:
    calls, _ = starter(at("/v1/elsewhere"))
    calls.call(read("object"), {})
    calls.call(read("entity", of_tables=False), {})
    assert calls.hrefs == {}


# -- bodies by their kind --------------------------------------------------------------------------

REFERENCE = "type/entityReference.json"


@pytest.mark.parametrize("several", [list, tuple])
def test_a_list_of_bodies_is_sent_as_it_is_and_a_single_one_as_a_list(several: Any) -> None:
    calls, _ = starter()
    add = Operation("add", None, "PUT", "/v1/x", body=REFERENCE, body_kind="json-list")
    one, two = {"id": ID, "type": "user"}, {"id": ID, "type": "team"}
    assert calls.prepare(add, {}, several([one, two])).json == [one, two]
    assert calls.prepare(add, {}, one).json == [one]
    with pytest.raises(errors.RequestInvalid, match=r"EntityReference \[1\]"):
        calls.prepare(add, {}, [one, {"id": 5}])


def test_an_entity_is_sent_as_a_reference_where_the_body_is_one() -> None:
    calls, _ = starter()
    own = model.load(namespace.types(release_named("starter")).Table, TABLE)
    add = Operation("add", None, "PUT", "/v1/x", body=REFERENCE, body_kind="json")
    body = calls.prepare(add, {}, own).json
    assert (body["id"], body["type"]) == (ID, "table")
    assert "columns" not in body
