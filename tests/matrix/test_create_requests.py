"""The create request of an entity creates an equal entity, for every entity type."""

from __future__ import annotations

from typing import Any

import pytest

import dynclient
from dynclient import model
from dynclient.schema import EntityType
from dynclient.validation import validator
from tests.matrix.conftest import Pools
from tests.matrix.lifecycle import is_creatable, is_removable
from tests.matrix.payloads import NO_REQUEST
from tests.matrix.pool import Pool
from tests.support.trees import ALL_RELEASES

pytestmark = pytest.mark.matrix

SERVER_FIELDS = {
    "id", "href", "version", "updatedAt", "updatedBy", "changeDescription",
    "incrementalChangeDescription",
}  # fmt: skip
"""Fields that two equal entities do not share, at any depth."""
FEW = list(dict.fromkeys([ALL_RELEASES[0], ALL_RELEASES[-1]]))


@pytest.mark.parametrize("name", FEW)
def test_as_request_creates_an_equal_entity(pools: Pools, name: str) -> None:
    pool = pools(name)
    release = pool.om.release
    different, count = [], 0
    for entity in release.entities.values():
        spec = pool.om.session.find(entity)
        if not is_creatable(spec) or not is_removable(spec):
            continue
        try:
            request = pool.payloads.full(entity)
        except NO_REQUEST:
            continue
        try:
            created = pool.om[entity.name].create(**pool.resolve(request))
        except dynclient.UnknownOperation:
            continue
        count += 1
        different += recreate(pool, entity, created.id)
    assert count > 5
    assert not different, "\n".join(different)


def recreate(pool: Pool, entity: EntityType, identity: str) -> list[str]:
    """Return how an entity differs after it was deleted and created by its own create request."""
    collection = pool.om[entity.name]
    made = dynclient.as_request(collection.get(identity))
    problems = validator(pool.om.release).check(str(entity.create), made.request)
    if problems:
        return [f"{entity.name}: {problem}" for problem in problems]
    before = comparable(collection.get(identity, fields="*"))
    collection.delete(identity, recursive=True, hard=True)
    if any(pool.om[each.type].get(each.id) is None for each in made.references if each.id):
        return []  # what it refers to was deleted with it: the user of a bot
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
