"""Requests and responses as JSON: nothing of a secret in it, and everything else as it was."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.errors import ValidationFailed
from dynclient.operations.catalogue import catalogue
from dynclient.secrets import MASK
from dynclient.testing import Stub
from dynclient.testing.masked_exchange import body_bytes, request_json, response_json, without
from dynclient.transport.request import Request, Response
from tests.support.trees import ALL_RELEASES, release_named

SECRET = "open-sesame-of-the-till"
TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"
CONFIG = {"config": {"type": "Mysql", "username": "x", "hostPort": "x:1", "password": SECRET}}
SERVICE = {"id": "1", "name": "s", "serviceType": "Mysql", "connection": CONFIG}

_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(st.text(), below, max_size=3),
    max_leaves=10,
)


def response(body: Any, kind: str = "application/json") -> Response:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return Response(
        200, {"Content-Type": kind, "Date": "today", "Set-Cookie": SECRET}, content, "u"
    )


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_secrets_are_masked_by_the_schemas_of_the_release(name: str) -> None:
    release = release_named(name)
    operations = catalogue(release).find("databaseService").operations
    create = Request(
        "POST", "/v1/x", body=json.dumps(SERVICE).encode(), operation=operations["create"]
    )
    patch = [{"op": "replace", "path": "/connection/config/password", "value": SECRET},
             {"op": "replace", "path": "/connection", "value": CONFIG},
             {"op": "remove", "path": "/description"}]  # fmt: skip
    texts = [
        request_json(create, release),
        request_json(create._replace(operation=None), None),
        request_json(
            Request(
                "PATCH", "/v1/x", body=json.dumps(patch).encode(), operation=operations["patch"]
            ),
            release,
        ),
        response_json(create, response(SERVICE), release),
        response_json(
            Request("GET", "/v1/x", operation=operations["list"]),
            response({"data": [SERVICE], "paging": {"total": 1}}),
            release,
        ),
        response_json(
            Request("GET", "/v1/x", operation=operations["versions"]),
            response({"versions": [json.dumps(SERVICE), SERVICE]}),
            release,
        ),
    ]
    for text in map(json.dumps, texts):
        assert SECRET not in text
        assert MASK in text
        assert "Mysql" in text or "/description" in text


def test_credentials_in_free_text_are_masked() -> None:
    request = Request("GET", "/v1/x", (("token", SECRET), ("q", f"Bearer {TOKEN}"), ("limit", "3")))
    found = request_json(request, None)
    assert found["query"]["limit"] == "3"
    text = json.dumps(
        [
            found,
            response_json(request, response({"description": f"use {TOKEN}"}), None),
            response_json(request, response(f"log {TOKEN}".encode(), "text/plain"), None),
            response_json(request, response({"a": {"apiKey": SECRET}}), None),
        ]
    )
    assert SECRET not in text
    assert TOKEN not in text


@given(_json)
def test_a_body_without_secrets_comes_back(body: Any) -> None:
    recorded = json.loads(
        json.dumps(response_json(Request("GET", "/v1/x"), response({"x": body}), None))
    )
    if MASK not in json.dumps(recorded):
        assert json.loads(body_bytes(recorded)) == {"x": body}


@given(st.binary())
def test_bytes_come_back(body: bytes) -> None:
    recorded = response_json(Request("GET", "/v1/x"), response(body, "image/png"), None)
    try:
        same = json.loads(body_bytes(recorded)) == json.loads(body)
    except ValueError:
        same = body_bytes(recorded) == body or MASK.encode() in body_bytes(recorded)
    assert same


def test_a_large_body_is_packed() -> None:
    body = {"paths": ["/v1/tables/{id}"] * 50_000}
    recorded = response_json(Request("GET", "/swagger.json"), response(body), None)
    assert len(json.dumps(recorded)) < 20_000
    assert json.loads(body_bytes(recorded)) == body


def test_only_the_headers_that_a_client_reads_are_kept() -> None:
    recorded = response_json(Request("GET", "/v1/x"), response({}), None)
    assert recorded["headers"] == {"Content-Type": "application/json"}


def test_repeated_parameters_are_a_list() -> None:
    request = Request("GET", "/v1/x", (("b", "2"), ("a", "1"), ("b", "1")))
    assert request_json(request, None)["query"] == {"a": "1", "b": ["1", "2"]}


def test_fields_are_left_out_at_any_depth() -> None:
    assert without({"at": 1, "x": [{"at": 2, "y": 3}]}, ["at"]) == {"x": [{"y": 3}]}
    assert without([1, "at"], []) == [1, "at"]


def test_a_mask_is_not_sent() -> None:
    """Recorded secrets are read as masks; sending one is refused as everywhere."""
    om = Stub("starter").connect()
    config = {"hostPort": "x:1", "username": "x", "authType": {"password": MASK}}
    with pytest.raises(ValidationFailed, match="mask"):
        om.database_services.create(name="s", serviceType="Mysql", connection={"config": config})
