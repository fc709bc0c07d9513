"""Methods of collections: which request each call sends, and what it rejects."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from dynclient import errors, model
from dynclient.client.client import Client
from dynclient.client.methods import METHODS
from dynclient.settings import Settings
from tests.support.trees import release_named
from tests.support.wire import Wire

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"
OTHER = "00000000-0000-0000-0000-000000000001"
TABLE = {"id": ID, "name": "t", "fullyQualifiedName": "s.d.c.t", "version": 0.1, "columns": []}
EVENT = {"entityId": ID, "entityType": "table", "eventType": "entityUpdated", "timestamp": 1}


def client(*responses: Any, **settings: Any) -> tuple[Client, Wire]:
    wire = Wire(*(responses or (TABLE,)))
    release = release_named("starter")
    return Client("http://server/api", wire, Settings(**settings), release), wire  # type: ignore[arg-type]


def table(om: Client, **fields: Any) -> Any:
    return model.load(om.types.Table, {**TABLE, **fields})


def sent_requests(wire: Wire) -> list[str]:
    return [f"{request.method} {request.target}" for request in wire.sent]


# -- which request ---------------------------------------------------------------------------------

BY_NAME = "/v1/tables/name/s.d.c.t"
CALLS: list[tuple[str, tuple[Any, ...], dict[str, Any], list[str]]] = [
    ("get", (ID,), {}, [f"GET /v1/tables/{ID}"]),
    ("get", (UUID(ID),), {}, [f"GET /v1/tables/{ID}"]),
    ("get", ("s.d.c.t",), {}, [f"GET {BY_NAME}"]),
    ("get", ("s", "d", "c", "t.1"), {}, ["GET /v1/tables/name/s.d.c.%22t.1%22"]),
    ("get", (("s", "d"),), {}, ["GET /v1/tables/name/s.d"]),
    ("get", (), {"id": ID}, [f"GET /v1/tables/{ID}"]),
    ("get", (), {"fqn": ID}, [f"GET /v1/tables/name/{ID}"]),
    ("get", (), {"id": UUID(ID), "fields": "columns"}, [f"GET /v1/tables/{ID}?fields=columns"]),
    ("get", (ID,), {"include": "all"}, [f"GET /v1/tables/{ID}?include=all"]),
    (
        "delete", ("s.d.c.t",), {},
        [f"GET {BY_NAME}?include=all", f"DELETE /v1/tables/{ID}"],
    ),
    ("delete", (ID,), {}, [f"DELETE /v1/tables/{ID}"]),
    ("delete", (ID,), {"hard": True}, [f"DELETE /v1/tables/{ID}?hardDelete=true"]),
    (
        "delete", ("s.d.c.t",), {"recursive": True},
        [f"GET {BY_NAME}?include=all", f"DELETE /v1/tables/{ID}?recursive=true"],
    ),
    ("restore", (ID,), {}, ["PUT /v1/tables/restore"]),
    ("restore", ("s.d.c.t",), {}, [f"GET {BY_NAME}?include=deleted", "PUT /v1/tables/restore"]),
    (
        "versions", ("s.d.c.t",), {},
        [f"GET {BY_NAME}?include=all", f"GET /v1/tables/{ID}/versions"],
    ),
    ("version", (ID, 0.1), {}, [f"GET /v1/tables/{ID}/versions/0.1"]),
    ("version", (ID,), {"version": 0.2}, [f"GET /v1/tables/{ID}/versions/0.2"]),
    (
        "version", ("s.d.c.t", 0.3), {},
        [f"GET {BY_NAME}?include=all", f"GET /v1/tables/{ID}/versions/0.3"],
    ),
    ("follow", (ID, OTHER), {}, [f"PUT /v1/tables/{ID}/followers"]),
    (
        "follow", ("s.d.c.t", UUID(OTHER)), {},
        [f"GET {BY_NAME}?include=non-deleted", f"PUT /v1/tables/{ID}/followers"],
    ),
    ("unfollow", (ID, OTHER), {}, [f"DELETE /v1/tables/{ID}/followers/{OTHER}"]),
    ("vote", (ID, "votedUp"), {}, [f"PUT /v1/tables/{ID}/vote"]),
    ("patch", (ID, []), {}, [f"PATCH /v1/tables/{ID}"]),
    (
        "patch", ("s.d.c.t", []), {},
        [f"GET {BY_NAME}?include=non-deleted", f"PATCH /v1/tables/{ID}"],
    ),
]  # fmt: skip


@pytest.mark.parametrize(("method", "values", "keywords", "requests"), CALLS)
def test_a_call_sends_these_requests(
    method: str, values: tuple[Any, ...], keywords: dict[str, Any], requests: list[str]
) -> None:
    # Enough of an answer for every method.
    om, wire = client({**TABLE, **EVENT, "versions": []})
    getattr(om.tables, method)(*values, **keywords)
    assert sent_requests(wire) == requests


def test_every_method_is_called_above() -> None:
    called = {call[0] for call in CALLS} | {"create", "upsert", "list", "followers", "latest"}
    assert called == set(METHODS)


def test_bodies_say_what_is_done() -> None:
    om, wire = client({**TABLE, **EVENT})
    om.tables.restore(ID)
    assert wire.last.json == {"id": ID}
    for vote, sent in (("up", "votedUp"), ("down", "votedDown"), (None, "unVoted")):
        om.tables.vote(ID, vote)
        assert wire.last.json == {"updatedVoteType": sent}
    om.tables.vote(ID, "unVoted")
    assert wire.last.json == {"updatedVoteType": "unVoted"}
    om.tables.follow(ID, OTHER)
    assert wire.last.json == OTHER
    om.tables.patch(ID, [{"op": "remove", "path": "/description"}])
    assert wire.last.json == [{"op": "remove", "path": "/description"}]


def test_an_entity_is_accepted_as_its_id_and_a_user_as_theirs() -> None:
    om, wire = client({**TABLE, **EVENT})
    user = model.load(om.types.User, {"id": OTHER, "name": "u", "email": "u@x.org"})
    om.tables.unfollow(table(om), user)
    assert sent_requests(wire) == [f"DELETE /v1/tables/{ID}/followers/{OTHER}"]
    om.tables.get(table(om))
    assert sent_requests(wire)[-1] == f"GET /v1/tables/{ID}"
    without_id = model.load(om.types.Table, {"name": "t", "fullyQualifiedName": "a.b"})
    om.tables.get(without_id)
    assert sent_requests(wire)[-1] == "GET /v1/tables/name/a.b"
    om.tables.get(model.load(om.types.Table, {"name": "n"}))
    assert sent_requests(wire)[-1] == "GET /v1/tables/name/n"
    om.tables.get(id=table(om))
    assert sent_requests(wire)[-1] == f"GET /v1/tables/{ID}"


def test_followers_are_a_list_of_the_entity() -> None:
    om, wire = client({**TABLE, "followers": [{"id": OTHER, "type": "user"}]}, TABLE)
    assert [each.id for each in om.tables.followers(ID)] == [OTHER]
    assert sent_requests(wire) == [f"GET /v1/tables/{ID}?fields=followers"]
    assert om.tables.followers("s.d.c.t") == []
    assert sent_requests(wire)[-1] == f"GET {BY_NAME}?fields=followers"


# -- create and upsert -----------------------------------------------------------------------------


@pytest.mark.parametrize(("method", "verb"), [("create", "POST"), ("upsert", "PUT")])
def test_a_request_is_its_fields_a_mapping_an_entity_or_both(method: str, verb: str) -> None:
    om, wire = client()
    call = getattr(om.tables, method)
    body = {"name": "t", "databaseSchema": "s.d.c", "columns": []}
    request = om.types.CreateTableRequest(**body)
    call(**body)
    call(body)
    call(request)
    call({**body, "name": "x"}, name="t")
    call(om.types.CreateTableRequest(**{**body, "name": "x"}), name="t")
    assert sent_requests(wire) == [f"{verb} /v1/tables"] * 5
    assert all(each.json == body for each in wire.sent)


@pytest.mark.parametrize(
    ("value", "message"),
    [
        (7, "must be a CreateTable(Request)? or a mapping, not int"),
        ("t", "must be a CreateTable(Request)? or a mapping, not str"),
        ("Table", r"must be a CreateTable(Request)?, not a Table; send changes .* om\.save"),
        ("Column", r"must be a CreateTable(Request)?, not a Column$"),
    ],
)
def test_what_is_not_a_request_is_rejected(value: Any, message: str) -> None:
    om, wire = client()
    if value == "Table":
        value = table(om)
    elif value == "Column":
        value = om.types.Column(name="a", dataType="INT")
    with pytest.raises(errors.BadArguments, match=message):
        om.tables.create(value)
    with pytest.raises(errors.BadArguments, match="one request at most"):
        om.tables.create({}, {})
    assert wire.sent == []


# -- results ---------------------------------------------------------------------------------------


def test_get_returns_none_and_an_item_raises() -> None:
    om, _ = client((404, {"code": 404, "message": "table instance for x not found"}))
    assert om.tables.get("x") is None
    assert "x" not in om.tables
    with pytest.raises(KeyError):
        om.tables["x"]
    with pytest.raises(errors.NotFound):
        om.tables.delete("x")


def test_a_missing_route_is_an_error_and_not_none() -> None:
    om, _ = client((404, {"code": 404, "message": "HTTP 404 Not Found"}))
    with pytest.raises(errors.NotFound, match="no such route"):
        om.tables.get(ID)
    with pytest.raises(errors.NotFound, match="no such route"):
        ID in om.tables  # noqa: B015


def test_a_key_that_cannot_be_is_not_in_a_collection() -> None:
    om, wire = client()
    assert 7 not in om.tables
    assert "" not in om.tables
    assert ID in om.tables
    assert len(wire.sent) == 1


def test_lists_have_the_page_size_of_the_settings() -> None:
    om, wire = client({"data": [TABLE], "paging": {"total": 1}}, page_size=7)
    assert [each.name for each in om.tables.list()] == ["t"]
    assert len(om.tables.list(limit=3).page()) == 1
    assert [each.name for each in om.tables] == ["t"]
    limits = [dict(request.query)["limit"] for request in wire.sent]
    assert limits == ["7", "3", "7"]


def page(*names: str, total: int, after: str | None = None) -> dict[str, Any]:
    rows = [{**TABLE, "name": name} for name in names]
    return {"data": rows, "paging": {"total": total, "after": after}}


def sizes(wire: Wire) -> list[str]:
    return [dict(request.query)["limit"] for request in wire.sent]


def test_limit_is_the_number_of_entities_and_page_size_that_of_a_request() -> None:
    om, wire = client(page("a", "b", total=9, after="x"), page("c", total=9, after="y"))
    assert [each.name for each in om.tables.list(limit=3, page_size=2)] == ["a", "b", "c"]
    assert sizes(wire) == ["2", "1"]
    om, wire = client(page("a", total=9, after="x"))
    assert om.prepare("tables.list", limit=5).query == (("limit", "5"),)
    assert om.prepare("tables.list", limit=500).query == (("limit", "100"),)
    assert om.prepare("tables.list", limit=500, page_size=200).query == (("limit", "200"),)
    assert om.prepare("tables.list", limit=None, page_size=None).query == (("limit", "100"),)
    assert wire.sent == []
    assert [each.name for each in om.tables[:1]] == ["a"]
    assert om.tables.list().first().name == "a"
    assert sizes(wire) == ["1", "1"]


def test_limit_alone_warns_at_the_place_that_reads_the_list() -> None:
    om, _ = client(page("a", total=5607, after="x"))
    with pytest.warns(errors.DynclientWarning, match="there are 5,607; it was the size") as caught:
        assert len(list(om.tables.list(limit=1))) == 1
    assert {each.filename for each in caught} == {__file__}
    assert len(om.tables.list(limit=1, page_size=1)) == 1
    assert len(om.list_entities("table", limit=1)) == 1
    assert len(om.list_all_entities("table", limit=1)) == 5607


@pytest.mark.parametrize(
    ("keywords", "message"),
    [
        ({"limit": -1}, "limit: must be 0 or more, not -1"),
        ({"limit": "3"}, "limit: must be an integer, not '3'"),
        ({"limit": True}, "limit: must be an integer, not True"),
        ({"page_size": 0}, r"page_size: must be 1 or more, not 0; len\(…\)"),
        ({"page_size": False}, "page_size: must be an integer, not False"),
        ({"page_size": -1}, "page_size: must be from 0 to 1000000, not -1"),
        ({"pagesize": 3}, "did you mean page_size?"),
        ({"limt": 3}, "did you mean limit?"),
    ],
)
def test_wrong_limits_are_refused_before_anything_is_sent(
    keywords: dict[str, Any], message: str
) -> None:
    om, wire = client()
    with pytest.raises(errors.BadArguments, match=message) as caught:
        om.tables.list(**keywords)
    assert len(caught.value.problems) == 1
    assert not [request for request in wire.sent if "tables" in request.path]


def test_fields_that_can_be_read_once_last_for_every_page() -> None:
    om, wire = client(
        {"data": [TABLE], "paging": {"total": 2, "after": "c"}},
        {"data": [TABLE], "paging": {"total": 2}},
    )
    assert len(list(om.tables.list(fields=iter(["columns", "tags"])))) == 2
    assert [dict(request.query)["fields"] for request in wire.sent] == ["columns,tags"] * 2
    assert dict(wire.last.query)["after"] == "c"


def test_list_of_a_collection_requests_the_length_with_the_first_page() -> None:
    om, wire = client({"data": [TABLE], "paging": {"total": 1}})
    assert len(list(om.tables)) == 1
    assert len(wire.sent) == 1
    assert len(om.tables) == 1
    assert dict(wire.last.query)["limit"] == "0"
    assert bool(om.tables)
    assert len(wire.sent) == 2


def test_patch_of_an_entity_is_a_save() -> None:
    om, wire = client()
    entity = table(om, updatedAt=1)
    entity.description = "new"
    om.tables.patch(entity)
    assert [each["op"] for each in wire.last.json] == ["test", "test", "add"]


# -- wrong arguments -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("method", "values", "keywords", "message"),
    [
        ("get", (), {}, "the entity is missing; pass its id, its name or the entity itself"),
        ("get", ("",), {}, "the name must not be empty"),
        ("get", (7,), {}, "must be an id, a name or an entity, not int"),
        ("get", ("a", ""), {}, "tables.get: 1 problem"),
        ("get", (), {"id": "admin"}, "id: must be a UUID, not 'admin'; use fqn= for a name"),
        ("list", (5,), {}, "takes keywords only, such as limit=50"),
        ("version", (ID,), {}, "takes two arguments: the entity, and the number of a version"),
        ("version", (), {}, "takes two arguments"),
        ("patch", (ID,), {"limit": 1}, "takes a changed entity, or an id and a list"),
        ("patch", (ID, {}), {}, "takes a changed entity, or an id and a list"),
        ("follow", (ID,), {}, "takes two arguments: the entity, and the user"),
        ("follow", (ID, OTHER, OTHER), {}, "takes two arguments"),
        ("follow", (ID, "admin"), {}, "user: must be a user or the id of one"),
        ("unfollow", (ID, None), {}, "user: must be a user or the id of one"),
        ("vote", (ID,), {}, "'up', 'down' or None"),
        ("vote", (ID, "upp"), {}, "must be 'up', 'down' or None, not 'upp'"),
        ("vote", (ID, ["up"]), {}, "must be 'up', 'down' or None"),
        ("vote", (), {}, "takes two arguments"),
    ],
)
def test_wrong_arguments_send_nothing(
    method: str, values: tuple[Any, ...], keywords: dict[str, Any], message: str
) -> None:
    om, wire = client()
    with pytest.raises(errors.BadArguments) as caught:
        getattr(om.tables, method)(*values, **keywords)
    assert message in str(caught.value)
    assert wire.sent == []


def test_an_entity_of_another_type_is_rejected() -> None:
    om, wire = client({**TABLE, **EVENT})
    user = model.load(om.types.User, {"id": OTHER, "name": "u"})
    with pytest.raises(errors.BadArguments, match="must be a table, not a user"):
        om.tables.get(user)
    reference = model.load(om.types.EntityReference, {"id": OTHER, "type": "database"})
    with pytest.raises(errors.BadArguments, match="must be a table, not a database"):
        om.tables.get(reference)
    with pytest.raises(errors.BadArguments, match="has neither an id nor a name"):
        om.tables.get(model.load(om.types.Table, {"columns": []}))
    assert wire.sent == []


# -- the client ------------------------------------------------------------------------------------


def test_prepare_returns_the_request_and_sends_nothing() -> None:
    om, wire = client()
    by_name = om.prepare("tables.get", ID)
    assert by_name == om.prepare(om.tables.get, ID)
    assert (by_name.method, by_name.path) == ("GET", f"/v1/tables/{ID}")
    with pytest.raises(errors.UsageError, match="cannot be prepared without sending a request"):
        om.prepare("tables.versions", "s.d.c.t")
    with pytest.raises(errors.UsageError, match=r"such as 'tables\.create', not 'tables'"):
        om.prepare("tables")
    with pytest.raises(errors.UsageError, match=r"must be a method .* not 7"):
        om.prepare(7)  # type: ignore[arg-type]
    assert wire.sent == []
    assert om.send(by_name).name == "t"


def test_create_or_update_takes_create_requests_only() -> None:
    om, wire = client()
    request = om.types.CreateTableRequest(name="t", databaseSchema="s.d.c", columns=[])
    om.create_or_update(request)
    assert sent_requests(wire) == ["PUT /v1/tables"]
    with pytest.raises(errors.BadArguments, match=r"not Table; send changes .* om\.save"):
        om.create_or_update(table(om))
    with pytest.raises(errors.BadArguments, match=r"must be a create request.* not dict$"):
        om.create_or_update({"name": "t"})
    assert len(wire.sent) == 1


def test_delete_by_entity_or_by_type_and_id() -> None:
    om, wire = client(*[TABLE] * 3, {**TABLE, "id": OTHER})
    om.delete(table(om))
    om.delete(entity=om.types.Table, entity_id=ID, hard_delete=True)
    om.delete(entity="table", entity_id=ID, hard=True, recursive=True)
    reference = model.load(om.types.EntityReference, {"id": OTHER, "type": "user"})
    om.delete(reference)
    assert sent_requests(wire) == [
        f"DELETE /v1/tables/{ID}",
        f"DELETE /v1/tables/{ID}?hardDelete=true",
        f"DELETE /v1/tables/{ID}?recursive=true&hardDelete=true",
        f"DELETE /v1/users/{OTHER}",
    ]
    for arguments in ({}, {"entity": "table"}, {"entity_id": ID}):
        with pytest.raises(errors.BadArguments, match=r"takes om\.delete"):
            om.delete(**arguments)
    with pytest.raises(errors.BadArguments, match=r"takes om\.delete"):
        om.delete(table(om), entity="table", entity_id=ID)
    with pytest.raises(errors.BadArguments, match=r"not str; .*om\.tables\.delete"):
        om.delete("s.d.c.t")


def test_wrong_names_of_delete_lead_to_the_right_ones() -> None:
    om, wire = client()
    for call in (
        lambda: om.delete(table(om), hardDelete=True),
        lambda: om.tables.delete(ID, hardDelete=True),
        lambda: om.tables.delete(ID, hard_delete=True),
    ):
        with pytest.raises(errors.BadArguments, match=r"did you mean hard\?"):
            call()
    with pytest.raises(errors.BadArguments, match="recursive: must be True or False, not 'yes'"):
        om.delete(table(om), recursive="yes")  # type: ignore[arg-type]
    assert wire.sent == []


def test_a_number_is_not_a_key_of_a_collection() -> None:
    om, _ = client()
    with pytest.raises(errors.BadArguments, match=r"om\.tables\.list\(\) has positions, such as"):
        om.tables[0]


def test_the_official_names_are_calls_of_collections() -> None:
    om, wire = client({**TABLE, "data": [TABLE], "paging": {"total": 1}})
    om.get_by_name("table", "s.d.c.t", fields=["tags"], include="all")
    om.get_by_id(om.types.Table, ID, fields="columns", include="deleted")
    om.list_entities("table", limit=2, after="c")
    om.list_entities("table", before="b")
    list(om.list_all_entities("table", fields="tags", limit=4))
    assert sent_requests(wire) == [
        f"GET {BY_NAME}?fields=tags&include=all",
        f"GET /v1/tables/{ID}?fields=columns&include=deleted",
        "GET /v1/tables?limit=2&after=c",
        "GET /v1/tables?limit=100&before=b",
        "GET /v1/tables?fields=tags&limit=4",
    ]


def test_a_collection_has_one_name_on_the_client() -> None:
    om, _ = client()
    assert "tables" in dir(om)
    assert "table" in om
    assert "nothing" not in om
    assert om["Table"] is om.tables
    with pytest.raises(errors.UnknownCollection, match="calls that collection 'tables'"):
        om.table  # noqa: B018
    with pytest.raises(errors.UnknownCollection, match="did you mean tables") as caught:
        om.tabels  # noqa: B018
    # The message suggests a name; without obj, Python does not suggest it again.
    assert (caught.value.name, caught.value.obj) == ("tabels", None)
    with pytest.raises(errors.UnknownCollection, match="; did you mean health_check") as caught:
        om.helth_check  # noqa: B018
    assert (caught.value.name, caught.value.obj) == ("helth_check", None)
    with pytest.raises(errors.UnknownCollection, match="; did you mean custom_properties"):
        om.customproperties  # noqa: B018
    with pytest.raises(errors.UnknownCollection, match="; did you mean search"):
        om.serch  # noqa: B018
    with pytest.raises(errors.UnknownCollection, match="no collection 'xyzzy'") as caught:
        om.xyzzy  # noqa: B018
    assert (caught.value.name, caught.value.obj) == ("xyzzy", om)
    with pytest.raises(errors.UnknownOperation, match="has no method 'creat'"):
        om.tables.creat  # noqa: B018
    assert {"create", "get", "op"} <= set(dir(om.tables))


# -- time series -----------------------------------------------------------------------------------

RESULT = {
    "id": ID, "testCaseFQN": "a.b.c", "timestamp": 5, "testCaseStatus": "Failed", "result": "r",
}  # fmt: skip
RESULTS = "/v1/dataQuality/testCases/testCaseResults"


def test_a_time_series_has_the_methods_of_its_routes() -> None:
    om, wire = client(RESULT)
    results = om.test_case_results
    case = model.load(om.types.TestCase, {"id": ID, "fullyQualifiedName": "a.b.c"})
    entry = {"testCaseStatus": "Failed", "testResultValue": []}
    results.create(fqn=case, timestamp=5, **entry)
    assert wire.last.json == {"timestamp": 5, **entry}
    results.create({"timestamp": 5, **entry}, fqn="a.b.c")
    result = model.load(om.types.TestCaseResult, RESULT)
    results.delete(case, 5)
    results.delete(fqn="a.b.c", timestamp=datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC))
    results.delete(result)
    results.patch("a.b.c", 5, [{"op": "remove", "path": "/result"}])
    result.result = "new"
    om.save(result)
    assert wire.last.json == [{"op": "replace", "path": "/result", "value": "new"}]
    results.latest(testCaseFQN=case)
    assert sent_requests(wire) == [
        f"POST {RESULTS}/a.b.c",
        f"POST {RESULTS}/a.b.c",
        f"DELETE {RESULTS}/a.b.c/5",
        f"DELETE {RESULTS}/a.b.c/1000",
        f"DELETE {RESULTS}/a.b.c/5",
        f"PATCH {RESULTS}/a.b.c/5",
        f"PATCH {RESULTS}/a.b.c/5",
        f"GET {RESULTS}/search/latest?testCaseFQN=a.b.c",
    ]


def test_a_time_series_without_pages_is_listed_and_counted() -> None:
    range_ = {"before": "MA==", "after": "OQ==", "total": 2}
    om, wire = client({"data": [RESULT, {**RESULT, "timestamp": 6}], "paging": range_})
    listing = om.test_case_results.list("a.b.c", start=0, end=datetime(1970, 1, 2, tzinfo=UTC))
    assert [each.timestamp for each in listing] == [5, 6]
    assert (len(listing), len(listing[:1]), listing.first().timestamp) == (2, 1, 5)
    assert len(om.test_case_results.list("a.b.c", start=0, end=9, limit=1)[:5]) == 1
    target = f"GET {RESULTS}/a.b.c?startTs=0&endTs="
    assert sent_requests(wire) == [f"{target}86400000"] * 4 + [f"{target}9"]
    with pytest.raises(errors.BadArguments, match="start: is missing\n  end: is missing"):
        om.test_case_results.list("a.b.c")
    with pytest.raises(errors.BadArguments, match="takes fqn, and keywords"):
        om.test_case_results.list("a.b.c", 1, 2)
    with pytest.raises(errors.BadArguments, match="takes keywords only"):
        om.test_case_results.latest("a.b.c")
    assert len(wire.sent) == 5


def test_a_method_that_a_time_series_lacks_is_named() -> None:
    om, wire = client(RESULT)
    for call in (
        lambda: om.test_case_results[ID],
        lambda: om.test_case_results.get(ID),
        lambda: ID in om.test_case_results,
    ):
        with pytest.raises(errors.UnknownOperation, match="has no method 'get'"):
            call()
    assert wire.sent == []


@pytest.mark.parametrize(
    "value", [1 << 20000, 5, [], object()], ids=["long", "int", "list", "object"]
)
def test_keys_of_other_types_are_refused_in_our_own_error(value: Any) -> None:
    loop: list[Any] = [value]
    loop.append(loop)
    om, wire = client()
    for call in (
        lambda: om.tables[value],
        lambda: om.tables.get(id=value),
        lambda: om.tables.get(fqn=value),
        lambda: om.tables.get("a", value),
        lambda: om.tables.get(loop, loop),
        lambda: om.tables.delete(loop),
        lambda: om.tables.follow(ID, value),
    ):
        with pytest.raises(errors.BadArguments, match="must be"):
            call()
    assert wire.sent == []
