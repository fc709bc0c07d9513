"""Fields that a real tree's server returns on request only, over HTTP to a sandbox."""

from __future__ import annotations

import itertools
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

import dynclient
from dynclient import sandbox
from dynclient.client.client import Client
from tests.support.external_server import own
from tests.support.servers import Server
from tests.support.trees import ALL_RELEASES, release_named

pytestmark = pytest.mark.usefixtures("removed_afterwards")

_numbers = itertools.count()


class Shop:
    """A schema with tables that have an owner and a label, and a client that counts requests."""

    def __init__(self, running: sandbox.Running, name: str, count: int) -> None:
        self.requests: list[str] = []
        self.om = dynclient.connect(
            running.host,
            token=running.admin_token,
            release=release_named(name),
            hooks=dynclient.Hooks(on_request=self._note),
            page_size=2,
        )
        self.name = own(f"shop_{next(_numbers)}")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", dynclient.DriftWarning)
            self._fill(count)
        self.requests.clear()

    def _note(self, request: Any) -> None:
        self.requests.append(f"{request.method} {request.target}")

    def _fill(self, count: int) -> None:
        om = self.om
        om.classifications.create(name=self.name, description="labels")
        for tag in ("One", "Two"):
            om.tags.create(name=tag, classification=self.name, description="a label")
        self.ada = om.users.create(name=f"ada_{self.name}", email=f"ada_{self.name}@example.org")
        om.database_services.create(
            name=self.name,
            serviceType="Mysql",
            connection={"config": {"username": "u", "hostPort": "mysql:3306"}},
        )
        om.databases.create(name="d", service=self.name)
        om.database_schemas.create(name="s", database=f"{self.name}.d")
        for number in range(count):
            om.tables.create(
                name=f"t{number}",
                databaseSchema=f"{self.name}.d.s",
                owners=[om.types.EntityReference(id=self.ada.id, type="user")],
                tags=[self.label("One")],
                columns=[
                    {"name": "a", "dataType": "INT", "tags": [self.label("One")]},
                    {"name": "b", "dataType": "INT"},
                ],
            )

    def label(self, tag: str) -> dict[str, str]:
        return {
            "tagFQN": f"{self.name}.{tag}",
            "source": "Classification",
            "labelType": "Manual",
            "state": "Confirmed",
        }

    def table(self, number: int) -> str:
        return f"{self.name}.d.s.t{number}"

    def tags(self, number: int) -> list[str]:
        """The labels that a table has on the server."""
        read = self.om.tables.get(self.table(number), fields=["tags"])
        return sorted(each.tagFQN.removeprefix(f"{self.name}.") for each in read.tags)


@pytest.fixture(params=ALL_RELEASES)
def shop(request: pytest.FixtureRequest, server: Server) -> Iterator[Shop]:
    made = Shop(server(request.param), request.param, count=6)
    with made.om:
        yield made


def test_a_label_that_was_not_read_survives_a_save(shop: Shop) -> None:
    table = shop.om.tables[shop.table(0)]
    table.tags = (table.tags or []) + [shop.label("Two")]
    shop.om.save(table)
    assert shop.tags(0) == ["One", "Two"]


def test_assigning_without_looking_sends_the_real_difference(shop: Shop) -> None:
    table = shop.om.tables[shop.table(0)]
    table.tags = [shop.label("Two")]
    shop.om.save(table)
    assert shop.tags(0) == ["Two"]


def test_labels_of_columns_survive_a_new_order(shop: Shop) -> None:
    om = shop.om
    table = om.tables[shop.table(0)]
    table.columns[0].tags = [*table.columns[0].tags, shop.label("Two")]
    table.columns[0].description = "first"
    saved = om.save(table)
    saved.columns.append({"name": "c", "dataType": "INT"})
    saved = om.save(saved)
    found = om.tables.get(shop.table(0), fields=["columns", "tags"])
    labels = {each.name: sorted(tag.tagFQN for tag in each.tags or ()) for each in found.columns}
    assert labels == {"a": [f"{shop.name}.One", f"{shop.name}.Two"], "b": [], "c": []}


def test_tables_without_an_owner_are_found(shop: Shop) -> None:
    field = "owners" if "owners" in shop.om.release.entities["table"].properties else "owner"
    bare = shop.om.tables[shop.table(3)]
    del bare[field]
    shop.om.save(bare)
    listing = shop.om.tables.list(database=f"{shop.name}.d")
    shop.requests.clear()
    assert [each.name for each in listing if not each[field]] == ["t3"]
    assert len(shop.requests) == 4
    assert not any("/v1/tables/" in each for each in shop.requests)


def test_created_and_deleted_tables_are_read_too(shop: Shop) -> None:
    om = shop.om
    created = om.tables.create(
        name="new",
        databaseSchema=f"{shop.name}.d.s",
        columns=[{"name": "a", "dataType": "INT", "tags": [shop.label("One")]}],
    )
    assert created.columns[0].tags[0].tagFQN == f"{shop.name}.One"
    om.tables.delete(created)
    (gone,) = [
        each
        for each in om.tables.list(include="deleted")
        if each == created or each.id == created.id
    ]
    assert gone.columns[0].tags[0].tagFQN == f"{shop.name}.One"
    assert gone.deleted


def test_the_setting_of_the_environment_is_used(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    running = server(ALL_RELEASES[0])
    monkeypatch.setenv("DYNCLIENT_UNREAD", "error")
    om = dynclient.connect(running.host, token=running.admin_token)
    assert om.settings.unread == "error"
    assert dynclient.connect(running.host, unread="none").settings.unread == "none"
    monkeypatch.setenv("DYNCLIENT_UNREAD", "")
    assert dynclient.connect(running.host).settings.unread == "fetch"
    monkeypatch.setenv("DYNCLIENT_UNREAD", "fetsch")
    with pytest.raises(dynclient.UsageError, match="DYNCLIENT_UNREAD must be 'fetch', 'error' or"):
        dynclient.connect(running.host)


def test_a_session_is_held_by_its_entities(shop: Shop) -> None:
    def read(om: Client) -> Any:
        return om.tables[shop.table(0)]

    found = read(shop.om)
    shop.om = None  # type: ignore[assignment]
    assert found.tags
