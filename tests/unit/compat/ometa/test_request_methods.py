"""The official client's methods: the table of them is sound, and they do what it says."""

from __future__ import annotations

import inspect
import math
import re
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from dynclient import compat
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.ometa_api import OpenMetadata
from dynclient.compat.ometa.parity_table import COMMAND, page
from dynclient.compat.ometa.request_methods import rows, signature
from dynclient.data import data_file
from dynclient.errors import ResponseInvalid
from tests.support.stub import Reply, Stub
from tests.support.trees import ALL_RELEASES, release_named, shared

IDENTITY = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"
TABLE = {"id": IDENTITY, "name": "orders", "fullyQualifiedName": "s.d.x.orders", "columns": []}

PEER = shared("openmetadata/PEER.md")


@pytest.mark.parametrize("name", ["official_methods", "official_names"])
def test_the_tables_fit_their_schemas(name: str) -> None:
    schema = data_file(f"{name}.schema.json")
    Draft7Validator.check_schema(schema)
    assert [str(e) for e in Draft7Validator(schema).iter_errors(data_file(f"{name}.json"))] == []


def test_every_method_has_one_row() -> None:
    names = [row["name"] for row in rows()]
    assert len(set(names)) == len(names)


@pytest.mark.skipif(PEER is None, reason="the facts about the official SDK are not available")
def test_no_method_of_the_official_client_is_forgotten() -> None:
    assert PEER is not None
    text = PEER.read_text("utf-8").partition("## Fluent SDK")[0]
    known = set(re.findall(r"^\| `(\w+)\(", text, re.MULTILINE))
    assert len(known) > 200
    assert known - {row["name"] for row in rows()} == set()


@pytest.mark.parametrize("row", rows(), ids=lambda row: str(row["name"]))
def test_a_method_has_the_parameters_of_its_row(row: dict[str, Any]) -> None:
    method = inspect.getattr_static(OpenMetadata, row["name"])
    bound = isinstance(method, (staticmethod, classmethod))
    here = list(inspect.signature(getattr(OpenMetadata, row["name"])).parameters)
    expected = list(signature(row).parameters)[1:]
    own = here if bound else here[1:]
    # The method may have more parameters; those of the table are accepted by name.
    assert own[: len(expected)] == expected or set(expected) <= set(own)


@pytest.mark.parametrize(
    "row", [row for row in rows() if row["how"] == "request"], ids=lambda row: str(row["name"])
)
def test_a_row_uses_its_own_parameters_only(row: dict[str, Any]) -> None:
    accepted = {written.partition("=")[0] for written in row["parameters"]}
    used = re.findall(r"\{(\w+)", row["path"])
    used += [value for value in row.get("query", {}).values() if not value.startswith("!")]
    used += [value for value in _values(row.get("body", [])) if not value.startswith("!")]
    returns = row.get("returns", "").split(" ")
    used += returns[1:] if returns[0] in {"as", "created"} else []
    assert {name.partition(".")[0] for name in used} <= accepted


def _values(body: Any) -> list[Any]:
    if isinstance(body, dict):
        return [leaf for below in body.values() for leaf in _values(below)]
    if isinstance(body, list):
        return [leaf for below in body for leaf in _values(below)]
    return [body]


@pytest.mark.parametrize(
    "row", [row for row in rows() if row["how"] == "absent"], ids=lambda row: str(row["name"])
)
def test_a_missing_method_names_an_alternative(row: dict[str, Any], metadata: Any) -> None:
    with pytest.raises(NotImplementedError, match=re.escape(row["instead"])):
        getattr(metadata, row["name"])()


# -- what the rows send and give -------------------------------------------------------------------


@pytest.fixture
def table(get: Any) -> Any:
    return get("entity.data.table", "Table").model_validate(TABLE)


