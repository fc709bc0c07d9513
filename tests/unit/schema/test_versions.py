"""Versions: the names that may stand for one, and the nearest of several."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.schema.versions import NearestRelease, close, names_for, nearest, numbers


@pytest.mark.parametrize(
    ("version", "names"),
    [
        ("1.6.0", ("1.6.0",)),
        ("1.6.0-SNAPSHOT", ("1.6.0-SNAPSHOT", "1.6.0")),
        ("1.6.0.1", ("1.6.0.1", "1.6.0")),
        ("1.6.0.1-rc1+build", ("1.6.0.1-rc1+build", "1.6.0.1", "1.6.0")),
        ("2.0", ("2.0",)),
        ("nightly", ("nightly",)),
    ],
)
def test_names_of_a_version(version: str, names: tuple[str, ...]) -> None:
    assert names_for(version) == names


@pytest.mark.parametrize(
    ("version", "names", "found"),
    [
        ("1.6.1", ["1.6.0", "1.6.7", "1.7.1"], NearestRelease("1.6.0", "minor")),
        ("1.6.1", ["1.6.9", "1.7.1"], NearestRelease("1.6.9", "minor")),
        ("1.6.2", ["1.6.1", "1.6.3"], NearestRelease("1.6.1", "minor")),
        ("1.6.1", ["1.4.0", "1.8.0", "0.13.2", "2.0.0"], NearestRelease("1.4.0", "major")),
        ("1.6.1", ["1.0.4", "1.8.0"], NearestRelease("1.8.0", "major")),
        ("1.6.1", ["1.7.1-patched"], NearestRelease("1.7.1-patched", "major")),
        ("1.6", ["1.6.0"], NearestRelease("1.6.0", "minor")),
        ("1.6.1", ["starter", "tree-0123456789ab", "2.0.0"], None),
        ("nightly", ["1.6.0"], None),
        ("1.6.0", [], None),
    ],
)
def test_the_nearest(version: str, names: list[str], found: NearestRelease | None) -> None:
    assert nearest(version, names) == found


@pytest.mark.parametrize(
    ("name", "found"),
    [("1.31.0", "1.13.0"), ("1.6.O", "1.6.0"), ("startr", "starter"), ("nothing", None)],
)
def test_names_that_are_spelled_alike(name: str, found: str | None) -> None:
    assert next(iter(close(name, ["1.13.0", "1.6.0", "starter"])), None) == found


three = st.tuples(st.integers(0, 3), st.integers(0, 20), st.integers(0, 9))


@given(three, st.lists(three, min_size=1))
def test_nothing_is_nearer_than_the_nearest(
    wanted: tuple[int, int, int], others: list[tuple[int, int, int]]
) -> None:
    found = nearest(".".join(map(str, wanted)), [".".join(map(str, each)) for each in others])
    same_major = [each for each in others if each[0] == wanted[0]]
    if not same_major:
        assert found is None
        return
    assert found is not None
    chosen = tuple(map(int, found.name.split(".")))
    assert chosen in same_major
    assert found.same == ("minor" if chosen[1] == wanted[1] else "major")
    distance = abs(chosen[1] - wanted[1]), abs(chosen[2] - wanted[2])
    assert distance == min((abs(e[1] - wanted[1]), abs(e[2] - wanted[2])) for e in same_major)


def test_numbers_of_thousands_of_digits_are_none() -> None:
    assert numbers("9" * 5000) == ()
    assert numbers(f"1.6.{'9' * 5000}") == (1, 6)
