"""Every entity type of every available release can be created, read, changed and deleted."""

from __future__ import annotations

import pytest

from dynclient.operations.catalogue import catalogue
from tests.matrix import known_failures
from tests.matrix.conftest import Pools
from tests.matrix.grid import kinds
from tests.matrix.lifecycle import GREEN, STEPS, is_creatable, is_removable, run_lifecycle
from tests.support.external_server import only_on_sandbox
from tests.support.trees import ALL_RELEASES, HAS_SHARED_TREES, release_named

pytestmark = pytest.mark.matrix

LASTING = "entries of this time series cannot be deleted again"
ALL = [
    pytest.param(name, entity.name, marks=[] if is_removable(spec) else [only_on_sandbox(LASTING)])
    for name in ALL_RELEASES
    for entity in kinds(release_named(name)).values()
    if is_creatable(spec := catalogue(release_named(name)).find(entity))
]


def test_every_release_has_create_requests() -> None:
    assert ALL_RELEASES
    for name in ALL_RELEASES:
        assert len([each for each in ALL if each.values[0] == name]) > 10, name


@pytest.mark.parametrize("extent", ["least", "full"])
@pytest.mark.parametrize(("name", "entity"), ALL)
def test_lifecycle_of(pools: Pools, name: str, entity: str, extent: str) -> None:
    pool = pools(name)
    kind = kinds(pool.om.release)[entity]
    request = getattr(pool.payloads, extent)(kind)
    cells = run_lifecycle(pool, kind, request)
    deviations = known_failures.deviations(pool.om.release, kind, cells)
    assert not deviations, "\n".join([*deviations, f"the request: {request}"])


def test_every_known_failure_is_of_an_available_release() -> None:
    if not HAS_SHARED_TREES:
        pytest.skip("the rows are for the trees of the shared folder")
    rows = known_failures.rows()
    assert rows
    used = {
        row["entity"]
        for name in ALL_RELEASES
        for row in rows
        for kind in kinds(release_named(name)).values()
        if row["entity"] == kind.name and known_failures.failing_steps(release_named(name), kind)
    }
    assert used == {row["entity"] for row in rows}
    assert all(row["reason"].endswith(".") and {*row["steps"]} <= {*STEPS} for row in rows)


def test_steps_follow_from_the_release(pools: Pools) -> None:
    """The capabilities of the entity type decide which steps apply, not a list."""
    pool = pools(ALL_RELEASES[-1])
    entities = pool.om.release.entities
    with_votes = next((each for each in entities.values() if each.votes and each.create), None)
    without = next(each for each in entities.values() if not each.votes and each.create)
    if with_votes is None:
        pytest.skip("no entity type of the newest available release has votes")
    assert run_lifecycle(pool, with_votes, pool.payloads.least(with_votes))["vote"] == GREEN
    assert run_lifecycle(pool, without, pool.payloads.least(without))["vote"] != GREEN