def test_arguments_go_where_the_row_says(metadata: Any, stub: Stub) -> None:
    stub.routes["/api/v1/dataQuality/testCases/testCaseResults/s.t%2Fx"] = {"data": []}
    assert metadata.get_test_case_results("s.t/x", 1, end_ts=2) == []
    assert stub.seen[0].path.endswith("?startTs=1&endTs=2")


def test_an_answer_has_the_class_whose_fields_it_has(stub: Stub) -> None:
    """Release 1.0 answers with the pipeline, newer ones with what the pipeline service says."""
    folder = "entity/services/ingestionPipelines"
    for name in ALL_RELEASES:
        known = release_named(name)
        if f"{folder}/pipelineServiceClientResponse.json" in known.paths:
            break
    else:
        pytest.skip("no release at hand has the class")
    compat.install(known)
    path = f"POST /api/v1/services/ingestionPipelines/trigger/{IDENTITY}"
    pipeline = {"name": "p", "pipelineType": "metadata", "sourceConfig": {}, "airflowConfig": {}}
    answers = {
        "PipelineServiceClientResponse": {"code": 200, "platform": "Airflow"},
        "IngestionPipeline": {"id": IDENTITY, **pipeline},
    }
    try:
        with OpenMetadata({"hostPort": stub.host, "authProvider": "no-auth"}) as client:
            for expected, body in answers.items():
                stub.routes[path] = body
                assert type(client.run_pipeline(IDENTITY)).__name__ == expected
    finally:
        compat.uninstall()


@pytest.mark.parametrize("name", ["test_connection_result", "result"])
def test_the_result_of_a_workflow_has_two_names(stub: Stub, name: str) -> None:
    known = release_named(ALL_RELEASES[-1])
    if "entity/automations/workflow.json" not in known.paths:
        pytest.skip("the release has no workflows")
    compat.install(known)
    try:
        from importlib import import_module

        module = import_module("metadata.generated.schema.entity.automations.workflow")
        workflow = compat.wrap(module.Workflow, {"id": IDENTITY, "name": "w"})
        with OpenMetadata({"hostPort": stub.host, "authProvider": "no-auth"}) as client:
            given = {name: {"steps": []}, "workflow_status": "Successful"}
            client.patch_automation_workflow_response(workflow, **given)
        assert [(each["path"], each["value"]) for each in stub.seen[-1].json] == [
            ("/response", {"steps": []}),
            ("/status", "Successful"),
        ]
    finally:
        compat.uninstall()


@pytest.mark.parametrize("media", ["text/plain", "application/json"])
def test_a_plain_text_is_the_result_of_an_action(metadata: Any, stub: Stub, media: str) -> None:
    headers = (("Content-Type", media),)
    path = "POST /api/v1/apps/trigger/SearchIndexingApplication"
    stub.routes[path] = Reply(200, b"Application Triggered", headers)
    assert metadata.reindex() == "Application Triggered"
    stub.routes[path] = Reply(200, b"<html>Sign in</html>", headers[1:])
    with pytest.raises(APIError):
        metadata.reindex()


def test_what_is_none_is_not_sent(metadata: Any, stub: Stub) -> None:
    stub.routes["/api/v1/tasks"] = {"data": []}
    metadata.list_tasks(fields=["about", "payload"], status="Open")
    assert stub.seen[0].path == "/api/v1/tasks?fields=about%2Cpayload&status=Open&limit=10"


def test_a_class_is_accepted_as_its_path(metadata: Any, stub: Stub, get: Any) -> None:
    service = get("entity.services.databaseService", "DatabaseService")
    route = f"/api/v1/services/databaseServices/async/{IDENTITY}"
    stub.routes[route] = Reply(202, {"jobId": "j"})
    assert metadata.delete_async(service, IDENTITY, hard_delete=True) == {"jobId": "j"}
    assert stub.seen[0].path == f"{route}?recursive=false&hardDelete=true"


