"""What ``call`` sends and prints, and how entities are counted."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.cli import server_commands
from dynclient.cli.output import Format, Output
from dynclient.client.client import Client
from dynclient.errors import RequestInvalid, UsageError
from tests.support.stub import Reply, Stub


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as server:
        yield server


@pytest.fixture
def om(stub: Stub) -> Iterator[Client]:
    with dynclient.connect(stub.host, token="t", release="starter") as client:
        yield client


def printed(om: Client, *arguments: Any, format: Format = Format.JSON) -> str:
    file = io.StringIO()
    assert server_commands.call(Output(file, format), om, *arguments) == 0
    return file.getvalue()


def test_a_request_is_sent_as_it_was_written(stub: Stub, om: Client, tmp_path: Path) -> None:
    stub.default = Reply(200, {"data": [], "password": "geheim"})
    text = printed(om, "get /api/v1/tables/name/a%2Fb?fields=owners&include=all&x=1&x=2")
    assert json.loads(text) == {"data": [], "password": "**********"}
    seen = stub.seen[-1]
    assert (seen.method, seen.path) == (
        "GET",
        "/api/v1/tables/name/a%2Fb?fields=owners&include=all&x=1&x=2",
    )
    file = tmp_path / "body.json"
    file.write_text('{"name": "a"}', "utf-8")
    printed(om, "PUT /v1/teams", f"@{file}")
    assert stub.seen[-1].json == {"name": "a"}
    printed(om, "PATCH /v1/teams/1", '[{"op": "remove", "path": "/a"}]')
    assert stub.seen[-1].headers["Content-Type"] == "application/json-patch+json"
    assert stub.seen[-1].json == [{"op": "remove", "path": "/a"}]


def test_a_response_without_a_body_prints_nothing(stub: Stub, om: Client) -> None:
    stub.default = Reply(204, b"")
    assert printed(om, "DELETE /v1/teams/1") == ""


def test_rows_of_a_page_are_a_table_if_asked_for(stub: Stub, om: Client) -> None:
    stub.default = Reply(200, {"data": [{"name": "a"}, {"name": "b"}]})
    assert printed(om, "GET /v1/teams", format=Format.TABLE) == "name\n────\na\nb\n"
    assert printed(om, "GET /v1/teams", format=Format.NAME) == "a\nb\n"


def test_nothing_is_sent_for_a_wrong_request(stub: Stub, om: Client) -> None:
    for request in ("", "GET", "GET tables", "SEND /v1/tables", "GET //example.com/v1/tables"):
        with pytest.raises(UsageError, match="such as"):
            printed(om, request)
    with pytest.raises(UsageError, match="--data is n"):
        printed(om, "PUT /v1/teams", "{")
    with pytest.raises(RequestInvalid, match="mask"):
        printed(om, "PUT /v1/services", '{"password": "**********"}')
    assert stub.seen == []
