"""What facades send, and what they refuse before it is sent."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

from dynclient.compat.ometa.exceptions import InvalidEntityException, MissingEntityTypeException
from dynclient.compat.sdk.facade import BaseEntity
from tests.support.stub import Reply, Stub
from tests.unit.compat.sdk.conftest import ID, OTHER, table

TABLES = "/api/v1/tables"


def test_create_writes_with_put(sdk: Any, stub: Stub) -> None:
    from metadata.generated.schema.api.data.createTable import CreateTableRequest

    stub.routes[f"PUT {TABLES}"] = table()
    columns = [{"name": "id", "dataType": "INT"}]
    request = CreateTableRequest(name="orders", databaseSchema="a.b.c", columns=columns)
    assert sdk.Tables.create(request).fullyQualifiedName.root == "a.b.c.orders"
    assert (stub.seen[-1].method, stub.seen[-1].json["columns"]) == ("PUT", columns)


def test_a_request_of_another_type_names_its_facade(sdk: Any, stub: Stub) -> None:
    from metadata.generated.schema.api.data.createDatabase import CreateDatabaseRequest

    request = CreateDatabaseRequest(name="shop", service="s")
    with pytest.raises(InvalidEntityException, match=r"CreateDatabaseRequest; use Databases.crea"):
        sdk.Tables.create(request)
    with pytest.raises(InvalidEntityException, match=r"Tables.update\(\) takes an entity with"):
        sdk.Tables.update(request)
    assert [seen for seen in stub.seen if seen.method == "PUT"] == []


def test_versions_are_entities(sdk: Any, stub: Stub) -> None:
    import json

    versions = [json.dumps(table(version=0.2)), json.dumps(table())]
    stub.routes[f"GET {TABLES}/{ID}/versions"] = {"entityType": "table", "versions": versions}
    found = sdk.Tables.get_versions(ID)
    assert [type(each) for each in found] == [sdk.Tables.entity_type()] * 2
    assert [each.version.root for each in found] == [0.2, 0.1]


def test_restoring_as_a_job_returns_its_id(sdk: Any, stub: Stub) -> None:
    stub.default = lambda seen: Reply(202, {"jobId": "7f", "message": "Started."})
    answer = sdk.Tables.restore_request(ID).with_async().execute()
    assert (answer.job_id, answer.message) == ("7f", "Started.")
    assert stub.seen[-1].path == f"{TABLES}/restore?async=true"
    assert stub.seen[-1].json == {"id": ID}


def test_followers_are_added_one_by_one_and_one_text_is_one_user(sdk: Any, stub: Stub) -> None:
    stub.routes[f"PUT {TABLES}/{ID}/followers"] = {"entityId": ID}
    stub.routes[f"GET {TABLES}/{ID}"] = table(followers=[{"id": OTHER, "type": "user"}])
    found = sdk.Tables.add_followers(ID, OTHER)
    assert [str(each.id.root) for each in found.followers.root] == [OTHER]
    assert [seen.json for seen in stub.seen if seen.method == "PUT"] == [OTHER]


def test_what_a_type_or_a_release_lacks_is_said_with_the_releases_that_have_it(
    sdk: Any, stub: Stub
) -> None:
    with pytest.raises(MissingEntityTypeException, match=r"no collection 'page'; .* 2\.0 on have"):
        sdk.Pages.list()
    with pytest.raises(MissingEntityTypeException, match="types of release starter has no operat"):
        sdk.Types.add_followers(ID, [OTHER])
    with pytest.raises(AttributeError, match="did you mean Tables"):
        sdk.Tabels  # noqa: B018 -- the access is what raises
    assert not hasattr(sdk.Users, "add_tag")


def test_each_method_that_sends_has_a_coroutine() -> None:
    names = {name for name in dir(BaseEntity) if name.endswith("_async")} - {"restore_async"}
    assert len(names) >= 14
    for name in names:
        assert inspect.iscoroutinefunction(getattr(BaseEntity, name))
        plain = inspect.signature(getattr(BaseEntity, name.removesuffix("_async")))
        assert inspect.signature(getattr(BaseEntity, name)) == plain


def test_scripts_may_derive_from_the_base() -> None:
    class Mine(BaseEntity[Any, Any]):
        @classmethod
        def entity_type(cls) -> Any:
            return int

    assert Mine.entity_type() is int
