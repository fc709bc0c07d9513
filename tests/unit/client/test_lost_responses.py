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
    with (
        dynclient.connect(stub.host, token="t", release=release_named("starter"), backoff=0) as om,
        pytest.raises(errors.NotFound, match="first attempt got no response"),
    ):
        om.tables.delete(NAME, hard=True, recursive=recursive)
    assert server.ids == [NEW]
    sent = [f"{seen.method} {seen.path.partition('?')[0]}" for seen in stub.seen]
    by_id = f"DELETE /api/v1/tables/{OLD}"
    assert sent == [f"GET /api/v1/tables/name/{NAME}", by_id, by_id]


def test_an_operation_that_deletes_by_name_is_not_repeated(stub: Stub) -> None:
    server = Catalogue(stub)
    with dynclient.connect(stub.host, token="t", release=release_named("starter"), backoff=0) as om:
        operation = om.session.find("table").operations["delete_by_name"]
        with pytest.raises(errors.ConnectFailed, match="may have processed the request"):
            om.session.call(Plan(operation, {"fqn": NAME}))
    assert server.ids == [NEW]
    assert len(stub.seen) == 1
