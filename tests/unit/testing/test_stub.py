"""``Stub``: every operation answered by an example that its schema allows."""

from __future__ import annotations

import threading
from typing import Any

import pytest

import dynclient
from dynclient.errors import Conflict, NotFound, UnknownRelease, UsageError, ValidationFailed
from dynclient.operations.catalogue import catalogue
from dynclient.testing import Stub
from dynclient.transport.request import Request
from dynclient.validation import validator
from tests.support.trees import ALL_RELEASES, release_named

NAME = "shop.main.public.orders"


@pytest.fixture
def stub() -> Stub:
    return Stub("starter")


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_collection_of_every_release_is_read(name: str) -> None:
    release = release_named(name)
    stub = Stub(release)
    om = stub.connect(responses="strict")  # an answer that breaks its schema would be an error
    for spec in catalogue(release):
        listing = spec.operations.get("list")
        if listing is not None and not any(each.required for each in listing.parameters):
            listed = om[spec.entity.name].list().page()
            assert len(listed) == 1, spec
            valid = validator(release).is_valid(release.node(spec.entity.path), listed[0]._raw)
            assert valid, spec
    assert len(stub.requests) >= 15, "a release has so many collections at least"


def test_an_answer_has_the_values_of_the_request(stub: Stub) -> None:
    om = stub.connect()
    assert om.tables[NAME].fullyQualifiedName == NAME
    assert om.tables[NAME].name == "orders"
    columns = [{"name": "id", "dataType": "INT"}]
    created = om.tables.create(
        name="new", databaseSchema="a.b.c", columns=columns, description="rows"
    )
    assert (created.name, created.description) == ("new", "rows")
    created.description = "more"
    assert om.save(created).description == "more"
    assert [each.method for each in stub.requests] == ["GET", "GET", "POST", "PATCH"]
    assert stub.requests[2].json["databaseSchema"] == "a.b.c"


def test_fields_are_in_the_answer_that_asks_for_them(stub: Stub) -> None:
    table = stub.connect().tables.get(NAME, fields="owners")
    assert [owner.type for owner in table.owners] == ["user"]
    assert len(stub.requests) == 1


def test_answers_follow_each_other_and_the_last_one_stays(stub: Stub) -> None:
    om = stub.connect()
    stub.answer("tables.get", description="first")
    stub.answer("tables.get", {"description": "second"})
    read = [om.tables[NAME].description for _ in range(3)]
    assert read == ["first", "second", "second"]
    stub.answer("tables.list", [{"name": "a"}, {"name": "b"}])
    assert [table.name for table in om.tables.list()] == ["a", "b"]
    stub.answer("tables.list", [])
    om.tables.list().page()
    assert list(om.tables.list()) == []


def test_errors_are_those_of_a_server(stub: Stub) -> None:
    om = stub.connect()
    stub.fail("tables.create", 409, "Entity already exists")
    with pytest.raises(Conflict, match="Entity already exists"):
        om.tables.create(name="n", databaseSchema="a.b.c", columns=[])
    stub.fail("tables.get", 404)
    with pytest.raises(NotFound):
        om.tables[NAME]


def test_routes_are_answered_too(stub: Stub) -> None:
    om = stub.connect()
    stub.answer("GET /v1/users/loggedInUser", {"name": "ada", "email": "ada@example.org"})
    assert om.me().name == "ada"
    stub.answer("GET /v1/tables/{id}/sampleData", {"rows": [["1"]]})
    assert om.send(Request("GET", "/v1/tables/3/sampleData")) == {"rows": [["1"]]}


def test_an_answer_must_be_valid(stub: Stub) -> None:
    with pytest.raises(ValidationFailed) as caught:
        stub.answer("tables.get", columns=3, name=None)
    assert {problem.path for problem in caught.value.problems} == {"columns", "name"}
    with pytest.raises(ValidationFailed, match="item 1"):
        stub.answer("tables.list", [{}, {"columns": 3}])
    assert stub.connect().tables[NAME].name == "orders", "the examples still answer"


@pytest.mark.parametrize(
    ("call", "said"),
    [
        ("tabels.get", "did you mean tables"),
        ("tables.gett", "did you mean get"),
        ("tables", "a call is 'tables.get' or 'GET /v1/tables'"),
        (3, "call must be"),
        ("", "a call is"),
    ],
)
def test_a_call_that_does_not_exist_is_refused(stub: Stub, call: Any, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        stub.answer(call)


def test_what_is_no_answer_is_refused(stub: Stub) -> None:
    with pytest.raises(UsageError, match="must be that of an error"):
        stub.fail("tables.get", 200)
    with pytest.raises(UsageError, match="must be a list"):
        stub.answer("tables.list", 3)
    with pytest.raises(UsageError, match="must be an object"):
        stub.answer("tables.get", "orders")
    with pytest.raises(UsageError, match="either by name or in body"):
        stub.answer("tables.get", [1], name="orders")
    with pytest.raises(UnknownRelease):
        Stub("99.9.9")


def test_a_request_that_is_not_valid_does_not_reach_the_stub(stub: Stub) -> None:
    with pytest.raises(dynclient.RequestInvalid):
        stub.connect().tables.create(name="new", databaseSchema="a.b.c", columns=[{"name": "id"}])
    assert stub.requests == []


def test_threads_may_share_a_stub(stub: Stub) -> None:
    om = stub.connect()
    stub.answer("tables.get", description="one")
    threads = [threading.Thread(target=lambda: om.tables[NAME]) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stub.requests) == 8
