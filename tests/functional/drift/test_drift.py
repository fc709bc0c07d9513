"""One script, many releases: fields with another name are translated, with a warning."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import dynclient
from dynclient import sandbox
from dynclient.client.client import Client
from dynclient.errors import DriftWarning
from tests.support.external_server import only_on_sandbox, own
from tests.support.stub import Reply, Stub
from tests.support.trees import TREES, real_release, release_named, skip_without

CREATE = "api/data/createTable.json"
DRIFT, PEOPLE = own("drift"), [own("ada"), own("grace")]
OLD = [name for name in TREES if "owner" in real_release(name).node(CREATE).properties]

quiet = pytest.mark.filterwarnings("ignore::dynclient.errors.DriftWarning")


@pytest.fixture
def schema(each: Client) -> Iterator[Any]:
    service = each.database_services.create(name=DRIFT, serviceType="Mysql", connection=MYSQL)
    database = each.databases.create(name="d", service=service)
    yield each.database_schemas.create(name="s", database=database)
    each.database_services.delete(service, recursive=True, hard=True)


@pytest.fixture
def people(each: Client) -> Iterator[tuple[Any, Any]]:
    users = [each.users.create(name=name, email=f"{name}@example.com") for name in PEOPLE]
    yield users[0], users[1]
    for user in users:
        each.users.delete(user, hard=True)


IDENTITY = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"
MYSQL = {"config": {"type": "Mysql", "username": "u", "hostPort": "h:1"}}
COLUMNS = [{"name": "id", "dataType": "BIGINT"}]


@quiet
@pytest.mark.parametrize("field", ["owner", "owners"])
def test_owners_by_either_name(each: Client, schema: Any, people: Any, field: str) -> None:
    ada, grace = people
    given = ada if field == "owner" else [ada]
    created = each.tables.create(name="t", databaseSchema=schema, columns=COLUMNS, **{field: given})
    table = each.tables.get(created.id, fields=[field])
    assert table.owner.id == ada.id
    assert [owner.id for owner in table.owners] == [ada.id]
    setattr(table, field, grace if field == "owner" else [grace])
    saved = each.save(table)
    assert saved.owner.id == grace.id
    assert each.tables.get(created.id, fields="owners").owners[0].id == grace.id
    assert each.tables.get(created.id, fields="owner,tags,owners").owner.id == grace.id
    removed = each.tables.get(created.id, fields=[field])
    setattr(removed, field, None)
    each.save(removed)
    assert each.tables.get(created.id, fields=[field]).owner is None


@quiet
def test_requests_with_either_name(each: Client, schema: Any, people: Any) -> None:
    ada, _ = people
    request = each.types.CreateTableRequest(
        name="t", databaseSchema=schema, columns=COLUMNS, owner=ada
    )
    assert each.create_or_update(request).owner.id == ada.id
    plain = {"name": "u", "databaseSchema": str(schema.fullyQualifiedName), "columns": COLUMNS}
    owner = {"id": str(ada.id), "type": "user"}
    assert each.tables.create(plain, owners=[owner]).owner.id == ada.id
    assert each.tables.upsert({**plain, "owner": owner}).owners[0].id == ada.id


@quiet
def test_a_reference_where_names_are_wanted(each: Client) -> None:
    service = each.database_services.create(name=own("refs"), serviceType="Mysql", connection=MYSQL)
    reference = {"id": str(service.id), "type": "databaseService"}
    database = each.databases.create(name="d", service=reference)
    assert database.fullyQualifiedName == f"{own('refs')}.d"
    typed = each.types.EntityReference(id=database.id, type="database")
    assert each.database_schemas.create(name="s", database=typed).database.id == database.id
    with pytest.raises(dynclient.UsageError, match="cannot be prepared without sending a request"):
        each.prepare("databases.create", name="e", service=reference)
    unknown = {**reference, "id": IDENTITY}
    with pytest.raises(dynclient.NotFound):
        each.databases.create(name="e", service=unknown)
    each.database_services.delete(service, recursive=True, hard=True)


@quiet
def test_names_where_references_are_wanted(each: Client, people: Any) -> None:
    ada, grace = people
    given: list[Any] = [PEOPLE, [ada, PEOPLE[1]], [ada, grace], {*PEOPLE}]
    for number, reviewers in enumerate(given):
        glossary = each.glossaries.create(
            name=own(f"g{number}"), description="x", reviewers=reviewers
        )
        found = each.glossaries.get(glossary.id, fields="reviewers").reviewers
        assert {user.id for user in found} == {ada.id, grace.id}
        each.glossaries.delete(glossary, hard=True, recursive=True)
    with pytest.raises(dynclient.ServerError) as caught:
        each.glossaries.create(name=own("g"), description="x", reviewers=["nobody.at.all"])
    assert caught.value.code == 404


@quiet
def test_related_terms_bare_and_boxed(each: Client) -> None:
    glossary = each.glossaries.create(name=DRIFT, description="x")
    a, b = (
        each.glossary_terms.create(name=name, glossary=glossary, description="x") for name in "ab"
    )
    bare = {"id": str(a.id), "type": "glossaryTerm"}
    boxed = {"relationType": "relatedTo", "term": bare}
    created = each.glossary_terms.create(
        name="c", glossary=glossary, description="x", relatedTerms=[b.fullyQualifiedName]
    )
    term = each.glossary_terms.get(created.id, fields="relatedTerms")
    assert [one.name for one in term.relatedTerms] == ["b"]
    assert [one.term.name for one in term.relatedTerms] == ["b"]
    for related in (bare, boxed):
        term.relatedTerms = [related]
        saved = each.save(term)
        term = each.glossary_terms.get(created.id, fields="relatedTerms")
        for entity in (saved, term):
            assert [(one.id, one.term.name) for one in entity.relatedTerms] == [(a.id, "a")]
        term.relatedTerms = []
        term = each.save(term)
        assert not each.glossary_terms.get(a.id, fields="relatedTerms").relatedTerms
    each.glossaries.delete(glossary, recursive=True, hard=True)


@quiet
def test_ids_where_references_are_wanted(each: Client, people: Any) -> None:
    wanted = each.release.node("api/data/createGlossary.json").properties["reviewers"].items
    if wanted is None or wanted.kind != "object":
        with pytest.raises(dynclient.NotFound):  # as servers say, which look for such a name
            each.glossaries.create(name=own("g"), description="x", reviewers=[str(people[0].id)])
        return
    for number, ids in enumerate([[str(one.id) for one in people], [one.id for one in people]]):
        glossary = each.glossaries.create(name=own(f"g{number}"), description="x", reviewers=ids)
        found = each.glossaries.get(glossary.id, fields="reviewers").reviewers
        assert {user.id for user in found} == {one.id for one in people}
        each.glossaries.delete(glossary, hard=True, recursive=True)


@quiet
def test_related_terms_are_passed_as_terms(each: Client) -> None:
    glossary = each.glossaries.create(name=own("related"), displayName="G", description="x")
    one, other = (
        each.glossary_terms.create(name=name, glossary=glossary, description="x")
        for name in ("one", "other")
    )
    term = each.glossary_terms.get(one, fields=["relatedTerms"])
    term.relatedTerms = [other]
    each.save(term)
    read = each.glossary_terms.get(one, fields=["relatedTerms"])
    assert [related.term.id for related in read.relatedTerms] == [other.id]
    each.glossaries.delete(glossary, hard=True, recursive=True)


@quiet
def test_fields_in_a_list_apply_to_every_page(each: Client, people: Any) -> None:
    ada, _ = people
    team = each.teams.create(name=own("drifting"), teamType="Group", owner=ada)
    for fields in (["owner"], {"owner"}, (name for name in ["owner"])):
        found = {str(one.name): one for one in each.teams.list(fields=fields, page_size=1)}
        assert found[own("drifting")].owner.id == ada.id
    each.teams.delete(team, hard=True)


@quiet
def test_a_password_wherever_the_release_has_it(each: Client) -> None:
    for number, login in enumerate([{"password": "pw"}, {"authType": {"password": "pw"}}]):
        config = {"type": "Mysql", "username": "u", "hostPort": "h:1", **login}
        service = each.database_services.create(
            name=own(f"login{number}"), serviceType="Mysql", connection={"config": config}
        )
        assert service.connection.config.password is not None
        assert "pw" not in f"{service!r}{service.connection.config!r}"
        each.database_services.delete(service, hard=True)


def test_one_place_in_the_code_is_warned_once(each: Client, schema: Any, people: Any) -> None:
    ada, _ = people
    field, other = ("owners", "owner") if each.release.name in OLD else ("owner", "owners")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for name in "abc":
            each.tables.create(
                name=name, databaseSchema=schema, columns=COLUMNS,
                **{field: [ada] if field == "owners" else ada},
            )  # fmt: skip
        for name in "abc":
            each.tables.get(f"{DRIFT}.d.s.{name}", fields=[field])
        listed = each.tables.list(fields=field, page_size=1)
        assert sum(table[other] is not None for table in listed) >= 3
    caught = [one for one in caught if one.category is DriftWarning]
    assert [one.filename for one in caught] == [__file__] * 3
    assert str(caught[0].message).startswith(f"CreateTableRequest.{field} is called {other} in")
    assert str(caught[1].message).startswith(f"Table.{field} is called {other} in release")


def test_several_owners_are_refused_before_anything_is_sent(
    connected: Callable[[str], Client],
) -> None:
    for name in skip_without(OLD):
        om = connected(name)
        people = [{"id": IDENTITY, "type": "user"}, {"id": IDENTITY, "type": "team"}]
        message = rf"owners: is called owner in release {name} and takes one value, not 2"
        with pytest.raises(dynclient.RequestInvalid, match=message):
            om.prepare(
                "tables.create", name="t", databaseSchema="a.b.c", columns=COLUMNS, owners=people
            )


# -- settings --------------------------------------------------------------------------------------


@pytest.fixture
def running() -> Iterator[sandbox.Running]:
    with sandbox.start() as started:
        yield started


@only_on_sandbox("the release must be the starter release")
def test_drift_can_be_an_error(running: sandbox.Running) -> None:
    release = release_named("starter")
    token = running.admin_token
    with (
        dynclient.connect(running.host, token=token, release=release, drift="error") as strict,
        dynclient.connect(running.host, token=token, release=release) as usual,
    ):
        user = strict.users.create(name="ada", email="ada@example.com")
        with pytest.raises(dynclient.BadArguments, match=r"Team\.owner is called") as caught:
            strict.teams.get(IDENTITY, fields=["owner"])
        assert caught.value.problems[0].nearest == ("owners",)
        with pytest.raises(dynclient.RequestInvalid, match="owner: is called owners"):
            strict.teams.create(name="t", teamType="Group", owner=user)
        with pytest.raises(dynclient.BadArguments, match="owner: is called owners"):
            strict.types.CreateTeamRequest(name="t", owner=user)
        with pytest.warns(DriftWarning):
            team = usual.teams.create(name="t", teamType="Group", owner=user)
        loaded = strict.teams.get(team.id, fields="owners")
        assert loaded.owners[0].id == user.id
        with pytest.raises(AttributeError, match="owner is called owners"):
            loaded.owner  # noqa: B018


def test_drift_must_be_one_of_three_values() -> None:
    message = "drift: must be 'bridge', 'warn' or 'error', not 'ignore'"
    with pytest.raises(dynclient.BadArguments, match=message):
        dynclient.connect("http://127.0.0.1:1", release="starter", drift="ignore")


# -- newer servers ---------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["starter", *TREES])
def test_fields_of_a_newer_server_are_kept_read_written_back_and_counted(name: str) -> None:
    table = {
        "id": IDENTITY,
        "name": "t",
        "fullyQualifiedName": "a.b.c.t",
        "version": 0.1,
        "updatedAt": 1700000000000,
        "shininess": {"level": 9, "layers": [{"name": "gold"}]},
        "tableType": "Hologram",
        "columns": [
            {"name": "q", "dataType": "QUBIT", "entangled": True},
            {"name": "id", "dataType": "BIGINT"},
        ],
    }
    with Stub() as stub:
        stub.routes["/api/v1/tables"] = {"data": [table, table], "paging": {"total": 2}}
        stub.routes[f"GET /api/v1/tables/{table['id']}"] = table
        stub.routes[f"PATCH /api/v1/tables/{table['id']}"] = Reply(200, table)
        with dynclient.connect(stub.host, release=release_named(name)) as om:
            assert om.drift_seen == {}
            loaded = om.tables.get(table["id"])
            assert loaded.columns[0].dataType == "QUBIT"
            assert loaded.columns[0].entangled is True
            assert loaded.shininess["layers"][0]["name"] == "gold"
            once = {
                "Table.shininess": 1,
                "Table.tableType = 'Hologram'": 1,
                "Column.dataType = 'QUBIT'": 1,
                "Column.entangled": 1,
            }
            assert om.drift_seen == once
            loaded.columns[1].description = "the key"
            loaded.shininess["level"] = 10
            om.save(loaded)
            sent = [one for one in stub.seen[-1].json if one["op"] != "test"]
            assert sent == [
                {"op": "replace", "path": "/shininess/level", "value": 10},
                {"op": "add", "path": "/columns/1/description", "value": "the key"},
            ]
            assert len(list(om.tables.list())) == 2
            assert om.drift_seen == dict.fromkeys(once, 4)
