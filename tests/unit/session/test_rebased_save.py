"""Saving with ``on_conflict="rebase"`` and ``read_back``, against prepared responses."""

from __future__ import annotations

import json
import pickle
from types import SimpleNamespace
from typing import Any

import pytest

from dynclient import errors, model
from dynclient.model import namespace
from dynclient.schema import Release
from tests.support.trees import release_named
from tests.support.wire import session_over

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"
TABLE: dict[str, Any] = {
    "id": ID, "name": "t", "fullyQualifiedName": "s.d.c.t", "version": 0.1, "updatedAt": 5,
    "description": "old",
    "columns": [{"name": "a", "dataType": "INT"}, {"name": "b", "dataType": "INT"}],
}  # fmt: skip
REFUSED = (500, {"responseMessage": "JsonPatch.Operation.TEST fails! Values are not equal"})
LOST = errors.OutcomeUnknown("lost", method="PATCH", url="u", may_be_done=True)


@pytest.fixture
def release() -> Release:
    return release_named("starter")


def state(number: int = 2, **fields: Any) -> dict[str, Any]:
    """Return the table after other changes."""
    return {**TABLE, "version": number / 10, "updatedAt": 5 + number, **fields}


def changed(release: Release, **fields: Any) -> Any:
    table = model.load(namespace.types(release).Table, json.loads(json.dumps(TABLE)))
    for name, value in (fields or {"description": "mine"}).items():
        setattr(table, name, value)
    return table


def test_changes_are_applied_to_the_state_of_another_user(release: Release) -> None:
    theirs = state(displayName="theirs")
    both = state(3, displayName="theirs", description="mine")
    session, wire = session_over(REFUSED, theirs, both, release=release)
    saved = session.save(changed(release), on_conflict="rebase")
    assert (saved.description, saved.displayName) == ("mine", "theirs")
    assert [each.method for each in wire.sent] == ["PATCH", "GET", "PATCH"]
    assert wire.last.json == [
        {"op": "test", "path": "/updatedAt", "value": 7},
        {"op": "test", "path": "/version", "value": 0.2},
        {"op": "replace", "path": "/description", "value": "mine"},
    ]


def test_without_a_conflict_one_request_is_sent(release: Release) -> None:
    session, wire = session_over(state(description="mine"), release=release)
    assert session.save(changed(release), on_conflict="rebase").version == 0.2
    assert [each.method for each in wire.sent] == ["PATCH"]


def test_a_change_that_is_there_already_is_not_sent_again(release: Release) -> None:
    session, wire = session_over(REFUSED, state(description="mine"), release=release)
    assert session.save(changed(release), on_conflict="rebase").version == 0.2
    assert [each.method for each in wire.sent] == ["PATCH", "GET"]


def test_what_was_changed_is_requested_with_the_fields_it_needs(release: Release) -> None:
    label = {"tagFQN": "PII.None", "source": "Classification", "labelType": "Manual",
             "state": "Confirmed"}  # fmt: skip
    tier = {**label, "tagFQN": "Tier.Tier1"}
    session, wire = session_over(
        REFUSED, state(tags=[tier]), state(3, tags=[tier, label]), release=release
    )
    session.save(changed(release, tags=[label]), on_conflict="rebase")
    assert dict(wire.sent[1].query)["fields"].split(",") == ["tags"]
    assert wire.last.json[-1] == {"op": "add", "path": "/tags/1", "value": label}


def test_a_place_that_both_changed_is_named(release: Release) -> None:
    columns = [{**TABLE["columns"][0], "description": "theirs"}, TABLE["columns"][1]]
    session, wire = session_over(REFUSED, state(columns=columns), release=release)
    table = changed(release, displayName="mine")
    table.columns[0].description = "mine"
    with pytest.raises(errors.LostUpdate, match="at the same places") as caught:
        session.save(table, on_conflict="rebase")
    assert caught.value.places == ('columns["a"].description',)
    assert 'columns["a"].description' in str(caught.value)
    assert (caught.value.status, caught.value.code) == (500, 409)
    assert [each.method for each in wire.sent] == ["PATCH", "GET"]
    copied = pickle.loads(pickle.dumps(caught.value))
    assert (copied.places, str(copied)) == (caught.value.places, str(caught.value))


