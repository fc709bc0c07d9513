"""The official client's methods for many entities."""

from __future__ import annotations

import logging
from typing import Any

import pytest

from dynclient.compat.ometa.exceptions import APIError, InvalidEntityException
from tests.support.fake_transport import ID, stored
from tests.support.stub import Reply, Seen, Stub
from tests.unit.compat.ometa.conftest import Get


@pytest.fixture
def table(get: Get) -> Any:
    request = get("api.data.createTable", "CreateTableRequest")
    column = get("entity.data.table", "Column")

    def create(name: str) -> Any:
        return request(
            name=name, databaseSchema="a.b.c", columns=[column(name="id", dataType="INT")]
        )

    return create


def respond(seen: Seen) -> Reply:
    body = seen.json
    if seen.path.partition("?")[0].endswith("/bulk"):
        done = [{"request": f"a.b.c.{each['name']}", "status": 200} for each in body
                if each["name"] != "bad"]  # fmt: skip
        failed = [{"request": each} for each in body if each["name"] == "bad"]
        return Reply(200, {"numberOfRowsPassed": len(done), "successRequest": done,
                           "failedRequest": failed})  # fmt: skip
    if body["name"] == "bad":
        return Reply(404, {"code": 404, "message": "databaseSchema instance for a.b.c not found"})
    found = stored(body) if "databaseSchema" in body else {
        **body, "id": ID, "fullyQualifiedName": body["name"]
    }  # fmt: skip
    return Reply(201, found, (("X-OpenMetadata-Change", "entityCreated"),))


def test_entities_of_mixed_types_are_sent_parents_first(
    metadata: Any, stub: Stub, table: Any, get: Get
) -> None:
    stub.default = respond
    service = get("api.services.createDatabaseService", "CreateDatabaseServiceRequest")
    result = metadata.bulk_create_or_update(
        [table("one"), table("bad"), service(name="a", serviceType="Mysql")]
    )
    assert (result.numberOfRowsProcessed, result.numberOfRowsPassed) == (3, 2)
    assert {each.request for each in result.successRequest} == {"a", "a.b.c.one"}
    failed = result.failedRequest[0]
    assert failed.request["name"] == "bad"
    assert failed.status == 404
    assert "not found" in failed.message
    writes = [each.path for each in stub.seen if each.method == "PUT"]
    assert writes[0].startswith("/api/v1/services/databaseServices")


def test_tables_are_taken_as_a_list_or_as_one_request(
    metadata: Any, stub: Stub, table: Any, get: Get
) -> None:
    stub.default = respond
    assert metadata.bulk_create_or_update_tables([table("one")]).numberOfRowsPassed == 1
    try:
        bulk = get("api.data.bulkCreateTable", "BulkCreateTable")
    except ModuleNotFoundError:
        return
    assert metadata.bulk_create_or_update_tables(bulk(tables=[table("one")])).numberOfRowsPassed


def test_what_is_not_a_create_request_is_refused(metadata: Any, stub: Stub, table: Any) -> None:
    with pytest.raises(InvalidEntityException):
        metadata.bulk_create_or_update([table("one"), "text"])
    assert [each for each in stub.seen if each.method == "PUT"] == []


def test_a_refused_token_is_raised_and_not_counted_as_failed_rows(
    metadata: Any, stub: Stub, table: Any
) -> None:
    stub.default = Reply(401, {"code": 401, "message": "Expired token!"})
    with pytest.raises(APIError, match="Expired token"):
        metadata.bulk_create_or_update([table("one")])


def test_override_metadata_is_reported_where_the_server_does_not_have_it(
    metadata: Any, stub: Stub, table: Any, caplog: pytest.LogCaptureFixture
) -> None:
    stub.default = respond
    with caplog.at_level(logging.WARNING):
        metadata.bulk_create_or_update([table("one")], override_metadata=True)
    assert "the server has it since 2.0" in caplog.text


def test_a_filter_that_the_server_may_ignore_deletes_nothing(
    metadata: Any, stub: Stub, get: Get
) -> None:
    cls = get("entity.data.table", "Table")
    with pytest.raises(APIError, match="which would delete entities outside the scope"):
        metadata.delete_stale_entities(cls, {"database": "a.b"}, ["a.b.c.live"])
    with pytest.raises(APIError, match=r"is not a filter .* did you mean database"):
        metadata.delete_stale_entities(cls, {"databse": "a.b"}, ["a.b.c.live"])
    assert [each for each in stub.seen if each.method == "DELETE"] == []


def test_nothing_is_deleted_if_nothing_is_live(
    metadata: Any, stub: Stub, get: Get, caplog: pytest.LogCaptureFixture
) -> None:
    cls = get("entity.data.table", "Table")
    with caplog.at_level(logging.WARNING):
        result = metadata.delete_stale_entities(cls, {"database": "a.b"}, [])
    assert result.numberOfRowsProcessed == 0
    assert "no entity of it is live" in caplog.text
    assert [each for each in stub.seen if each.method == "DELETE"] == []
