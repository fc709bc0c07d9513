"""References in create requests: names and references, as the release expects them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from dynclient import errors, model
from dynclient.client.client import Client
from dynclient.settings import Settings
from tests.support.trees import release_named
from tests.support.wire import Wire

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"
TABLE = {"name": "t", "columns": []}
CREATED = {"id": ID, "name": "t"}
USER = {"id": ID, "name": "ada", "fullyQualifiedName": "org.ada"}
REFERENCE = {"id": ID, "type": "user", "fullyQualifiedName": "org.ada"}


def client(*responses: Any, **settings: Any) -> tuple[Client, Wire]:
    wire = Wire(*responses)
    release = release_named("starter")
    return Client("http://server/api", wire, Settings(**settings), release), wire  # type: ignore[arg-type]


def sent(wire: Wire) -> list[str]:
    return [f"{request.method} {request.target}" for request in wire.sent]


# -- a reference where the release expects a name --------------------------------------------------


@pytest.mark.parametrize(
    ("schema", "name"),
    [({"fullyQualifiedName": "s.d.c", "name": "c"}, "s.d.c"), ({"name": "c"}, "c")],
)
def test_the_name_of_a_bare_reference_is_requested(schema: dict[str, Any], name: str) -> None:
    om, wire = client({"id": ID, **schema}, CREATED)
    reference = {"id": ID, "type": "databaseSchema"}
    with pytest.warns(
        errors.DriftWarning, match="databaseSchema must be a name in release starter"
    ):
        om.tables.create(**TABLE, databaseSchema=reference)
    assert sent(wire) == [f"GET /v1/databaseSchemas/{ID}", "POST /v1/tables"]
    assert wire.last.json == {**TABLE, "databaseSchema": name}


def test_an_entity_of_another_type_than_the_parent_is_refused() -> None:
    om, wire = client()
    database = model.load(om.types.Database, {"id": ID, "fullyQualifiedName": "s.d"})
    reference = model.load(om.types.EntityReference, {"id": ID, "type": "database"})
    message = "databaseSchema: must be a databaseSchema or its fully qualified name, not a database"
    for parent in (database, reference):
        for call in (om.tables.create, om.tables.upsert):
            with pytest.raises(errors.BadArguments, match=message):
                call(**TABLE, databaseSchema=parent)
    assert wire.sent == []


def test_a_bare_reference_may_be_an_entity_and_the_request_too() -> None:
    om, wire = client({"id": ID, "name": "c", "fullyQualifiedName": "s.d.c"}, CREATED)
    reference = model.load(om.types.EntityReference, {"id": ID, "type": "databaseSchema"})
    with pytest.warns(errors.DriftWarning, match="must be a name"):
        om.tables.create(TABLE, databaseSchema=reference)
    assert wire.last.json == {**TABLE, "databaseSchema": "s.d.c"}


def test_a_reference_with_a_name_and_a_name_itself_need_no_request() -> None:
    om, wire = client(CREATED)
    reference = {"id": ID, "type": "databaseSchema", "fullyQualifiedName": "s.d.c"}
    with pytest.warns(errors.DriftWarning):
        om.tables.create(**TABLE, databaseSchema=reference)
    om.tables.create(**TABLE, databaseSchema="s.d.c")
    assert sent(wire) == ["POST /v1/tables"] * 2
    assert [request.json["databaseSchema"] for request in wire.sent] == ["s.d.c"] * 2


def test_names_in_a_list_are_requested_one_by_one() -> None:
    om, wire = client({"id": ID, "name": "c", "fullyQualifiedName": "s.c"}, CREATED)
    charts = ["s.a", {"id": ID, "type": "chart"}]
    with pytest.warns(errors.DriftWarning, match="charts must be a name"):
        om.dashboards.create(name="d", service="s", charts=charts)
    assert sent(wire) == [f"GET /v1/charts/{ID}", "POST /v1/dashboards"]
    assert wire.last.json == {"name": "d", "service": "s", "charts": ["s.a", "s.c"]}


def test_a_reference_to_an_unknown_type_is_rejected_without_a_request() -> None:
    om, wire = client(CREATED)
    with pytest.raises(errors.RequestInvalid, match="databaseSchema"):
        om.tables.create(**TABLE, databaseSchema={"id": ID, "type": "zebra"})
    assert wire.sent == []


def test_without_translation_nothing_is_requested() -> None:
    om, wire = client(CREATED, drift="error")
    with pytest.raises(errors.RequestInvalid, match="databaseSchema"):
        om.tables.create(**TABLE, databaseSchema={"id": ID, "type": "databaseSchema"})
    assert wire.sent == []


# -- a name where the release expects a reference --------------------------------------------------

GLOSSARY = {"name": "g", "description": "d"}


@pytest.mark.parametrize(
    ("reviewer", "request_line"),
    [
        ("org.ada", "GET /v1/users/name/org.ada"),
        (ID, f"GET /v1/users/{ID}"),
        (UUID(ID), f"GET /v1/users/{ID}"),
    ],
)
def test_a_name_or_an_id_becomes_a_reference(reviewer: Any, request_line: str) -> None:
    om, wire = client(USER, CREATED)
    with pytest.warns(
        errors.DriftWarning, match="reviewers must be a reference in release starter"
    ):
        om.glossaries.create(**GLOSSARY, reviewers=[reviewer])
    assert sent(wire) == [request_line, "POST /v1/glossaries"]
    assert wire.last.json == {**GLOSSARY, "reviewers": [REFERENCE]}


def test_references_are_sent_as_they_are() -> None:
    om, wire = client(CREATED)
    om.glossaries.create(**GLOSSARY, reviewers=[REFERENCE])
    assert sent(wire) == ["POST /v1/glossaries"]
    assert wire.last.json == {**GLOSSARY, "reviewers": [REFERENCE]}


def test_what_is_not_a_list_is_rejected_by_validation() -> None:
    om, wire = client(CREATED)
    with pytest.raises(errors.RequestInvalid, match="reviewers"):
        om.glossaries.create(**GLOSSARY, reviewers="org.ada")
    assert wire.sent == []
