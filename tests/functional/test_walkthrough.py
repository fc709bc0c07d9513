"""The main job, on every available release: a catalogue is created, found, changed and removed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from tests.support.external_server import own

WALK = own("walk")
"""The name of the service that all tests use."""


@pytest.fixture
def service(each: Client) -> Iterator[Any]:
    """A database service that is gone afterwards, with all below it."""
    Mysql = each.types["entity/services/connections/database/mysqlConnection.json"]
    secret = {"password": "open-sesame"}
    login = {"authType": secret} if hasattr(Mysql, "authType") else secret
    config = Mysql(username="reader", hostPort="mysql:3306", **login)
    created = each.database_services.create(
        name=WALK, serviceType="Mysql", connection={"config": config}
    )
    yield created
    each.database_services.delete(created, recursive=True, hard=True)


@pytest.fixture
def schema(each: Client, service: Any) -> Any:
    database = each.databases.create(name="shop", service=service)
    return each.database_schemas.create(name="public", database=database)


def created(om: Client, schema: Any, name: str = "orders") -> Any:
    Column = om.types.Column
    columns = [Column(name="id", dataType="BIGINT"), Column(name="placed", dataType="TIMESTAMP")]
    return om.tables.create(name=name, databaseSchema=schema, columns=columns)


def test_the_server_reports_its_version(each: Client) -> None:
    assert each.health_check() is True
    assert each.version
    assert each.release.entities


def test_names_of_children_begin_with_their_parents(each: Client, schema: Any) -> None:
    table = created(each, schema)
    assert table.fullyQualifiedName == f"{WALK}.shop.public.orders"
    assert table.databaseSchema.id == schema.id
    assert [c.fullyQualifiedName for c in table.columns] == [
        f"{WALK}.shop.public.orders.id",
        f"{WALK}.shop.public.orders.placed",
    ]


def test_a_secret_stays_one(each: Client, service: Any) -> None:
    again = each.database_services.get(service.id)
    for entity in (service, again):
        assert "open-sesame" not in repr(entity)
        assert "open-sesame" not in dynclient.to_json(entity)


def test_one_table_is_found_every_way(each: Client, schema: Any) -> None:
    table = created(each, schema)
    name = f"{WALK}.shop.public.orders"
    found = [
        each.tables[name],
        each.tables.get(name),
        each.tables.get(table.id),
        each.tables.get(WALK, "shop", "public", "orders"),
        each.tables.get(table),
        each.get_by_name(entity=each.types.Table, fqn=name),
        each.get_by_id(entity="table", entity_id=table.id),
        next(t for t in each.tables.list(page_size=2) if t.id == table.id),
        next(t for t in each.list_all_entities(each.types.Table) if t.id == table.id),
        next(t for t in each.list_entities(each.types.Table) if t.id == table.id),
    ]
    assert {entity.id for entity in found} == {table.id}
    assert name in each.tables
    assert f"{WALK}.shop.public.order" not in each.tables


def test_what_is_not_there_is_none_or_a_key_error(each: Client) -> None:
    assert each.tables.get("no.such.table.here") is None
    with pytest.raises(dynclient.NotFound) as missing:
        each.tables["no.such.table.here"]
    assert isinstance(missing.value, KeyError)
    assert missing.value.status == 404
    assert "no.such.table.here" in str(missing.value)


def test_a_name_is_not_an_id_and_an_entity_is_accepted_as_its_id(each: Client) -> None:
    for ask in (lambda: each.get_by_id("user", "admin"), lambda: each.users.delete(id="admin")):
        with pytest.raises(dynclient.BadArguments, match="id: must be a UUID, not 'admin'"):
            ask()
    admin = each.users["admin"]
    for found in (each.get_by_id("user", admin), each.get_by_id("user", str(admin.id).upper())):
        assert found.id == admin.id
    assert each.get_by_name("user", admin).id == admin.id
    assert each.get_by_id("user", "00000000-0000-0000-0000-000000000000") is None


def test_only_filters_show_their_source(each: Client) -> None:
    with pytest.raises(dynclient.BadArguments) as caught:
        each.users.list(limit=-1)
    assert "known are the filters" not in str(caught.value)
    with pytest.raises(dynclient.BadArguments, match="did you mean team"):
        each.users.list(tem="x")


def test_a_bad_request_never_leaves(each: Client, schema: Any) -> None:
    columns = [{"name": "id", "dataType": "BIGNT"}, {"name": "placed"}]
    with pytest.raises(dynclient.RequestInvalid) as refused:
        each.tables.create(name="orders", databaseSchema=schema, columns=columns)
    places = [problem.path for problem in refused.value.problems]
    assert places == ["columns[0].dataType", "columns[1].dataType"]
    assert "BIGINT" in str(refused.value)
    assert each.tables.get(f"{WALK}.shop.public.orders") is None


def test_changes_are_saved_as_a_patch_of_just_them(each: Client, schema: Any) -> None:
    created(each, schema)
    table = each.tables[f"{WALK}.shop.public.orders"]
    table.description = "One row for each order."
    table.columns.append(each.types.Column(name="total", dataType="DOUBLE"))
    assert [(step["op"], step["path"]) for step in dynclient.changes(table)] == [
        ("add", "/columns/2"),
        ("add", "/description"),
    ]
    saved = each.save(table)
    assert saved.version > table.version
    assert [column.name for column in saved.columns] == ["id", "placed", "total"]
    assert each.save(saved) is saved  # nothing changed, nothing sent
    assert next(v.version for v in each.tables.versions(saved)) == saved.version


def test_a_change_of_another_client_is_not_overwritten(each: Client, schema: Any) -> None:
    created(each, schema)
    mine, theirs = (each.tables[f"{WALK}.shop.public.orders"] for _ in range(2))
    theirs.description = "theirs"
    each.save(theirs)
    mine.description = "mine"
    with pytest.raises(dynclient.LostUpdate):
        each.save(mine)
    assert each.tables[f"{WALK}.shop.public.orders"].description == "theirs"


def test_what_is_deleted_softly_comes_back(each: Client, schema: Any) -> None:
    table = created(each, schema)
    each.tables.delete(table)
    assert each.tables.get(table.id) is None
    assert each.tables.get(table.id, include="deleted").deleted is True
    each.tables.restore(table)
    assert each.tables.get(table.id).deleted is False
    each.delete(entity=each.types.Table, entity_id=table.id, hard_delete=True)
    assert each.tables.get(table.id, include="all") is None


def test_what_has_children_is_deleted_with_them_or_not_at_all(each: Client, schema: Any) -> None:
    created(each, schema)
    with pytest.raises(dynclient.BadRequest, match="not empty"):
        each.database_schemas.delete(schema)
    each.database_schemas.delete(schema, recursive=True, hard=True)
    assert each.tables.get(f"{WALK}.shop.public.orders", include="all") is None


def test_lists_come_page_by_page(each: Client, schema: Any) -> None:
    ids = {created(each, schema, f"t{number}").id for number in range(7)}
    listing = each.tables.list(page_size=3)
    assert ids <= {table.id for table in listing}
    assert len(each.tables.list(page_size=3)) == len(each.tables) == len(list(each.tables))


def test_lists_are_filtered_by_entities(each: Client, schema: Any) -> None:
    created(each, schema)
    assert [str(t.name) for t in each.tables.list(database=schema.database)] == ["orders"]
    glossary = each.glossaries.create(name=own("G"), displayName="G", description="x")
    top = each.glossary_terms.create(name="T", displayName="T", glossary=glossary, description="x")
    terms = each.glossary_terms
    assert [t.id for t in terms.list(glossary=glossary)] == [top.id]
    with pytest.raises(
        dynclient.BadArguments, match=f"must be a glossary or its id, not '{own('G')}'"
    ):
        terms.list(glossary=own("G"))
    with pytest.raises(
        dynclient.BadArguments, match="must be a glossary or its id, not a database"
    ):
        terms.list(glossary=schema)
    each.glossaries.delete(glossary, recursive=True, hard=True)


def test_what_was_in_a_span_of_time_is_listed_once(each: Client) -> None:
    if "report_datas" not in dir(each):
        pytest.skip("this release has no report data of its own")
    listing = each.report_datas.list(reportDataType="entityReportData", start=1, end=2)
    assert (listing.page().before, listing.page().after) == ("MQ==", "Mg==")
    assert list(listing) == []


def test_an_owner_is_set_and_read(each: Client, schema: Any) -> None:
    ada = each.users.create(name=own("ada"), email=f"{own('ada')}@example.com")
    try:
        Create = each.types.CreateTableRequest
        column = each.types.Column(name="id", dataType="INT")
        request = Create(name="owned", databaseSchema=schema, columns=[column])
        field = "owners" if hasattr(Create, "owners") else "owner"
        request[field] = [ada] if field == "owners" else ada
        table = each.create_or_update(request)
        owner = each.tables.get(table.id, fields=field)[field]
        owner = owner[0] if field == "owners" else owner
        assert (owner.id, owner.type) == (ada.id, "user")
    finally:
        each.users.delete(ada, hard=True)
