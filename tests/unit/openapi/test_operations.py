"""Operations of a document become callable; the release's schemas take precedence over it."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.openapi.components import reference
from dynclient.openapi.digest import digest
from dynclient.openapi.index import Index, OperationInfo
from dynclient.openapi.operations import CallableOperation, merge_server_parameters, to_operation
from dynclient.operations.catalogue import catalogue
from dynclient.operations.operation import Operation, Parameter
from tests.support.openapi_server import DOCUMENTS, document_of
from tests.support.trees import real_release


def create_operation(path: str, method: str = "PUT", **info: Any) -> CallableOperation:
    """Return an operation of release 1.6.0; ``path`` is below ``/v1``."""
    release = real_release("1.6.0")
    specs = [spec for spec in catalogue(release) if f"/v1/{path}".startswith(f"{spec.route}/")]
    spec = max(specs, key=lambda each: len(each.route), default=None)
    parts = {"parameters": [], "body": None, "result": None, "doc": "", **info}
    return to_operation(
        "x", OperationInfo(method, f"/v1/{path}", None, None, **parts), release, spec
    )


# -- components ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("component", "near", "found"),
    [
        ("CreateTable", None, "api/data/createTable.json"),
        ("TableData", None, "entity/data/table.json#/definitions/tableData"),
        ("AddLineage", None, "api/lineage/addLineage.json"),
        ("EntityReference", None, "type/entityReference.json"),
        ("Table", None, "entity/data/table.json"),
        ("MlModel", None, "entity/data/mlmodel.json"),
        ("PipelineStatus", None, None),  # pipelines have one, and ingestion pipelines another
        (
            "PipelineStatus",
            "entity/data/pipeline.json",
            "entity/data/pipeline.json#/definitions/pipelineStatus",
        ),
        ("SearchResponse", None, None),
        ("", None, None),
    ],
)
def test_components_are_found_in_the_tree(
    component: str, near: str | None, found: str | None
) -> None:
    assert reference(real_release("1.6.0"), component, near) == found


@pytest.mark.parametrize("name", DOCUMENTS)
def test_all_but_a_few_components_of_a_real_server_are_found(name: str) -> None:
    """Merged by the server under one name, or no schema of its tree at all."""
    release = real_release(name)
    operations = [OperationInfo(*each) for each in digest(document_of(name))["operations"]]
    sent = {each.body[1] for each in operations if each.body and each.body[1]}
    given = {each.result[1] for each in operations if each.result}
    assert {each for each in sent if reference(release, each) is None} == {
        "EmailRequest", "PipelineStatus",
    }  # fmt: skip
    assert {each for each in given if reference(release, each) is None} <= {
        "JwtResponse", "PipelineStatus", "SearchResponse", "Suggest",
    }  # fmt: skip


# -- bodies and results ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("declared", "method", "body", "kind", "required"),
    [
        (["application/json", "TableData", False], "PUT",
         "entity/data/table.json#/definitions/tableData", "json", True),
        (["application/json", "EntityReference", True], "DELETE",
         "type/entityReference.json", "json-list", True),
        (["application/json", None, True], "PUT", None, "json-list", True),
        (["application/json-patch+json", None, False], "PATCH", None, "json-patch", True),
        (["text/plain", None, False], "PUT", None, "text", True),
        (["*/*", None, False], "PUT", None, "json", True),
        (["application/octet-stream", None, False], "PUT", None, "application/octet-stream", True),
        (None, "POST", None, "json", False),
        (None, "GET", None, None, False),
        (None, "DELETE", None, None, False),
    ],
)  # fmt: skip
def test_bodies(
    declared: Any, method: str, body: str | None, kind: str | None, required: bool
) -> None:
    found = create_operation("tables/{id}/x", method, body=declared)
    assert (found.operation.body, found.operation.body_kind) == (body, kind)
    assert found.body_required is required


@pytest.mark.parametrize(
    ("path", "method", "declared", "result", "kind"),
    [
        # Standard operations take precedence.
        ("classifications/restore", "PUT", ["object", "Table"],
         "entity/classification/classification.json", "entity"),
        ("tables/{id}/versions", "GET", None, "entity/data/table.json", "history"),
        ("tables/name/{name}", "GET", None, "entity/data/table.json", "entity"),
        # A change of one entity returns it; a create request is never a result.
        ("services/storageServices/{id}/testConnectionResult", "PUT",
         ["object", "DatabaseService"], "entity/services/storageService.json", "entity"),
        ("dataQuality/testCases/testCaseIncidentStatus/x", "POST",
         ["object", "CreateTestCaseResolutionStatus"],
         "tests/testCaseResolutionStatus.json", "entity"),
        # Otherwise the declared result counts.
        ("dataQuality/testCases/logicalTestCases", "PUT", ["object", "TestSuite"],
         "tests/testSuite.json", "entity"),
        ("tables/{fqn}/tableProfile", "GET", ["page", "TableProfile"],
         "entity/data/table.json#/definitions/tableProfile", "page"),
        ("lineage/{entity}/{id}", "GET", ["object", "EntityLineage"],
         "type/entityLineage.json", "entity"),
        # Unknown components.
        ("search/query", "GET", ["object", "SearchResponse"], None, "any"),
        ("events/subscriptions/{id}/processedEvents", "GET", ["history", "EntityHistory"],
         None, "any"),
        ("tables/name/{name}/export", "GET", None, None, "any"),
    ],
)  # fmt: skip
def test_results(path: str, method: str, declared: Any, result: str | None, kind: str) -> None:
    operation = create_operation(path, method, result=declared).operation
    assert (operation.result, operation.result_kind) == (result, kind)


def test_parameters_have_names_that_python_takes() -> None:
    parameters = [
        ["id", "path", True, "string", [], ""], ["id", "query", False, "string", [], ""],
        ["from", "query", False, "integer", [], ""], ["body", "query", True, "string", [], ""],
        ["include", "query", False, "string", ["a", "b"], "Which."],
    ]  # fmt: skip
    found = create_operation("tables/{id}/x", "GET", parameters=parameters).operation.parameters
    assert [(each.name, each.wire) for each in found] == [
        ("id", ""), ("id_", "id"), ("from_", "from"), ("body_", "body"), ("include", ""),
    ]  # fmt: skip
    assert found[-1].choices == ("a", "b")
    assert found[3].required


# -- lists -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_facts_about_lists_agree_with_the_document_of_the_server(name: str) -> None:
    """So a call means the same before and after the document is loaded."""
    index = Index.of_digest(digest(document_of(name)), name, "")
    compared = 0
    for spec in catalogue(real_release(name)):
        listing = index.operation("GET", spec.route)
        if listing is None or "list" not in spec.operations:
            continue
        mine = {p.wire or p.name for p in spec.operations["list"].parameters}
        theirs = {each[0] for each in listing.parameters}
        # Asking for pages and fields does no harm where it is ignored.
        assert theirs <= mine <= theirs | {"fields", "limit", "before", "after"}, spec
        compared += 1
    assert compared > 30


def index_with(*parameters: list[Any], path: str = "/v1/tables") -> Index:
    """Return the index of a document with one list operation."""
    info = ["GET", path, "listTables", None, list(parameters), None, None, ""]
    return Index("1.6.0", "", [], [info])


def query(name: str, doc: str = "From the server.") -> list[Any]:
    return [name, "query", False, "string", [], doc]


LISTING = Operation(
    "list", None, "GET", "/v1/tables",
    (
        Parameter("app", "path", required=True),
        Parameter("limit", "client", type="integer"),
        Parameter("page_size", "query", type="integer", doc="Own.", wire="limit"),
        Parameter("include", "query", guessed=True, doc="Own."),
        Parameter("start", "query", wire="startTs", doc="Own."),
        Parameter("service", "query", doc="Own."),
        Parameter("database", "query", guessed=True, doc="Own."),
    ),
)  # fmt: skip


def merge(*parameters: list[Any]) -> dict[str, Parameter]:
    found = merge_server_parameters(LISTING, index_with(*parameters))
    assert found._replace(parameters=()) == LISTING._replace(parameters=())
    return {each.name: each for each in found.parameters}


def test_documented_filters_replace_those_of_the_facts() -> None:
    found = merge(query("database"), query("service"))
    assert found["database"].doc == found["service"].doc == "From the server."
    assert not found["database"].guessed


def test_documented_filters_that_are_not_known_are_added_last() -> None:
    found = merge(query("newest"), query("service"))
    assert list(found) == ["app", "limit", "page_size", "start", "service", "newest"]


def test_undocumented_filters_are_kept_unless_they_are_guessed() -> None:
    assert list(merge()) == ["app", "limit", "page_size", "start", "service"]


def test_paging_stays_as_it_is() -> None:
    found = merge(query("limit"), query("startTs"), query("include"))
    assert list(found) == ["app", "limit", "page_size", "include", "start", "service"]
    assert found["limit"] == LISTING.parameters[1]
    assert found["page_size"] == LISTING.parameters[2]
    assert found["start"] == LISTING.parameters[4]
    assert found["include"] == LISTING.parameters[3]._replace(guessed=False)


def test_parameters_of_the_path_are_not_replaced() -> None:
    found = merge(query("app"), ["x-trace", "header", False, "string", [], ""])
    assert found["app"] == LISTING.parameters[0]
    assert "x_trace" not in found


def test_only_lists_that_the_document_has_are_changed() -> None:
    index = index_with(query("newest"))
    for operation in (
        LISTING._replace(name="get"),
        LISTING._replace(route="/v1/topics"),
        LISTING._replace(method="POST"),
    ):
        assert merge_server_parameters(operation, index) is operation
