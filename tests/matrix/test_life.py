"""Everything of every release at hand can be made, found, changed and deleted."""

from __future__ import annotations

import pytest

from tests.matrix import known
from tests.matrix.conftest import Pools
from tests.matrix.grid import kinds
from tests.matrix.life import GREEN, STEPS, live
from tests.support.trees import ALL_RELEASES, TREES, release_named

pytestmark = pytest.mark.matrix

ALL = [
    (name, entity.name)
    for name in ALL_RELEASES
    for entity in kinds(release_named(name)).values()
    if entity.create is not None
]


def test_there_is_something_to_test() -> None:
    for name in ALL_RELEASES:
        assert len([entity for release, entity in ALL if release == name]) > 10, name


@pytest.mark.parametrize("extent", ["least", "full"])
@pytest.mark.parametrize(("name", "entity"), ALL)
def test_the_life_of(pools: Pools, name: str, entity: str, extent: str) -> None:
    pool = pools(name)
    kind = kinds(pool.om.release)[entity]
    request = getattr(pool.payloads, extent)(kind)
    cells = live(pool, kind, request)
    wrong = known.surprises(pool.om.release, kind, cells)
    assert not wrong, "\n".join([*wrong, f"the request: {request}"])


def test_every_known_red_is_of_a_release() -> None:
    if not TREES:
        pytest.skip("no real trees are at hand")
    met = {
        row["entity"]: row
        for name in ALL_RELEASES
        for row in known.rows()
        for kind in kinds(release_named(name)).values()
        if row["entity"] == kind.name and known.red(release_named(name), kind)
    }
    assert set(met) == {row["entity"] for row in known.rows()}
    assert all(row["reason"].endswith(".") and {*row["steps"]} <= {*STEPS} for row in known.rows())


def test_what_is_not_applicable_is_told_by_the_contract(pools: Pools) -> None:
    """A release's own capabilities, not a list, say what there is to do."""
    pool = pools(ALL_RELEASES[-1])
    entities = pool.om.release.entities
    with_votes = next(each for each in entities.values() if each.votes and each.create)
    without = next(each for each in entities.values() if not each.votes and each.create)
    assert live(pool, with_votes, pool.payloads.least(with_votes))["vote"] == GREEN
    assert live(pool, without, pool.payloads.least(without))["vote"] != GREEN
