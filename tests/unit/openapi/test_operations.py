"""What a server tells of an operation becomes one that can be called; the tree counts before it."""

from __future__ import annotations

from typing import Any

import pytest

from dynclient.openapi.components import reference
from dynclient.openapi.digest import digest
from dynclient.openapi.index import Index, OperationInfo
from dynclient.openapi.operations import CallableOperation, to_operation
from dynclient.operations.catalogue import catalogue
from tests.support.openapi_server import DOCUMENTS, document_of
from tests.support.trees import real_release


def offered(path: str, method: str = "PUT", **told: Any) -> CallableOperation:
    """Return an operation of release 1.6.0; ``path`` is below ``/v1``."""
    release = real_release("1.6.0")
    specs = [spec for spec in catalogue(release) if f"/v1/{path}".startswith(f"{spec.route}/")]
    spec = max(specs, key=lambda each: len(each.route), default=None)
    parts = {"parameters": [], "body": None, "result": None, "doc": "", **told}
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
    ("told", "method", "body", "kind", "required"),
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
def test_bodies(told: Any, method: str, body: str | None, kind: str | None, required: bool) -> None:
    found = offered("tables/{id}/x", method, body=told)
    assert (found.operation.body, found.operation.body_kind) == (body, kind)
    assert found.body_required is required


@pytest.mark.parametrize(
    ("path", "method", "told", "result", "kind"),
    [
        # What the tree shows counts, whatever is said.
        ("classifications/restore", "PUT", ["object", "Table"],
         "entity/classification/classification.json", "entity"),
        ("tables/{id}/versions", "GET", None, "entity/data/table.json", "history"),
        ("tables/name/{name}", "GET", None, "entity/data/table.json", "entity"),
        # What is done to one entity gives it; a request never comes back.
        ("services/storageServices/{id}/testConnectionResult", "PUT",
         ["object", "DatabaseService"], "entity/services/storageService.json", "entity"),
        ("dataQuality/testCases/testCaseIncidentStatus/x", "POST",
         ["object", "CreateTestCaseResolutionStatus"],
         "tests/testCaseResolutionStatus.json", "entity"),
        # Otherwise what is said.
        ("dataQuality/testCases/logicalTestCases", "PUT", ["object", "TestSuite"],
         "tests/testSuite.json", "entity"),
        ("tables/{fqn}/tableProfile", "GET", ["page", "TableProfile"],
         "entity/data/table.json#/definitions/tableProfile", "page"),
        ("lineage/{entity}/{id}", "GET", ["object", "EntityLineage"],
         "type/entityLineage.json", "entity"),
        # Nobody knows.
        ("search/query", "GET", ["object", "SearchResponse"], None, "any"),
        ("events/subscriptions/{id}/processedEvents", "GET", ["history", "EntityHistory"],
         None, "any"),
        ("tables/name/{name}/export", "GET", None, None, "any"),
    ],
)  # fmt: skip
def test_results(path: str, method: str, told: Any, result: str | None, kind: str) -> None:
    operation = offered(path, method, result=told).operation
    assert (operation.result, operation.result_kind) == (result, kind)


def test_parameters_have_names_that_python_takes() -> None:
    told = [
        ["id", "path", True, "string", [], ""], ["id", "query", False, "string", [], ""],
        ["from", "query", False, "integer", [], ""], ["body", "query", True, "string", [], ""],
        ["include", "query", False, "string", ["a", "b"], "Which."],
    ]  # fmt: skip
    found = offered("tables/{id}/x", "GET", parameters=told).operation.parameters
    assert [(each.name, each.wire) for each in found] == [
        ("id", ""), ("id_", "id"), ("from_", "from"), ("body_", "body"), ("include", ""),
    ]  # fmt: skip
    assert found[-1].choices == ("a", "b")
    assert found[3].required


# -- lists -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_data_know_the_lists_of_a_release_as_its_server_tells_them(name: str) -> None:
    """So a call means the same before and after the document is had."""
    index = Index.of_digest(digest(document_of(name)), name, "")
    compared = 0
    for spec in catalogue(real_release(name)):
        told = index.operation("GET", spec.route)
        if told is None or "list" not in spec.operations:
            continue
        mine = {p.wire or p.name for p in spec.operations["list"].parameters}
        theirs = {each[0] for each in told.parameters}
        # Asking for pages and fields does no harm where it is ignored.
        assert theirs <= mine <= theirs | {"fields", "limit", "before", "after"}, spec
        compared += 1
    assert compared > 30
