"""Requests by path: what goes out, what comes back, what is raised."""

from __future__ import annotations

import json as encoding
from typing import Any

import pytest

from dynclient.compat.ometa.exceptions import APIError, HtmlResponseError, LimitsException
from dynclient.compat.ometa.rest_client import REST, ClientConfig
from dynclient.errors import NotFound
from tests.support.stub import Reply, Stub


def test_paths_lie_below_the_version(metadata: Any, stub: Stub) -> None:
    stub.routes["/api/v1/tables"] = {"data": []}
    assert metadata.client.get("/tables") == {"data": []}
    assert metadata.client.get("tables?limit=2&fields=owners,tags") == {"data": []}
    assert metadata.client.get("/tables", {"limit": 2, "all": True, "f": ["a", "b"]}) == {
        "data": []
    }
    paths = [seen.path.removeprefix("/api/v1") for seen in stub.seen]
    assert paths == [
        "/tables",
        "/tables?limit=2&fields=owners%2Ctags",
        "/tables?limit=2&all=true&f=a%2Cb",
    ]


def test_paths_may_be_encoded_or_not(metadata: Any, stub: Stub) -> None:
    for path in ("/tables/name/a%2Fb", "/tables/name/é b"):
        with pytest.raises(APIError):
            metadata.client.get(path)
    assert [seen.path for seen in stub.seen] == [
        "/api/v1/tables/name/a%2Fb",
        "/api/v1/tables/name/%C3%A9%20b",
    ]


@pytest.mark.parametrize("data", ['{"a": 1}', {"a": 1}, b'{"a": 1}'])
@pytest.mark.parametrize("verb", ["put", "post"])
def test_bodies_are_text_or_data(metadata: Any, stub: Stub, verb: str, data: Any) -> None:
    stub.routes["/api/v1/lineage"] = {"done": True}
    assert getattr(metadata.client, verb)("/lineage", data) == {"done": True}
    assert getattr(metadata.client, verb)("/lineage", json={"a": 1}) == {"done": True}
    for seen in stub.seen:
        assert seen.json == {"a": 1}
        assert seen.headers["Content-Type"] == "application/json"


@pytest.mark.parametrize("verb", ["put", "post"])
def test_a_text_that_is_not_json_is_sent_as_text(metadata: Any, stub: Stub, verb: str) -> None:
    stub.routes["/api/v1/tables/name/t/import"] = {"status": "success"}
    csv = "name,displayName\nid,Über\n"
    call = getattr(metadata.client, verb)
    for text in (csv, csv.encode()):
        assert call("/tables/name/t/import", data=text) == {"status": "success"}
        assert stub.seen[-1].body == csv.encode()
        assert stub.seen[-1].headers["Content-Type"] == "text/plain"
    call("/tables/name/t/import", data="a: 1", headers={"content-type": "application/x-yaml"})
    assert stub.seen[-1].headers["Content-Type"] == "application/x-yaml"


def test_masks_are_not_sent(metadata: Any, stub: Stub) -> None:
    stub.default = {}
    service = {"name": "s", "connection": {"config": {"password": "*********"}}}
    operation = {"op": "replace", "path": "/connection/config/password", "value": "**********"}
    for call in (
        lambda: metadata.client.put("/services/databaseServices", json=service),
        lambda: metadata.client.post("/services/databaseServices", data=encoding.dumps(service)),
        lambda: metadata.client.patch("/services/databaseServices/1", [operation]),
    ):
        with pytest.raises(APIError, match=r"connection\.config\.password: is a mask") as caught:
            call()
        assert caught.value.status_code == 400
    assert stub.seen == []


def test_patches_have_a_type_of_their_own(metadata: Any, stub: Stub) -> None:
    stub.routes["/api/v1/tables/1"] = {"id": "1"}
    operations = [{"op": "add", "path": "/description", "value": "d"}]
    assert metadata.client.patch("/tables/1", operations) == {"id": "1"}
    assert stub.seen[0].headers["Content-Type"] == "application/json-patch+json"
    assert stub.seen[0].json == operations


def test_texts_and_nothing_come_back_as_they_are(metadata: Any, stub: Stub) -> None:
    csv = (("Content-Type", "text/plain"),)
    stub.routes["/api/v1/tables/name/t/export"] = Reply(200, b"name,displayName\n", csv)
    stub.routes["DELETE /api/v1/tables/1"] = Reply(200, b"")
    assert metadata.client.get("/tables/name/t/export") == "name,displayName\n"
    assert metadata.client.delete("/tables/1", {"hardDelete": True}) is None
    assert stub.seen[-1].path.endswith("?hardDelete=true")


def test_a_page_for_people_is_an_error(metadata: Any, stub: Stub) -> None:
    stub.routes["/api/v1/tables"] = Reply(200, b"<html>Sign in</html>")
    with pytest.raises(HtmlResponseError, match="/api"):
        metadata.client.get("/tables")


def test_refusals_have_their_official_names(metadata: Any, stub: Stub) -> None:
    with pytest.raises(APIError) as caught:
        metadata.client.get("/tables/name/absent")
    assert isinstance(caught.value, NotFound)
    assert (caught.value.status_code, caught.value.code) == (404, 404)
    stub.routes["/api/v1/tables"] = Reply(429, {"code": 429, "message": "slowly"})
    with pytest.raises(LimitsException, match="slowly"):
        metadata.client.post("/tables", {})


def test_a_client_is_created_from_a_configuration(stub: Stub) -> None:
    stub.routes["/api/v1/tables"] = {"data": []}
    token = ("eyJ.made.up", 3600)
    config = ClientConfig(f"{stub.host}/api", auth_token=lambda: token, user_agent="mine")
    client = REST(config)
    assert client.get("/tables") == {"data": []}
    client.close()
    headers = stub.seen[0].headers
    assert (headers["Authorization"], headers["User-Agent"]) == ("Bearer eyJ.made.up", "mine")


def test_without_a_token_none_is_sent(stub: Stub) -> None:
    stub.routes["/api/v1/tables"] = {"data": []}
    client = REST(ClientConfig(base_url=f"{stub.host}/api"))
    client.get("/tables")
    client.close()
    assert "Authorization" not in stub.seen[0].headers
