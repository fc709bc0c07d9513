"""A read-only client in every part of the package: nothing that writes leaves it."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import dynclient
from dynclient import compat
from dynclient.client.client import Client
from dynclient.errors import BadArguments, MethodNotAllowed, ReadOnly, UsageError
from dynclient.settings import READ_ONLY
from dynclient.transport.address import api_url
from dynclient.transport.auth import Bearer
from dynclient.transport.http import Transport
from dynclient.transport.request import Request
from tests.support.openapi_server import OpenAPIServer, document_of
from tests.support.shop import Shop, shop
from tests.support.stub import Reply, Stub
from tests.support.trees import real_release, release_named

ID = "73331708-a86a-43bf-8a7f-596d5273bcfb"


class Recording(Transport):
    """A transport that records the requests that leave the client."""

    def send(self, request: Request) -> Any:
        self.__dict__.setdefault("left", []).append(f"{request.method} {request.path}")
        return super().send(request)


@contextmanager
def read_only(running: Any, name: str) -> Iterator[tuple[Client, list[str]]]:
    """Yield a read-only client, and the requests that have left it."""
    settings = dynclient.Settings()
    transport = Recording(api_url(running.host), settings, Bearer(running.admin_token))
    transport.__dict__["left"] = left = []
    with dynclient.connect(
        running.host, transport=transport, release=release_named(name), read_only=True
    ) as om:
        yield om, left


@pytest.fixture
def made(each: Client) -> Iterator[Shop]:
    with shop(each) as made:
        yield made


def changed(table: Any) -> Any:
    table.description = "Changed."
    return table


CALLS: dict[str, Callable[[Client, Any], Any]] = {
    "create": lambda om, t: om.tables.create(name="n", databaseSchema=t.databaseSchema, columns=[]),
    "upsert": lambda om, t: om.tables.upsert(name="n", databaseSchema=t.databaseSchema, columns=[]),
    "save": lambda om, t: om.save(changed(om.tables.get(t.id))),
    "rebase": lambda om, t: om.save(changed(om.tables.get(t.id)), on_conflict="rebase"),
    "delete by name": lambda om, t: om.tables.delete(t.fullyQualifiedName),
    "delete": lambda om, t: om.delete(t, hard=True, recursive=True),
    "restore": lambda om, t: om.tables.restore(t),
    "follow": lambda om, t: om.tables.follow(t, om.users.list().first()),
    "patch": lambda om, t: om.tables.patch(t.id, [{"op": "remove", "path": "/description"}]),
    "create_or_update": lambda om, t: om.create_or_update(
        om.types.CreateTeamRequest(name="new", teamType="Group")
    ),
    "send": lambda om, t: om.send(om.prepare("tables.delete", t.id)),
    "raw": lambda om, t: om.send(Request("POST", "/v1/teams", body=b"{}")),
    "set_description": lambda om, t: om.tables.set_description(t, "Changed."),
    "add_tags": lambda om, t: om.tables.add_tags(t, "Tier.Tier1"),
    "lineage.add": lambda om, t: om.lineage.add(t, t.databaseSchema),
    "custom_properties": lambda om, t: om.custom_properties("table").define("cost", "integer"),
    "upsert_many": lambda om, t: om.tables.upsert_many(
        [{"name": f"n{n}", "databaseSchema": t.databaseSchema.fullyQualifiedName, "columns": []}
         for n in range(40)], progress=False
    ),
    "create_many": lambda om, t: om.teams.create_many(
        [{"name": f"n{n}", "teamType": "Group"} for n in range(40)], progress=False
    ),
    "save_many": lambda om, t: om.tables.save_many([changed(om.tables.get(t.id))], progress=False),
    "delete_many": lambda om, t: om.tables.delete_many([t] * 3, progress=False),
    "om.upsert_many": lambda om, t: om.upsert_many(
        [om.types.CreateTeamRequest(name="new", teamType="Group")], progress=False
    ),
}  # fmt: skip


def test_nothing_that_writes_leaves_the_client(made: Shop, each: Client, server: Any) -> None:
    name = each.release.name
    table = made.table
    with read_only(server(name), name) as (om, left):
        for call, function in CALLS.items():
            with pytest.raises(ReadOnly, match="this client is read-only"):
                function(om, om.tables.get(table.id))
            assert left, call
            assert {line.partition(" ")[0] for line in left} == {"GET"}, call
        assert om.tables[table.fullyQualifiedName].description is None
        assert len(om.tables.list(databaseSchema=made.schema)) == 1


def test_reading_and_preparing_work(made: Shop, each: Client, server: Any) -> None:
    name = each.release.name
    with read_only(server(name), name) as (om, left):
        assert "read-only" in repr(om)
        assert om.settings.read_only
        assert om.me().name
        assert made.table.fullyQualifiedName in {
            str(table.fullyQualifiedName) for table in om.tables.list(databaseSchema=made.schema)
        }
        before = list(left)
        request = om.prepare("tables.delete", made.table.id)
        assert (request.method, left) == ("DELETE", before)
        copy = pickle.loads(pickle.dumps(om))
        with pytest.raises(ReadOnly):
            copy.send(request)


def test_operations_of_the_document_are_refused_unless_they_read() -> None:
    with (
        OpenAPIServer(document_of("1.6.0")) as stub,
        dynclient.connect(
            stub.host, token="t", release=real_release("1.6.0"), read_only=True
        ) as om,
    ):
        om.contract.load()
        stub.seen.clear()
        with pytest.raises(ReadOnly, match=r"^tables.op.put_followers \(PUT /v1/tables/"):
            om.tables.op["PUT /v1/tables/{id}/followers"](ID, ID)
        with pytest.raises(ReadOnly, match=r"^users\.op"):
            om.users.op["PUT /v1/users/changePassword"](
                {"newPassword": "open-sesame", "confirmPassword": "open-sesame"}
            )
        assert stub.seen == []
        with pytest.raises(MethodNotAllowed):  # the stub has no such route
            om.users.op["POST /v1/users/checkEmailInUse"]({"email": "ada@example.org"})
        assert stub.seen[0].method == "POST"


@pytest.fixture
def drop_in() -> Iterator[None]:
    compat.install(release_named("starter"))
    yield
    compat.uninstall()


@pytest.mark.usefixtures("drop_in")
def test_the_drop_in_is_read_only_by_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(READ_ONLY, "true")
    from metadata.generated.schema.api.teams.createTeam import CreateTeamRequest
    from metadata.generated.schema.entity.teams.team import Team
    from metadata.ingestion.ometa.ometa_api import OpenMetadata

    with Stub() as stub:
        stub.default = lambda seen: Reply(
            200, {"version": "9.4.2"} if "version" in seen.path else {}
        )
        api = OpenMetadata({"hostPort": f"{stub.host}/api", "authProvider": "no-auth"})
        calls = [
            lambda: api.create_or_update(CreateTeamRequest(name="new", teamType="Group")),
            lambda: api.create(CreateTeamRequest(name="new", teamType="Group")),
            lambda: api.delete(Team, ID),
            lambda: api.client.post("/teams", json={"name": "new"}),
            lambda: api.client.delete(f"/teams/{ID}"),
            lambda: api.bulk_create_or_update([CreateTeamRequest(name="n", teamType="Group")]),
        ]
        for call in calls:
            with pytest.raises(ReadOnly):
                call()
        assert {seen.method for seen in stub.seen} <= {"GET"}


def test_a_user_logs_in_and_the_session_is_refreshed() -> None:
    tokens = {"accessToken": "a", "refreshToken": "r", "tokenType": "Bearer"}
    with Stub() as stub:
        stub.routes["/api/v1/users/login"] = tokens
        stub.routes["/api/v1/users/refresh"] = tokens
        stub.routes["/api/v1/teams"] = [
            Reply(401, {"code": 401, "message": "expired"}),
            Reply(200, {"data": [], "paging": {"total": 0}}),
        ]
        om = dynclient.connect(
            stub.host, username="ada", password="p", release="starter", read_only=True
        )
        assert len(om.teams) == 0
        with pytest.raises(ReadOnly):
            om.teams.create(name="new", teamType="Group")
        sent = [f"{seen.method} {seen.path.partition('?')[0]}" for seen in stub.seen]
    assert sent[0] == "POST /api/v1/users/login"
    assert "POST /api/v1/users/refresh" in sent
    assert "POST /api/v1/teams" not in sent


@pytest.mark.parametrize(
    ("text", "expected"), [("1", True), ("TRUE", True), ("0", False), ("false", False), ("", False)]
)
def test_the_environment_sets_the_default(
    monkeypatch: pytest.MonkeyPatch, text: str, expected: bool
) -> None:
    monkeypatch.setenv(READ_ONLY, text)
    connect = dynclient.connect
    assert connect("http://127.0.0.1:9", release="starter").settings.read_only is expected
    other = connect("http://127.0.0.1:9", release="starter", read_only=not expected)
    assert other.settings.read_only is not expected
    assert ("read-only" in repr(other)) is not expected


def test_what_is_not_a_switch_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(BadArguments, match="read_only: must be True or False, not 'no'"):
        dynclient.connect("http://127.0.0.1:9", release="starter", read_only="no")
    monkeypatch.setenv(READ_ONLY, "yes")
    with pytest.raises(UsageError, match=f"{READ_ONLY} must be 1, true, 0 or false, not 'yes'"):
        dynclient.connect("http://127.0.0.1:9", release="starter")
