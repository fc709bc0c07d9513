"""Close names for typos."""

from __future__ import annotations

import pytest

from dynclient.suggestions import did_you_mean, nearest


def test_close_names_are_found_whatever_their_case() -> None:
    assert nearest("TABEL", ["table", "topic"]) == ("table",)
    assert did_you_mean(nearest("tabel", ["table", "topic"])) == "; did you mean table?"


@pytest.mark.parametrize("name", [None, 5, ["table"]])
def test_nothing_is_close_to_what_is_not_a_string(name: object) -> None:
    assert nearest(name, ["table", "None", "5"]) == ()