def test_models_are_written_as_json_and_read_as_their_class(
    metadata: Any, stub: Stub, table: Any, get: Any
) -> None:
    path = f"/api/v1/tables/{IDENTITY}/sampleData"
    stub.routes[f"PUT {path}"] = {**TABLE, "sampleData": {"columns": ["id"], "rows": [[1]]}}
    stub.routes[f"GET {path}"] = TABLE
    sample = {"columns": ["id"], "rows": [[1]]}
    given = metadata.ingest_table_sample_data(table, sample)
    assert stub.seen[0].json == sample
    assert (given if isinstance(given, dict) else given.model_dump())["rows"] == [[1]]
    assert type(metadata.get_sample_data(table)) is type(table)


@pytest.mark.parametrize("is_model", [False, True])
def test_cells_of_samples_become_json_that_servers_accept(
    metadata: Any, stub: Stub, table: Any, get: Any, is_model: bool
) -> None:
    stub.routes[f"PUT /api/v1/tables/{IDENTITY}/sampleData"] = TABLE
    rows = [[math.nan, math.inf, b"x", Decimal("1.5"), date(2026, 1, 2)]]
    sample = {"columns": list("abcde"), "rows": rows}
    given = get("entity.data.table", "TableData")(**sample) if is_model else sample
    metadata.ingest_table_sample_data(table, given)
    assert stub.seen[0].json["rows"] == [[None, "Infinity", "[base64]eA==", 1.5, "2026-01-02"]]


def test_references_are_put_into_the_body_of_the_request(metadata: Any, stub: Stub) -> None:
    stub.routes["/api/v1/dataProducts/a%20b/assets/add"] = {"status": "success"}
    asset = {"id": IDENTITY, "type": "table"}
    metadata.add_assets_to_data_product("a b", [asset])
    assert stub.seen[0].json == {"assets": [asset]}


def test_texts_go_and_come_as_texts(metadata: Any, stub: Stub, get: Any) -> None:
    glossary = get("entity.data.glossary", "Glossary")
    csv = (("Content-Type", "text/plain"),)
    stub.routes["GET /api/v1/glossaries/name/g/export"] = Reply(200, b"parent,name*\n", csv)
    stub.routes["PUT /api/v1/glossaries/name/g/import"] = {"status": "success"}
    assert metadata.export_csv(glossary, "g") == "parent,name*\n"
    assert metadata.import_csv(glossary, "g", "parent,name*\n") == {"status": "success"}
    seen = stub.seen[-1]
    assert (seen.headers["Content-Type"], seen.body) == ("text/plain", b"parent,name*\n")
    assert seen.path.endswith("?dryRun=false")


def test_yaml_has_its_own_type(metadata: Any, stub: Stub) -> None:
    stub.routes["/api/v1/dataContracts/odcs/parse/yaml"] = {"kind": "DataContract"}
    assert metadata.parse_odcs_yaml("kind: DataContract") == {"kind": "DataContract"}
    assert stub.seen[0].headers["Content-Type"] == "application/x-yaml"


