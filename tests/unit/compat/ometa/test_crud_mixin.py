"""What the generic methods send and return, beyond what the scripts show."""

from __future__ import annotations

import json
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dynclient import compat, errors
from dynclient.compat.models.validation_errors import ValidationError
from dynclient.compat.ometa.exceptions import (
    APIError,
    EmptyPayloadException,
    InvalidEntityException,
    MissingEntityTypeException,
    VersionParsingException,
)
from dynclient.compat.ometa.ometa_api import OpenMetadata
from dynclient.errors import ResponseInvalid
from tests.support.stub import Reply, Stub
from tests.support.trees import real_release

Get = Callable[..., Any]

IDENTITY = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"
TABLE = {"id": IDENTITY, "name": "orders", "fullyQualifiedName": "s.d.x.orders", "columns": []}


@pytest.fixture
def Table(get: Get) -> Any:
    return get("entity.data.table", "Table")


@pytest.fixture
def request_(get: Get) -> Any:
    return get("api.data.createTable", "CreateTableRequest")(
        name="orders", databaseSchema="s.d.x", columns=[]
    )


def test_only_fields_that_are_set_are_sent(
    metadata: Any, stub: Stub, request_: Any, Table: Any
) -> None:
    stub.routes["PUT /api/v1/tables"] = TABLE
    assert type(metadata.create_or_update(data=request_)) is Table
    assert stub.seen[0].json == {"name": "orders", "databaseSchema": "s.d.x", "columns": []}


def test_states_of_a_patch_are_entities(metadata: Any, stub: Stub, Table: Any) -> None:
    with pytest.raises(errors.BadArguments) as caught:
        metadata.patch(Table, 3, "x")
    assert [str(each) for each in caught.value.problems] == [
        "source: must be a Table, not 3", "destination: must be a Table, not 'x'",
    ]  # fmt: skip
    with pytest.raises(errors.BadArguments, match="destination: must be a Table, not None"):
        metadata.patch(Table, Table(**TABLE), None)
    assert not any("tables" in each.path for each in stub.seen)


def test_creating_is_not_updating(metadata: Any, stub: Stub, request_: Any) -> None:
    stub.routes["POST /api/v1/tables"] = TABLE
    metadata.create(request_)
    assert stub.seen[0].method == "POST"


def test_secrets_go_out_in_clear(metadata: Any, stub: Stub, get: Get) -> None:
    module = "entity.services.connections.database"
    connection = get(f"{module}.mysqlConnection", "MysqlConnection")(
        username="reader",
        hostPort="mysql:3306",
        authType=get(f"{module}.common.basicAuth", "BasicAuth")(password="open-sesame"),
    )
    request = get("api.services.createDatabaseService", "CreateDatabaseServiceRequest")(
        name="s", serviceType="Mysql", connection={"config": connection}
    )
    stub.routes["/api/v1/services/databaseServices"] = {"id": IDENTITY, "name": "s"}
    metadata.create_or_update(request)
    sent = stub.seen[0].json["connection"]["config"]
    assert sent["authType"] == {"password": "open-sesame"}
    assert "sesame" not in repr(request) + request.json()


def test_an_empty_response_is_an_error(metadata: Any, stub: Stub, request_: Any) -> None:
    stub.routes["PUT /api/v1/tables"] = Reply(200, b"")
    with pytest.raises(EmptyPayloadException, match=r"\(Table\), not an empty body"):
        metadata.create_or_update(request_)


@pytest.mark.parametrize("body", [b"", b"null", b"{}", b"[]", b"3", b'"x"', b'{"name": "t"}'])
def test_a_response_of_the_wrong_shape_is_not_an_empty_result(
    metadata: Any, stub: Stub, Table: Any, body: bytes
) -> None:
    stub.default = Reply(200, body)
    table = Table.model_construct(id=IDENTITY, name="t")
    calls: list[Callable[[], Any]] = [
        lambda: metadata.es_search_from_fqn(Table, "a.*"),
        lambda: metadata.get_profile_data("a.b.c.t", 1, 2),
        lambda: metadata.get_entity_custom_properties(Table),
        lambda: metadata.get_property_type_ref("string"),
    ]
    for call in calls:
        with pytest.raises(ResponseInvalid):
            call()
    if b"name" not in body:
        for read in (metadata.get_lineage_by_id, metadata.get_lineage_by_name):
            with pytest.raises(ResponseInvalid):
                read(Table, IDENTITY)
        assert metadata.get_sample_data(table) is None  # as for every error


