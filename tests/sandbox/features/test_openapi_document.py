"""A client that knows only the sandbox's OpenAPI document works with the sandbox."""

from __future__ import annotations

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import sandbox
from dynclient.operations.catalogue import catalogue
from tests.support.openapi_server import DOCUMENTS, document_of
from tests.support.servers import Server
from tests.support.trees import ALL_RELEASES, release_named

each_release = pytest.mark.parametrize("name", ALL_RELEASES)


def document(running: sandbox.Running) -> Any:
    """Return the document; it is at the root of the server and does not require a token."""
    where = running.host.removesuffix("/api") + "/swagger.json"
    with urllib.request.urlopen(where, timeout=60) as response:
        assert response.headers["Content-Type"].startswith("application/json")
        return json.load(response)


@each_release
def test_the_document_is_consistent(server: Server, name: str) -> None:
    content = document(server(name))
    assert content["openapi"].startswith("3.0.")
    assert content["info"]["version"] == release_named(name).name
    identities = [
        operation["operationId"]
        for path in content["paths"].values()
        for operation in path.values()
    ]
    assert len(identities) == len(set(identities)) > 100
    text = json.dumps(content)
    named = {part.split('"')[0] for part in text.split('"#/components/schemas/')[1:]}
    assert named <= set(content["components"]["schemas"])
    assert '"format": "password"' not in text


def operation_ids(content: Any) -> dict[tuple[str, str], str]:
    """Return the ids of a document's operations by path and method."""
    return {
        (re.sub(r"{[^}]*}", "{}", path), method): operation["operationId"]
        for path, operations in content["paths"].items()
        for method, operation in operations.items() if operation.get("operationId")
    }  # fmt: skip


@pytest.mark.parametrize("name", DOCUMENTS)
def test_ids_of_operations_are_those_of_real_servers(server: Server, name: str) -> None:
    """Repeated ids are numbered, in the order of all operations that a server has."""
    real, served = operation_ids(document_of(name)), operation_ids(document(server(name)))
    shared = real.keys() & served.keys()
    assert len(shared) > 400
    different = {key: (real[key], served[key]) for key in shared if real[key] != served[key]}
    assert len(different) < 0.1 * len(shared)
    number = re.compile(r"_\d+$")
    assert not [ids for ids in different.values() if len({number.sub("", id) for id in ids}) > 1]


@each_release
def test_lists_have_plural_names(server: Server, name: str) -> None:
    ids = {*operation_ids(document(server(name))).values()}
    assert {"listTables", "listGlossaries", "listPolicies"} <= ids
    assert not {"listGlossarys", "listPolicys"} & ids


@each_release
def test_a_client_works_with_the_document_alone(
    server: Server, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    running, release = server(name), release_named(name)
    with dynclient.connect(running.host, token=running.admin_token, source="server") as om:
        assert om.release.lossy
        expected = {
            spec.entity.name: spec.route for spec in catalogue(release).collections.values()
            if spec.entity.kind == "entity"
        }  # fmt: skip
        found = {entity: om.contract[entity].route for entity in om.release.entities}
        # No server has a POST or GET of this collection.
        expected.pop("dataInsightCustomChart", None)
        assert found == expected
        config = {"type": "Mysql", "username": "u", "hostPort": "db:3306"}
        om.database_services.create(
            name="lossy", serviceType="Mysql", connection={"config": config}
        )
        om.databases.create(name="d", service="lossy")
        schema = om.database_schemas.create(name="c", database="lossy.d")
        place = schema.fullyQualifiedName
        columns = [{"name": "id", "dataType": "INT"}]
        table = om.tables.create(name="t", databaseSchema=place, columns=columns)
        assert [each.id for each in om.tables.list(database="lossy.d")] == [table.id]
        table.description = "from the document alone"
        assert om.save(table).version == 0.2
        with pytest.raises(dynclient.BadArguments, match="databaseSchma"):
            list(om.tables.list(databaseSchma=place))
        om.tables.delete(table.id, hard=True)
