"""The create request of an entity creates an equal entity."""

from __future__ import annotations

from typing import Any

import pytest

import dynclient
from dynclient import model
from dynclient.schema import EntityType
from dynclient.validation import validator
from tests.matrix.conftest import Pools
from tests.matrix.lifecycle import is_creatable
from tests.matrix.payloads import NO_REQUEST
from tests.matrix.pool import Pool
from tests.support.trees import ALL_RELEASES, HAS_SHARED_TREES

pytestmark = pytest.mark.matrix

SERVER_FIELDS = {
    "id", "href", "version", "updatedAt", "updatedBy", "changeDescription",
    "incrementalChangeDescription",
}  # fmt: skip
"""Fields that two equal entities do not share, at any depth."""
NEWEST = ALL_RELEASES[-1]
TYPES = {
    "dataContract", "domain", "eventSubscription", "glossaryTerm",
    "kpi", "role", "spreadsheet", "table", "team", "testCase", "user",
}  # fmt: skip
"""Types that have every difference between an entity and its create request: names, ids, texts,
values from other fields. Requests of all types would take as long as the rest of the matrix."""


@pytest.mark.skipif(not HAS_SHARED_TREES, reason="a small release shows nothing new")
def test_as_request_creates_an_equal_entity(pools: Pools) -> None:
    pool = pools(NEWEST)
    release = pool.om.release
    different, count = [], 0
    for entity in release.entities.values():
        spec = pool.om.session.find(entity)
        if (
            entity.name not in TYPES
            or not is_creatable(spec)
            or not {"create", "get", "delete"} <= {*spec.operations}
        ):
            continue
        try:
            request = pool.payloads.full(entity)
        except NO_REQUEST:
            continue
        created = pool.om[entity.name].create(**pool.resolve(request))
        count += 1
        different += recreate(pool, entity, created.id)
    assert count > 8
    assert not different, "\n".join(different)


def recreate(pool: Pool, entity: EntityType, identity: str) -> list[str]:
    """Return how an entity differs after it was deleted and created by its own create request."""
    collection = pool.om[entity.name]
    entity_now = collection.get(identity, fields="*")
    if dynclient.check(entity_now):
        return []  # the sandbox fills in defaults of the wrong branch of a union
    made = dynclient.as_request(entity_now)
    problems = validator(pool.om.release).check(str(entity.create), made.request)
    if problems:
        return [f"{entity.name}: {problem}" for problem in problems]
    before = comparable(entity_now)
    collection.delete(identity, recursive=True, hard=True)
    users = [each.id for each in made.references if each.type == "user"]
    if any(pool.om.users.get(user) is None for user in users):
        return []  # the user of a bot was deleted with it
    after = comparable(collection.get(collection.create(**made.request).id, fields="*"))
    return [
        f"{entity.name}.{field}: {before.get(field)!r} became {after.get(field)!r}"
        for field in sorted({*before, *after})
        if before.get(field) != after.get(field)
    ]


def comparable(value: Any) -> Any:
    """Return the JSON of an entity without what two equal entities do not share."""
    value = model.json_of(value)
    if isinstance(value, dict):
        return {k: comparable(inner) for k, inner in value.items() if k not in SERVER_FIELDS}
    return [comparable(each) for each in value] if isinstance(value, list) else value
