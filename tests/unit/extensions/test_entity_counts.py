"""The numbers of entities that servers count in one request."""

from __future__ import annotations

import json
from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.extensions.entity_counts import EntityCounts
from dynclient.extensions.operation_rows import find_operation, rows
from tests.support.trees import ALL_RELEASES, release_named
from tests.support.wire import session_over


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_numbers_are_named_by_collection(name: str) -> None:
    found = {"tableCount": 2, "storageContainerCount": 7, "servicesCount": 3, "glossaryCount": 0}
    session, wire = session_over({**found, "note": "x"}, release=release_named(name))
    assert json.dumps(EntityCounts(session).counts()) == (
        '{"containers": 7, "services": 3, "tables": 2, "glossaries": 0}'
    )
    assert [request.path for request in wire.sent] == ["/v1/system/entities/count"]


def test_the_route_moved_in_release_1_0() -> None:
    old: Any = SimpleNamespace(version=(0, 13, 2), paths=())
    found = find_operation(rows("entity_counts"), "counts", old)
    assert found is not None
    assert found.route == "/v1/util/entities/count"