def test_errors_that_the_official_client_hides_are_logged(
    metadata: Any, stub: Stub, table: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert metadata.get_sample_data(table) is None
    assert metadata.get_tag_assets("PII/a") == {}
    assert [record.getMessage().partition(":")[0] for record in caplog.records] == [
        "get_sample_data", "get_tag_assets",
    ]  # fmt: skip
    assert "/tags/name/PII%2Fa/assets" in stub.seen[-1].path


def test_exceptions_of_the_function_are_raised(metadata: Any) -> None:
    from dynclient.compat.ometa.exceptions import APIError

    with pytest.raises(APIError, match="nothing at"):
        metadata.reindex()
    with pytest.raises(TypeError, match="fqn"):
        metadata.get_kpi_result()


def test_pages_hold_classes_and_cursors(metadata: Any, stub: Stub, get: Any) -> None:
    column = {"name": "id", "dataType": "BIGINT"}
    paging = {"total": 3, "after": "x"}
    stub.routes["/api/v1/tables/name/s.d.x.t/columns"] = {"data": [column], "paging": paging}
    (listed,) = metadata.get_table_columns("s.d.x.t", fields=["tags"], params={"limit": 1})
    assert isinstance(listed, get("entity.data.table", "Column"))
    assert stub.seen[0].path.endswith("?fields=tags&limit=1")
    child = {"id": IDENTITY, "type": "container"}
    stub.routes["/api/v1/containers/name/s.c/children"] = {"data": [child], "paging": paging}
    page = metadata.list_container_children("s.c", limit=1)
    assert (page.total, page.after, page.before) == (3, "x", None)
    assert isinstance(page.entities[0], get("type.entityReference", "EntityReference"))


def test_an_object_that_is_absent_is_none_if_it_may_be(metadata: Any, stub: Stub) -> None:
    find = metadata.get_data_contract_by_entity_id
    absent = {"code": 404, "message": "dataContract instance for t not found"}
    stub.routes["/api/v1/dataContracts/entity"] = Reply(404, absent)
    assert find(IDENTITY, "table") is None
    with pytest.raises(APIError) as refusal:
        find(IDENTITY, "table", nullable=False)
    assert refusal.value.status_code == 404
    stub.routes["/api/v1/dataContracts/entity"] = Reply(403, {"code": 403, "message": "no"})
    with pytest.raises(APIError):
        find(IDENTITY, "table")
    with pytest.raises(APIError):
        metadata.get_task(IDENTITY, nullable=False)
    assert metadata.get_task(IDENTITY) is None


def test_an_empty_list_of_queries_is_none(metadata: Any, stub: Stub) -> None:
    stub.routes["/api/v1/queries"] = {"data": [], "paging": {"total": 0}}
    assert metadata.get_entity_queries(IDENTITY) is None
    stub.routes["/api/v1/pipelines/s.p/status"] = {"data": [], "paging": {"total": 0}}
    assert metadata.list_pipeline_statuses("s.p", 1, 2) == []
    with pytest.raises(APIError):
        metadata.list_pipeline_statuses("absent", 1, 2)


def test_help_shows_the_request() -> None:
    method = OpenMetadata.get_kpi_result
    assert str(inspect.signature(method)) == "(self, fqn, start_ts, end_ts)"
    assert method.__doc__ == "Send GET /kpi/{fqn}/kpiResult."


def test_the_page_of_methods_is_generated_from_the_table() -> None:
    file = Path(__file__).parents[4] / "docs" / "drop-in-methods.md"
    assert file.read_text("utf-8") == page(), f"run: {COMMAND}"


WRONG: list[Any] = [Reply(200, b""), None, {}, [], "text", 7, {"code": 500, "message": "failed"}]


@pytest.mark.parametrize(
    "row",
    [
        row
        for row in rows()
        if row["how"] == "request"
        and row["method"] == "GET"
        and "." not in row["path"]  # takes an entity, not an id
        and row.get("returns", "").partition(" ")[0]
        in {"list", "list_or_none", "page", "class", "field"}
    ],
    ids=lambda row: str(row["name"]),
)
def test_a_response_of_another_shape_is_not_read_as_nothing(
    row: dict[str, Any], metadata: Any, stub: Stub
) -> None:
    form = row["returns"].partition(" ")[0]
    arguments = [TABLE["id"] for name in row["parameters"] if "=" not in name]
    for wrong in WRONG:
        if isinstance(wrong, dict) and wrong and form not in {"list", "list_or_none", "page"}:
            continue  # an object, as it must be
        stub.default = wrong if isinstance(wrong, Reply) else Reply(200, wrong)
        metadata.types  # noqa: B018 -- requests the release before
        if row.get("on_error") in {"none", "empty"}:
            assert not getattr(metadata, row["name"])(*arguments)
            continue
        with pytest.raises((ResponseInvalid, APIError)):
            getattr(metadata, row["name"])(*arguments)