def test_a_type_that_cannot_be_read_by_id_cannot_be_rebased(
    release: Release, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, wire = session_over(TABLE, release=release)
    spec = session.find("table")
    left = {name: each for name, each in spec.operations.items() if name != "get"}
    monkeypatch.setattr(
        session, "find", lambda _: SimpleNamespace(attribute=spec.attribute, operations=left)
    )
    with pytest.raises(errors.UsageError, match="tables of release starter cannot be read by id"):
        session.save(changed(release), read_back=True)
    assert wire.sent == []


def test_attempts_are_bounded(release: Release) -> None:
    states = [each for n in range(2, 14) for each in (REFUSED, state(n))]
    session, wire = session_over(*states, release=release)
    paused: list[None] = []
    wire.pause = lambda: paused.append(None)  # type: ignore[attr-defined]
    with pytest.raises(errors.LostUpdate, match="during each of 10 attempts"):
        session.save(changed(release), on_conflict="rebase")
    assert [each.method for each in wire.sent].count("PATCH") == 10
    assert len(paused) == 9


def test_an_entity_that_was_deleted_is_not_found(release: Release) -> None:
    gone = (404, {"code": 404, "message": f"table instance for {ID} not found"})
    session, _ = session_over(REFUSED, gone, release=release)
    with pytest.raises(errors.NotFound):
        session.save(changed(release), on_conflict="rebase")


def test_a_rebased_state_must_be_valid(release: Release) -> None:
    theirs = state(columns=[{"name": "a", "dataType": "QUBIT"}])
    session, wire = session_over(REFUSED, theirs, state(3), release=release)
    session.save(changed(release), on_conflict="rebase")  # what is not valid was there before
    assert wire.last.json[-1]["path"] == "/description"


# -- reading back ----------------------------------------------------------------------------------


def test_what_is_read_back_is_returned(release: Release) -> None:
    session, wire = session_over(
        state(description="mine"), state(3, description="mine", displayName="x"), release=release
    )
    saved = session.save(changed(release), read_back=True)
    assert (saved.version, saved.displayName) == (0.3, "x")
    assert [each.method for each in wire.sent] == ["PATCH", "GET"]


def test_an_update_that_a_server_lost_is_reported(release: Release) -> None:
    session, _ = session_over(state(description="mine"), state(3), release=release)
    with pytest.raises(errors.LostUpdate, match="not there when it is read back") as caught:
        session.save(changed(release), read_back=True)
    assert caught.value.places == ("description",)
    assert caught.value.url == f"http://server/api/v1/tables/{ID}"


def test_an_update_that_a_server_lost_is_applied_again(release: Release) -> None:
    session, wire = session_over(
        state(description="mine"), state(3, displayName="theirs"),
        state(4, description="mine", displayName="theirs"),
        state(4, description="mine", displayName="theirs"), release=release,
    )  # fmt: skip
    saved = session.save(changed(release), read_back=True, on_conflict="rebase")
    assert (saved.description, saved.displayName) == ("mine", "theirs")
    assert [each.method for each in wire.sent] == ["PATCH", "GET", "PATCH", "GET"]


def test_a_conflict_is_still_an_error_when_only_reading_back(release: Release) -> None:
    session, wire = session_over(REFUSED, release=release)
    with pytest.raises(errors.LostUpdate, match="nothing was written"):
        session.save(changed(release), read_back=True)
    assert len(wire.sent) == 1


def test_a_lost_response_is_decided_by_reading(release: Release) -> None:
    session, _ = session_over(LOST, state(description="mine"), release=release)
    assert session.save(changed(release), read_back=True).version == 0.2
    session, _ = session_over(LOST, TABLE, release=release)
    with pytest.raises(errors.OutcomeUnknown):
        session.save(changed(release), read_back=True)
    session, wire = session_over(LOST, release=release)
    with pytest.raises(errors.OutcomeUnknown):
        session.save(changed(release), on_conflict="rebase")
    assert len(wire.sent) == 1


def test_nothing_is_sent_without_changes_or_with_a_wrong_argument(release: Release) -> None:
    session, wire = session_over(release=release)
    table = model.load(namespace.types(release).Table, dict(TABLE))
    assert session.save(table, read_back=True, on_conflict="rebase") is table
    with pytest.raises(errors.BadArguments, match="must be 'error' or 'rebase', not 'merge'"):
        session.save(changed(release), on_conflict="merge")
    assert wire.sent == []
