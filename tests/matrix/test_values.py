"""``values.json`` has only rows that are needed, each with one fact and a reason."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import hypothesis
import pytest
from hypothesis.errors import NoSuchExample, Unsatisfiable

import dynclient
from dynclient.operations.catalogue import catalogue
from dynclient.schema import EntityType, Node, Release
from tests.matrix import known_failures
from tests.matrix.conftest import Pools
from tests.matrix.grid import kinds
from tests.matrix.lifecycle import run_lifecycle
from tests.matrix.payloads import EntityPlaceholder, Payloads, UnknownEntityType
from tests.matrix.pool import Pool
from tests.matrix.values import Row, Values, row_applies, rows
from tests.replay import recordings
from tests.support.trees import ALL_RELEASES, HAS_SHARED_TREES, release_named

pytestmark = pytest.mark.matrix

SAYS = {"value", "any", "entity", "link", "items", "branch", "out"}
LIMITS = {"at", "reason", "since", "until", "with", "fresh", "name", "always", "seen"}

TRIED = hypothesis.settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=(hypothesis.Phase.generate,),
)


@pytest.mark.parametrize("row", rows(), ids=lambda row: row["at"])
def test_every_row_has_one_fact_and_a_reason(row: Row) -> None:
    assert len(SAYS & set(row)) == 1
    assert set(row) <= SAYS | LIMITS
    assert row["reason"].endswith(".")


def test_no_field_has_two_rows_for_one_release() -> None:
    assert ALL_RELEASES
    for name in ALL_RELEASES:
        fields = [row["at"] for row in rows() if row_applies(row, release_named(name).version)]
        assert fields
        assert len(fields) == len({*fields})


def test_rows_for_real_servers_are_about_requests_that_recorded_servers_accepted() -> None:
    if not recordings.releases():
        pytest.skip("no recordings available")
    listed = [row for row in rows() if "seen" in row]
    assert listed
    for row in listed:
        owner, _, field = row["at"].partition(".")
        for name in row["seen"]:
            entity = release_named(name).entities[owner]
            bodies = accepted(name, catalogue(release_named(name)).find(entity).route)
            assert bodies, f"{name} {owner}"
            has_field = any(field in body for body in bodies)
            assert has_field or row.get("out") or field == "provider", f"{name} {row['at']}"


def accepted(name: str, route: str) -> list[dict[str, Any]]:
    """Return the bodies of recorded requests that created an entity at a route."""
    exchanges = [each for group in recordings.scenarios(name)
                 for each in recordings.load(name, group)]  # fmt: skip
    return [
        each["request"]["body"] for each in exchanges
        if each["request"]["method"] == "POST" and each["request"]["path"] == route
        and each["response"]["status"] == 201
    ]  # fmt: skip


NEEDED_HERE = [row for row in rows() if "seen" not in row]


DRAWN = {
    "*.config",
    "*.extension",
    "Assigned.assignee",
    "Column.dataType",
    "Column.name",
    "TableConstraint.columns",
    "TagLabel.source",
    "team.teamType",
    "testCase.entityLink",
    "testCaseResolutionStatus.testCaseResolutionStatusType",
    "user.isBot",
    "user.name",
    "workflowDefinition.trigger",
}
"""The fields whose rows only one of many drawn requests shows to be needed."""


@pytest.mark.parametrize(
    "row",
    [
        pytest.param(row, id=row["at"], marks=pytest.mark.slow if row["at"] in DRAWN else ())
        for row in NEEDED_HERE
    ],
)
def test_every_row_is_needed(pools: Pools, row: Row) -> None:
    """Without the row a request is rejected or cannot be generated, or a field is never present."""
    if not HAS_SHARED_TREES:
        pytest.skip("the rows are for the trees of the shared folder")
    cases = list(cases_of(pools, row))
    check = is_row_needed_by_some if row["at"] in DRAWN else is_row_needed_at_once
    if not any(check(*case, row["at"].rpartition(".")[2]) for case in cases):
        tried = ", ".join(f"{pool.om.release.name} {entity.name}" for pool, _, entity in cases)
        pytest.fail(f"nothing fails without the row; tried: {tried or 'no entity type'}")


def cases_of(pools: Pools, row: Row) -> Iterator[tuple[Pool, Payloads, EntityType]]:
    """Yield entity types that a row is about, with payloads without the row.

    Six of the newest releases, and one of each older one.
    """
    count = 0
    for name in reversed(ALL_RELEASES):
        release = release_named(name)
        if not row_applies(row, release.version):
            continue
        others = [each for each in rows() if each is not row]
        without = Payloads(release, Values(release.version, others))
        for entity in entity_types_of(release, row):
            yield pools(name), without, entity
            count += 1
            if count >= 6:
                break


def entity_types_of(release: Release, row: Row) -> Iterator[EntityType]:
    """Yield the entity types whose create request has a field that a row is about."""
    owner, _, field = row["at"].partition(".")
    for entity in kinds(release).values():
        if entity.create is None or (owner[:1].islower() and owner != entity.name):
            continue
        node = release.node(entity.create)
        if "branch" in row and row["branch"] not in node.properties:
            continue
        places = [node] if owner == entity.name else list(nodes_below(node, set()))
        if any(
            field in place.properties and owner in {"*", entity.name, place.type_name}
            for place in places
        ):
            yield entity


def nodes_below(node: Node, seen: set[str]) -> Iterator[Node]:
    """Yield a node and all nodes below it, each once."""
    if node.target.ref in seen:
        return
    seen.add(node.target.ref)
    yield node
    inner = [*node.properties.values(), *node.branches]
    for child in [*inner, *(each for each in (node.items, node.values) if each is not None)]:
        yield from nodes_below(child, seen)


REFUSED = (UnknownEntityType, dynclient.DynclientError, NoSuchExample, Unsatisfiable)
"""What is raised where no request can be made without a row, or none can be sent."""


def is_row_needed_at_once(pool: Pool, without: Payloads, entity: EntityType, _field: str) -> bool:
    """Return whether the least or the full request is worse without a row than with it."""
    try:
        given = without.full(entity)
        if set(given) < set(pool.payloads.full(entity)):
            return True  # a field has no value any more
        # Create one first, since a value that must be unique fails with the second only.
        Pool(pool.om, without, pool.unique()).find(EntityPlaceholder(entity.name, fresh=True))
        requests = (without.least(entity), given)
        return any(is_deviating(pool, entity, request) for request in requests)
    except REFUSED:
        return True


def is_row_needed_by_some(pool: Pool, without: Payloads, entity: EntityType, field: str) -> bool:
    """Return whether one of many requests is worse without the row of a field than with it."""
    try:
        return fails_when_drawn(pool, without, entity, field)
    except REFUSED:
        return True


def is_deviating(pool: Pool, entity: EntityType, request: dict[str, Any]) -> bool:
    """Return whether a step of the lifecycle is not as expected."""
    cells = run_lifecycle(pool, entity, request)
    return bool(known_failures.deviations(pool.om.release, entity, cells))


def fails_when_drawn(pool: Pool, without: Payloads, entity: EntityType, field: str) -> bool:
    """Return whether one of many requests that have a field fails."""
    drawn = without.drawn(entity)
    try:
        return _fails(pool, entity, drawn.filter(lambda request: has_field(request, field)))
    except Unsatisfiable:  # the field is in an object that is drawn too rarely
        return _fails(pool, entity, drawn)


def has_field(value: Any, field: str) -> bool:
    """Return whether a field is present anywhere in a request."""
    if isinstance(value, dict):
        return field in value or any(has_field(inner, field) for inner in value.values())
    return isinstance(value, list) and any(has_field(inner, field) for inner in value)


def _fails(pool: Pool, entity: EntityType, requests: Any) -> bool:
    @TRIED
    @hypothesis.given(requests)
    def run_drawn(request: dict[str, Any]) -> None:
        if is_deviating(pool, entity, request):
            raise _FailedError

    try:
        run_drawn()
    except _FailedError:
        return True
    return False


class _FailedError(Exception):
    """Ends hypothesis's search at the first failure."""
