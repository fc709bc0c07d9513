"""References resolved to entities, with a cache."""

from __future__ import annotations

import copy
import pickle
import threading
from typing import Any
from uuid import UUID

import pytest

from dynclient import errors, model
from dynclient.client.client import Client
from dynclient.session.resolver import Resolver
from dynclient.settings import Settings
from tests.support.projecting_server import ProjectingServer, label, table
from tests.support.trees import ALL_RELEASES, release_named

NAME = "s.d.c.t1"
ID = table(1)["id"]
REFERENCE = {"id": ID, "type": "table", "name": "t1", "fullyQualifiedName": NAME}


class Clock:
    """A clock that stands until it is set."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def client(*tables: dict[str, Any], name: str = "starter", **settings: Any) -> Any:
    server = ProjectingServer(*copy.deepcopy(tables or (table(1, tags=[label("Tier.Tier1")]),)))
    release = release_named(name)
    return Client("http://server/api", server, Settings(**settings), release), server  # type: ignore[arg-type]


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_a_reference_becomes_its_entity(name: str) -> None:
    om, server = client(name=name)
    found = om.resolve(om.types.EntityReference(**REFERENCE))
    assert type(found) is om.types.Table
    assert found.name == "t1"
    assert server.targets == [f"GET /v1/tables/{ID}"]


@pytest.mark.parametrize(
    ("target", "entity", "path"),
    [
        (REFERENCE, None, ID),
        ({"type": "table", "fullyQualifiedName": NAME}, None, f"name/{NAME}"),
        (f"table:{NAME}", None, f"name/{NAME}"),
        (f"tables:{NAME}", None, f"name/{NAME}"),
        (f"Table:{NAME}", None, f"name/{NAME}"),
        (f"table:{ID}", None, ID),
        (NAME, "table", f"name/{NAME}"),
        (NAME, "tables", f"name/{NAME}"),
        (UUID(ID), "table", ID),
    ],
)
def test_names_and_ids_with_their_type_do_as_well(target: Any, entity: Any, path: str) -> None:
    om, server = client()
    assert om.resolve(target, entity).fullyQualifiedName == NAME
    assert server.targets == [f"GET /v1/tables/{path}"]
    assert om.resolve(target, entity and om.types.Table).id == ID
    assert len(server.sent) == 1


def test_a_name_may_contain_a_colon() -> None:
    om, server = client(table(1, fullyQualifiedName="s.d.c.a:b"))
    assert om.resolve("table:s.d.c.a:b").id == ID
    assert om.resolve("s.d.c.a:b", "table").id == ID
    assert len(server.sent) == 1


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_types_that_cannot_be_read_one_by_one_say_so(name: str) -> None:
    om, server = client(name=name)
    count = 0
    for spec in om.catalogue:
        entity, has_id = spec.entity.name, "get" in spec.operations
        if "get_by_name" in spec.operations:
            continue
        count += 1
        message = f"type '{entity}' cannot be read by " + ("name, only" if has_id else "id or")
        with pytest.raises(errors.BadArguments, match=message):
            om.resolve("x", entity)
        if not has_id:
            with pytest.raises(errors.BadArguments, match=message):
                om.resolve(ID, entity)
    assert count
    assert server.sent == []


def test_an_entity_is_requested_like_a_reference() -> None:
    om, server = client()
    found = om.tables[NAME]
    server.tables[ID]["description"] = "new"
    assert om.resolve(found).description == "new"


def test_every_call_returns_an_object_of_its_own() -> None:
    om, server = client()
    first = om.resolve(REFERENCE)
    first.description = "mine"
    first.columns.append(om.types.Column(name="c", dataType="INT"))
    second = om.resolve(REFERENCE)
    assert second.description is None
    assert len(second.columns) == 2
    assert model.changes(second) == []
    assert second is not om.resolve(REFERENCE)
    assert len(server.sent) == 1


def test_what_was_read_by_name_is_found_by_id() -> None:
    om, server = client()
    assert om.resolve(f"table:{NAME}") == om.resolve(REFERENCE)
    assert len(server.sent) == 1


def test_fields_are_asked_for_and_kept_apart() -> None:
    om, server = client()
    assert om.resolve(REFERENCE, fields=["tags"]).tags[0].tagFQN == "Tier.Tier1"
    assert om.resolve(REFERENCE, fields="tags").tags
    assert len(server.sent) == 1
    assert "tags" not in om.resolve(REFERENCE)
    assert server.targets == [f"GET /v1/tables/{ID}?fields=tags", f"GET /v1/tables/{ID}"]


def test_what_was_not_asked_for_is_read_later_once() -> None:
    om, server = client()
    assert om.resolve(REFERENCE).tags
    assert om.resolve(REFERENCE).tags
    assert len(server.sent) == 2


def test_deleted_entities_are_found_if_the_reference_says_so() -> None:
    om, server = client(table(1, deleted=True))
    with pytest.raises(errors.NotFound):
        om.resolve(REFERENCE)
    assert om.resolve({**REFERENCE, "deleted": True}).deleted
    assert om.resolve(REFERENCE, include="all").deleted
    assert [each.partition("?")[2] for each in server.targets] == ["", "include=all"]


def test_entities_are_kept_for_a_time_and_in_a_number() -> None:
    om, server = client(*[table(number) for number in range(1, 6)])
    clock = Clock()
    resolver = Resolver(om.session, size=4, seconds=10, clock=clock)
    resolver.resolve(REFERENCE)
    clock.now = 9
    for _ in range(3):
        resolver.resolve(REFERENCE)
    assert (resolver.info.hits, resolver.info.misses, resolver.info.size) == (3, 1, 1)
    clock.now = 11
    resolver.resolve(REFERENCE)
    assert len(server.sent) == 2
    for number in range(1, 6):
        resolver.resolve({"id": table(number)["id"], "type": "table"})
    assert (resolver.info.size, resolver.info.limit) == (4, 4)


def test_a_change_by_this_client_empties_the_cache() -> None:
    om, server = client()
    found = om.resolve(REFERENCE)
    found.description = "new"
    server.tables[ID]["description"] = "new"
    om.save(found)
    assert om.resolve(REFERENCE).description == "new"
    om.send(om.prepare("tables.delete", ID))
    assert om.session.resolver.info.size == 0


def test_threads_may_share_it() -> None:
    om, _ = client(*[table(number) for number in range(1, 6)])
    names: list[str] = []

    def resolve() -> None:
        names.extend(
            om.resolve(table(number)["id"], "table").name for number in range(1, 6) for _ in "ab"
        )

    threads = [threading.Thread(target=resolve) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert sorted(names) == sorted(f"t{number}" for number in range(1, 6) for _ in range(8))
    info = om.session.resolver.info
    assert info.hits + info.misses == 40


def test_a_pickled_client_has_an_empty_cache() -> None:
    om, _ = client()
    om.resolve(REFERENCE)
    assert pickle.loads(pickle.dumps(om)).session.resolver.info.size == 0


@pytest.mark.parametrize(
    ("target", "shown"),
    [
        ("ada", "'ada'"), ("", "''"), ("table:", "'table:'"), (None, "NoneType"), (3, "int"),
        ([], "list"), ({}, "dict"), ({"type": "table"}, "dict"), ({"id": ID}, "dict"),
    ],
)  # fmt: skip
def test_a_target_without_a_type_or_a_key_is_refused(target: Any, shown: str) -> None:
    om, server = client()
    message = f"must be an entity, a reference, or .*, not {shown}$"
    with pytest.raises(errors.BadArguments, match=message):
        om.resolve(target)
    assert server.sent == []


def test_an_unknown_type_is_refused() -> None:
    om, _ = client()
    with pytest.raises(errors.UnknownCollection, match="did you mean"):
        om.resolve("tabel:a.b.c.d")
    with pytest.raises(errors.BadArguments, match="must be a user, not a table"):
        om.resolve(om.types.EntityReference(**REFERENCE), "user")


@pytest.mark.parametrize("unread", ["fetch", "none", "error"])
def test_it_works_with_every_setting(unread: str) -> None:
    om, _ = client(unread=unread)
    assert om.resolve(REFERENCE) == om.resolve(REFERENCE)


# -- fields that a reference lacks -----------------------------------------------------------------


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_a_field_of_the_entity_names_the_way_to_it(name: str) -> None:
    types = client(name=name)[0].types
    user = types.EntityReference(id=ID, type="user", name="ada")
    message = (
        r"has no field 'email'; the user that it refers to has: om\.resolve\(reference\)\.email"
    )
    with pytest.raises(errors.UnknownField, match=message):
        _ = user.email
    with pytest.raises(errors.UnknownField, match=message):
        _ = user["email"]
    other = "owner" if "owners" in types.Table._nodes else "owners"
    with pytest.raises(errors.UnknownField, match=rf"om\.resolve\(reference\)\.{other}"):
        getattr(types.EntityReference(id=ID, type="table"), other)


def test_other_names_are_as_for_every_entity() -> None:
    types = client()[0].types
    user = types.EntityReference(id=ID, type="user", name="ada")
    with pytest.raises(errors.UnknownField, match="did you mean displayName"):
        _ = user.dispayName
    with pytest.raises(errors.UnknownField, match=r"has no field 'email'$"):
        _ = types.EntityReference(id=ID).email
    with pytest.raises(errors.UnknownField, match=r"has no field 'email'$"):
        _ = types.EntityReference(id=ID, type="spaceship").email
    with pytest.raises(AttributeError) as caught:
        _ = user._repr_png_
    assert type(caught.value) is AttributeError
    assert not hasattr(user, "email")
    assert copy.deepcopy(user) == pickle.loads(pickle.dumps(user)) == user
