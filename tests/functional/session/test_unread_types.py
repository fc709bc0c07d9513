"""Every entity type of every release: all fields are read, with no more requests than needed."""

from __future__ import annotations

import json
import warnings
from typing import Any
from uuid import UUID

import pytest

from dynclient.client.client import Client
from dynclient.errors import DynclientWarning
from dynclient.session.requested_fields import requested_fields
from dynclient.settings import Settings
from dynclient.transport.request import Request, Response
from tests.support.trees import ALL_RELEASES, release_named

ROW = {"id": str(UUID(int=1)), "name": "x", "fullyQualifiedName": "x", "version": 0.1}


class BareServer:
    """Has one entity of each type, without any fields."""

    def __init__(self) -> None:
        self.sent: list[Request] = []

    def send(self, request: Request) -> Response:
        self.sent.append(request)
        operation = request.operation
        is_page = operation is not None and operation.result_kind == "page"
        body: Any = {"data": [ROW], "paging": {"total": 1}} if is_page else ROW
        return Response(200, {}, json.dumps(body).encode(), "http://server/api")


@pytest.mark.parametrize("name", ALL_RELEASES)
@pytest.mark.parametrize("kind", ["get", "list"])
def test_every_field_is_read_once(name: str, kind: str) -> None:
    release = release_named(name)
    server = BareServer()
    om = Client("http://server/api", server, Settings(), release)  # type: ignore[arg-type]
    facts = requested_fields(release)
    seen = 0
    for spec in om.catalogue:
        if spec.entity.kind != "entity" or kind not in spec.operations:
            continue
        operation = spec.operations[kind]
        if any(p.required and p.name != "id" for p in operation.parameters):
            continue
        collection = om[spec.entity.name]
        entity = collection[ROW["id"]] if kind == "get" else next(iter(collection.list()))
        server.sent.clear()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DynclientWarning)
            for field in type(entity)._nodes:
                assert entity[field] == ROW.get(field), field
                assert entity[field] == ROW.get(field), field
        absent = {each for each in facts.absent(spec.entity.name, kind) if "." not in each}  # type: ignore[arg-type]
        asked = [dict(each.query).get("fields", "") for each in server.sent]
        assert len(asked) <= len(absent), (spec.entity.name, asked)
        assert len(set(asked)) == len(asked), (spec.entity.name, asked)
        assert all(asked)
        # A list that takes no fields= is completed by id, where that takes them.
        assert {each.method for each in server.sent} <= {"GET"}
        seen += len(asked)
    assert seen
