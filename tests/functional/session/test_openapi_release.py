"""Releases built from documents of real servers: complete, rightly placed, and no stricter.

The documents are those of real servers; the recordings show what these servers took and refused.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.schema import Release
from dynclient.validation import validator
from tests.support.openapi_server import DOCUMENTS, OpenAPIServer, document_of, entity_types
from tests.support.trees import real_release, shared
from tests.unit.operations.test_catalogue import FACTS, fact_file

each_document = pytest.mark.parametrize("name", DOCUMENTS)

LEFT_OUT = {
    "1.0.4": {
        "dataInsightChart", "ingestionPipeline", "kpi", "testConnectionDefinition",
        "webAnalyticEvent", "workflow",
    },
    "1.6.0": {
        "dataInsightChart", "dataInsightCustomChart", "kpi", "reportData",
        "testConnectionDefinition", "webAnalyticEvent", "workflow",
    },
}  # fmt: skip
"""Entities whose resources these servers keep out of their documents, components and all."""

Connect = Callable[..., Client]


@pytest.fixture(scope="module")
def connect() -> Iterator[Connect]:
    """Return a function that returns a client whose only source is a server."""
    known: dict[tuple[str, bool], Client] = {}
    with ExitStack() as stack:

        def to(name: str, types: bool = True) -> Client:
            if (name, types) not in known:
                listed = entity_types(real_release(name)) if types else ()
                server = OpenAPIServer(document_of(name), types=listed, revision="")
                host = stack.enter_context(server).host
                om = dynclient.connect(host, source="server")
                known[name, types] = stack.enter_context(om)
            return known[name, types]

        yield to


@each_document
@pytest.mark.parametrize("types", [True, False])
def test_entities_and_routes_are_those_of_the_server(
    connect: Connect, name: str, types: bool
) -> None:
    om = connect(name, types)
    assert om.release.lossy
    assert om.release.name.endswith("+openapi")
    rows = fact_file("entity_paths.json")[FACTS[name][0]]
    routes = {row["entityType"]: "/v1" + row["path"] for row in rows}
    found = {
        entity: om.contract[entity].route
        for entity in (*om.release.entities, *om.release.time_series)
    }
    assert found == {entity: routes[entity] for entity in found}
    assert set(routes) - set(found) == LEFT_OUT[name]


@each_document
def test_what_is_left_out_is_nowhere_in_the_document(name: str) -> None:
    document, release = document_of(name), real_release(name)
    rows = fact_file("entity_paths.json")[FACTS[name][0]]
    routes = {row["entityType"]: row["path"] for row in rows}
    for entity in LEFT_OUT[name]:
        known = release.entities.get(entity) or release.time_series[entity]
        assert known.type_name not in document["components"]["schemas"]
        assert f"/v1{routes[entity]}" not in document["paths"]


@each_document
def test_fields_of_entities_are_those_of_the_tree(connect: Connect, name: str) -> None:
    """With the root schemas all of those listed agree; without one, some may be too many."""
    real, lossy = real_release(name), connect(name).release
    listed = {row["name"] for row in entity_types(real)}
    assert lossy.entities
    for entity in lossy.entities.values():
        theirs = set(real.entities[entity.name].properties)
        # An entity that cannot be restored counts as one that cannot be deleted softly.
        assert theirs - {"deleted"} <= set(entity.properties)
        if entity.name in listed:
            assert theirs == set(entity.properties)
            assert entity.path == real.entities[entity.name].path


@each_document
def test_requests_require_what_the_tree_requires(connect: Connect, name: str) -> None:
    real, lossy = real_release(name), connect(name).release
    assert lossy.entities
    for entity in lossy.entities.values():
        theirs = real.entities[entity.name].create
        assert (entity.create is None) == (theirs is None)
        if entity.create is not None and theirs is not None:
            ours, their_node = lossy.node(entity.create), real.node(theirs)
            assert ours.required == their_node.required
            assert set(their_node.properties) <= set(ours.properties)
            assert ours.closed


@each_document
def test_shared_types_lie_where_the_tree_has_them(connect: Connect, name: str) -> None:
    real, lossy = real_release(name), connect(name).release
    for known in ("Column", "EntityReference", "TagLabel", "Uuid", "CreateTableRequest", "User"):
        assert lossy.find(known).ref == real.find(known).ref
    column = lossy.find("CreateTableRequest").properties["columns"].items
    assert column is not None
    assert column.target.ref == "entity/data/table.json#/definitions/column"


def exchanges(name: str) -> Iterator[dict[str, Any]]:
    folder = shared(f"openmetadata/recordings/{name}")
    if folder is None:
        pytest.skip("the recordings are not available (see tests/support/trees.py)")
    for file in sorted(folder.glob("*.json")):
        yield from json.loads(file.read_text("utf-8"))


@each_document
@pytest.mark.parametrize("types", [True, False])
def test_recorded_requests_are_as_valid_as_with_the_tree(
    connect: Connect, name: str, types: bool
) -> None:
    """All requests that are valid by the tree are valid; nearly all that are not are not."""
    om = connect(name, types)
    real: Release = real_release(name)
    by_route = {om.contract[entity].route: entity for entity in om.release.entities}
    counts: Counter[tuple[bool, bool]] = Counter()
    for exchange in exchanges(name):
        request = exchange["request"]
        entity = by_route.get(request["path"])
        if request["method"] not in {"POST", "PUT"} or not isinstance(request["body"], dict):
            continue
        create = None if entity is None else om.release.entities[entity].create
        if entity is None or create is None:
            continue
        theirs = real.entities[entity].create
        assert theirs is not None
        body = request["body"]
        tree = validator(real).is_valid(theirs, body)
        own = validator(om.release).is_valid(create, body)
        counts[tree, own] += 1
    assert sum(counts.values()) > 400
    assert counts[True, False] == 0
    assert counts[False, False] > 4 * counts[False, True]


@each_document
def test_a_client_of_one_works(connect: Connect, name: str) -> None:
    om = connect(name)
    types = om.types
    service = om.database_services.create(
        name=f"shop-{name}", serviceType="Mysql", connection={"config": {"type": "Mysql"}}
    )
    request = types.CreateTableRequest(
        name="orders",
        databaseSchema="shop.main.public",
        columns=[types.Column(name="id", dataType="BIGINT")],
    )
    table = om.create_or_update(request)
    assert table.columns[0].dataType == "BIGINT"
    assert om.tables.get(id=table.id).name == "orders"
    assert om.tables.get(fqn="orders").id == table.id
    assert [each.name for each in om.database_services.list()] == [service.name]
    with pytest.raises(dynclient.RequestInvalid) as caught:
        om.tables.create(name="x", databaseSchema="a.b.c", columns=[{"dataType": "BIGNT"}], ownr=1)
    assert {problem.path for problem in caught.value.problems} == {
        "ownr", "columns[0].dataType", "columns[0].name"
    }  # fmt: skip


@each_document
def test_every_request_and_entity_can_be_built(connect: Connect, name: str) -> None:
    release = connect(name).release
    types = dynclient.types(release)
    assert release.entities
    for entity in release.entities.values():
        assert dynclient.schema_of(getattr(types, entity.type_name)).path == entity.path
        if entity.create is not None:
            assert not validator(release).is_valid(entity.create, {"no such field": 1})
