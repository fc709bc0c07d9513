"""A catalogue with an entity of every type, forked; each entity is changed in the fork."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from pathlib import Path

import pytest

import dynclient
from dynclient import sandbox
from dynclient.as_code import diff
from tests.matrix.catalogues import create, is_creatable_type
from tests.matrix.grid import pool_of
from tests.matrix.payloads import NO_REQUEST
from tests.support.external_server import only_on_sandbox
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES

pytestmark = [
    pytest.mark.matrix,
    pytest.mark.slow,
    only_on_sandbox("forks a whole catalogue, which is that of this test"),
]

COMPLETED = {("metadataService", "OpenMetadata")}
"""Entities that a sandbox completes with the defaults of their schema when they are changed."""


@pytest.mark.parametrize("name", sorted({ALL_RELEASES[0], ALL_RELEASES[-1]}))
def test_entities_of_every_type_are_changed_in_a_fork(name: str, tmp_path: Path) -> None:
    path, changed = tmp_path / "all.db", 0
    with session_cache(), pool_of(name, "m") as pool:
        for entity in filter(partial(is_creatable_type, pool), pool.om.release.entities.values()):
            with suppress(*NO_REQUEST):
                create(pool, entity.name, pool.payloads.full(entity))
        release = pool.om.release
        fork = sandbox.fork(pool.om, path)
        with (
            sandbox.start(release, data=path, in_process=True) as server,
            dynclient.connect(server.host, token=server.admin_token, release=release) as om,
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
