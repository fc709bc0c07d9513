"""A catalogue with an entity of every type: dumped, applied to an empty server, dumped again.

The other server is of the same release, and then has the same files; or it is of another one, and
then has every value that the plan did not list as lost.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from dynclient.as_code import Catalogue
from dynclient.data import data_file
from tests.matrix.catalogues import SWITCHES, contents, empty_server, fill, lost_silently
from tests.matrix.grid import pool_of
from tests.support.external_server import only_on_sandbox
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES, TREES, release_named

pytestmark = [
    pytest.mark.matrix,
    only_on_sandbox("dumps a whole catalogue, which is that of this test"),
]

QUICK = ("starter", "1.0.4")
"""The releases that every run of the tests takes: the smallest ones."""
NOT_DUMPED = {row["entity"] for row in data_file("create_requests.json")["not_dumped"]}


def releases(names: list[str]) -> list[Any]:
    """Return parameters of tests; those of large releases are slow."""
    return [pytest.param(each, marks=() if each in QUICK else pytest.mark.slow) for each in names]


class Dumped(NamedTuple):
    """What was dumped from a server with an entity of every type."""

    folder: Path
    types: set[str]
    """The types of the documents with a create request."""


@pytest.fixture(scope="module")
def dumped(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Dumped]:
    """Return a function that returns the dump of a release."""
    known: dict[str, Dumped] = {}

    def of(name: str) -> Dumped:
        if name not in known:
            release_named(name)  # skips without its tree
            folder = tmp_path_factory.mktemp("dump")
            with session_cache(), pool_of(name, "m") as pool:
                fill(pool)
                pool.om.dump(folder, **SWITCHES)
            documents = Catalogue(folder, release_named(name))
            known[name] = Dumped(folder, {each.type for each in documents if each.request})
        return known[name]

    return of


@pytest.mark.parametrize("name", releases([*dict.fromkeys([*ALL_RELEASES, *TREES])]))
def test_a_catalogue_is_equal_after_it_was_applied_to_an_empty_server(
    dumped: Callable[[str], Dumped], name: str, tmp_path: Path
) -> None:
    source = dumped(name)
    release = release_named(name)
    types = {each.name for each in release.entities.values() if each.create}
    assert types - source.types == NOT_DUMPED & types
    with empty_server(name) as om:
        assert om.apply(source.folder, without_secrets=True).failed == []
        assert not om.plan(source.folder)
        om.dump(tmp_path / "b", **SWITCHES)
    first, second = contents(source.folder), contents(tmp_path / "b")
    assert [*first] == [*second]
    assert [path for path in first if first[path] != second[path]] == []


ACROSS = [
    pytest.param("1.0.4", "1.13.0", id="newer"),
    pytest.param("1.13.0", "1.6.0", id="older", marks=pytest.mark.slow),
]


@pytest.mark.parametrize(("name", "other"), ACROSS)
def test_nothing_is_lost_silently_on_a_server_of_another_release(
    dumped: Callable[[str], Dumped], name: str, other: str
) -> None:
    source = Catalogue(dumped(name).folder, release_named(name))
    with empty_server(other) as om:
        plan = om.plan(source.folder)
        result = om.apply(source.folder, lossy=True, without_secrets=True)
        assert result.failed == []
        assert len(source) > len(plan.lost)
        assert lost_silently(source, om, plan) == []
        assert not om.plan(source.folder)
