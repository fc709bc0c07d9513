"""Arguments that take several values, or values by name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from dynclient.errors import BadArguments
from dynclient.extensions.arguments import as_list, as_mapping, as_path


def test_one_value_is_a_list_of_one() -> None:
    reference = {"id": "x", "type": "user"}
    assert as_list("ada", "f", "who") == ["ada"]
    assert as_list(reference, "f", "who") == [reference]
    assert as_list(iter(["ada", "bob"]), "f", "who") == ["ada", "bob"]
    assert as_list([], "f", "who") == []


@pytest.mark.parametrize("value", [None, 5, b"ada"])
def test_what_is_neither_one_nor_several_is_refused(value: Any) -> None:
    with pytest.raises(
        BadArguments, match=f"f: 1 problem.*\n.*who: must be .* not {type(value).__name__}"
    ):
        as_list(value, "f", "who")


def test_values_by_name_must_be_a_mapping() -> None:
    assert as_mapping({"a": 1}, "f", "values") == {"a": 1}
    assert as_mapping(None, "f", "values") == {}
    with pytest.raises(BadArguments, match="values: must be a dict, not int"):
        as_mapping(5, "f", "values")


def test_a_path_is_a_text_or_a_path() -> None:
    assert as_path("a/b", "dump", "folder") == as_path(Path("a/b"), "dump", "folder") == Path("a/b")


@pytest.mark.parametrize("value", [None, 3, b"a", "", ["a"]])
def test_what_is_no_path_is_refused(value: Any) -> None:
    with pytest.raises(BadArguments, match=r"dump: .*\n  folder: must be a path, not "):
        as_path(value, "dump", "folder")
