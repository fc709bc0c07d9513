"""JSON Patch: what it changes, and how its work grows with the number of operations."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import pytest

from dynclient.sandbox.entities import patch_apply
from dynclient.sandbox.http_errors import ErrorResponse, UnhandledServerError

Operations = list[dict[str, Any]]


def document() -> dict[str, Any]:
    return {"name": "t", "columns": [{"name": f"c{place}"} for place in range(50)]}


def adds(count: int) -> Operations:
    return [
        {"op": "add", "path": "/columns/-", "value": {"name": str(place)}} for place in range(count)
    ]


def inserts(count: int) -> Operations:
    return [{**each, "path": "/columns/0"} for each in adds(count)]


def replaces(count: int) -> Operations:
    return [{"op": "replace", "path": "/name", "value": str(place)} for place in range(count)]


def comparisons(count: int) -> Operations:
    return [{"op": "test", "path": "/columns/1/name", "value": "c1"}] * count


def moves(count: int) -> Operations:
    return [{"op": "move", "from": "/columns/0", "path": "/columns/1"}] * count


def calls(work: Callable[[], object]) -> int:
    """Return how many functions a piece of work calls."""
    count = 0

    def note(frame: object, event: str, argument: object) -> None:
        nonlocal count
        count += event in {"call", "c_call"}

    before = sys.getprofile()
    sys.setprofile(note)
    try:
        work()
    finally:
        sys.setprofile(before)
    return count


@pytest.mark.parametrize("operations", [adds, inserts, replaces, comparisons, moves])
def test_the_work_grows_with_the_number_of_operations_only(
    operations: Callable[[int], Operations],
) -> None:
    few, many = operations(200), operations(4000)
    once = calls(lambda: patch_apply.apply(document(), few))
    assert calls(lambda: patch_apply.apply(document(), many)) < 22 * once


def test_the_entity_itself_is_not_changed() -> None:
    stored = document()
    patched = patch_apply.apply(stored, adds(2))
    assert stored == document()
    assert [column["name"] for column in patched["columns"][-2:]] == ["0", "1"]


def test_an_operation_that_fails_names_the_state_at_that_point() -> None:
    operations = [*replaces(1), {"op": "remove", "path": "/missing"}]
    with pytest.raises(UnhandledServerError) as caught:
        patch_apply.apply({"name": "t"}, operations)
    assert caught.value.message == "'{\"name\":\"0\"}' contains no value for name 'missing'"


@pytest.mark.parametrize("source", ["", "/columns"])
def test_copies_that_double_the_document_are_refused(source: str) -> None:
    copies = [{"op": "copy", "from": source, "path": f"/columns/{n}"} for n in range(60)]
    with pytest.raises(ErrorResponse, match="copies more than 250000 values") as caught:
        patch_apply.apply(document(), copies)
    assert caught.value.status == 400


def test_many_small_copies_are_applied() -> None:
    copies = [{"op": "copy", "from": "/name", "path": "/displayName"}] * 20_000
    assert patch_apply.apply(document(), copies)["displayName"] == "t"
    for place in ("/nothing", 5, None, "name"):
        with pytest.raises(UnhandledServerError):
            patch_apply.apply(document(), [{"op": "copy", "from": place, "path": "/x"}])