@pytest.mark.parametrize("body", [{"took": 1}, {"hits": None}, {"hits": {"hits": [3]}}])
def test_a_search_returns_hits(metadata: Any, stub: Stub, Table: Any, body: Any) -> None:
    stub.default = body
    with pytest.raises(ResponseInvalid, match="must be the hits of a search"):
        metadata.es_search_from_fqn(Table, "a.*")


@pytest.mark.parametrize("thing", [3, "table", {"name": "orders"}])
def test_other_objects_are_not_create_requests(metadata: Any, thing: Any, stub: Stub) -> None:
    with pytest.raises(InvalidEntityException, match=type(thing).__name__):
        metadata.create_or_update(thing)
    assert stub.seen == []


def test_an_entity_is_not_a_create_request(metadata: Any, Table: Any) -> None:
    with pytest.raises(InvalidEntityException, match="Table is not a create request"):
        metadata.create_or_update(Table.model_validate(TABLE))


def test_a_class_without_a_collection_is_rejected(metadata: Any, get: Get) -> None:
    with pytest.raises(MissingEntityTypeException, match="Column"):
        metadata.get_by_name(get("entity.data.table", "Column"), "x")


def test_bad_requests_are_refused_here(metadata: Any, request_: Any, stub: Stub) -> None:
    request_.name = ["x"]  # validated when it is sent
    with pytest.raises(APIError, match="name") as caught:
        metadata.create_or_update(request_)
    assert caught.value.status_code == 400
    assert stub.seen == []


def test_deleted_entities_can_be_included(metadata: Any, stub: Stub, Table: Any, get: Get) -> None:
    stub.routes[f"/api/v1/tables/{IDENTITY}"] = TABLE
    stub.routes["/api/v1/tables/name/s.d.x.orders"] = TABLE
    include = get("type.include", "Include").all
    metadata.get_by_id(Table, IDENTITY, fields=["owners"], include=include)
    metadata.get_by_name(Table, "s.d.x.orders", include="all")
    assert [seen.path.partition("?")[2] for seen in stub.seen] == [
        "fields=owners&include=all",
        "include=all",
    ]


def test_a_missing_route_is_not_a_missing_entity(metadata: Any, stub: Stub, Table: Any) -> None:
    words = "An exception with message [HTTP 404 Not Found] was thrown while processing request."
    stub.routes["/api/v1/tables/name/x"] = Reply(500, {"code": 500, "message": words})
    with pytest.raises(APIError, match="no such route"):
        metadata.get_by_name(Table, "x")


def test_pages_are_followed_to_the_end(metadata: Any, stub: Stub, Table: Any) -> None:
    def page(seen: Any) -> Any:
        last = "after=two" in seen.path
        paging = {"total": 2} if last else {"total": 2, "after": "two"}
        return {"data": [{**TABLE, "name": "b" if last else "a"}], "paging": paging}

    stub.routes["/api/v1/tables"] = page
    listed = metadata.list_all_entities(Table, limit=1, params={"database": "s.d"})
    assert stub.seen == []  # nothing is fetched before it is asked for
    assert [table.name.root for table in listed] == ["a", "b"]
    assert [seen.path.partition("?")[2] for seen in stub.seen] == [
        "limit=1&database=s.d",
        "limit=1&after=two&database=s.d",
    ]


def test_unknown_filters_go_out_with_a_warning(metadata: Any, stub: Stub, Table: Any) -> None:
    stub.routes["/api/v1/tables"] = {"data": [], "paging": {"total": 0}}
    with pytest.warns(errors.DynclientWarning, match="may ignore the filter colour"):
        metadata.list_entities(Table, params={"colour": "red"})
    assert "colour=red" in stub.seen[0].path
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        metadata.list_entities(Table, params={"database": "s.d", "include": "all"})


@pytest.mark.parametrize(
    ("given", "sent"),
    [("true", "true"), ("False", "false"), (True, "true")],
)
def test_a_text_is_accepted_for_a_boolean(
    metadata: Any, stub: Stub, Table: Any, given: Any, sent: str
) -> None:
    stub.routes["/api/v1/tables"] = {"data": [], "paging": {"total": 0}}
    metadata.list_entities(Table, params={"includeEmptyTestSuite": given})
    assert f"includeEmptyTestSuite={sent}" in stub.seen[0].path


def test_a_text_that_is_not_a_boolean_is_refused(metadata: Any, stub: Stub, Table: Any) -> None:
    with pytest.raises(errors.BadArguments, match="must be True or False, not 'perhaps'"):
        metadata.list_entities(Table, params={"includeEmptyTestSuite": "perhaps"})
    assert stub.seen == []


