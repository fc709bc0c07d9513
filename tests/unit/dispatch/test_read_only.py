"""A read-only client sends GET, HEAD, logins, and what the data list; all else is refused."""

from __future__ import annotations

import json
from typing import Any

import jsonschema
import pytest

from dynclient.data import data_file
from dynclient.dispatch.dispatcher import Dispatcher
from dynclient.dispatch.read_only import refuse_write
from dynclient.errors import ReadOnly, UsageError
from dynclient.extensions.operation_rows import rows
from dynclient.hooks import Hooks
from dynclient.operations.catalogue import catalogue
from dynclient.settings import READ_ONLY, Settings
from dynclient.transport.request import Request
from tests.support.trees import ALL_RELEASES, release_named, shared
from tests.support.wire import Wire

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"
READING = data_file("reading_operations.json")
FEATURES = (
    *("accounts", "app_runs", "assets", "bulk", "change_events", "connection_tests", "contracts"),
    *("csv", "custom_properties", "feed", "glossary_terms", "hierarchy", "ingestion", "insight"),
    *("lineage", "people", "pipeline_runs", "profiles", "quality", "search", "server_settings"),
)


def is_sent(request: Request, hooks: Hooks | None = None) -> bool:
    wire = Wire({})
    calls = Dispatcher(wire, Settings(read_only=True), hooks)  # type: ignore[arg-type]
    try:
        calls.send(request)
    except ReadOnly:
        assert wire.sent == []
        return False
    return len(wire.sent) == 1


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_what_reads_is_sent(method: str) -> None:
    assert is_sent(Request(method, "/v1/tables"))
    assert is_sent(Request(method, "/swagger.json", web=True))


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "get", "OPTIONS", "LINK", ""])
def test_every_other_method_is_refused(method: str) -> None:
    assert not is_sent(Request(method, "/v1/tables"))


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_operation_of_a_collection_that_writes_is_refused(name: str) -> None:
    operations = [
        operation
        for spec in catalogue(release_named(name))
        for operation in spec.operations.values()
    ]
    assert len(operations) > 50
    for each in operations:
        request = Request(each.method, each.route.replace("{id}", ID))
        assert is_sent(request) == (each.method == "GET"), each


def test_every_operation_of_a_feature_that_writes_is_refused() -> None:
    reading = {f"/{path}" for path in ("dataContracts/validate", "dataContracts/odcs/parse/yaml")}
    reading.add("/dataContracts/odcs/validate/yaml")
    found = [row for feature in FEATURES for row in rows(feature)]
    assert len(found) > 150
    for row in found:
        path = str(row["path"]).replace("{collection}", "/dataContracts")
        is_allowed = row["method"] == "GET" or path in reading
        assert is_sent(Request(row["method"], f"/v1{path}")) == is_allowed, row


def test_logins_are_sent() -> None:
    assert is_sent(Request("POST", "/v1/users/login"))
    assert is_sent(Request("POST", "/v1/users/refresh"))
    assert not is_sent(Request("PUT", "/v1/users/login"))
    assert not is_sent(Request("POST", "/v1/users/logout"))
    assert not is_sent(Request("POST", "/v1/users/login", web=True))


@pytest.mark.parametrize("row", READING, ids=lambda row: f"{row['method']} {row['path']}")
def test_what_the_data_list_is_sent(row: dict[str, str]) -> None:
    path = f"/v1{row['path']}".replace("{id}", ID).replace("{templateName}", "invite")
    assert is_sent(Request(row["method"], path))
    assert not is_sent(Request("DELETE", path))
    assert not is_sent(Request(row["method"], path, web=True))
    assert not is_sent(Request(row["method"], f"{path}/x"))
    assert not is_sent(Request(row["method"], f"{path}/../../tables"))
    assert not is_sent(Request(row["method"], path + "?x=1"))


@pytest.mark.parametrize("value", ["..", ".", "%2e%2e", "..%2f..%2ftables", "a/b", "a%2Fb", "a;b"])
def test_a_value_in_a_path_cannot_lead_to_another_route(value: str) -> None:
    assert not is_sent(Request("PUT", f"/v1/glossaryTerms/{value}/tags/validate"))


def test_a_hook_cannot_replace_a_reading_request_by_a_writing_one() -> None:
    hooks = Hooks(on_request=lambda request: request._replace(method="DELETE"))
    assert not is_sent(Request("GET", "/v1/tables"), hooks)


def test_a_hook_sees_the_refusal() -> None:
    errors: list[Any] = []
    assert not is_sent(
        Request("DELETE", "/v1/tables/x"), Hooks(on_error=lambda *parts: errors.append(parts))
    )
    assert [type(error) for _, error in errors] == [ReadOnly]


def test_the_error_says_what_was_refused_and_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(READ_ONLY, raising=False)
    operation = catalogue(release_named("starter")).collections["tables"].operations["delete"]
    request = Request(
        "DELETE", f"/v1/tables/{ID}", (("token", "open-sesame"),), (), None, operation
    )
    with pytest.raises(ReadOnly) as caught:
        refuse_write(request)
    assert isinstance(caught.value, UsageError)
    assert (caught.value.method, caught.value.path) == ("DELETE", f"/v1/tables/{ID}")
    text = str(caught.value)
    assert text.startswith(f"tables.delete (DELETE /v1/tables/{ID}?token=*")
    assert "was not sent: this client is read-only" in text
    assert text.endswith("; connect with read_only=False, to send it")
    assert "open-sesame" not in text
    monkeypatch.setenv(READ_ONLY, "1")
    with pytest.raises(ReadOnly, match=f"; unset {READ_ONLY}, or connect with read_only=False, to"):
        refuse_write(request)


def test_the_rows_are_valid_and_each_is_an_operation_that_exists() -> None:
    schema = data_file("reading_operations.schema.json")
    jsonschema.Draft7Validator(schema).validate(READING)
    file = shared("openmetadata/openapi/1.6.0.json")
    if file is None:
        pytest.skip("the OpenAPI document of 1.6.0 is not available")
    documented = {
        (method.upper(), path)
        for path, methods in json.loads(file.read_text("utf-8"))["paths"].items()
        for method in methods
    }
    official = {(row.get("method"), row.get("path")) for row in data_file("official_methods.json")}
    for row in READING:
        key = row["method"], row["path"]
        if row["source"].startswith("OpenAPI"):
            assert (key[0], f"/v1{key[1]}") in documented, row
        elif "dataContracts" in row["path"]:
            assert key in official, row
