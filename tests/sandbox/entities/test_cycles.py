"""No entity contains itself, whatever its type and whichever request sets its place."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from itertools import pairwise

import pytest

from dynclient import sandbox
from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
from dynclient.sandbox.entities.request_context import Caller, RequestContext
from dynclient.sandbox.http_errors import ErrorResponse
from dynclient.sandbox.storage.data_file import open_data
from tests.support.sandbox_tables import TablesApi
from tests.support.trees import ALL_RELEASES, TREES, release_named


@pytest.fixture(params=ALL_RELEASES)
def context(request: pytest.FixtureRequest) -> Iterator[RequestContext]:
    models = EntityModels(release_named(request.param))
    with open_data(None) as database, database.write() as tx:
        yield RequestContext(tx, models, {}, Caller("admin"), "http://sandbox/api", 1)


def store(context: RequestContext, model: EntityModel, fqn: str) -> str:
    id = str(uuid.uuid4())
    doc = {"id": id, "name": fqn.rpartition(".")[2], "fullyQualifiedName": fqn}
    context.tx.put(model.type, doc)
    return id


def chain(context: RequestContext, model: EntityModel, field: str) -> list[str]:
    """Store three entities, each of which contains the next; return their ids."""
    ids = [store(context, model, fqn) for fqn in ("a", "a.b", "a.b.c")]
    for above, below in pairwise(ids):
        context.link(model, below, {field: [(above, model.type)]})
    return ids


def test_a_type_that_contains_its_own_is_found_in_every_release(context: RequestContext) -> None:
    models = context.models
    nested = {type for type in models.release.entities if models[type].containers}
    assert nested >= {"team", "glossaryTerm", "container"}
    # Neither is below the other there.
    assert "relatedTerms" not in models["glossaryTerm"].containers


@pytest.mark.parametrize("place", [0, 1, 2])
def test_an_entity_cannot_be_moved_below_itself(context: RequestContext, place: int) -> None:
    for type in context.models.release.entities:
        model = context.models[type]
        for field in model.containers:
            ids = chain(context, model, field)
            with pytest.raises(ErrorResponse) as caught:
                context.link(model, ids[0], {field: [(ids[place], type)]})
            assert caught.value.status == 400
            names = ["a", "a.b", "a.b.c"]
            assert " a to its child " in caught.value.body["message"]  # type: ignore[index]
            assert caught.value.body["message"].endswith(names[place])  # type: ignore[index]
            assert context.tx.references_from([ids[0]], [field]) == []
            for id in ids:
                context.tx.remove(id)


def test_an_entity_cannot_be_a_child_of_what_it_contains(context: RequestContext) -> None:
    count = 0
    for type in context.models.release.entities:
        model = context.models[type]
        for name, inverse in model.inverse.items():
            if type not in inverse.types or not model.containers & {*inverse.fields}:
                continue
            (field,) = model.containers
            ids = chain(context, model, field)
            with pytest.raises(ErrorResponse, match="to its child"):
                context.link(model, ids[2], {name: [(ids[0], type)]})
            context.link(model, ids[0], {name: [(ids[2], type)]})  # not below itself
            count += 1
            for id in ids:
                context.tx.remove(id)
    assert count >= 3


# -- requests --------------------------------------------------------------------------------------


@pytest.fixture(params=ALL_RELEASES[-1:])
def api(request: pytest.FixtureRequest) -> Iterator[TablesApi]:
    release_named(request.param)
    with sandbox.start(tree=TREES.get(request.param)) as running:
        yield TablesApi(running)


def test_teams_refuse_cycles_in_every_request(api: TablesApi) -> None:
    top = api.create("/v1/teams", name="top", teamType="BusinessUnit")
    middle = api.create("/v1/teams", name="middle", teamType="BusinessUnit", parents=[top["id"]])
    low = api.create("/v1/teams", name="low", teamType="BusinessUnit", parents=[middle["id"]])
    reference = {"id": low["id"], "type": "team"}
    message = "Can't move Team top to its child Team low"
    path = f"/v1/teams/{top['id']}"
    before = api.get(f"{path}?fields=parents")
    patched = api.patch(path, {"op": "add", "path": "/parents", "value": [reference]})
    assert (patched.status_code, patched.json()["message"]) == (400, message)
    put = {"name": "top", "teamType": "BusinessUnit", "parents": [low["id"]]}
    assert message in api.error("PUT", "/v1/teams", 400, json=put)
    child = {"op": "add", "path": "/children", "value": [{"id": top["id"], "type": "team"}]}
    refused = api.patch(f"/v1/teams/{low['id']}", child)
    assert (refused.status_code, refused.json()["message"]) == (400, message)
    new = {"name": "new", "teamType": "BusinessUnit"}
    both = {"parents": [low["id"]], "children": [top["id"]]}
    assert "Can't move Team top to its child" in api.error(
        "POST", "/v1/teams", 400, json={**new, **both}
    )
    assert api.get(f"{path}?fields=parents") == before
    assert api.request("GET", "/v1/teams/hierarchy?limit=1000").status_code == 200


def test_a_deleted_entity_is_not_restored_into_a_cycle(api: TablesApi) -> None:
    top = api.create("/v1/teams", name="upper", teamType="BusinessUnit")
    low = api.create("/v1/teams", name="lower", teamType="BusinessUnit", parents=[top["id"]])
    assert api.request("DELETE", f"/v1/teams/{low['id']}").status_code == 200
    reference = {"id": low["id"], "type": "team"}
    moved = api.patch(
        f"/v1/teams/{top['id']}", {"op": "add", "path": "/parents", "value": [reference]}
    )
    assert moved.status_code == 400
    api.put("/v1/teams/restore", {"id": low["id"]})
    assert api.get(f"/v1/teams/{low['id']}?fields=parents")["parents"][0]["id"] == top["id"]
