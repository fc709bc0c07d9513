"""Operations as data."""

from __future__ import annotations

from dynclient.operations.operation import Operation, Parameter


def test_arguments_without_a_parameter_are_left_out() -> None:
    listing = Operation("list", None, "GET", "/v1/tables", (Parameter("fields", "query"),))
    assert listing.accepted({"fields": "tags", "include": "all"}) == {"fields": "tags"}
    assert listing.accepted({}) == {}