def test_time_series_have_cursors_of_another_name(stub: Stub) -> None:
    from dynclient.compat.ometa.schema_classes import class_at

    release = real_release("1.6.0")
    compat.install(release)
    try:
        with OpenMetadata({"hostPort": f"{stub.host}/api", "authProvider": "no-auth"}) as metadata:
            spec = metadata.gateway.spec(release.time_series["reportData"])
            stub.routes[f"/api{spec.route}"] = {"data": [], "paging": {"total": 0}}
            metadata.list_entities(class_at(release, spec.entity.path), after="next")
    finally:
        compat.uninstall()
    assert "offset=next" in stub.seen[0].path


def test_raw_data_returns_json(stub: Stub, Table: Any) -> None:
    page = {"data": [TABLE], "paging": {"total": 1}}
    stub.routes["/api/v1/tables"] = page
    history = {"entityType": "table", "versions": [json.dumps(TABLE)]}
    stub.routes[f"/api/v1/tables/{IDENTITY}/versions"] = history
    with OpenMetadata({"hostPort": stub.host, "authProvider": "no-auth"}, raw_data=True) as raw:
        assert raw.list_entities(Table) == page
        assert raw.list_versions(IDENTITY, Table) == history


def test_pages_compare_and_show_what_they_hold() -> None:
    from dynclient.compat.ometa.result_types import EntityList

    page = EntityList(entities=[1], total=3, after="x")
    assert page == EntityList([1], 3, "x", None)
    assert page != EntityList([1], 3)
    assert repr(page) == "EntityList(entities=[1], total=3, after='x', before=None)"
    assert dict(page) == {"entities": [1], "total": 3, "after": "x", "before": None}
    assert EntityList[int] is not None


def test_restoring_returns_the_entity_or_writes_to_the_log(
    metadata: Any, stub: Stub, Table: Any, caplog: pytest.LogCaptureFixture
) -> None:
    assert metadata.restore(Table, IDENTITY) is None
    assert IDENTITY in caplog.text
    stub.routes["PUT /api/v1/tables/restore"] = TABLE
    assert type(metadata.restore(entity=Table, entity_id=IDENTITY)) is Table
    assert stub.seen[-1].json == {"id": IDENTITY}


@pytest.mark.filterwarnings("ignore::dynclient.errors.ReleaseMismatch")
@pytest.mark.parametrize(
    ("reported", "version"), [("1.6.0", "1.6.0"), ("1.6.0-SNAPSHOT", "1.6.0"), ("1.6.0.1", "1.6.0")]
)
def test_the_version_is_three_numbers(
    metadata: Any, stub: Stub, reported: str, version: str, caplog: pytest.LogCaptureFixture
) -> None:
    stub.routes["/api/v1/system/version"] = {"version": reported}
    assert metadata.get_server_version() == version
    with caplog.at_level("INFO", "metadata.OMetaAPI"):
        metadata.log_server_version()
    assert version in caplog.text
    metadata.validate_versions()
    assert metadata.health_check() is True


def test_a_version_that_cannot_be_parsed_is_an_error(metadata: Any, stub: Stub) -> None:
    stub.routes["/api/v1/system/version"] = {"version": "garbage"}
    with pytest.raises(VersionParsingException, match="garbage"):
        metadata.server_version()


def test_the_environment_can_describe_the_connection(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, release: Any
) -> None:
    monkeypatch.setenv("OPENMETADATA__connection__hostPort", stub.host)
    monkeypatch.setenv("openmetadata__CONNECTION__securityconfig__JWTTOKEN", "eyJ.made.up")
    stub.routes["/api/v1/system/version"] = {"version": "1.13.0"}
    with OpenMetadata.from_env() as metadata:
        assert metadata.get_server_version() == "1.13.0"
    assert stub.seen[0].headers["Authorization"] == "Bearer eyJ.made.up"


def test_nothing_shows_a_token(stub: Stub, release: Any) -> None:
    config = {"hostPort": stub.host, "securityConfig": {"jwtToken": "eyJ.made.up"}}
    with OpenMetadata(config) as metadata:
        assert "eyJ" not in repr(metadata)
        assert metadata.native.host == stub.host


