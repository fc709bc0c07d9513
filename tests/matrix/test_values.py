"""``values.json`` holds what no schema can tell, and nothing that is not needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from hypothesis.errors import NoSuchExample, Unsatisfiable

import dynclient
from dynclient.schema import EntityType, Node, Release
from tests.matrix import known
from tests.matrix.conftest import Pools
from tests.matrix.grid import kinds
from tests.matrix.life import live
from tests.matrix.payloads import Named, Payloads, Unknown
from tests.matrix.pool import Pool
from tests.matrix.values import Row, Values, holds, rows
from tests.support.trees import ALL_RELEASES, TREES, release_named

pytestmark = pytest.mark.matrix

SAYS = {"value", "any", "entity", "link", "items", "branch", "out"}
LIMITS = {"at", "reason", "since", "until", "with", "fresh", "name", "always"}

TRIED = hypothesis.settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=(hypothesis.Phase.generate,),
)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["at"])
def test_every_row_says_one_thing_and_why(row: Row) -> None:
    assert len(SAYS & set(row)) == 1
    assert set(row) <= SAYS | LIMITS
    assert row["reason"].endswith(".")


def test_no_place_has_two_rows_for_one_release() -> None:
    for name in ALL_RELEASES:
        places = [row["at"] for row in rows() if holds(row, release_named(name).version)]
        assert len(places) == len({*places})


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["at"])
def test_every_row_is_needed(pools: Pools, row: Row) -> None:
    """Without the row a request is refused or cannot be made, or a field is never given."""
    if not TREES:
        pytest.skip("no real trees are at hand")
    tried = []
    for name in reversed(ALL_RELEASES):
        release = release_named(name)
        if not holds(row, release.version):
            continue
        others = [each for each in rows() if each is not row]
        without = Payloads(release, Values(release.version, others))
        for entity in concerned(release, row):
            tried.append(f"{name} {entity.name}")
            if is_missed(pools(name), without, entity, row["at"].rpartition(".")[2]):
                return
            if len(tried) >= 6:
                break
    pytest.fail(f"nothing goes wrong without it: {', '.join(tried) or 'it is for nothing at hand'}")


def concerned(release: Release, row: Row) -> Iterator[EntityType]:
    """Give the entity types whose create request has a place that a row is for."""
    owner, _, field = row["at"].partition(".")
    for entity in kinds(release).values():
        if entity.create is None or (owner[:1].islower() and owner != entity.name):
            continue
        node = release.node(entity.create)
        if "branch" in row and row["branch"] not in node.properties:
            continue
        places = [node] if owner == entity.name else list(below(node, set()))
        if any(
            field in place.properties and owner in {"*", entity.name, place.type_name}
            for place in places
        ):
            yield entity


def below(node: Node, seen: set[str]) -> Iterator[Node]:
    """Give a place and all places below it that have named properties or are unions."""
    if node.target.ref in seen:
        return
    seen.add(node.target.ref)
    yield node
    inner = [*node.properties.values(), *node.branches]
    for child in [*inner, *(each for each in (node.items, node.values) if each is not None)]:
        yield from below(child, seen)


def is_missed(pool: Pool, without: Payloads, entity: EntityType, field: str) -> bool:
    """Tell whether requests made without the row of a field are worse than those made with it."""
    try:
        given = without.full(entity)
        if set(given) < set(pool.payloads.full(entity)):
            return True  # a field that nobody could give
        # One that is there already, since what no two may share shows with the second only.
        Pool(pool.om, without, pool.unique()).found(Named(entity.name, fresh=True))
        for request in (without.least(entity), given):
            if fails(pool, entity, request):
                return True
        return fails_when_drawn(pool, without, entity, field)
    except (Unknown, dynclient.DynclientError, NoSuchExample, Unsatisfiable):
        return True


def fails(pool: Pool, entity: EntityType, request: dict[str, Any]) -> bool:
    """Tell whether a request leads to a life that is not as it is known to be."""
    return bool(known.surprises(pool.om.release, entity, live(pool, entity, request)))


def fails_when_drawn(pool: Pool, without: Payloads, entity: EntityType, field: str) -> bool:
    """Tell whether one of many requests fails that give a field."""
    drawn = without.drawn(entity)
    try:
        return _fails(pool, entity, drawn.filter(lambda request: gives(request, field)))
    except Unsatisfiable:  # it is part of something else that is given too seldom
        return _fails(pool, entity, drawn)


def gives(value: Any, field: str) -> bool:
    """Tell whether a field is given anywhere in a request."""
    if isinstance(value, dict):
        return field in value or any(gives(below, field) for below in value.values())
    return isinstance(value, list) and any(gives(below, field) for below in value)


def _fails(pool: Pool, entity: EntityType, requests: Any) -> bool:
    @TRIED
    @hypothesis.given(requests)
    def lives(request: dict[str, Any]) -> None:
        if fails(pool, entity, request):
            raise _FailedError

    try:
        lives()
    except _FailedError:
        return True
    return False


class _FailedError(Exception):
    """Ends the search."""
