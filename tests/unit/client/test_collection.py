"""Collections: the signatures of their methods, what they contain, and how they pickle."""

from __future__ import annotations

import copy
import inspect
import pickle
from typing import Any

import pytest

from dynclient import errors
from dynclient.client.client import Client
from dynclient.client.collection import plan_method
from dynclient.dispatch.pagination import Listing
from dynclient.settings import Settings
from tests.support.trees import release_named
from tests.support.wire import Wire

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"
TABLE = {"id": ID, "name": "t", "fullyQualifiedName": "s.d.c.t", "columns": []}


def client(*responses: Any, **settings: Any) -> tuple[Client, Wire]:
    wire = Wire(*(responses or (TABLE,)))
    release = release_named("starter")
    return Client("http://server/api", wire, Settings(**settings), release), wire  # type: ignore[arg-type]


# -- methods ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["create", "upsert"])
def test_the_signature_of_a_create_has_the_fields_of_the_request(name: str) -> None:
    om, wire = client()
    parameters = inspect.signature(getattr(om.tables, name)).parameters
    assert {"name", "databaseSchema", "columns"} <= parameters.keys()
    assert wire.sent == []


@pytest.mark.parametrize("name", ["get", "restore", "patch", "vote", "list", "delete"])
def test_the_signature_of_another_method_has_its_own_arguments(name: str) -> None:
    om, _ = client()
    parameters = inspect.signature(getattr(om.tables, name)).parameters
    assert "columns" not in parameters
    assert ("limit" in parameters) is (name == "list")
    assert ("hard" in parameters) is (name == "delete")


@pytest.mark.parametrize("name", ["get", "delete", "restore", "versions", "version", "followers"])
def test_the_signature_has_the_keywords_that_name_an_entity(name: str) -> None:
    om, _ = client()
    parameters = inspect.signature(getattr(om.tables, name)).parameters
    assert {"key", "id", "fqn"} <= parameters.keys()


def test_the_number_of_a_version_is_a_required_keyword_after_the_names_of_the_entity() -> None:
    om, _ = client()
    number = inspect.signature(om.tables.version).parameters["version"]
    assert number.kind is inspect.Parameter.KEYWORD_ONLY
    assert number.default is inspect.Parameter.empty


def test_the_documentation_of_a_create_differs_from_that_of_other_methods() -> None:
    om, _ = client()
    create, get = om.tables.create.__doc__ or "", om.tables.get.__doc__ or ""
    assert "databaseSchema:" in create
    assert "Return one entity" in get
    assert "Return one entity" not in create


def test_a_method_is_kept_named_and_pickled() -> None:
    om, wire = client()
    method = om.tables.get
    assert om.tables.get is method
    assert (method.__name__, method.__qualname__) == ("get", "tables.get")
    assert repr(method) == "<tables.get, a method of a collection; see help()>"
    wire.responses = [TABLE]
    again = copy.copy(method)
    assert again(ID).name == "t"
    plan = plan_method(method, (ID,), {"fields": "tags"}, lambda plan: None)
    assert plan.arguments == {"id": ID, "fields": "tags"}
    assert plan.operation.name == "get"


@pytest.mark.parametrize("name", ["creat", "zebra", "_private"])
def test_unknown_methods_are_attribute_errors(name: str) -> None:
    om, _ = client()
    with pytest.raises(AttributeError):
        getattr(om.tables, name)
    assert not hasattr(om.tables, name)
    if name == "creat":
        with pytest.raises(
            errors.UnknownOperation, match=r"did you mean create or create_many\?"
        ) as caught:
            getattr(om.tables, name)
        assert (caught.value.name, caught.value.obj) == (name, None)
        assert caught.value.nearest[0] == "create"


@pytest.mark.parametrize("name", ["first", "page", "pages"])
def test_methods_of_a_list_are_looked_for_at_the_collection_and_named(name: str) -> None:
    om, wire = client()
    assert hasattr(Listing, name)
    with pytest.raises(errors.UnknownOperation, match=rf"om\.tables\.list\(\)\.{name}\(\)$"):
        getattr(om.tables, name)
    assert wire.sent == []


def test_methods_are_those_of_the_operations_of_the_type() -> None:
    om, _ = client()
    listed = dir(om.tables)
    assert {"create", "get", "list", "versions", "op", "__len__"} <= set(listed)
    assert listed == sorted(listed)
    assert not [name for name in listed if name.startswith("_") and not name.startswith("__")]


# -- as a container --------------------------------------------------------------------------------


def test_a_loop_gives_its_length_to_one_call_only() -> None:
    om, wire = client({"data": [TABLE], "paging": {"total": 1}})
    tables = om.tables
    loop = iter(tables)
    assert len(tables) == 1
    assert len(wire.sent) == 1
    assert len(tables) == 1
    assert len(wire.sent) == 2
    assert [each.name for each in loop] == ["t"]


def test_items_are_entities_and_missing_ones_are_not_contained() -> None:
    om, wire = client(TABLE)
    assert om.tables[ID].name == "t"
    assert om.tables["s", "d", "c", "t"].name == "t"
    assert wire.last.path == "/v1/tables/name/s.d.c.t"
    assert ID in om.tables
    wire.responses = [(404, {"code": 404, "message": "table instance for x not found"})]
    assert ID not in om.tables
    with pytest.raises(errors.NotFound):
        om.tables[ID]


@pytest.mark.parametrize("fields", [iter(["tags"]), {"tags"}, ["tags"], ("tags",), "tags"])
def test_fields_may_be_any_iterable_of_names(fields: Any) -> None:
    om, wire = client()
    om.tables.get(ID, fields=fields)
    assert wire.last.query == (("fields", "tags"),)


def test_a_collection_shows_its_address_and_pickles_with_its_session() -> None:
    om, _ = client()
    assert repr(om.tables) == "<tables at http://server/v1/tables>"
    om.session.transport.responses = []  # type: ignore[attr-defined]
    again = pickle.loads(pickle.dumps(om.tables))
    assert repr(again) == repr(om.tables)
    assert type(again) is type(om.tables)


# -- results ---------------------------------------------------------------------------------------

NO_ENTITY = (404, {"code": 404, "message": "table instance for x not found"})
CALLS = {"restore": (ID,), "versions": (ID,), "vote": (ID, "votedUp"), "delete": (ID,)}


@pytest.mark.parametrize("name", CALLS)
def test_only_get_returns_none_for_a_missing_entity(name: str) -> None:
    om, _ = client(NO_ENTITY)
    assert om.tables.get(ID) is None
    with pytest.raises(errors.NotFound):
        getattr(om.tables, name)(*CALLS[name])


def test_patch_without_arguments_says_what_it_takes() -> None:
    om, wire = client()
    with pytest.raises(errors.BadArguments, match="takes a changed entity, or an id and a list"):
        om.tables.patch()
    assert wire.sent == []
