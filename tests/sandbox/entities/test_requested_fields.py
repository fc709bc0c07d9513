"""The sandbox returns on request only what real servers return on request only."""

from __future__ import annotations

import pytest

from dynclient.sandbox.entities.entity_model import EntityModels
from tests.facts.requested_fields import PROBES, probes, tree
from tests.support.trees import release_named, shared

STALE = {"personas", "domains"}
"""What probed entities had as the empty list that was stored with their last change."""


@pytest.mark.skipif(shared(PROBES) is None, reason="the probes of real servers are not there")
def test_fields_come_on_request_where_those_of_real_servers_do() -> None:
    count = 0
    for version, types in probes().items():
        models = EntityModels(tree(version))
        for type, probe in types.items():
            if type not in models:
                continue
            model = models[type]
            added = {path for paths in probe["on_request"].values() for path in paths}
            on_request = added & set(model.fields)
            assert on_request <= model.on_request, (version, type)
            assert not model.on_request & set(probe["plain"]) - STALE, (version, type)
            count += len(on_request)
    assert count > 500


def test_parent_and_data_model_of_a_container_come_on_request() -> None:
    model = EntityModels(release_named("starter"))["container"]
    assert {"parent", "dataModel", "children"} <= model.on_request
    assert "parent" not in model.for_update
