"""A DELETE whose response was lost never deletes what was created under the name meanwhile."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import dynclient
from dynclient import errors
from dynclient.operations.operation import Plan
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import release_named

OLD = "00000000-0000-0000-0000-000000000001"
NEW = "00000000-0000-0000-0000-000000000002"
NAME = "s.d.c.t"


class Catalogue:
    """One table on a server that loses the response to the first DELETE.

    Right after it, another client creates a table of the same name.
    """

    def __init__(self, stub: Stub) -> None:
        self.ids = [OLD]
        self.losing = True
        stub.default = self.answer

    def answer(self, seen: Seen) -> Any:
        last = seen.path.partition("?")[0].rpartition("/")[2]
        wanted = self.ids[0] if last == NAME and self.ids else last
        if wanted not in self.ids:
            return Reply(404, {"code": 404, "message": f"table instance for {last} not found"})
        if seen.method == "DELETE":
            self.ids.remove(wanted)
            if self.losing:
                self.losing = False
                self.ids.append(NEW)
                return Reply(0)
        return {"id": wanted, "name": "t", "fullyQualifiedName": NAME, "columns": []}


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        yield server


@pytest.mark.parametrize("recursive", [False, True])
def test_a_delete_by_name_is_repeated_by_id_only(stub: Stub, recursive: bool) -> None:
    server = Catalogue(stub)
    with dynclient.connect(stub.host, token="t", release=release_named("starter"), backoff=0) as om:
        # The repeated request finds nothing, so the first one has deleted it.
        assert om.tables.delete(NAME, hard=True, recursive=recursive) is None
    assert server.ids == [NEW]
    sent = [f"{seen.method} {seen.path.partition('?')[0]}" for seen in stub.seen]
    by_id = f"DELETE /api/v1/tables/{OLD}"
    assert sent == [f"GET /api/v1/tables/name/{NAME}", by_id, by_id]


def test_an_operation_that_deletes_by_name_is_not_repeated(stub: Stub) -> None:
    server = Catalogue(stub)
    with dynclient.connect(stub.host, token="t", release=release_named("starter"), backoff=0) as om:
        operation = om.session.find("table").operations["delete_by_name"]
        with pytest.raises(
            errors.OutcomeUnknown, match="read the entity again to see whether it s"
        ):
            om.session.call(Plan(operation, {"fqn": NAME}))
    assert server.ids == [NEW]
    assert len(stub.seen) == 1


class Restoring:
    """One deleted table on a server that loses responses to its restore.

    As real servers do, it responds with 500 to the restore of a table that is not deleted.

    Args:
        lost: what happens to the response to each restore, in order: carried out and lost, lost
            alone, or sent.
        readable: whether the table can be read afterwards.
    """

    def __init__(self, stub: Stub, lost: str, readable: bool = True) -> None:
        self.deleted = True
        self.lost = list(lost)
        self.readable = readable
        stub.default = self.answer

    def answer(self, seen: Seen) -> Any:
        table = {"id": OLD, "name": "t", "columns": [], "deleted": self.deleted}
        if seen.method == "GET":
            return table if self.readable else Reply(0)
        fate = self.lost.pop(0) if self.lost else "sent"
        if fate == "l":
            return Reply(0)
        if not self.deleted:
            return Reply(500, {"code": 500, "message": "Entity is not deleted"})
        self.deleted = False
        return Reply(0 if fate == "c" else 200, {**table, "deleted": False})


def restore(stub: Stub) -> Any:
    with dynclient.connect(
        stub.host, token="t", release=release_named("starter"), backoff=0, retries=2
    ) as om:
        return om.tables.restore(OLD)


@pytest.mark.parametrize(
    ("lost", "requests"), [("", 1), ("l", 2), ("c", 3), ("cl", 4), ("lc", 4), ("clll", 4)]
)
def test_a_restore_whose_response_was_lost_is_decided_by_reading(
    stub: Stub, lost: str, requests: int
) -> None:
    server = Restoring(stub, lost)
    assert restore(stub).deleted is False
    assert not server.deleted
    assert len(stub.seen) == requests
    if requests > 2:
        assert stub.seen[-1].path == f"/api/v1/tables/{OLD}?include=all"


def test_the_drop_in_restores_as_well(stub: Stub) -> None:
    Restoring(stub, "c")
    with dynclient.connect(stub.host, token="t", release=release_named("starter"), backoff=0) as om:
        operation = om.session.find("table").operations["restore"]._replace(as_json=True)
        restored = om.session.call(Plan(operation, {}, {"id": OLD}))
    assert (restored["id"], restored["deleted"]) == (OLD, False)


def test_a_restore_that_was_not_carried_out_raises_its_own_error(stub: Stub) -> None:
    Restoring(stub, "lll")
    with pytest.raises(errors.ConnectFailed, match="which is safe to repeat"):
        restore(stub)
    assert [seen.method for seen in stub.seen] == ["PUT", "PUT", "PUT", "GET"]


@pytest.mark.parametrize("lost", ["c", "lll"])
def test_a_restore_that_cannot_be_decided_says_so(stub: Stub, lost: str) -> None:
    Restoring(stub, lost, readable=False)
    with pytest.raises(errors.OutcomeUnknown, match="to find out whether it was restored") as error:
        restore(stub)
    assert error.value.may_be_done
    assert error.value.url == f"{stub.host}/api/v1/tables/restore"


def test_the_restore_of_what_is_not_deleted_is_an_error(stub: Stub) -> None:
    Restoring(stub, "").deleted = False
    with pytest.raises(errors.ServerFault, match="not deleted"):
        restore(stub)
    assert len(stub.seen) == 1
