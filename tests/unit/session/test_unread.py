"""Fields that a response left out: read later, with as few requests as possible."""

from __future__ import annotations

import copy
import os
import pickle
import signal
import threading
import warnings
from types import SimpleNamespace
from typing import Any

import jsonpatch
import pytest

from dynclient import errors, model
from dynclient.client.client import Client
from dynclient.operations import Parameter
from dynclient.settings import Settings
from tests.support.projecting_server import (
    ProjectingServer,
    column,
    label,
    reference,
    table,
)
from tests.support.trees import ALL_RELEASES, release_named

TIER, PII = label("Tier.Tier1"), label("PII.Sensitive")
FULL = {
    "tags": [TIER],
    "owners": [reference("ada")],
    "columns": [column("a", tags=[PII]), column("b")],
}
NAME = "s.d.c.t1"
BY_ID = f"GET /v1/tables/{table(1)['id']}"


def client(
    *tables: dict[str, Any], release: str = "starter", **settings: Any
) -> tuple[Client, ProjectingServer]:
    server = ProjectingServer(*copy.deepcopy(tables or (table(1, **FULL),)))
    made = Client(
        "http://server/api",
        server,  # type: ignore[arg-type]
        Settings(**settings),
        release_named(release),
    )
    return made, server


def many(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [table(number, **copy.deepcopy(fields)) for number in range(1, count + 1)]


def patch(server: ProjectingServer) -> list[Any]:
    operations: list[Any] = server.sent[-1].json
    return [each for each in operations if each["op"] != "test"]


# -- one entity ------------------------------------------------------------------------------------


def test_an_unread_field_is_read_with_one_request_by_id() -> None:
    om, server = client()
    found = om.tables[NAME]
    assert [each.tagFQN for each in found.tags] == ["Tier.Tier1"]
    assert found.tags is found.tags
    assert found["tags"] is found.tags
    assert server.targets[1:] == [f"{BY_ID}?fields=tags"]


def test_the_item_reads_like_the_attribute() -> None:
    om, server = client()
    assert om.tables[NAME]["tags"][0].tagFQN == "Tier.Tier1"
    assert server.targets[1:] == [f"{BY_ID}?fields=tags"]


def test_a_field_that_the_server_has_no_value_for_is_none_and_is_not_asked_for_again() -> None:
    om, server = client(table(1))
    found = om.tables[NAME]
    assert [found.tags, found.tags, found["tags"]] == [None, None, None]
    assert len(server.sent) == 2


def test_fields_that_were_asked_for_send_nothing() -> None:
    om, server = client(table(1))
    assert om.tables.get(NAME, fields=["tags", "owners"]).tags is None
    assert om.tables.get(NAME, fields="owners,tags").tags is None
    assert om.tables.get(NAME, fields="*").tags is None
    assert om.tables.get(NAME, fields="tags", include="all").tags is None
    assert len(server.sent) == 4


def test_absent_plain_fields_are_none_and_send_nothing() -> None:
    om, server = client()
    found = om.tables[NAME]
    assert [found.description, found.displayName, found.retentionPeriod] == [None, None, None]
    assert len(server.sent) == 1


def test_a_null_in_the_response_is_a_value() -> None:
    om, server = client()
    server.tables[table(1)["id"]]["displayName"] = None
    raw = {**table(1), "tags": None}
    origin = model.raw(om.tables[NAME])
    assert "tags" not in origin
    entity = model.load(om.types.Table, raw, om.tables[NAME]._link)
    before = len(server.sent)
    assert entity.tags is None
    assert len(server.sent) == before


def test_nested_fields_name_all_that_they_need() -> None:
    om, server = client()
    found = om.tables[NAME]
    first, second = found.columns
    assert first.tags[0].tagFQN == "PII.Sensitive"
    assert second.tags is None
    assert found.columns[0] is first
    assert server.targets[1:] == [f"{BY_ID}?fields=columns,tags"]
    assert found.tags[0].tagFQN == "Tier.Tier1"  # came with the columns' tags
    assert len(server.sent) == 2


def test_tags_alone_do_not_stand_for_the_tags_of_columns() -> None:
    om, server = client()
    found = om.tables.get(NAME, fields=["tags"])
    assert found.columns[0].tags[0].tagFQN == "PII.Sensitive"
    assert server.targets[1:] == [f"{BY_ID}?fields=columns,tags"]


def test_columns_in_columns_are_filled() -> None:
    inner = column("x", tags=[PII], children=[column("y", tags=[TIER])])
    om, server = client(table(1, columns=[column("a", children=[inner])]))
    found = om.tables[NAME]
    assert found.columns[0].children[0].children[0].tags[0].tagFQN == "Tier.Tier1"
    assert found.columns[0].children[0].tags[0].tagFQN == "PII.Sensitive"
    assert len(server.sent) == 2


def test_columns_are_filled_by_name_when_the_server_moved_them() -> None:
    om, server = client()
    found = om.tables[NAME]
    server.tables[found.id]["columns"].reverse()
    assert [each.tags is None for each in found.columns] == [False, True]


def test_a_renamed_column_is_filled_by_its_place() -> None:
    om, server = client()
    found = om.tables[NAME]
    found.columns[0].name = "renamed"
    assert found.columns[0].tags[0].tagFQN == "PII.Sensitive"
    om.save(found)
    assert patch(server) == [{"op": "replace", "path": "/columns/0/name", "value": "renamed"}]


def test_fields_of_other_releases_follow_the_field_they_stand_for() -> None:
    om, server = client()
    found = om.tables[NAME]
    with pytest.warns(errors.DriftWarning):
        assert found.owner.name == "ada"
    assert server.targets[1:] == [f"{BY_ID}?fields=owners"]


def test_the_session_is_held_by_the_entity() -> None:
    om, server = client()
    found = om.tables[NAME]
    del om
    assert found.tags
    assert len(server.sent) == 2


def test_the_response_to_a_change_leaves_fields_out_too() -> None:
    om, server = client()
    created = om.tables.create(name="n", databaseSchema="s.d.c", columns=[], tags=[TIER])
    assert created.tags[0].tagFQN == "Tier.Tier1"
    assert [each.method for each in server.sent] == ["POST", "GET"]


def test_versions_are_former_states_and_are_not_completed() -> None:
    om, server = client()
    history = {"entityType": "table", "versions": [table(1)]}
    replies = iter([(200, history), (200, table(1))])
    server._answer = lambda request: next(replies)  # type: ignore[method-assign]
    identity = table(1)["id"]
    assert [each.tags for each in om.tables.versions(identity)] == [None]
    assert om.tables.version(identity, 0.1).tags is None
    assert len(server.sent) == 2


def test_deleted_entities_are_read_as_deleted_ones() -> None:
    om, server = client(table(1, deleted=True, **FULL))
    assert om.tables.get(NAME, include="all").tags
    assert server.targets[1:] == [f"{BY_ID}?fields=tags&include=all"]
    assert [each.owners[0].name for each in om.tables.list(include="deleted")] == ["ada"]
    assert "include=deleted" in server.targets[-1]


def test_what_was_deleted_by_this_client_can_be_read() -> None:
    om, _ = client()
    assert om.tables.delete(om.tables[NAME]).tags[0].tagFQN == "Tier.Tier1"


def test_an_entity_that_does_not_exist_any_more_says_so() -> None:
    om, server = client()
    found = om.tables[NAME]
    server.tables.clear()
    with pytest.raises(errors.FieldNotRead, match=r"have the entity any more \(404\)$"):
        _ = found.tags
    assert getattr(found, "tags", "absent") == "absent"


def test_a_refused_name_says_what_the_server_said() -> None:
    om, server = client()
    found = om.tables[NAME]
    refusal = {"code": 400, "message": "Invalid field name tags"}
    server._answer = lambda request: (400, refusal)  # type: ignore[method-assign]
    with pytest.raises(errors.FieldNotRead, match=r"refused.*Invalid field name tags$") as caught:
        _ = found.tags
    assert isinstance(caught.value.__cause__, errors.BadRequest)


def test_other_failures_are_raised_as_they_are_and_asked_for_again() -> None:
    om, server = client()
    found = om.tables[NAME]
    answer = server._answer
    server._answer = lambda request: (503, {"code": 503, "message": "busy"})  # type: ignore[method-assign]
    with pytest.raises(errors.Unavailable):
        _ = found.tags
    server._answer = answer  # type: ignore[method-assign]
    assert found.tags


def test_an_entity_is_requested_by_the_id_that_the_server_returned() -> None:
    om, server = client()
    found = om.tables[NAME]
    found.id = "another"
    assert found.tags
    assert server.targets[1:] == [f"{BY_ID}?fields=tags"]


def test_the_request_of_a_change_is_not_kept() -> None:
    om, _ = client()
    created = om.tables.create(name="n", databaseSchema="s.d.c", columns=[])
    assert created._link.request is None


# -- lists -----------------------------------------------------------------------------------------


def test_a_loop_sends_one_more_request() -> None:
    om, server = client(*many(30, **FULL), page_size=10)
    seen = [each.tags[0].tagFQN for each in om.tables.list()]
    assert seen == ["Tier.Tier1"] * 30
    assert server.targets == [
        "GET /v1/tables?limit=10",
        "GET /v1/tables?limit=10&fields=tags",
        "GET /v1/tables?fields=tags&limit=10&after=10",
        "GET /v1/tables?fields=tags&limit=10&after=20",
    ]


def test_later_pages_ask_for_what_the_user_asked_for_and_for_what_was_read() -> None:
    om, server = client(*many(4, **FULL), page_size=2)
    listing = om.tables.list(fields="followers")
    assert all(each.owners and each.tags for each in listing)
    assert server.targets[-1] == "GET /v1/tables?fields=followers,owners,tags&limit=2&after=2"
    assert len(server.sent) == 4
    assert all(each.owners and each.tags for each in listing)  # another loop knows it, too
    assert len(server.sent) == 6


def test_nested_fields_of_a_list_cost_one_request_too() -> None:
    om, server = client(*many(20, **FULL), page_size=20)
    seen = [c.tags for each in om.tables.list() for c in each.columns]
    assert [tags is None for tags in seen] == [False, True] * 20
    assert len(server.sent) == 2


def test_a_row_that_is_not_on_the_page_any_more_is_read_by_id() -> None:
    om, server = client(*many(3, **FULL), page_size=3)
    rows = list(om.tables.list())
    gone = server.tables.pop(rows[0].id)
    server.tables = {**server.tables, "new": table(9), gone["id"]: gone}
    assert all(each.tags for each in rows)
    assert server.targets[-2:] == ["GET /v1/tables?limit=3&fields=tags", f"{BY_ID}?fields=tags"]


def test_a_page_whose_request_is_refused_says_what_the_server_said() -> None:
    om, server = client()
    (row,) = om.tables.list()
    refusal = {"code": 400, "message": "Invalid field name tags"}
    server._answer = lambda request: (400, refusal)  # type: ignore[method-assign]
    with pytest.raises(errors.FieldNotRead, match=r"refused.*Invalid field name tags$"):
        _ = row.tags


@pytest.mark.parametrize("missing", ["get", "fields", "id alone", "collection"])
def test_without_a_request_by_id_a_field_is_none(
    missing: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    om, server = client()
    found = om.tables[NAME]
    spec = om.session.find("table")
    get = spec.operations["get"]
    outer = Parameter("domain", "path", required=True)
    others = {
        "fields": get._replace(parameters=tuple(p for p in get.parameters if p.name != "fields")),
        "id alone": get._replace(parameters=(outer, *get.parameters)),
    }
    operations = {**spec.operations, "get": others.get(missing, get)}
    if missing == "get":
        del operations["get"]

    def find(key: Any) -> Any:
        if missing == "collection":
            raise errors.UnknownCollection("none", name="table")
        return SimpleNamespace(operations=operations)

    monkeypatch.setattr(om.session, "find", find)
    assert found.tags is None
    assert len(server.sent) == 1


def test_a_list_that_takes_no_fields_is_completed_by_id() -> None:
    om, server = client(*many(2, **FULL))
    plan = om.prepare("tables.list")
    without = [p for p in plan.operation.parameters if p.name != "fields"]
    plain = plan._replace(operation=plan.operation._replace(parameters=tuple(without)))
    assert all(each.tags for each in om.send(plain))
    assert [each.partition("?")[0] for each in server.targets[1:]] == [
        BY_ID,
        f"GET /v1/tables/{table(2)['id']}",
    ]


def test_filters_and_cursor_are_those_of_the_page() -> None:
    om, server = client(*many(4, **FULL), page_size=2)
    with pytest.warns(errors.DynclientWarning, match="may not support the filter"):
        listing = om.tables.list(database="s.d", include="all")
    second = listing.page(after="2")
    assert second[0].owners
    assert server.sent[-1].path == "/v1/tables"
    assert dict(server.sent[-1].query) == {
        **dict(server.sent[-2].query),
        "fields": "owners",
    }
    assert "database" in dict(server.sent[-1].query)


def test_two_threads_read_a_page_once() -> None:
    om, server = client(*many(20, **FULL), page_size=20)
    rows = list(om.tables.list())
    seen: list[Any] = []

    def read() -> None:
        seen.extend(each.tags[0].tagFQN for each in rows)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert seen == ["Tier.Tier1"] * 80
    assert len(server.sent) == 2


# -- changes ---------------------------------------------------------------------------------------


def test_the_label_that_was_not_read_survives() -> None:
    om, server = client()
    found = om.tables[NAME]
    found.tags = (found.tags or []) + [PII]
    om.save(found)
    assert patch(server) == [{"op": "add", "path": "/tags/1", "value": PII}]


@pytest.mark.parametrize("by_item", [False, True])
def test_assigning_an_unread_field_reads_it_first(by_item: bool) -> None:
    om, server = client()
    found = om.tables[NAME]
    if by_item:
        found["tags"] = [TIER, PII]
    else:
        found.tags = [TIER, PII]
    om.save(found)
    assert patch(server) == [{"op": "add", "path": "/tags/1", "value": PII}]


def test_deleting_an_unread_field_reads_it_first() -> None:
    om, server = client()
    found = om.tables[NAME]
    del found.tags
    assert found.tags is None  # not read again
    om.save(found)
    assert patch(server) == [{"op": "remove", "path": "/tags"}]
    found = om.tables[NAME]
    found.tags = None
    assert model.changes(found) == [{"op": "remove", "path": "/tags"}]


def test_deleting_an_unread_field_without_a_value_is_an_error() -> None:
    om, _ = client(table(1))
    with pytest.raises(errors.UnknownField, match="not set"):
        del om.tables[NAME].tags


def test_what_is_read_later_is_no_change() -> None:
    om, server = client()
    found = om.tables[NAME]
    found.description = "new"
    assert found.tags
    assert found.columns[0].tags
    assert [each["path"] for each in model.changes(found)] == ["/description"]
    assert model.original(found)["tags"] == [TIER]
    om.save(found)
    assert patch(server) == [{"op": "add", "path": "/description", "value": "new"}]


def test_the_tags_of_a_column_are_read_before_they_are_set() -> None:
    om, server = client()
    found = om.tables[NAME]
    found.columns[0].tags = [PII, TIER]
    om.save(found)
    assert patch(server) == [{"op": "add", "path": "/columns/0/tags/1", "value": TIER}]


def test_columns_that_move_keep_their_tags() -> None:
    tagged = column("b", tags=[PII])
    om, server = client(table(1, columns=[column("a"), tagged]))
    found = om.tables[NAME]
    found.columns.reverse()
    om.save(found)
    assert patch(server)[0] == {"op": "add", "path": "/columns/0", "value": tagged}
    found = om.tables[NAME]
    found.columns = [found.columns[1], found.columns[0]]
    assert model.raw(found)["columns"] == [tagged, column("a")]


@pytest.mark.parametrize("by_slice", [False, True])
def test_plain_data_of_before_does_not_remove_what_was_not_read(by_slice: bool) -> None:
    om, _ = client()
    found = om.tables[NAME]
    data = model.asdict(found)["columns"]
    data[0]["description"] = "new"
    data.insert(0, column("first"))
    if by_slice:
        found.columns[:] = data
    else:
        found.columns = data
    patched = jsonpatch.apply_patch(table(1, **FULL), model.changes(found))
    assert patched["columns"] == [
        column("first"),
        column("a", tags=[PII], description="new"),
        column("b"),
    ]
    assert found.columns[1].tags[0].tagFQN == "PII.Sensitive"


def test_an_item_that_is_replaced_keeps_what_was_not_read_only_under_its_name() -> None:
    om, _ = client()
    found = om.tables[NAME]
    found.columns[0] = column("a", description="new")
    assert model.raw(found)["columns"][0]["tags"] == [PII]
    found = om.tables[NAME]
    found.columns[0] = column("another")
    assert "tags" not in model.raw(found)["columns"][0]
    found = om.tables[NAME]
    found.columns = [column("a", tags=[])]
    assert model.raw(found)["columns"][0]["tags"] == []


def test_what_was_read_is_removed_by_plain_data_without_it() -> None:
    om, _ = client()
    found = om.tables.get(NAME, fields=["columns", "tags"])
    found.columns = [column("a"), column("b")]
    assert model.changes(found) == [{"op": "remove", "path": "/columns/0/tags"}]


@pytest.mark.parametrize("name", [ALL_RELEASES[0], ALL_RELEASES[-1]])
def test_what_is_deeper_in_an_object_that_is_replaced_is_read_too(name: str) -> None:
    full = {"modelType": "DBT", "columns": [column("m", tags=[PII])]}
    om, server = client(table(1, dataModel=full), release=name)
    found = om.tables[NAME]
    found.dataModel = {"modelType": "DBT", "sql": "select 1", "columns": [column("m")]}
    assert model.changes(found) == [{"op": "add", "path": "/dataModel/sql", "value": "select 1"}]
    assert len(server.sent) == 2


def test_parts_of_another_entity_bring_what_was_left_out_of_them() -> None:
    om, server = client(table(1, **FULL), table(2, columns=[column("c", tags=[TIER])]))
    found, again, other = om.tables[NAME], om.tables[NAME], om.tables["s.d.c.t2"]
    found.columns = again.columns
    assert model.changes(found) == []
    found.columns.append(other.columns[0])
    assert model.changes(found) == [
        {"op": "add", "path": "/columns/2", "value": column("c", tags=[TIER])}
    ]
    assert len(server.sent) == 6


def test_building_a_request_of_parts_reads_nothing() -> None:
    om, server = client()
    found = om.tables[NAME]
    request = om.types.CreateTableRequest(
        name="n", databaseSchema="s.d.c", columns=[found.columns[1]]
    )
    om.prepare("tables.create", name="n", databaseSchema="s.d.c", columns=found.columns)
    assert request.columns[0].name == "b"
    assert len(server.sent) == 1


def test_appending_moves_nothing_and_reads_nothing() -> None:
    om, server = client()
    found = om.tables[NAME]
    found.columns.append(om.types.Column(name="c", dataType="INT"))
    assert len(server.sent) == 1
    assert [each["path"] for each in model.changes(found)] == ["/columns/2"]


def test_fields_of_other_releases_are_read_before_they_are_set() -> None:
    om, server = client()
    found = om.tables[NAME]
    with pytest.warns(errors.DriftWarning):
        found.owner = om.types.EntityReference(**reference("bob"))
    om.save(found)
    assert patch(server) == [{"op": "replace", "path": "/owners/0", "value": reference("bob")}]


def test_a_newer_state_is_returned_with_one_warning_and_guarded_by_the_first() -> None:
    om, server = client()
    found = om.tables[NAME]
    server.tables[found.id] |= {"version": 0.2, "updatedAt": 6, "tags": [PII]}
    with pytest.warns(errors.StaleWarning, match=r"Table s\.d\.c\.t1 was changed") as caught:
        assert found.tags[0].tagFQN == "PII.Sensitive"
    assert [each.filename for each in caught] == [__file__]
    assert found.owners  # no second warning, which would be an error here
    assert found.version == 0.1
    found.description = "new"
    om.save(found)
    assert server.sent[-1].json[:2] == [
        {"op": "test", "path": "/updatedAt", "value": 5},
        {"op": "test", "path": "/version", "value": 0.1},
    ]


# -- settings --------------------------------------------------------------------------------------


def test_error_raises_and_names_the_fields_to_ask_for() -> None:
    om, server = client(unread="error")
    found = om.tables.get(NAME, fields=["owners"])
    with pytest.raises(errors.FieldNotRead) as caught:
        _ = found.tags
    assert isinstance(caught.value, AttributeError)
    assert caught.value.fields == ("owners", "tags")
    assert (caught.value.name, caught.value.obj) == ("tags", None)
    assert str(caught.value) == (
        "'tags' of Table s.d.c.t1 was not read, and unread='error' does not read it later; read the"
        " entity with fields=['owners', 'tags']"
    )
    with pytest.raises(errors.FieldNotRead, match=r"^'columns\[\]\.tags' of Table .*") as caught:
        _ = found.columns[0].tags
    assert caught.value.fields == ("owners", "columns", "tags")
    assert (caught.value.name, caught.value.path) == ("tags", "columns[].tags")
    assert getattr(found, "tags", None) is None
    assert not hasattr(found, "tags")
    assert len(server.sent) == 1


def test_error_refuses_changes_of_what_was_not_read() -> None:
    om, server = client(unread="error")
    found = om.tables[NAME]
    with pytest.raises(errors.FieldNotRead):
        found.tags = []
    with pytest.raises(errors.FieldNotRead):
        del found["tags"]
    with pytest.raises(errors.FieldNotRead):
        found.columns[0].tags = []
    with pytest.raises(errors.FieldNotRead):
        found.columns.reverse()
    assert om.save(found) is found
    assert len(server.sent) == 1


def test_none_reads_nothing() -> None:
    om, server = client(unread="none")
    found = om.tables[NAME]
    assert found.tags is None
    found.tags = [PII]
    assert model.changes(found) == [{"op": "add", "path": "/tags", "value": [PII]}]
    assert len(server.sent) == 1


def test_a_closed_client_reads_nothing() -> None:
    om, server = client()
    with om:
        found = om.tables[NAME]
    with pytest.raises(errors.FieldNotRead, match="client is closed"):
        _ = found.tags
    assert len(server.sent) == 1


def test_a_pickle_keeps_what_was_asked_for_without_the_session() -> None:
    om, server = client()
    found = om.tables.get(NAME, fields=["owners"])
    assert found.extension is None
    restored = pickle.loads(pickle.dumps(found))
    assert restored == found
    assert restored.owners[0].name == "ada"
    assert restored.extension is None
    assert restored.description is None
    before = len(server.sent)
    with pytest.raises(errors.FieldNotRead, match=r"no session.*fields=\['owners', 'tags'\]"):
        _ = restored.tags
    with pytest.raises(errors.FieldNotRead):
        restored.tags = []
    again = pickle.loads(pickle.dumps(restored))
    with pytest.raises(errors.FieldNotRead):
        _ = again.tags
    restored.description = "new"
    assert len(pickle.loads(pickle.dumps(restored))._link.raw) == len(table(1)) + 1
    assert model.changes(restored) == [{"op": "add", "path": "/description", "value": "new"}]
    assert len(server.sent) == before


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy])
def test_copies_share_the_session(copied: Any) -> None:
    om, server = client()
    found = om.tables[NAME]
    other = copied(found)
    assert other.tags
    assert "tags" not in found
    other.description = "new"
    third = copied(other)
    assert third.owners
    assert model.changes(third) == [{"op": "add", "path": "/description", "value": "new"}]
    assert "owners" not in other
    assert len(server.sent) == 3


