"""Which source says where a collection lies: precedence, confirmation, correction."""

from __future__ import annotations

import pytest

from dynclient.openapi.digest import digest
from dynclient.openapi.index import Index
from dynclient.operations.catalogue import Catalogue, catalogue
from dynclient.operations.routes import resource_entities
from dynclient.session.route_facts import RouteEvidence, RouteFact, facts, place_of
from tests.support.openapi_server import DOCUMENTS, document_of
from tests.support.trees import real_release, release_named
from tests.unit.operations.test_catalogue import FACTS, fact_file


@pytest.fixture
def known() -> Catalogue:
    return catalogue(release_named("starter"))


def index(collections: list[list[str | None]], *keys: str) -> Index:
    operations = [[*key.split(), None, None, [], None, None, ""] for key in keys]
    return Index("1.13.0", "abc", collections, operations)


def fact(known: Catalogue, attribute: str = "tables", **evidence: object) -> RouteFact:
    found = facts(known, RouteEvidence(**evidence))  # type: ignore[arg-type]
    assert list(found) == list(known.collections)
    return found[attribute]


def summary(fact: RouteFact) -> tuple[str, str, str]:
    return fact.route, fact.source, fact.status


def test_without_evidence_of_the_server_routes_are_unconfirmed(known: Catalogue) -> None:
    assert summary(fact(known)) == ("/v1/tables", "rule", "unknown")
    assert summary(fact(known, "types")) == ("/v1/metadata/types", "exception", "unknown")
    assert fact(known).listed is None
    assert fact(known).evidence == ()


@pytest.mark.parametrize(
    "document",
    [
        index([["/v1/tables", "CreateTable", "Table"]]),
        index([["/v1/tables", None, "Table"]]),
        index([["/v1/more/tables", "CreateTable", None], ["/v1/tables", "CreateTable", None]]),
        index([["/v1/tables/{id}", "CreateTable", None]]),
        index([], "GET /v1/tables"),
    ],
)
def test_a_document_confirms(known: Catalogue, document: Index) -> None:
    assert summary(fact(known, openapi=document)) == ("/v1/tables", "rule", "confirmed")


@pytest.mark.parametrize(
    "collections",
    [[["/v1/assets/tables", "CreateTable", None]], [["/v1/assets/tables", None, "Table"]]],
)
def test_a_document_corrects(known: Catalogue, collections: list[list[str | None]]) -> None:
    found = fact(known, openapi=index(collections), hrefs={"table": "/v1/elsewhere"})
    assert summary(found) == ("/v1/assets/tables", "openapi", "corrected")
    assert found.expected == "/v1/tables"
    assert "openapi: Table at /v1/assets/tables" in found.evidence
    assert "href: /v1/elsewhere" in found.evidence


@pytest.mark.parametrize(
    "collections",
    [
        [],
        [["/v1/a", "CreateTable", None], ["/v1/b", "CreateTable", None]],  # which of them?
        [["/v1/databases/{id}/tables", "CreateTable", None]],  # another entity's business
        [["/v1/databases", "CreateDatabase", "Table"]],  # said wrongly of another collection
    ],
)
def test_routes_outside_the_document_stay_unknown(
    known: Catalogue, collections: list[list[str | None]]
) -> None:
    assert summary(fact(known, openapi=index(collections))) == ("/v1/tables", "rule", "unknown")
    assert place_of(known.find("table"), index(collections)) is None


def test_addresses_confirm_and_correct_where_the_document_is_silent(known: Catalogue) -> None:
    assert summary(fact(known, hrefs={"table": "/v1/tables"}))[1:] == ("rule", "confirmed")
    moved = fact(known, hrefs={"table": "/v1/x/tables"}, openapi=index([]))
    assert summary(moved) == ("/v1/x/tables", "href", "corrected")


def test_resources_name_the_entities_of_the_server(known: Catalogue) -> None:
    resources = resource_entities(["all", "table", "ZEBRA"], known.release.entities)
    assert resources == {"table": "table", "ZEBRA": None}
    assert fact(known, resources=resources).listed is True
    assert fact(known, "users", resources=resources).listed is False
    assert fact(known, resources=resources).evidence == ("resources: listed",)


@pytest.mark.parametrize("name", ["1.0.4", "1.6.0"])
def test_every_resource_of_a_real_server_is_an_entity_of_its_tree(name: str) -> None:
    from tests.replay import recordings

    if "governance" not in recordings.scenarios(name):
        pytest.skip("no recordings are available")
    exchanges = recordings.load(name, "governance")
    (exchange,) = (e for e in exchanges if e["request"]["path"] == "/v1/policies/resources")
    release = real_release(name)
    known = [*release.entities, *release.time_series]
    found = resource_entities(
        [each["name"] for each in exchange["response"]["body"]["data"]], known
    )
    assert None not in found.values()
    assert set(found.values()) == set(known)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_a_real_server_confirms_every_route_of_its_document_and_corrects_none(name: str) -> None:
    index = Index.of_digest(digest(document_of(name)), name, "")
    known = catalogue(real_release(name))
    found = facts(known, RouteEvidence(index))
    rows = fact_file("entity_paths.json")[FACTS[name][0]]
    truth = {(row["entityType"], f"/v1{row['path']}") for row in rows}
    assert truth <= {(each.entity, each.route) for each in found.values()}
    paths = {each.path for each in index.operations}
    for each in found.values():
        is_documented = each.route in paths or any(
            path.startswith(f"{each.route}/") for path in paths
        )
        assert each.status == ("confirmed" if is_documented else "unknown"), each
    assert sum(each.status == "confirmed" for each in found.values()) >= 34
