"""What lineage, CSV, tags, governance and people send is what real servers accepted.

Each scenario makes the calls of a feature to the sandbox of a release that has recordings, and each
request must be one that a real server of that release accepted: method, path, names of the query
and body. Bodies may have fewer members than the recorded ones, and other values.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.hooks import Hooks
from tests.replay import recordings
from tests.support.servers import Server
from tests.support.shop import Shop, shop
from tests.support.trees import TREES, release_named

AIRFLOW = {"config": {"type": "Airflow", "hostPort": "http://x", "connection": {"type": "Backend"}}}
RELEASES = ("1.0.4", "1.2.0", "1.6.0")
NAMES = frozenset({"name", "fullyQualifiedName"})
NOT_RECORDED = {
    "1.0.4": {"description of an edge", "move below a term"},  # without names: 404
    "1.2.0": {"assets of data products", "unfollow"},
}
"""What the recordings of a release do not contain."""
FREE = frozenset({"fields", "include", "limit", "after", "before"})
"""Names of the query that every list or GET takes."""
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAMES = re.compile(r"(?<=/name/)[^/]+|(?<=/domains/)[^/{]+(?=/)|(?<=/dataProducts/)[^/{]+(?=/)")
_PLACE = re.compile(r"/(\d+|-)(?=/|$)")


class Exchange(NamedTuple):
    """A request in the form that is compared."""

    method: str
    path: str
    query: frozenset[str]
    body: Any


def exchange(method: str, path: str, query: Any, body: Any) -> Exchange:
    path = _NAMES.sub("{name}", _ID.sub("{id}", path.partition("?")[0]))
    if isinstance(body, list):
        body = [each for each in body if not isinstance(each, dict) or each.get("op") != "test"]
    return Exchange(method, path, frozenset(query or ()), body)


@lru_cache(maxsize=4)
def accepted(release: str) -> dict[tuple[str, str], list[Exchange]]:
    """Return the requests that a real server of a release accepted, by method and path."""
    found: dict[tuple[str, str], list[Exchange]] = {}
    for scenario in recordings.scenarios(release):
        for each in recordings.load(release, scenario):
            sent = each["request"]
            if each["response"]["status"] < 300:
                path = sent["path"].removeprefix("/api")
                one = exchange(sent["method"], path, sent.get("query"), sent.get("body"))
                found.setdefault(one[:2], []).append(one)
    return found


def fits(ours: Any, recorded: list[Any]) -> bool:
    """Return whether JSON consists of members and types that some recorded JSON has.

    A reference may name its entity: 1.0 looks parents up by their names, not by their ids.
    """
    if isinstance(ours, dict):
        objects = [each for each in recorded if isinstance(each, dict)]
        free = NAMES if {"id", "type"} <= ours.keys() else frozenset()
        return all(
            name in free or fits(value, [each[name] for each in objects if name in each])
            for name, value in ours.items()
        )
    if isinstance(ours, list):
        items = [item for each in recorded if isinstance(each, list) for item in each]
        return any(isinstance(each, list) for each in recorded) and all(
            fits(value, items) for value in ours
        )
    return any(type(ours) is type(each) for each in recorded)


def operations(listed: list[Exchange]) -> Iterator[tuple[str, Any]]:
    """Yield the places that patches change, with the values; None for what is removed.

    A server that accepted an item at one place of a list, or a list with the item, accepts it at
    any other place: that is JSON Patch, and not OpenMetadata.
    """
    for one in listed:
        for each in one.body:
            path, value = _PLACE.sub("/{n}", each["path"]), each.get("value")
            yield (path, None if each["op"] == "remove" else value)
            if isinstance(value, list):
                yield from ((f"{path}/{{n}}", item) for item in value)


def fits_patch(ours: Exchange, known: list[Exchange]) -> bool:
    """Return whether each operation of a patch is one that a server accepted."""
    recorded = [*operations(known)]
    for path, value in operations([ours]):
        values = [other for place, other in recorded if place == path]
        if not (None in values if value is None else fits(value, values)):
            return False
    return True


def problem(ours: Exchange, release: str) -> str | None:
    """Return why a request is not one that a server accepted; None if it is."""
    known = accepted(release).get(ours[:2])
    if known is None:
        return f"{ours.method} {ours.path} was not recorded"
    if not ours.query - FREE <= frozenset().union(*(each.query for each in known)):
        return f"{ours.method} {ours.path}: the query {sorted(ours.query)} was not recorded"
    if ours.method == "PATCH":
        patches = [listed for key, listed in accepted(release).items() if key[0] == "PATCH"]
        everywhere = [each for listed in patches for each in listed]
        return None if fits_patch(ours, everywhere) else f"{ours.path}: {json.dumps(ours.body)}"
    if ours.body is not None and not fits(ours.body, [each.body for each in known]):
        return f"{ours.method} {ours.path}: {json.dumps(ours.body)}"
    return None


class Wire:
    """Keeps the requests of a client while it is open."""

    def __init__(self) -> None:
        self.sent: list[Exchange] = []
        self.is_open = False

    def on_request(self, request: Any) -> None:
        if not self.is_open:
            return
        names = [name for name, _ in request.query]
        text = (request.body or b"").decode()
        body: Any = None
        if text:
            content = dict(request.headers).get("Content-Type", "")
            body = json.loads(text) if "json" in content else text
        self.sent.append(exchange(request.method, request.path, names, body))


class Place(NamedTuple):
    """A catalogue, the release of its server, and what is sent to it."""

    shop: Shop
    release: str
    wire: Wire

    def has(self, what: str) -> bool:
        """Return whether something was recorded."""
        return what not in NOT_RECORDED.get(self.release, ())

    def calls(self, *functions: Callable[[], Any]) -> None:
        """Make calls, and require that servers accepted all of their requests."""
        for function in functions:
            self.wire.is_open = True
            try:
                function()
            finally:
                self.wire.is_open = False
        wrong = {problem(each, self.release) for each in self.wire.sent} - {None}
        assert self.wire.sent
        assert not wrong, "\n".join(sorted(map(str, wrong)))


@pytest.fixture(params=RELEASES)
def place(request: pytest.FixtureRequest, server: Server) -> Iterator[Place]:
    release = request.param
    scenario = request.function.__name__.removeprefix("test_")
    if release not in TREES or scenario not in recordings.scenarios(release):
        pytest.skip(f"needs the tree of {release} and its recording of {scenario}")
    running, wire = server(release), Wire()
    om: Client = dynclient.connect(
        running.host, token=running.admin_token, release=release_named(release),
        hooks=Hooks(on_request=wire.on_request),
    )  # fmt: skip
    with om, shop(om) as made:
        yield Place(made, release, wire)


def test_lineage(place: Place) -> None:
    om, a = place.shop.om, place.shop.table
    b = om.tables.create(
        name="b", databaseSchema=place.shop.schema, columns=[{"name": "id", "dataType": "INT"}]
    )
    service = place.shop.create(
        "pipeline_services", "dags", serviceType="Airflow", connection=AIRFLOW
    )
    pipeline = om.pipelines.create(name="dag", service=service)
    place.calls(
        lambda: om.lineage.add(a, b),
        lambda: om.lineage.add(a, b, columns={"id": "id"}, sql="select 1"),
        lambda: om.lineage.add(a, b, pipeline=pipeline),
        lambda: om.lineage(a, upstream=2, downstream=2),
        lambda: om.lineage(f"table:{b.fullyQualifiedName}", upstream=1),
        lambda: om.lineage.edge(a, b),
        lambda: (
            place.has("description of an edge")
            and om.lineage.add(a, b, description="x", origin="QueryLineage")
        ),
        lambda: om.lineage.remove(a, b),
    )
    if om.extension("lineage").has_operation("delete_by_source"):
        place.calls(lambda: om.lineage.remove_by_source(b, "QueryLineage"))


def test_csv(place: Place) -> None:
    om, made = place.shop.om, place.shop
    words = made.create("glossaries", "Words", displayName="Words", description="x")
    om.glossary_terms.create(name="a", glossary=words, displayName="a", description="x")
    team = made.create("teams", "crew", teamType="Group")
    below = [(om.glossaries, words.name), (om.teams, team.name), (om.users, team.name)]
    for collection, name in (
        ("tables", made.table.fullyQualifiedName),
        ("database_schemas", made.schema.fullyQualifiedName),
        ("databases", made.schema.database.fullyQualifiedName),
        ("database_services", made.schema.service.fullyQualifiedName),
    ):
        if om.supports(f"{collection}.export_csv"):
            below.append((om[collection], name))
    texts: dict[str, str] = {}
    for collection, name in below:
        place.calls(lambda: texts.update({name: collection.export_csv(name)}))  # noqa: B023
        place.calls(lambda: collection.import_csv(name, texts[name]))  # noqa: B023
    place.calls(
        lambda: om.glossaries.import_csv(words, texts[words.name], dry_run=False),
        om.glossaries.csv_documentation,
        om.teams.csv_documentation,
    )


def test_tags_glossary(place: Place) -> None:
    om, made, t = place.shop.om, place.shop, place.shop.table
    words = made.create("glossaries", "W", displayName="W", description="x")
    one, two = (
        om.glossary_terms.create(name=name, displayName=name, glossary=words, description="x")
        for name in ("one", "two")
    )
    place.calls(
        lambda: om.tables.add_tags(t, "PII.Sensitive"),
        lambda: om.tables.add_tags(t, one, "Tier.Tier1"),
        lambda: om.tables.set_tier(t, "Tier.Tier2"),
        lambda: om.tables.set_tier(t, None),
        lambda: om.tables.remove_tags(t, one),
        lambda: om.glossary_terms.add_relation(one, two),
        lambda: place.has("move below a term") and om.glossary_terms.move(one, two),
        lambda: om.glossary_terms.move(one, words),
    )


def test_governance(place: Place) -> None:
    om, made, t = place.shop.om, place.shop, place.shop.table
    place.calls(
        lambda: list(om.change_events("2026-01-01", updated="table")),
        lambda: om.web_analytic_events.collected("PageView", since="2026-01-01"),
        lambda: om.feed.start(t, "hello"),
        lambda: list(om.feed.conversations(t)),
    )
    if om.supports("domains"):
        sales = made.create("domains", "Sales", domainType="Aggregate", description="x")
        product = made.create("data_products", "Orders", domain=sales.name, description="x")
        place.calls(
            lambda: om.tables.set_domain(t, sales),
            lambda: om.tables.set_domain(t, None),
            lambda: om.domains.add_assets(sales, t),
            lambda: om.domains.remove_assets(sales, t),
        )
        if place.has("assets of data products"):
            place.calls(
                lambda: om.data_products.add_assets(product, t),
                lambda: om.data_products.remove_assets(product, t),
            )


def test_people(place: Place) -> None:
    om, made, t = place.shop.om, place.shop, place.shop.table
    ada = made.user("ada")
    robot = made.create(
        "users", "robot", email=f"{made.name('robot')}@example.org", isBot=True,
        authenticationMechanism={"authType": "JWT", "config": {"JWTTokenExpiry": "Unlimited"}},
    )  # fmt: skip
    bot = made.create("bots", "bot", botUser=robot.name)
    team = made.create("teams", "crew", teamType="Group")
    place.calls(
        lambda: om.me(fields="teams"),
        lambda: om.permissions(t),
        lambda: om.permissions("table"),
        lambda: om.permissions("table", user=ada),
        lambda: om.tables.set_owners(t, ada),
        lambda: om.tables.add_followers(t, ada),
        lambda: place.has("unfollow") and om.tables.remove_followers(t, ada),
        lambda: om.bots.rotate_token(bot, "30"),
        lambda: om.bots.token(bot),
        lambda: om.bots.revoke_token(bot),
        lambda: om.users.by_email(ada.email),
        om.teams.tree,
        lambda: assign(om, team, ada),
    )


def assign(om: Client, team: Any, user: Any) -> None:
    """Make a user the member of a team."""
    read = om.users.get(user.id, fields="teams")
    read.teams = [team]
    om.save(read)
