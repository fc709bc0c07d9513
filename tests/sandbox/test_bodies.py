"""Bodies of requests: read only if the request is admitted, and bounded."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import pytest

from dynclient.sandbox import app, json_codec
from dynclient.sandbox.app import Sandbox
from dynclient.sandbox.storage.data_file import open_data
from tests.support.asgi import Client, parts
from tests.support.trees import release_named


@pytest.fixture(scope="module")
def served() -> Iterator[Sandbox]:
    with open_data(None) as database:
        yield Sandbox(release_named("starter"), database)


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "PATIENCE", 0.01)


async def nothing() -> AsyncIterator[bytes]:
    """A body that is announced and never sent."""
    await asyncio.Event().wait()
    yield b""


async def endless() -> AsyncIterator[bytes]:
    while True:
        await asyncio.sleep(0)
        yield b"x" * 1000


HUGE = {"content_length": str(10**12)}
CHUNKED = {"transfer_encoding": "chunked"}


@pytest.mark.parametrize("headers", [HUGE, CHUNKED])
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/api/v1/tables", 401),
        ("PUT", "/api/v1/tables", 401),
        ("PATCH", "/api/v1/tables/00000000-0000-0000-0000-000000000000", 401),
        ("POST", "/api/v1/nonsense", 500),
        ("POST", "/elsewhere", 500),
        ("POST", "/api/v1/system/version", 500),
    ],
)
def test_a_refused_request_is_answered_without_its_body(
    served: Sandbox, method: str, path: str, status: int, headers: dict[str, str]
) -> None:
    client = Client(served, nothing(), token=False)
    assert client.send(method, path, **headers)[0] == status
    assert client.read == 0


def test_what_a_refused_client_sends_is_read_up_to_the_limit(
    served: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "MAX_BODY", 10_000)
    monkeypatch.setattr(app, "PATIENCE", 60)
    client = Client(served, endless(), token=False)
    assert client.send("POST", "/api/v1/tables", **CHUNKED)[0] == 401
    assert client.read == 11_000


def test_nothing_is_read_of_a_client_that_waits_for_the_response(served: Sandbox) -> None:
    client = Client(served, endless(), token=False)
    headers = {**CHUNKED, "expect": "100-continue"}
    assert client.send("POST", "/api/v1/tables", **headers)[0] == 401
    assert client.read == 0


def test_a_body_that_is_announced_too_large_is_not_read(served: Sandbox) -> None:
    client = Client(served, nothing(), token=True)
    status, body = client.send("POST", "/api/v1/tables", **HUGE)
    message = f"The request body is larger than {app.MAX_BODY} bytes"
    assert (status, body) == (413, {"code": 413, "message": message})
    assert client.read == 0


def test_a_body_of_unknown_length_is_read_up_to_the_limit(
    served: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "MAX_BODY", 10_000)
    client = Client(served, endless(), token=True)
    client.chunks = parts(*[b"x" * 1000] * 11)
    assert client.send("POST", "/api/v1/tables", **CHUNKED)[0] == 413


def test_a_body_up_to_the_limit_is_handled(
    served: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json.dumps({"name": "s", "serviceType": "Mysql"}).encode()
    monkeypatch.setattr(app, "MAX_BODY", len(body))
    for headers in (CHUNKED, {"content_length": str(len(body))}):
        client = Client(served, parts(body[:5], body[5:]), token=True)
        status, answer = client.send("PUT", "/api/v1/services/databaseServices", **headers)
        assert status in {200, 201}, answer


def test_a_client_that_goes_away_changes_nothing(served: Sandbox) -> None:
    client = Client(served, parts(b'{"name": "gone",'), token=True)
    client.gone = True
    assert client.send("POST", "/api/v1/services/databaseServices", **CHUNKED)[0] == 400
    client = Client(served, parts(), token=True)
    assert client.send("GET", "/api/v1/services/databaseServices/name/gone")[0] == 404


def test_a_length_that_is_not_a_number_is_not_trusted(served: Sandbox) -> None:
    client = Client(served, parts(b"{}"), token=True)
    status, body = client.send("POST", "/api/v1/tables", content_length="many")
    assert status == 400, body


def test_an_integer_beyond_all_doubles_is_read_as_it_was_stored() -> None:
    value = {"extension": {"cost": 10**400}}
    assert json_codec.loads(json_codec.dumps(value)) == value
    with pytest.raises(ValueError, match="NaN"):
        json_codec.loads('{"cost": NaN}')
