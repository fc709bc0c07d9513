"""What is selected, as JSON and back; arguments that contradict each other."""

from __future__ import annotations

from dynclient.as_code.sections import Switches
from dynclient.as_code.selection import Options, options_of, selection_problems


def test_a_selection_is_read_back() -> None:
    for options in (
        Options(),
        Options(("table", "user"), where="owner:ada"),
        Options(service="shop", tests=False, sections=Switches(lineage=True, feeds=True)),
    ):
        assert options_of(options.selection()) == options
    assert Options(format="jsonl", secrets="keyring").selection() == {}
    assert options_of({"fork": 17}) == Options()


def test_conditions_need_types_and_exclude_services() -> None:
    assert selection_problems(["table"], "", "owner:ada") == []
    assert [each.path for each in selection_problems([], "shop", "owner:ada")] == [
        "where", "service"
    ]  # fmt: skip
