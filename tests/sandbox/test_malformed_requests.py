"""Requests that no client should send: each gets an error of the server, not of the sandbox."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from dynclient.sandbox.app import Sandbox
from dynclient.sandbox.entities.request_parsing import Reader
from dynclient.sandbox.http_errors import ErrorResponse
from dynclient.sandbox.storage.data_file import open_data
from tests.support.asgi import send
from tests.support.trees import release_named

PATCH = {"content_type": "application/json-patch+json"}


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with open_data(None) as database:
        yield Sandbox(release_named("starter"), database)


@pytest.fixture(scope="module")
def service(served: Sandbox) -> str:
    """The path of a database service."""
    body = json.dumps({"name": "s", "serviceType": "Mysql"}).encode()
    status, created = send(served, "POST", "/api/v1/services/databaseServices", body)
    assert status == 201, created
    return f"/api/v1/services/databaseServices/{created['id']}"


def database(served: Sandbox, name: str, **fields: Any) -> tuple[int, Any]:
    body = json.dumps({"name": name, "service": "s", **fields}).encode()
    return send(served, "PUT", "/api/v1/databases", body)


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"owners": [None]}, "Null value in a list"),
        ({"tags": [None]}, "Null value in a list"),
        ({"tags": [{}]}, "tagFQN must not be null"),
        ({"sourceUrl": {}}, "Cannot deserialize value"),
    ],
)
def test_lists_without_values_are_refused(
    served: Sandbox, fields: dict[str, Any], message: str
) -> None:
    status, answer = database(served, "lists", **fields)
    assert status == 400
    assert message in answer["message"]


@pytest.mark.usefixtures("service")
@pytest.mark.parametrize("value", [10**30, "text", [1], True, 1.5])
def test_an_extension_that_is_not_an_object_is_forgotten(served: Sandbox, value: Any) -> None:
    for _ in range(2):
        status, answer = database(served, "plain", extension=value)
        assert status in {200, 201}
        assert "extension" not in answer


@pytest.mark.parametrize(
    "text",
    [
        '{"name": NaN}', '{"name": Infinity}', '{"name": 1e999}', '{"name": "\\ud800"}',
        f'{{"name": {"9" * 5000}}}', '{"\\udc00": 1}', "[" * 100_000,
    ],
)  # fmt: skip
def test_what_json_does_not_have_is_refused(served: Sandbox, text: str) -> None:
    for body in (text, f'[{{"op": "add", "path": "/x", "value": {text}}}]'):
        status, answer = send(served, "POST", "/api/v1/databases", body.encode())
        assert status == 400, answer


@pytest.mark.parametrize("value", [10**30, -(10**30), 2**63, "1e400", "NaN"])
def test_integers_beyond_64_bits_are_refused(served: Sandbox, value: Any) -> None:
    reader = Reader(served.release.find("Column"), "UNKNOWN")
    with pytest.raises(ErrorResponse) as caught:
        reader.read({"name": "a", "dataType": "INT", "dataLength": value})
    assert caught.value.status == 400
    accepted = reader.read({"name": "a", "dataType": "INT", "dataLength": 2**63 - 1})
    assert accepted["dataLength"] == 2**63 - 1


@pytest.mark.parametrize(
    "operation",
    [
        {"op": []}, {"op": 1, "path": "/name"}, {"op": "add", "path": []},
        {"op": "add", "path": "name", "value": 1}, {"op": "add", "path": "/~2", "value": 1},
        {"op": "move", "path": "/name"}, {"op": "move", "path": "/name", "from": 1},
        {"op": "copy", "path": "/name", "from": "x"}, {"op": "copy", "path": "/name", "from": "/~"},
    ],
)  # fmt: skip
def test_operations_that_are_not_json_patch_are_the_servers_error(
    served: Sandbox, service: str, operation: dict[str, Any]
) -> None:
    body = json.dumps([operation]).encode()
    status, answer = send(served, "PATCH", service, body, **PATCH)
    assert status == 500
    assert "Error]" not in answer["responseMessage"]
    assert "Exception]" not in answer["responseMessage"]


@pytest.mark.parametrize("value", [[None], [{}], [{"name": 1}], [{"tagFQN": None}], [1], "x", {}])
def test_labels_of_a_patch_must_be_labels(served: Sandbox, service: str, value: Any) -> None:
    body = json.dumps([{"op": "add", "path": "/tags", "value": value}]).encode()
    status, answer = send(served, "PATCH", service, body, **PATCH)
    assert status == 400, answer
