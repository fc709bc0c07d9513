"""Saving: guarded patches, lost updates, and problems that an entity had before."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from dynclient import errors, model
from dynclient.model import namespace
from dynclient.schema import Release
from dynclient.session.session import Session
from tests.support.trees import release_named, shared
from tests.support.wire import Wire, session_over

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"
SERVER_SAYS = "An exception with message [{}] was thrown while processing request."


def column(name: str, kind: str = "INT") -> dict[str, Any]:
    return {"name": name, "dataType": kind}


TABLE = {
    "id": ID, "name": "t", "fullyQualifiedName": "s.d.c.t", "version": 0.1, "updatedAt": 5,
    "columns": [column("a"), column("b")],
}  # fmt: skip


@pytest.fixture
def release() -> Release:
    return release_named("starter")


def table(release: Release, **fields: Any) -> Any:
    data = json.loads(json.dumps({**TABLE, **fields}))
    return model.load(namespace.types(release).Table, data)


def saved_patch(session: Session, wire: Wire, entity: Any) -> list[dict[str, Any]]:
    session.save(entity)
    patch: list[dict[str, Any]] = wire.last.json
    return patch


def test_only_the_changes_are_sent_and_guarded_by_version_and_time(release: Release) -> None:
    session, wire = session_over({**TABLE, "version": 0.2}, release=release)
    entity = table(release)
    entity.description = "new"
    saved = session.save(entity)
    assert (wire.last.method, wire.last.path) == ("PATCH", f"/v1/tables/{ID}")
    assert wire.last.json == [
        {"op": "test", "path": "/updatedAt", "value": 5},
        {"op": "test", "path": "/version", "value": 0.1},
        {"op": "add", "path": "/description", "value": "new"},
    ]
    assert saved.version == 0.2
    assert entity.version == 0.1


def test_guards_are_values_that_the_server_returned(release: Release) -> None:
    session, wire = session_over(TABLE, release=release)
    entity = table(release)
    entity.version = 7.5
    assert saved_patch(session, wire, entity)[:2] == [
        {"op": "test", "path": "/updatedAt", "value": 5},
        {"op": "test", "path": "/version", "value": 0.1},
    ]


def test_an_entity_without_time_is_guarded_by_its_version_alone(release: Release) -> None:
    session, wire = session_over(TABLE, release=release)
    data = {name: value for name, value in TABLE.items() if name != "updatedAt"}
    entity = model.load(namespace.types(release).Table, data)
    entity.description = "new"
    patch = saved_patch(session, wire, entity)
    assert [each["path"] for each in patch] == ["/version", "/description"]


def test_without_changes_nothing_is_sent(release: Release) -> None:
    session, wire = session_over(release=release)
    entity = table(release)
    assert session.save(entity) is entity
    assert wire.sent == []


def test_only_entities_of_a_server_can_be_saved(release: Release) -> None:
    session, wire = session_over(release=release)
    types = namespace.types(release)
    request = types.CreateTableRequest(name="t", databaseSchema="s.d.c", columns=[])
    with pytest.raises(errors.UsageError, match=r"CreateTableRequest is not an entity type.*om\."):
        session.save(request)
    with pytest.raises(errors.UsageError, match="an entity that a server returned, not dict"):
        session.save({"name": "t"})
    assert wire.sent == []


def test_invalid_changes_are_not_sent(release: Release) -> None:
    session, wire = session_over(release=release)
    entity = table(release)
    entity.columns[0].dataType = "BIGNT"
    with pytest.raises(errors.RequestInvalid, match="the changed Table has 1 problem") as caught:
        session.save(entity)
    assert [problem.path for problem in caught.value.problems] == ["columns[0].dataType"]
    assert wire.sent == []


# -- lost updates ----------------------------------------------------------------------------------

FAILED_TEST = "JsonPatch.Operation.TEST fails! Values are not equal"


@pytest.mark.parametrize(
    "response",
    [
        (412, {"message": "etag"}),
        (500, {"responseMessage": SERVER_SAYS.format(FAILED_TEST)}),
        (400, {"message": "The JSON Patch operation 'test' failed for path '/version'"}),
        (500, {"message": "json patch operation 'test' failed"}),
    ],
)
def test_a_failed_test_or_a_412_is_a_lost_update(release: Release, response: Any) -> None:
    session, _ = session_over(response, release=release)
    entity = table(release)
    entity.description = "new"
    with pytest.raises(errors.LostUpdate) as caught:
        session.save(entity)
    error = caught.value
    assert (error.status, error.code) == (response[0], 409)
    assert error.message == "Table s.d.c.t was changed since it was read; nothing was written"
    assert "continue with the entity that om.save returns" in str(error)
    assert isinstance(error, errors.Conflict)


@pytest.mark.parametrize(
    ("status", "message", "kind"),
    [
        (403, "latest policy evaluation failed: EditDescription not allowed", errors.Forbidden),
        (400, "test suite validation failed", errors.BadRequest),
        (500, SERVER_SAYS.format("contest values are not equal"), errors.ServerFault),
        (500, SERVER_SAYS.format("the json patch failed its last test"), errors.ServerFault),
        (404, "testCase instance for x not found, lookup failed", errors.NotFound),
    ],
)
def test_other_errors_that_mention_tests_and_failures_keep_their_class(
    release: Release, status: int, message: str, kind: type[errors.ServerError]
) -> None:
    session, _ = session_over((status, {"code": status, "message": message}), release=release)
    entity = table(release)
    entity.description = "new"
    with pytest.raises(errors.ServerError) as caught:
        session.save(entity)
    assert type(caught.value) is kind
    assert caught.value.message == message


def failed_patches() -> list[tuple[str, int, Any, bool]]:
    """Return the recorded errors of PATCH requests, and whether a ``test`` had failed."""
    folder = shared("openmetadata/recordings")
    found = []
    for path in sorted(folder.glob("*/*.json")) if folder else []:
        for exchange in json.loads(Path(path).read_text("utf-8")):
            response = exchange["response"]
            if exchange["request"]["method"] == "PATCH" and response["status"] >= 400:
                lost = "Operation.TEST fails" in json.dumps(response["body"])
                name = f"{path.parent.name}-{path.stem}: {exchange['step']}"
                found.append((name, response["status"], response["body"], lost))
    return found


@pytest.mark.skipif(not failed_patches(), reason="the recordings are not available")
def test_recorded_errors_of_real_servers(release: Release) -> None:
    kinds = set()
    for name, status, body, lost in failed_patches():
        session, _ = session_over((status, body), release=release)
        entity = table(release)
        entity.description = "new"
        with pytest.raises(errors.ServerError) as caught:
            session.save(entity)
        assert isinstance(caught.value, errors.LostUpdate) == lost, name
        kinds.add(lost)
    assert kinds == {True, False}


# -- problems that were there before ---------------------------------------------------------------


def odd(release: Release, *columns: dict[str, Any]) -> Any:
    """Return a table of a newer server, whose columns break the schema."""
    return table(release, columns=list(columns))


def test_a_problem_of_before_that_moved_does_not_keep_from_saving(release: Release) -> None:
    session, wire = session_over(TABLE, release=release)
    entity = odd(release, column("a"), column("b", "QUBIT"))
    del entity.columns[0]
    assert saved_patch(session, wire, entity)[-1]["path"].startswith("/columns")
    entity = odd(release, column("b", "QUBIT"))
    entity.columns.insert(0, column("first"))
    session.save(entity)
    assert len(wire.sent) == 2


def test_each_problem_of_before_counts_once(release: Release) -> None:
    session, wire = session_over(TABLE, release=release)
    two = [column("b", "QUBIT"), column("c", "QUBIT")]
    entity = odd(release, column("a"), *two)
    del entity.columns[0]
    session.save(entity)
    entity = odd(release, *two)
    entity.columns.insert(0, column("first"))
    session.save(entity)
    assert len(wire.sent) == 2
    entity = odd(release, column("a"), column("b", "QUBIT"))
    entity.columns[0].dataType = "QUBIT"
    entity.columns.insert(0, column("first"))
    with pytest.raises(errors.RequestInvalid) as caught:
        session.save(entity)
    assert [problem.path for problem in caught.value.problems] == ["columns[2].dataType"]
    assert len(wire.sent) == 2


def test_a_second_problem_like_one_of_before_is_new(release: Release) -> None:
    session, wire = session_over(TABLE, release=release)
    entity = odd(release, column("a"), column("b", "QUBIT"))
    entity.columns[0].dataType = "QUBIT"
    with pytest.raises(errors.RequestInvalid) as caught:
        session.save(entity)
    assert [problem.path for problem in caught.value.problems] == ["columns[0].dataType"]
    assert wire.sent == []


def test_other_problems_at_the_place_of_one_of_before_are_new(release: Release) -> None:
    session, wire = session_over(TABLE, release=release)
    entity = odd(release, column("b", "QUBIT"))
    entity.columns[0].dataType = "QUBYTE"
    with pytest.raises(errors.RequestInvalid, match="QUBYTE"):
        session.save(entity)
    assert wire.sent == []


def test_an_unrelated_change_of_an_invalid_entity_is_saved(release: Release) -> None:
    session, wire = session_over(TABLE, release=release)
    entity = odd(release, column("b", "QUBIT"))
    entity.description = "new"
    assert saved_patch(session, wire, entity)[-1]["path"] == "/description"


def test_several_problems_of_before_may_move_together(release: Release) -> None:
    session, wire = session_over(TABLE, release=release)
    old = [column("b", "QUBIT"), column("c", "QUBIT")]
    entity = odd(release, column("a"), column("z"), *old)
    del entity.columns[0]
    del entity.columns[0]
    session.save(entity)
    assert len(wire.sent) == 1


def test_only_as_many_problems_as_before_may_move(release: Release) -> None:
    session, wire = session_over(TABLE, release=release)
    entity = odd(release, column("a"), column("b", "QUBIT"))
    entity.columns[0].dataType = "QUBIT"
    entity.columns.insert(0, column("first"))
    entity.columns.insert(0, column("second"))
    with pytest.raises(errors.RequestInvalid) as caught:
        session.save(entity)
    assert [problem.path for problem in caught.value.problems] == ["columns[3].dataType"]
    assert wire.sent == []


def test_fields_of_an_older_release_are_sent_under_their_own_names(release: Release) -> None:
    session, wire = session_over(TABLE, release=release)
    owner = {"id": ID, "type": "user"}
    entity = table(release, owner=owner)
    entity.description = "new"
    with pytest.warns(errors.DriftWarning, match="owner is called owners"):
        patch = saved_patch(session, wire, entity)
    assert patch[2:] == [
        {"op": "remove", "path": "/owner"},
        {"op": "add", "path": "/description", "value": "new"},
        {"op": "add", "path": "/owners", "value": [owner]},
    ]


@pytest.mark.parametrize(
    ("absent", "label"),
    [((), "s.d.c.t"), (("fullyQualifiedName",), "t"), (("fullyQualifiedName", "name"), ID)],
)
def test_a_lost_update_names_the_entity(
    release: Release, absent: tuple[str, ...], label: str
) -> None:
    session, _ = session_over((412, {"message": "etag"}), release=release)
    data = {name: value for name, value in TABLE.items() if name not in absent}
    entity = model.load(namespace.types(release).Table, data)
    entity.description = "new"
    with pytest.raises(errors.LostUpdate) as caught:
        session.save(entity)
    assert caught.value.message.startswith(f"Table {label} was changed")
