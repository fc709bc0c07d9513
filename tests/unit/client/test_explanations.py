"""Errors of servers with the missing part of a name, or with what exists already."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import jsonschema
import pytest

from dynclient import errors
from dynclient.client.client import Client
from dynclient.data import data_file
from dynclient.operations import catalogue
from dynclient.operations.name_parents import name_parents
from dynclient.schema import Release
from dynclient.settings import Settings
from dynclient.transport.request import Request, Response
from tests.support.trees import ALL_RELEASES, release_named
from tests.support.wire import Wire

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"


class Catalogue(Wire):
    """A server that has entities of these names, and answers 404 to all others."""

    def __init__(self, *names: str) -> None:
        super().__init__()
        self.names = names

    def send(self, request: Request) -> Response:
        route, _, name = request.path.partition("/name/")
        rows = [
            {"id": ID, "name": n.rsplit(".", 1)[-1], "fullyQualifiedName": n} for n in self.names
        ]
        kind = route.rsplit("/", 1)[-1]
        of_kind = [row for row in rows if row["fullyQualifiedName"].count(".") == DEPTHS[kind]]
        if not name:
            self.responses = [{"data": of_kind, "paging": {"total": len(of_kind)}}]
        else:
            found = [row for row in of_kind if row["fullyQualifiedName"] == unquote(name)]
            missing = 404, {"code": 404, "message": f"{kind} instance for {name} not found"}
            self.responses = [found[0] if found else missing]
        return super().send(request)


DEPTHS = {"databaseServices": 0, "databases": 1, "databaseSchemas": 2, "tables": 3, "users": 0}


def client(*names: str) -> tuple[Client, Catalogue]:
    wire = Catalogue(*names)
    return Client("http://server/api", wire, Settings(), release_named("starter")), wire  # type: ignore[arg-type]


@pytest.fixture(params=ALL_RELEASES)
def release(request: pytest.FixtureRequest) -> Release:
    return release_named(request.param)


SHOP = ("shop", "shop.main", "shop.main.public", "shop.main.public.orders")


@pytest.mark.parametrize(
    ("fqn", "hint", "requests"),
    [
        ("shop.main.public.ordrs",
         "'shop.main.public' exists, and has no table 'ordrs'; did you mean shop.main.public.o", 4),
        ("shop.main.public.zzz", "has no table 'zzz'; get(…, include='all') finds it", 4),
        ("shop.main.publik.orders",
         "There is no database schema 'shop.main.publik'; did you mean shop.main.public?", 4),
        ("shop.mian.public.orders", "There is no database 'shop.mian'; did you mean shop.main?", 4),
        ("shp.main.public.orders", "There is no database service 'shp'; did you mean shop?", 4),
        ("orders", "has 4 parts at least: service.database.databaseSchema.table.", 1),
        ('a."b', "a quote that is not closed", 1),
    ],
)  # fmt: skip
def test_a_name_that_is_not_found_says_which_part(fqn: str, hint: str, requests: int) -> None:
    om, wire = client(*SHOP)
    with pytest.raises(errors.NotFound) as caught:
        om.tables[fqn]
    assert hint in str(caught.value)
    assert "tables instance for" in str(caught.value)
    assert len(wire.sent) == requests


def test_a_name_of_one_part_is_compared_with_the_others() -> None:
    om, _ = client("admin", "ada")
    with pytest.raises(errors.NotFound, match=r"There is no user 'admn'; did you mean admin\?"):
        om.users["admn"]


def test_only_a_lookup_that_raises_looks_for_the_missing_part() -> None:
    om, wire = client(*SHOP)
    assert om.tables.get("shop.main.public.x") is None
    assert "shop.main.public.x" not in om.tables
    assert len(wire.sent) == 2
    with pytest.raises(errors.NotFound):
        om.tables.delete("shop.main.public.x")
    assert len(wire.sent) == 3


def test_an_id_that_is_not_found_has_no_parts() -> None:
    wire = Wire((404, {"code": 404, "message": f"table instance for {ID} not found"}))
    om = Client("http://server/api", wire, Settings(), release_named("starter"))  # type: ignore[arg-type]
    with pytest.raises(errors.NotFound):
        om.tables[ID]
    assert len(wire.sent) == 1


def test_a_loop_of_names_that_are_not_found_soon_costs_one_request_each() -> None:
    om, wire = client()
    for _ in range(30):
        with pytest.raises(errors.NotFound):
            om.users["x"]
    assert len(wire.sent) == 40


def test_the_error_stays_as_it_is_if_no_more_can_be_found_out() -> None:
    missing = 404, {"code": 404, "message": "table instance for a.b.c.d not found"}
    wire = Wire(missing, (403, {"code": 403, "message": "no"}))
    om = Client("http://server/api", wire, Settings(), release_named("starter"))  # type: ignore[arg-type]
    with pytest.raises(errors.NotFound) as caught:
        om.tables["a.b.c.d"]
    assert caught.value.message == "table instance for a.b.c.d not found"
    assert "hint" not in caught.value.parts
    assert len(wire.sent) == 2


def test_a_parent_that_cannot_be_read_by_name_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    om, wire = client(*SHOP)
    for name, operation in (("databaseSchema", "get_by_name"), ("table", "list")):
        spec = om.session.find(name)
        left = {key: each for key, each in spec.operations.items() if key != operation}
        monkeypatch.setattr(spec, "_operations", left)
    with pytest.raises(errors.NotFound, match=r"'shop\.main' exists, and has no table 'orders';"):
        om.tables["shop.main.nothing.orders"]
    assert len(wire.sent) == 2


def test_the_types_of_the_parts_of_a_name_are_found_by_schema(release: Release) -> None:
    def parents(entity: str) -> tuple[tuple[str, ...], bool]:
        found = name_parents(release, release.entities[entity])
        return tuple(kind for _, kind in found.types), found.nested

    assert parents("table") == (("databaseService", "database", "databaseSchema"), False)
    assert parents("topic") == (("messagingService",), False)
    assert parents("glossaryTerm") == (("glossary",), True)
    assert parents("tag") == (("classification",), True)
    assert parents("user") == ((), False)
    for spec in catalogue(release):
        found = name_parents(release, spec.entity)
        assert {kind for _, kind in found.types} <= {*release.entities}


def test_the_facts_fit_their_schema() -> None:
    schema = data_file("name_parents.schema.json")
    jsonschema.Draft7Validator.check_schema(schema)
    jsonschema.validate(data_file("name_parents.json"), schema)


def test_a_conflict_names_what_exists_and_how_to_update_it() -> None:
    exists = 409, {"code": 409, "message": "Entity already exists"}
    wire = Wire(exists)
    om = Client("http://server/api", wire, Settings(), release_named("starter"))  # type: ignore[arg-type]
    column = {"name": "a", "dataType": "INT"}
    schema: Any = om.types.DatabaseSchema(
        id=ID, name="public", fullyQualifiedName="shop.main.public"
    )
    for parent in ("shop.main.public", schema):
        with pytest.raises(errors.Conflict) as caught:
            om.tables.create(name="orders", databaseSchema=parent, columns=[column])
        text = str(caught.value)
        assert "409 Entity already exists: table 'orders' of 'shop.main.public'" in text
        assert "om.tables.upsert(…) creates it or updates it; om.tables.restore(…)" in text
    request = om.types.CreateUserRequest(name="ada", email="ada@example.com")
    with pytest.raises(errors.Conflict, match="exists: user 'ada'"):
        om.users.create(request)
    assert len(wire.sent) == 3


def test_a_conflict_names_only_methods_that_the_collection_has(release: Release) -> None:
    from dynclient.client.explanations import conflict

    error = errors.Conflict(
        message="exists", status=409, code=409, method="POST", url="", request_id=None
    )
    for attribute, spec in catalogue(release).collections.items():
        text = str(conflict(error, release, spec, {"name": "x"}))
        has = {"upsert": True, "restore": spec.entity.deleted}
        for method, is_possible in has.items():
            is_named = f"om.{attribute}.{method}(…)" in text
            assert is_named == (is_possible and method in spec.operations), attribute
