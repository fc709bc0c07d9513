"""What is sent for tags, owners, domains, assets and properties is what real servers accepted."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.hooks import Hooks
from tests.support.servers import Server
from tests.support.shop import Shop, shop
from tests.support.trees import release_named, shared

RELEASE = "1.6.0"
FIXED = {"op", "path", "type", "dryRun", "source", "labelType", "state"}
"""Members whose values must be equal, and not only their types."""
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def recorded(path: str) -> list[Any]:
    """Return the accepted requests of a recording, as method, path and body."""
    file = shared(f"openmetadata/{path}")
    if file is None:
        pytest.skip("needs the recordings of the shared folder")
    steps = json.loads(file.read_text("utf-8"))
    return [
        shape(step["request"]["method"], step["request"]["path"], step["request"].get("body"))
        for step in steps
        if step["response"]["status"] == 200
    ]


def shape(method: str, path: str, body: Any) -> tuple[str, str, str]:
    """Return a request without ids, names and guards."""
    path = path.partition("?")[0]
    path = re.sub(r"(/(?:domains|dataProducts))/[^/]+/assets", r"\1/{name}/assets", path)
    if isinstance(body, list):
        body = [operation for operation in body if operation["op"] != "test"]
    return method, _ID.sub("{id}", path), json.dumps(form(body), sort_keys=True)


def form(value: Any) -> Any:
    """Return JSON with the types of its values, and the values of what must be equal."""
    if isinstance(value, dict):
        return {name: one if name in FIXED else form(one) for name, one in value.items()}
    if isinstance(value, list):
        return [form(one) for one in value]
    return type(value).__name__


class Wire:
    """A client that keeps the requests it sends."""

    def __init__(self) -> None:
        self.sent: list[Any] = []

    def on_request(self, request: Any) -> None:
        if request.method != "GET":
            body = json.loads(request.body) if request.body else None
            self.sent.append(shape(request.method, request.path, body))

    def last(self, call: Callable[[], Any]) -> Any:
        """Return the only request that a call sends to change something."""
        self.sent.clear()
        call()
        assert len(self.sent) == 1, self.sent
        return self.sent[0]


@pytest.fixture
def wire() -> Wire:
    return Wire()


@pytest.fixture
def place(server: Server, wire: Wire) -> Iterator[Shop]:
    running, hooks = server(RELEASE), Hooks(on_request=wire.on_request)
    release = release_named(RELEASE)
    om: Client = dynclient.connect(
        running.host, token=running.admin_token, release=release, hooks=hooks
    )
    with om, shop(om) as made:
        yield made


def test_a_tag_is_sent_as_recorded(place: Shop, wire: Wire) -> None:
    known = recorded("recordings/1.6.0/concurrency.json")
    assert wire.last(lambda: place.om.tables.set_tier(place.table, "Tier.Tier2")) in known
    assert wire.last(lambda: place.om.tables.set_tier(place.table, None)) in known


def test_a_glossary_term_is_sent_as_recorded(place: Shop, wire: Wire) -> None:
    om = place.om
    words = place.create("glossaries", "W", displayName="W", description="x")
    term = om.glossary_terms.create(name="a", displayName="a", glossary=words, description="x")
    known = recorded("later/recordings/1.6.0/flows_glossary.json")
    assert wire.last(lambda: om.tables.add_tags(place.table, term)) in known
    om.tables.remove_tags(place.table, term)
    assert wire.last(lambda: om.glossary_terms.add_assets(term, place.table)) in known
    governance = recorded("recordings/1.6.0/governance.json")
    assert wire.last(lambda: om.glossary_terms.remove_assets(term, place.table)) in governance
    below = om.glossary_terms.create(
        name="b", displayName="b", glossary=words, parent=term.fullyQualifiedName, description="x"
    )
    assert wire.last(lambda: om.glossary_terms.move(below, words)) in known


def test_domains_and_assets_are_sent_as_recorded(place: Shop, wire: Wire) -> None:
    om, t = place.om, place.table
    sales = place.create("domains", "Sales", domainType="Aggregate", description="x")
    product = place.create("data_products", "Orders", domain=sales.name, description="x")
    known = recorded("later/recordings/1.6.0/flows_domains.json")
    assert wire.last(lambda: om.tables.set_domain(t, sales)) in known
    sent = wire.last(lambda: om.tables.add_data_products(t, product))
    assert sent[:2] in [each[:2] for each in known]
    assert wire.last(lambda: om.tables.set_domain(t, None)) in known
    governance = recorded("recordings/1.6.0/governance.json")
    for group, collection in ((sales, om.domains), (product, om.data_products)):
        assert wire.last(lambda: collection.add_assets(group, t)) in governance  # noqa: B023
        assert wire.last(lambda: collection.remove_assets(group, t)) in governance  # noqa: B023


def test_custom_properties_are_sent_as_recorded(place: Shop, wire: Wire) -> None:
    om, t = place.om, place.table
    known = recorded("recordings/1.6.0/custom_properties.json")
    flows = recorded("later/recordings/1.6.0/flows_custom_props.json")
    properties = om.custom_properties("table")
    try:
        assert wire.last(lambda: properties.define("when", "date")) in flows
        assert wire.last(lambda: properties.define("kind", "enum", values=["a", "b"])) in [
            *known, *flows
        ]  # fmt: skip
        assert wire.last(lambda: properties.define("cost", "integer")) in known
        sent = wire.last(lambda: om.tables.set_property(t, "cost", 3))
        assert json.loads(sent[2]) == [
            {"op": "add", "path": "/extension", "value": {"cost": "int"}}
        ]
        sent = wire.last(lambda: om.tables.set_property(t, "when", "2024-01-31"))
        assert json.loads(sent[2]) == [{"op": "add", "path": "/extension/when", "value": "str"}]
    finally:
        properties.remove("when", "kind", "cost")