def test_a_server_of_an_unknown_release_gets_the_release_of_the_script(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    from dynclient import compat

    monkeypatch.setenv(
        "DYNCLIENT_CACHE", str(tmp_path)
    )  # so the starter is the newest available release
    compat.install()
    try:
        from metadata.generated.schema.entity.data.table import Table

        stub.routes["/api/v1/system/version"] = {"version": "77.0.0"}
        stub.routes["/api/v1/tables/name/s.d.x.orders"] = TABLE
        with OpenMetadata({"hostPort": stub.host}) as metadata:
            with pytest.warns(errors.DynclientWarning, match=r"77\.0\.0") as caught:
                table = metadata.get_by_name(Table, "s.d.x.orders")
            assert table.name.root == "orders"
            assert [each.filename for each in caught] == [__file__]
    finally:
        compat.uninstall()


@pytest.mark.parametrize("drift", ["bridge", "warn", "error"])
def test_the_release_of_the_script_follows_the_drift_setting(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, drift: str
) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    compat.install()
    stub.routes["/api/v1/system/version"] = {"version": "77.0.0"}
    more = {"drift": drift}
    try:
        with OpenMetadata({"hostPort": stub.host}, False, more) as metadata:
            with pytest.warns(errors.DynclientWarning, match=r"77\.0\.0"):
                assert metadata.gateway.release.drift == drift
            assert metadata.native.release.drift == drift
    finally:
        compat.uninstall()


def test_a_warning_about_an_unknown_filter_points_into_the_script(
    metadata: Any, stub: Stub, Table: Any
) -> None:
    stub.routes["/api/v1/tables"] = {"data": [], "paging": {"total": 0}}
    with pytest.warns(errors.DynclientWarning, match="may ignore the filter colour") as caught:
        metadata.list_entities(Table, params={"colour": "red"})
    with pytest.warns(errors.DynclientWarning, match="may ignore the filter colour") as later:
        next(metadata.list_all_entities(Table, params={"colour": "red"}), None)
    assert [each.filename for each in [*caught, *later]] == [__file__] * 2


@pytest.mark.parametrize("page", [b"", None, {}, [], {"data": None}, {"code": 500}])
def test_a_page_that_is_not_one_never_ends_a_list(
    metadata: Any, stub: Stub, Table: Any, page: Any
) -> None:
    first = {"data": [TABLE], "paging": {"after": "a", "total": 2}}
    stub.routes["GET /api/v1/tables"] = [Reply(200, first), Reply(200, page)]
    with pytest.raises(errors.ResponseInvalid):
        list(metadata.list_all_entities(Table))
    with pytest.raises(errors.ResponseInvalid):
        metadata.list_entities(Table)


def test_a_404_of_a_gateway_is_not_a_missing_entity(metadata: Any, stub: Stub, Table: Any) -> None:
    stub.default = Reply(404, b"default backend - 404", (("Content-Type", "text/plain"),))
    with pytest.raises(errors.NotOpenMetadata, match="default backend"):
        metadata.get_by_name(Table, "a.b.c.d")


@pytest.mark.parametrize("mask", ["**********", "*********"])
def test_masks_are_neither_created_nor_patched(
    metadata: Any, stub: Stub, get: Get, mask: str
) -> None:
    service = get("entity.services.databaseService", "DatabaseService")
    request = get("api.services.createDatabaseService", "CreateDatabaseServiceRequest")

    def connection(password: str, user: str) -> dict[str, Any]:
        auth = {"password": password}
        return {"config": {"type": "Mysql", "username": user, "hostPort": "h", "authType": auth}}

    with pytest.raises(errors.BadArguments, match="is a mask"):
        metadata.create_or_update(
            request(name="s", serviceType="Mysql", connection=connection(mask, "u"))
        )
    assert stub.seen == []
    parts = {"id": IDENTITY, "name": "s", "serviceType": "Mysql"}
    source = service(**parts, connection=connection("open-sesame", "u"))
    destination = service(**parts, connection=connection(mask, "v"))
    stub.default = {**parts, "connection": connection("*********", "v")}
    metadata.patch(service, source, destination)
    assert [each["path"] for each in stub.seen[-1].json] == ["/connection/config/username"]


def test_entities_are_validated_if_failures_must_not_be_skipped(
    metadata: Any, stub: Stub, get: Get
) -> None:
    good = {"id": IDENTITY, "name": "good", "columns": []}
    bad = {**good, "name": "bad", "columns": [{"name": "id", "dataType": "NO SUCH TYPE"}]}
    stub.routes["/api/v1/tables"] = {"data": [good, bad], "paging": {"total": 2}}
    table = get("entity.data.table", "Table")
    for skipped in (None, True):
        found = metadata.list_entities(table, skip_on_failure=skipped).entities
        assert [each.name.root for each in found] == ["good", "bad"]
    with pytest.raises(ValidationError, match="dataType"):
        metadata.list_entities(table, skip_on_failure=False)
    with pytest.raises(ValidationError):
        next(metadata.list_all_entities(table, skip_on_failure=False))
    stub.routes["/api/v1/tables"] = {"data": [good], "paging": {"total": 1}}
    assert len(metadata.list_entities(table, skip_on_failure=False).entities) == 1