def test_entities_without_a_server_are_as_before() -> None:
    om, server = client()
    new = om.types.CreateTableRequest(name="n", databaseSchema="s.d.c", columns=[column("a")])
    loaded = model.load(om.types.Table, table(1))
    assert [new.tags, new.columns[0].tags, loaded.tags] == [None, None, None]
    loaded.tags = [PII]
    assert model.changes(loaded) == [{"op": "add", "path": "/tags", "value": [PII]}]
    assert server.sent == []


# -- what never reads ------------------------------------------------------------------------------


def test_looking_at_an_entity_sends_nothing() -> None:
    om, server = client()
    found = om.tables[NAME]
    before = len(server.sent)
    model.asdict(found)
    model.to_json(found)
    model.check(found)
    repr(found)
    str(found)
    list(found.__rich_repr__())
    found._ipython_key_completions_()
    dir(found)
    vars(found)
    hash(found)
    model.changes(found)
    model.original(found)
    copy.deepcopy(found)
    pickle.dumps(found)
    assert found == copy.copy(found)
    assert found != om.types.Table(name="x")
    assert "tags" not in found
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", errors.DriftWarning)
        assert "owner" not in found
    assert len(server.sent) == before


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system does not fork")
@pytest.mark.filterwarnings("ignore:.*fork:DeprecationWarning")
def test_a_forked_child_does_not_wait_for_a_lock_of_its_parent() -> None:
    om, _ = client()
    found = om.tables[NAME]
    lock = found._link.locks.setdefault(os.getpid(), threading.RLock())
    is_held, may_end = threading.Event(), threading.Event()

    def hold() -> None:
        with lock:
            is_held.set()
            may_end.wait()

    thread = threading.Thread(target=hold)
    thread.start()
    is_held.wait()
    child = os.fork()
    if not child:
        signal.alarm(30)  # ends the child if it waits
        os._exit(0 if found.tags else 1)
    may_end.set()
    thread.join()
    assert os.waitpid(child, 0)[1] == 0


