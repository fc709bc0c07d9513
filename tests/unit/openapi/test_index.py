"""The index of a document is found again as it was kept, and knows what belongs where."""

from __future__ import annotations

import pytest

from dynclient.errors import PackCorrupt
from dynclient.openapi.digest import digest
from dynclient.openapi.index import Index, is_below, shape
from tests.support.openapi_server import DOCUMENTS, document_of


def index(collections: list[list[str | None]], *keys: str) -> Index:
    operations = [[*key.split(), None, None, [], None, None, ""] for key in keys]
    return Index("1.6.0", "abc", collections, operations)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_index_of_a_real_server_survives_being_kept(name: str) -> None:
    whole = Index.of_digest(digest(document_of(name)), "1.6.0-SNAPSHOT", "abc")
    head, body = whole.parts()
    again = Index.of_parts(head, body)
    assert (again.version, again.revision) == ("1.6.0-SNAPSHOT", "abc")
    assert again.collections == whole.collections
    plain = [info for info in whole.operations if "{" not in info.path]
    assert [again.operation(info.method, info.path) for info in plain] == plain
    assert again.operation("GET", "/v1/table") is None
    assert again.operation("PATCH", "/v1/tables") is None
    assert again._decoded is None  # each was found alone
    assert again.operations == whole.operations
    assert again.parts() == (head, body)
    assert len(body) < 300_000  # a tenth of the document of a newest server


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"5",
        b"[]",
        b'["GET","/v1/tables"]',
        b'["GET","/v1/tables",null,null,{},null,null,""]',
        b'["GET","/v1/tables",5,null,[],null,null,""]',
        b'["GET","/v1/tables",' + b"[" * 100_000 + b"]" * 100_000 + b"]",
    ],
)
def test_forged_operations_are_corrupt(body: bytes) -> None:
    head = {"version": "1", "revision": "", "collections": []}
    with pytest.raises(PackCorrupt, match=r"delete \*\.facts files"):
        _ = Index.of_parts(head, body).operations
    if body.startswith(b'["GET","/v1/tables",'):
        with pytest.raises(PackCorrupt):
            Index.of_parts(head, body).operation("GET", "/v1/tables")


@pytest.mark.parametrize("collections", [5, [5], [["a"]], [[1, None, None]], [[[], None, None]]])
def test_forged_collections_are_rejected(collections: object) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        Index.of_parts({"version": "1", "revision": "", "collections": collections}, b"")


@pytest.mark.parametrize("head", [None, [], {}, {"version": "1", "revision": ""}, "x", 1])
def test_an_invalid_head_is_rejected(head: object) -> None:
    with pytest.raises((LookupError, TypeError, ValueError)):
        Index.of_parts(head, b"[]")


def test_paths_have_a_shape_whatever_their_parameters_are_called() -> None:
    assert shape("/v1/tables/{id}/x") == shape("/v1/tables/{fqn}/x") == "/v1/tables/{}/x"
    assert is_below("/v1/tables/x", "/v1/tables")
    assert is_below("/v1/tables", "/v1/tables")
    assert not is_below("/v1/tablesX", "/v1/tables")
    found = index([], "GET /v1/tables/{fqn}").operation("GET", "/v1/tables/{id}")
    assert found is not None
    assert found.path == "/v1/tables/{fqn}"
    assert index([], "GET /v1/tables/{fqn}").operation("PUT", "/v1/tables/{id}") is None


def test_operations_belong_to_the_nearest_collection() -> None:
    info = index(
        [],
        "GET /v1/apps", "GET /v1/apps/{id}", "GET /v1/apps/marketplace",
        "GET /v1/apps/marketplace/{id}", "GET /v1/appsX", "GET /v1/search/query",
    )  # fmt: skip
    routes = ("/v1/apps", "/v1/apps/marketplace")
    assert [each.path for each in info.below("/v1/apps", routes)] == ["/v1/apps", "/v1/apps/{id}"]
    assert [each.path for each in info.below("/v1/apps/marketplace", routes)] == [
        "/v1/apps/marketplace", "/v1/apps/marketplace/{id}",
    ]  # fmt: skip
    assert [each.path for each in info.outside(routes)] == ["/v1/appsX", "/v1/search/query"]


def test_create_requests_identify_a_collection_before_results_of_get() -> None:
    info = index(
        [
            ["/v1/glossaries", "CreateGlossary", "Glossary"],
            ["/v1/glossaryTerms", "CreateGlossaryTerm", "Glossary"],
            ["/v1/kpi", "CreateKpiRequest", None],
            ["/v1/apps/marketplace", "CreateAppMarketPlaceDefinitionReq", "App"],
            ["/v1/reports", "Report", "Report"],
        ]
    )
    assert info.collection_paths("glossary") == ["/v1/glossaries"]
    assert info.collection_paths("glossaryTerm", "GlossaryTerm") == ["/v1/glossaryTerms"]
    assert info.collection_paths("kpi") == ["/v1/kpi"]
    assert info.collection_paths("appMarketPlaceDefinition") == ["/v1/apps/marketplace"]
    assert info.collection_paths("app") == []  # the marketplace only seems to give them
    assert info.collection_paths("report") == ["/v1/reports"]
    assert info.collection_paths("table") == []
