"""What is sent to add and remove labels, and what stays as the server has it."""

from __future__ import annotations

from typing import Any

import pytest

import dynclient
from dynclient.errors import LostUpdate
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import release_named

ID = "00000000-0000-4000-8000-000000000001"
DERIVED = {
    "tagFQN": "PII.Sensitive", "name": "Sensitive", "source": "Classification",
    "labelType": "Derived", "state": "Confirmed", "appliedBy": "bot", "reason": "from a term",
}  # fmt: skip
SUGGESTED = {
    "tagFQN": "Usage.Hot", "source": "Classification", "labelType": "Automated",
    "state": "Suggested", "style": {"color": "red"},
}  # fmt: skip


class Server:
    """A table with labels; every tag exists, below parents that exclude nothing."""

    def __init__(self, stub: Stub) -> None:
        self.labels: list[dict[str, Any]] = []
        self.conflicts = 0
        self.host = stub.host
        self.stub = stub
        stub.default = self.answer

    def answer(self, seen: Seen) -> Any:
        path = seen.path.partition("?")[0]
        name = path.rpartition("/")[2]
        if "/tags/" in path:
            return {"id": ID, "name": name.rpartition(".")[2], "fullyQualifiedName": name}
        if seen.method == "PATCH" and self.conflicts:
            self.conflicts -= 1
            return Reply(412, {"code": 412, "message": "the entity was changed"})
        return {
            "id": ID, "name": "t", "fullyQualifiedName": "a.b.c.t", "version": 0.3,
            "updatedAt": 7, "columns": [], "tags": self.labels,
        }  # fmt: skip

    @property
    def sent(self) -> list[Any]:
        """The changes of each patch, without its guards."""
        patches = [seen.json for seen in self.stub.seen if seen.method == "PATCH"]
        return [[op for op in patch if op["op"] != "test"] for patch in patches]


@pytest.fixture
def server() -> Any:
    with Stub() as stub:
        yield Server(stub)


def connect(server: Server) -> Any:
    return dynclient.connect(server.host, release=release_named("1.13.0"))


def test_what_the_server_derived_stays(server: Server) -> None:
    server.labels = [DERIVED]
    with connect(server) as om:
        om.tables.add_tags(ID, "PII.Sensitive")
        assert server.sent == []
        om.tables.add_tags(ID, "Usage.Cold")
        om.tables.set_tier(ID, "Tier1")
    for patch, name in zip(server.sent, ("Usage.Cold", "Tier.Tier1"), strict=True):
        assert [op["op"] for op in patch] == ["add"]
        assert patch[0]["value"]["tagFQN"] == name


def test_a_suggested_label_is_confirmed_and_keeps_the_rest(server: Server) -> None:
    server.labels = [SUGGESTED]
    with connect(server) as om:
        om.tables.add_tags(ID, "Usage.Hot")
    assert server.sent == [[{"op": "replace", "path": "/tags/0/state", "value": "Confirmed"}]]


def test_neighbouring_labels_are_removed_together(server: Server) -> None:
    names = ("A.1", "A.2", "A.3")
    server.labels = [{**DERIVED, "tagFQN": name} for name in names]
    with connect(server) as om:
        om.tables.remove_tags(ID, "A.1", "A.2")
    (patch,) = server.sent
    assert {op["op"] for op in patch} == {"remove"}
    assert len(patch) == 2


def test_a_conflict_is_tried_again_on_the_new_state(server: Server) -> None:
    server.conflicts = 2
    with connect(server) as om:
        om.tables.add_tags(ID, "Usage.Hot")
    assert len(server.sent) == 3
    reads = [seen for seen in server.stub.seen if seen.method == "GET" and "/tables/" in seen.path]
    assert len(reads) == 3


def test_conflicts_without_end_are_an_error(server: Server) -> None:
    server.conflicts = 100
    with connect(server) as om, pytest.raises(LostUpdate):
        om.tables.add_tags(ID, "Usage.Hot")
    assert len(server.sent) == 10
