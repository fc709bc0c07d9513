"""Which services change events are about, whatever a release says in them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.parquet.changed_services import ChangedServices
from dynclient.transport.request import Request, Response
from tests.support.fake_transport import fake_client, reply
from tests.support.trees import release_named

SERVICE = {"id": "00000000-0000-4000-8000-000000000001", "type": "databaseService", "name": "a.b"}


class Events:
    """A server that only has change events."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.queries: list[dict[str, Any]] = []
        self.status = 200

    def add(self, kind: str, **fields: Any) -> None:
        number = len(self.events)
        id = f"00000000-0000-4000-8000-{number:012}"
        event = {"id": id, "eventType": "entityUpdated", "entityId": id, "entityType": kind}
        self.events.append({**event, "timestamp": 9_000_000_000_000 + number, **fields})

    def __call__(self, request: Request) -> Response:
        self.queries.append(dict(request.query))
        if self.status != 200:
            return reply(self.status, {"code": self.status, "message": "no"})
        start = int(self.queries[-1]["timestamp"])
        found = [
            event
            for event in self.events
            if event["timestamp"] >= start and event["eventType"] in self.queries[-1]
        ]
        headers = {"Date": "Tue, 14 Nov 2023 22:13:20 GMT"}
        return reply(200, {"data": found, "paging": {"total": len(found)}}, headers)


@pytest.fixture
def server() -> Events:
    return Events()


@pytest.fixture
def om(server: Events) -> Client:
    return fake_client(release_named("starter"), server)[0]


def changed(om: Client, kind: str = "table") -> ChangedServices:
    return ChangedServices(om.session, om.session.find(kind))


def test_events_start_ten_minutes_before_the_time_of_the_server(om: Client, server: Events) -> None:
    position = changed(om).start()
    assert position is not None
    assert changed(om).since(position)[0] == set()
    assert server.queries[-1]["timestamp"] == str(1_700_000_000_000 - 600_000)
    assert set(server.queries[-1]["entityUpdated"].split(",")) == {
        "table", "databaseSchema", "database", "databaseService"
    }  # fmt: skip


@pytest.mark.parametrize(
    ("kind", "fields", "service"),
    [
        ("table", {"entityFullyQualifiedName": "shop.sales.public.orders"}, "shop"),
        ("table", {"entityFullyQualifiedName": '"a.b".sales.public.orders'}, "a.b"),
        ("table", {"entity": json.dumps({"fullyQualifiedName": "shop.sales.c.d"})}, "shop"),
        ("table", {"entity": {"service": SERVICE}}, "a.b"),
        ("databaseSchema", {"entityFullyQualifiedName": "shop.sales.public"}, "shop"),
        ("databaseService", {"entityFullyQualifiedName": '"a.b"'}, "a.b"),
        ("table", {}, None),
        ("table", {"entity": "{"}, None),
        ("table", {"entityFullyQualifiedName": '"a.b'}, None),
        ("user", {"entityFullyQualifiedName": "ada"}, None),
        ("thing", {"entityFullyQualifiedName": "shop.x"}, None),
    ],
)
def test_an_event_is_about_the_service_that_it_names(
    om: Client, server: Events, kind: str, fields: dict[str, Any], service: str | None
) -> None:
    position = str(changed(om).start())
    server.add(kind, **fields)
    names, after = changed(om).since(position)
    assert names == (None if service is None else {service})
    assert changed(om).since(after)[0] == set()


def test_without_the_right_to_read_events_there_is_no_position(om: Client, server: Events) -> None:
    server.status = 403
    assert changed(om).start() is None