def test_parts_that_replace_others_do_not_remove_what_was_read_empty() -> None:
    # Servers patch an entity without customMetrics, so a removal of it would be a 500.
    columns = [column("a", tags=[PII], customMetrics=[]), column("b", tags=[], customMetrics=[])]
    om, server = client(table(1, columns=columns), release="1.6.0")
    entity = om.tables[NAME]
    entity.columns = [column("a"), column("x")]
    om.save(entity)
    assert patch(server) == [{"op": "replace", "path": "/columns/1/name", "value": "x"}]


# -- displays --------------------------------------------------------------------------------------


def test_a_card_marks_what_was_not_read_and_sends_nothing() -> None:
    om, server = client()
    found = om.tables[NAME]
    sent = len(server.sent)
    card = found._repr_html_()
    assert "not read: tags, owners" in card
    assert len(server.sent) == sent
    assert found.owners[0].name == "ada"
    card = found._repr_html_()
    assert "not read: tags, " in card
    assert "owners" not in card.partition("not read: ")[2]
    assert "ada" in card
    assert len(server.sent) == sent + 1


def test_a_copy_from_a_pickle_has_a_card_without_an_address() -> None:
    om, _ = client()
    found = om.tables[NAME]
    assert 'href="http://server/table/s.d.c.t1"' in found._repr_html_()
    card = pickle.loads(pickle.dumps(found))._repr_html_()
    assert "href" not in card
    assert "not read: tags" in card
