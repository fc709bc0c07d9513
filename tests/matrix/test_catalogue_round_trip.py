"""A catalogue with an entity of every type: dumped and applied to an empty server; forked."""

from __future__ import annotations

from pathlib import Path

import pytest

import dynclient
from dynclient import sandbox
from dynclient.as_code import diff
from tests.matrix.conftest import Pools
from tests.matrix.lifecycle import is_creatable
from tests.matrix.payloads import NO_REQUEST
from tests.matrix.pool import Pool
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES, TREES, release_named

pytestmark = pytest.mark.matrix

SAME = [
    pytest.param(name, marks=pytest.mark.slow if number else ())
    for number, name in enumerate(dict.fromkeys([ALL_RELEASES[0], ALL_RELEASES[-1]]))
]
NOT_EQUAL = {"workflow"}
"""Types whose entities a sandbox completes with what their schema does not allow."""


def fill(pool: Pool) -> int:
    """Create an entity of every type, and return how many there are."""
    count = 0
    for entity in pool.om.release.entities.values():
        if not is_creatable(pool.om.session.find(entity)) or entity.name in NOT_EQUAL:
            continue
        try:
            pool.om[entity.name].create(**pool.resolve(pool.payloads.full(entity)))
        except (*NO_REQUEST, dynclient.UnknownOperation):
            continue
        count += 1
    return count


def contents(folder: Path) -> dict[str, bytes]:
    """Return the documents in a folder by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.yaml")
        if ".dynclient" not in path.parts
    }


@pytest.mark.parametrize("name", SAME)
def test_a_catalogue_is_equal_after_it_was_applied_to_an_empty_server(
    pools: Pools, name: str, tmp_path: Path
) -> None:
    pool = pools(name)
    assert fill(pool) > 5
    types = [each for each in pool.om.release.entities if each not in NOT_EQUAL]
    types = [each for each in types if is_creatable(pool.om.session.find(each))]
    pool.om.dump(tmp_path / "a", types=types)
    with session_cache(), sandbox.start(tree=TREES.get(name)) as server:
        options = {"token": server.admin_token, "release": release_named(name)}
        with dynclient.connect(server.host, **options) as om:
            assert om.apply(tmp_path / "a", without_secrets=True).failed == []
            assert not om.plan(tmp_path / "a")
            om.dump(tmp_path / "b", types=types)
    first, second = contents(tmp_path / "a"), contents(tmp_path / "b")
    assert [*first] == [*second]
    assert [path for path in first if first[path] != second[path]] == []


COMPLETED = {("metadataService", "OpenMetadata")}
"""Entities that a sandbox completes with the defaults of their schema when they are changed."""


@pytest.mark.slow
@pytest.mark.parametrize("name", sorted({ALL_RELEASES[0], ALL_RELEASES[-1]}))
def test_entities_of_every_type_are_changed_in_a_fork(
    pools: Pools, name: str, tmp_path: Path
) -> None:
    pool, path = pools(name), tmp_path / "all.db"
    assert fill(pool) > 5
    fork = sandbox.fork(pool.om, path)
    changed = 0
    with (
        session_cache(),
        sandbox.start(pool.om.release, data=path, in_process=True) as server,
        dynclient.connect(server.host, token=server.admin_token, release=pool.om.release) as om,
    ):
        for entity_type in fork.counts:
            if "list" not in om.session.find(entity_type).operations:
                continue
            for entity in [*om[entity_type].list()]:
                theirs = pool.om[entity_type].get(entity.id)
                assert (theirs.name, theirs.version) == (entity.name, entity.version)
                entity.description = "Changed in the fork."
                om.save(entity)
                changed += 1
    assert changed > 20
    found = [each for each in diff(path) if each[1:3] not in COMPLETED]
    assert len(found) > 20
    for each in found:
        assert each.kind == "changed", each
        assert [place.path for place in each.changes] == ["description"], each
