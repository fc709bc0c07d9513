"""What ``update()`` sends: what the script changed, whatever fields it had read."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.compat.ometa.exceptions import APIError
from tests.support.stub import Reply, Seen, Stub
from tests.unit.compat.sdk.conftest import ID, OTHER, table

TAG = {"tagFQN": "PII.None", "source": "Classification", "labelType": "Manual",
       "state": "Confirmed"}  # fmt: skip
OWNERS = [{"id": OTHER, "type": "user"}]
PATH = f"/api/v1/tables/{ID}"


def full() -> dict[str, Any]:
    found = table(owners=OWNERS, tags=[TAG], description="Old.")
    found["columns"][0] |= {"tags": [TAG]}
    return found


@pytest.fixture
def sent(stub: Stub) -> list[Any]:
    """The patches that were sent; the server answers as it would without ``fields=``."""
    patches: list[Any] = []

    def get(seen: Seen) -> Reply:
        state = full()
        names = seen.path.partition("fields=")[2].replace("%2C", ",").split(",")
        if "owners" not in names:
            del state["owners"]
        if "tags" not in names:
            del state["tags"]
            del state["columns"][0]["tags"]
        return Reply(200, state)

    def patch(seen: Seen) -> Reply:
        patches.append(seen.json)
        return Reply(200, full())

    stub.default = lambda seen: (get if seen.method == "GET" else patch)(seen)
    return patches


@pytest.mark.parametrize("fields", [None, ["owners"], ["owners", "tags"], ["tags"]])
def test_only_the_change_is_sent_whatever_was_read(sdk: Any, sent: list[Any], fields: Any) -> None:
    found = sdk.Tables.retrieve(ID, fields=fields)
    found.description = "New."
    sdk.Tables.update(found)
    assert sent == [[{"op": "replace", "path": "/description", "value": "New."}]]


def test_labels_of_columns_that_were_not_read_stay(sdk: Any, sent: list[Any]) -> None:
    found = sdk.Tables.retrieve(ID)
    found.columns[0].description = "The number."
    sdk.Tables.update(found)
    path = "/columns/0/description"
    assert sent == [[{"op": "add", "path": path, "value": "The number."}]]


def test_a_field_that_is_set_to_none_is_removed(sdk: Any, sent: list[Any]) -> None:
    found = sdk.Tables.retrieve(ID)
    found.owners = None
    sdk.Tables.update(found)
    assert sent == [[{"op": "remove", "path": "/owners"}]]


def test_without_a_change_nothing_is_sent_and_the_entity_is_returned(
    sdk: Any, sent: list[Any]
) -> None:
    found = sdk.Tables.retrieve(ID, fields=["owners", "tags"])
    assert sdk.Tables.update(found).id == found.id
    assert sent == []


def test_an_error_of_the_server_is_raised(sdk: Any, stub: Stub) -> None:
    stub.routes[f"GET {PATH}"] = table()
    stub.routes[f"PATCH {PATH}"] = Reply(403, {"code": 403, "message": "not allowed"})
    found = sdk.Tables.retrieve(ID)
    found.description = "New."
    with pytest.raises(APIError) as raised:
        sdk.Tables.update(found)
    assert raised.value.status_code == 403


def test_the_id_may_come_first(sdk: Any, sent: list[Any]) -> None:
    found = sdk.Tables.retrieve(ID)
    found.displayName = "Orders"
    sdk.Tables.update(entity_id=ID, entity=found)
    assert sent == [[{"op": "add", "path": "/displayName", "value": "Orders"}]]
