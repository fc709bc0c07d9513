"""Which fields refer to people, domains and data products, and what is sent to change them."""

from __future__ import annotations

from typing import Any

import jsonschema
import pytest

import dynclient
from dynclient.data import data_file
from dynclient.errors import BadArguments
from tests.support.stub import Seen, Stub
from tests.support.trees import ALL_RELEASES, release_named

FACTS = data_file("reference_fields.json")
TABLE, ADA, BOB = (f"00000000-0000-4000-8000-00000000000{n}" for n in (1, 2, 3))


def test_the_data_file_is_valid_by_its_schema() -> None:
    jsonschema.validate(FACTS, data_file("reference_fields.schema.json"))


def test_every_type_that_a_field_refers_to_exists_in_some_release() -> None:
    known = {name for each in ALL_RELEASES for name in release_named(each).entities}
    assert {name for row in FACTS.values() for name in row.get("types", ())} <= known


class Server:
    """A table with owners, and two users."""

    def __init__(self, stub: Stub) -> None:
        self.owners: list[dict[str, Any]] = []
        stub.default = self.answer
        self.stub = stub

    def answer(self, seen: Seen) -> Any:
        path = seen.path.partition("?")[0]
        if "/users/" in path:
            for name, identity in (("ada", ADA), ("bob", BOB)):
                if path.endswith((name, identity)):
                    return {"id": identity, "name": name, "email": f"{name}@example.org"}
            return None
        if "/teams/" in path:
            return None
        return {
            "id": TABLE, "name": "t", "fullyQualifiedName": "a.b.c.t", "version": 0.3,
            "updatedAt": 7, "columns": [], "owners": self.owners,
        }  # fmt: skip

    @property
    def sent(self) -> list[Any]:
        return [seen.json for seen in self.stub.seen if seen.method == "PATCH"]


@pytest.fixture
def server() -> Any:
    with Stub() as stub:
        yield Server(stub)


def reference(identity: str, **more: Any) -> dict[str, Any]:
    return {"id": identity, "type": "user", **more}


def test_an_owner_is_added_by_a_guarded_patch(server: Server) -> None:
    with dynclient.connect(server.stub.host, release="starter") as om:
        om.tables.add_owners(TABLE, "ada")
    guards = [
        {"op": "test", "path": "/updatedAt", "value": 7},
        {"op": "test", "path": "/version", "value": 0.3},
    ]
    assert server.sent == [[*guards, {"op": "add", "path": "/owners/0", "value": reference(ADA)}]]


def test_nothing_is_sent_if_nothing_changes(server: Server) -> None:
    server.owners = [reference(ADA, name="ada")]
    with dynclient.connect(server.stub.host, release="starter") as om:
        om.tables.add_owners(TABLE, "ada")
        om.tables.set_owners(TABLE, "user:ada")
        om.tables.remove_owners(TABLE, "bob")
    assert server.sent == []


def test_inherited_owners_are_not_made_the_entitys_own(server: Server) -> None:
    server.owners = [reference(ADA, name="ada", inherited=True)]
    with dynclient.connect(server.stub.host, release="starter") as om:
        with pytest.raises(BadArguments, match="user ada is inherited"):
            om.tables.remove_owners(TABLE, "ada")
        om.tables.set_owners(TABLE)
        assert server.sent == []
        om.tables.add_owners(TABLE, "bob")
    changes = [op for op in server.sent[0] if op["op"] != "test"]
    assert all(ADA not in str(op) for op in changes)
    assert any(op.get("value") == BOB or BOB in str(op.get("value")) for op in changes)
