"""Helpers for lineage, custom properties, tests and services: what they send and return."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dynclient.compat.ometa.exceptions import InvalidEntityException
from dynclient.errors import BadArguments, TransportError
from tests.support.stub import Reply, Stub

Get = Callable[..., Any]

ONE = "6c4fd3bf-c0af-5331-bf78-b4edd4a86ed0"
TWO = "9442d114-c97d-57f9-8852-09b02164dfe6"
REFERENCE = {"id": TWO, "type": "testSuite"}
TABLE = {"id": ONE, "name": "t", "fullyQualifiedName": "s.d.x.t", "columns": []}


# -- lineage ---------------------------------------------------------------------------------------


def edge(get: Get, **details: Any) -> Any:
    body = {
        "fromEntity": {"id": ONE, "type": "table"},
        "toEntity": {"id": TWO, "type": "table"},
        **({"lineageDetails": details} if details else {}),
    }
    return get("api.lineage.addLineage", "AddLineageRequest")(edge=body)


def test_an_edge_is_written_and_what_lies_around_it_returned(
    metadata: Any, stub: Stub, get: Get
) -> None:
    around = {"entity": {"id": ONE, "type": "table"}, "nodes": [], "downstreamEdges": []}
    stub.routes["PUT /api/v1/lineage"] = Reply(200, b"")
    stub.routes[f"/api/v1/lineage/table/{ONE}"] = around
    assert metadata.add_lineage(edge(get)) == around
    assert stub.seen[0].json == {
        "edge": {
            "fromEntity": {"id": ONE, "type": "table"},
            "toEntity": {"id": TWO, "type": "table"},
        }
    }
    assert stub.seen[1].path.endswith("?upstreamDepth=1&downstreamDepth=1")
    assert metadata.add_lineage(edge(get), return_lineage=False) == {}
    assert len(stub.seen) == 3


def test_columns_that_an_edge_maps_are_kept(metadata: Any, stub: Stub, get: Get) -> None:
    stub.routes["PUT /api/v1/lineage"] = Reply(200, b"")
    old = {"fromColumns": ["s.d.x.a.id"], "toColumn": "s.d.x.b.id"}
    new = {"fromColumns": ["s.d.x.a.kg"], "toColumn": "s.d.x.b.kg"}
    stub.routes[f"/api/v1/lineage/getLineageEdge/{ONE}/{TWO}"] = {
        "edge": {"lineageDetails": {"columnsLineage": [old]}}
    }
    request = edge(get, columnsLineage=[new, old])
    metadata.add_lineage(request, check_patch=True, return_lineage=False)
    assert stub.seen[-1].json["edge"]["lineageDetails"]["columnsLineage"] == [old, new]


def test_the_pipeline_of_an_edge_is_kept(metadata: Any, stub: Stub, get: Get) -> None:
    stub.routes["PUT /api/v1/lineage"] = Reply(200, b"")
    pipeline = {"id": ONE, "type": "pipeline"}
    stub.routes[f"/api/v1/lineage/getLineageEdge/{ONE}/{TWO}"] = {
        "edge": {"lineageDetails": {"pipeline": {**pipeline, "href": "h", "name": "p"}}}
    }
    metadata.add_lineage(edge(get, description="d"), check_patch=True, return_lineage=False)
    details = stub.seen[-1].json["edge"]["lineageDetails"]
    assert (details["pipeline"], details["description"]) == (pipeline, "d")
    other = {"id": TWO, "type": "pipeline"}
    metadata.add_lineage(edge(get, pipeline=other), check_patch=True, return_lineage=False)
    assert stub.seen[-1].json["edge"]["lineageDetails"]["pipeline"] == other


def test_a_rejected_edge_returns_the_error(
    metadata: Any, get: Get, caplog: pytest.LogCaptureFixture
) -> None:
    assert metadata.add_lineage(edge(get)) == {"error": "nothing at /api/v1/lineage"}
    assert "edge" in caplog.text


def test_lineage_is_followed_no_further_than_servers_do(
    metadata: Any, stub: Stub, get: Get
) -> None:
    stub.routes["/api/v1/lineage/table/name/s.d.x.t"] = {"nodes": []}
    table = get("entity.data.table", "Table")
    assert metadata.get_lineage_by_name(table, "s.d.x.t", up_depth=9, down_depth=2) == {"nodes": []}
    assert stub.seen[0].path.endswith("?upstreamDepth=3&downstreamDepth=2")
    assert metadata.get_lineage_by_id("table", TWO) is None


def test_an_edge_is_changed_by_a_patch_of_its_details(metadata: Any, stub: Stub, get: Get) -> None:
    route = f"/api/v1/lineage/table/{ONE}/table/{TWO}"
    stub.routes[f"PATCH {route}"] = Reply(200, b"")
    before, after = edge(get, description="old"), edge(get, description="new")
    assert metadata.patch_lineage_edge(before, after) is True
    assert stub.seen[0].json == [{"op": "replace", "path": "/description", "value": "new"}]
    assert metadata.patch_lineage_edge(before, before) is True
    assert len(stub.seen) == 1
    stub.routes[f"PATCH {route}"] = Reply(404, {"code": 404, "message": "no such edge"})
    assert metadata.patch_lineage_edge(before, after) is None


def test_an_edge_is_deleted_by_its_ends(metadata: Any, stub: Stub, get: Get) -> None:
    route = f"/api/v1/lineage/table/{ONE}/table/{TWO}"
    stub.routes[f"DELETE {route}"] = Reply(200, b"")
    assert metadata.delete_lineage_edge(edge(get).edge) is None
    assert stub.seen[0].path == route


# -- custom properties -----------------------------------------------------------------------------


def test_a_property_is_defined_for_a_type(metadata: Any, stub: Stub, get: Get) -> None:
    from metadata.ingestion.models.custom_properties import (
        CustomPropertyDataTypes,
        OMetaCustomProperties,
    )

    stub.routes["/api/v1/metadata/types/name/string"] = {"id": TWO, "name": "string"}
    stub.routes["/api/v1/metadata/types/name/table"] = {"id": ONE, "name": "table"}
    stub.routes[f"PUT /api/v1/metadata/types/{ONE}"] = {"id": ONE, "customProperties": []}
    kind = metadata.get_property_type_ref(CustomPropertyDataTypes.STRING)
    assert type(kind) is get("type.customProperty", "PropertyType")
    assert (str(kind.root.id.root), kind.root.type) == (TWO, "type")
    request = get("api.data.createCustomProperty", "CreateCustomPropertyRequest")(
        name="shelf", description="Where it lies.", propertyType=kind
    )
    table = get("entity.data.table", "Table")
    result = metadata.create_or_update_custom_property(
        OMetaCustomProperties(entity_type=table, createCustomPropertyRequest=request)
    )
    assert result["id"] == ONE
    assert stub.seen[-1].json["propertyType"] == {"id": TWO, "type": "type"}


def test_properties_of_a_type_are_listed(metadata: Any, stub: Stub, get: Get) -> None:
    current = {"name": "shelf", "description": "d", "propertyType": {"id": TWO, "type": "type"}}
    stub.routes["/api/v1/metadata/types/name/table"] = {"id": ONE, "customProperties": [current]}
    assert metadata.get_entity_custom_properties(get("entity.data.table", "Table")) == [current]
    assert stub.seen[0].path.endswith("?fields=customProperties")
    stub.routes["/api/v1/metadata/types/name/table"] = {"id": ONE, "name": "table"}
    assert metadata.get_entity_custom_properties("table") == []


@pytest.mark.parametrize(("force", "expected"), [(False, {"old": 1, "new": 2}), (True, {"new": 2})])
def test_other_properties_are_kept_unless_forced(
    metadata: Any, stub: Stub, get: Get, force: bool, expected: dict[str, int]
) -> None:
    stub.routes[f"GET /api/v1/tables/{ONE}"] = {**TABLE, "extension": {"old": 1}}
    stub.routes[f"PATCH /api/v1/tables/{ONE}"] = TABLE
    table = get("entity.data.table", "Table")
    metadata.patch_custom_properties(table, ONE, {"new": 2}, force=force)
    assert stub.seen[0].path.endswith("?fields=extension")
    import jsonpatch

    assert jsonpatch.apply_patch({"extension": {"old": 1}}, stub.seen[1].json) == {
        "extension": expected
    }


def test_a_reviewer_may_be_a_team(metadata: Any, stub: Stub, get: Get) -> None:
    glossary = get("entity.data.glossary", "Glossary")
    stub.routes[f"/api/v1/glossaries/{ONE}"] = {"id": ONE, "name": "words"}
    stub.routes[f"PATCH /api/v1/glossaries/{ONE}"] = {"id": ONE, "name": "words"}
    stub.routes[f"/api/v1/teams/{TWO}"] = {"id": TWO, "name": "editors"}
    for reviewer in (TWO, {"id": TWO, "type": "team", "name": "editors"}):
        metadata.patch_reviewers(glossary, ONE, reviewer)
        (added,) = stub.seen[-1].json
        assert added["value"] == [{"id": TWO, "type": "team"}]
    metadata.patch_reviewers(glossary, ONE, ONE)  # there is no such user or team
    assert stub.seen[-1].json[0]["value"] == [{"id": ONE, "type": "user"}]


# -- tests of data ---------------------------------------------------------------------------------


def test_a_test_case_is_created_if_it_does_not_exist(metadata: Any, stub: Stub) -> None:
    stub.routes["PUT /api/v1/dataQuality/testCases"] = {"id": ONE, "name": "k"}
    case = metadata.get_or_create_test_case(
        's.d.x.t."k.1"',
        entity_link="<#E::table::s.d.x.t>",
        test_suite_fqn="s.d.x.t.testSuite",
        test_definition_fqn="rows",
    )
    assert case.name.root == "k"
    sent = stub.seen[-1].json
    assert (sent["name"], sent["testDefinition"]) == ("k.1", "rows")
    values = [{"name": "value", "value": "3"}]
    for arguments in (("suite", "rows", values, "d"), ("rows", values, "d")):
        metadata.get_or_create_test_case("s.d.x.t.k", "<#E::table::s.d.x.t>", *arguments)
        sent = stub.seen[-1].json
        assert (sent["testDefinition"], sent["parameterValues"]) == ("rows", values)
        assert sent["description"] == "d"
    stub.routes["/api/v1/dataQuality/testCases/name/s.d.x.t.%22k.1%22"] = {"id": TWO, "name": "k"}
    assert str(metadata.get_or_create_test_case('s.d.x.t."k.1"').id.root) == TWO


def test_the_suite_of_a_table_is_found_or_created(metadata: Any, stub: Stub) -> None:
    reference = {"id": TWO, "type": "testSuite"}
    route = "/api/v1/tables/name/s.d.x.t"
    stub.routes[route] = [{**TABLE, "testSuite": reference}, TABLE]
    assert str(metadata.get_or_create_executable_test_suite("s.d.x.t").id.root) == TWO
    stub.routes["PUT /api/v1/dataQuality/testSuites/executable"] = {"id": ONE, "name": "suite"}
    assert str(metadata.get_or_create_executable_test_suite("s.d.x.t").id.root) == ONE
    assert stub.seen[-1].json["name"] == "s.d.x.t.TestSuite"

    with pytest.raises(RuntimeError, match="does not exist"):
        metadata.get_executable_test_suite("s.d.x.absent")


# -- services --------------------------------------------------------------------------------------


def test_services_are_created_from_a_source(metadata: Any, stub: Stub, get: Get) -> None:
    service = get("entity.services.databaseService", "DatabaseService")
    source = {
        "type": "mysql",
        "serviceName": "shop",
        "serviceConnection": {
            "config": {"type": "Mysql", "username": "reader", "hostPort": "mysql:3306"}
        },
    }
    stub.routes["PUT /api/v1/services/databaseServices"] = {"id": ONE, "name": "shop"}
    created = metadata.get_service_or_create(service, source)
    assert type(created) is service
    assert stub.seen[-1].json["serviceType"] == "Mysql"
    stub.routes["/api/v1/services/databaseServices/name/shop"] = {"id": TWO, "name": "shop"}
    assert str(metadata.get_service_or_create(service, source).id.root) == TWO


# -- patches ---------------------------------------------------------------------------------------


def test_a_refused_patch_is_logged_or_raised(
    metadata: Any, get: Get, caplog: pytest.LogCaptureFixture
) -> None:
    from metadata.ingestion.ometa.client import APIError

    table = get("entity.data.table", "Table")
    before = table.model_validate(TABLE)
    after = before.model_copy(update={"displayName": "T"})
    assert metadata.patch(table, before, after) is None
    assert ONE in caplog.text
    with pytest.raises(APIError) as failure:
        metadata.patch(table, before, after, skip_on_failure=False)
    assert isinstance(failure.value, RuntimeError), "as the official client raises"
    assert failure.value.status_code == 404


def test_a_patch_without_a_response_is_logged_or_raised(
    metadata: Any, stub: Stub, get: Get, caplog: pytest.LogCaptureFixture
) -> None:
    table = get("entity.data.table", "Table")
    before = table.model_validate(TABLE)
    after = before.model_copy(update={"displayName": "T"})
    stub.routes[f"PATCH /api/v1/tables/{ONE}"] = Reply(0)
    assert metadata.patch(table, before, after) is None
    assert ONE in caplog.text
    with pytest.raises(TransportError) as failure:
        metadata.patch(table, before, after, skip_on_failure=False)
    assert isinstance(failure.value, RuntimeError)


def test_tags_that_are_there_already_return_the_entity(metadata: Any, stub: Stub, get: Get) -> None:
    table = get("entity.data.table", "Table")
    label = {"tagFQN": "PII.None", "source": "Classification"}
    label |= {"labelType": "Manual", "state": "Confirmed"}
    stub.routes[f"/api/v1/tables/{ONE}"] = {**TABLE, "tags": [{**label, "description": "d"}]}
    found = metadata.patch_tag(table, table.model_validate(TABLE), label)
    assert found.tags[0].tagFQN.root == "PII.None"
    assert [seen.method for seen in stub.seen] == ["GET"]


def test_columns_that_have_a_tag_return_the_table(metadata: Any, stub: Stub, get: Get) -> None:
    from metadata.ingestion.models.table_metadata import ColumnTag

    label = {"tagFQN": "A.1", "source": "Tag", "labelType": "Manual", "state": "Confirmed"}
    column = {"name": "id", "dataType": "INT", "fullyQualifiedName": "s.d.x.t.id", "tags": [label]}
    stub.routes[f"/api/v1/tables/{ONE}"] = {**TABLE, "columns": [column]}
    table = get("entity.data.table", "Table").model_validate(TABLE)
    tag, change = ColumnTag(column_fqn="s.d.x.t.ID", tag_label=label), metadata.patch_column_tags
    assert change(table, [tag]).columns[0].tags[0].tagFQN.root == "A.1"
    assert change(entity=table, column_tags=[tag]).id.root is not None
    elsewhere = ColumnTag(column_fqn="s.d.x.t.no", tag_label=label)
    assert change(table, [elsewhere]) is None
    other = ColumnTag(column_fqn="s.d.x.t.id", tag_label={**label, "tagFQN": "A.2"})
    assert change(table, [other], operation="remove") is None
    assert {each.method for each in stub.seen} == {"GET"}


def test_a_class_without_owners_has_none(metadata: Any, get: Get) -> None:
    table = get("entity.data.table", "Table").model_validate(TABLE)
    with pytest.raises(InvalidEntityException, match="User has no owners"):
        metadata.patch_owner(get("entity.teams.user", "User"), table, None)


def test_a_label_that_is_built_again_is_not_changed(metadata: Any, stub: Stub, get: Get) -> None:
    table, label = get("entity.data.table", "Table"), get("type.tagLabel", "TagLabel")
    fields = {"tagFQN": "PII.None", "source": "Classification"}
    fields |= {"labelType": "Manual", "state": "Confirmed"}
    before = table.model_validate({**TABLE, "tags": [{**fields, "description": "derived"}]})
    after = before.model_copy(update={"tags": [label(**fields)]})
    assert metadata.patch(table, before, after) is None
    assert stub.seen == []


def test_a_patch_may_be_for_one_state_only(metadata: Any, stub: Stub, get: Get) -> None:
    from metadata.ingestion.ometa.client import APIError

    table = get("entity.data.table", "Table")
    before = table.model_validate(TABLE)
    after = before.model_copy(update={"displayName": "T"})
    stub.routes[f"PATCH /api/v1/tables/{ONE}"] = Reply(412, {"code": 412, "message": "changed"})
    with pytest.raises(APIError, match="changed"):
        metadata.patch(table, before, after, if_match='W/"0.1"')
    assert stub.seen[0].headers["If-Match"] == 'W/"0.1"'


def test_constraints_and_life_cycles_are_set(metadata: Any, stub: Stub, get: Get) -> None:
    table = get("entity.data.table", "Table").model_validate(TABLE)
    stub.routes[f"/api/v1/tables/{ONE}"] = TABLE
    constraint = {"constraintType": "PRIMARY_KEY", "columns": ["id"]}
    metadata.patch_table_constraints(table, [constraint])
    assert stub.seen[-1].json == [{"op": "add", "path": "/tableConstraints", "value": [constraint]}]
    metadata.patch_life_cycle(table, {"created": {"timestamp": 1}})
    assert stub.seen[-1].json == [
        {"op": "add", "path": "/lifeCycle", "value": {"created": {"timestamp": 1}}}
    ]


def test_a_domain_is_set_by_instance_or_by_class(metadata: Any, stub: Stub, get: Get) -> None:
    cls = get("entity.data.table", "Table")
    table = cls.model_validate(TABLE)
    domain = get("entity.domains.domain", "Domain").model_validate(
        {"id": TWO, "name": "Sales", "domainType": "Aggregate", "description": "d"}
    )
    stub.routes[f"/api/v1/tables/{ONE}"] = TABLE
    metadata.patch_domain(table, domain)
    metadata.patch_domain(entity=cls, source=table, domains=[{"id": TWO, "type": "domain"}])
    sent = [seen.json for seen in stub.seen if seen.method == "PATCH"]
    reference = {"id": TWO, "type": "domain"}
    assert sent == [[{"op": "add", "path": "/domains", "value": [reference]}]] * 2


# -- people ----------------------------------------------------------------------------------------

USER = {"id": ONE, "name": "ada", "fullyQualifiedName": "ada", "email": "ada@example.com"}
TEAM = {"id": TWO, "name": "crew", "fullyQualifiedName": "crew", "teamType": "Department"}


def test_people_are_found_by_name(metadata: Any, stub: Stub) -> None:
    stub.routes["/api/v1/users/name/ada"] = USER
    stub.routes["/api/v1/teams/name/crew"] = TEAM
    nothing = {"data": [], "paging": {"total": 0}}
    stub.routes |= {"/api/v1/users": nothing, "/api/v1/teams": nothing}
    found = metadata.get_reference_by_name("ada").root[0]
    assert (str(found.id.root), found.type, found.name) == (ONE, "user", "ada")
    assert metadata.get_reference_by_name("crew").root[0].type == "team"
    assert metadata.get_reference_by_name("crew", is_owner=True) is None  # only groups own
    assert metadata.get_reference_by_name("nobody") is None
    assert metadata.get_reference_by_name(None) is None


def test_people_are_found_by_display_name(metadata: Any, stub: Stub) -> None:
    ada = {**USER, "displayName": "Ada Lovelace"}
    stub.routes["/api/v1/users"] = {"data": [USER, ada], "paging": {"total": 2}}
    stub.routes["/api/v1/teams"] = {
        "data": [{**TEAM, "displayName": "The Crew"}], "paging": {"total": 1},
    }  # fmt: skip
    assert metadata.get_reference_by_name("ada lovelace").root[0].name == "ada"
    assert metadata.get_reference_by_name("The Crew").root[0].type == "team"
    assert metadata.get_reference_by_name("The Crew", is_owner=True) is None
    assert metadata.get_reference_by_name("Nobody There") is None


def test_people_are_found_by_address(metadata: Any, stub: Stub) -> None:
    renamed = {**USER, "id": TWO, "name": "countess", "email": "Lovelace@Example.com"}
    stub.routes["/api/v1/users/name/ada"] = USER
    stub.routes["/api/v1/users"] = {"data": [USER, renamed], "paging": {"total": 2}}
    assert str(metadata.get_reference_by_email("ADA@example.com").root[0].id.root) == ONE
    assert len(stub.seen) == 1  # by the local part of the address
    found = metadata.get_reference_by_email("lovelace@example.com").root[0]
    assert (str(found.id.root), found.type) == (TWO, "user")
    team = {**TEAM, "email": "crew@example.com"}
    stub.routes["/api/v1/teams"] = {"data": [TEAM, team], "paging": {"total": 2}}
    assert metadata.get_reference_by_email("Crew@example.com").root[0].type == "team"
    assert metadata.get_reference_by_email("ada@elsewhere.com") is None
    assert metadata.get_reference_by_email(None) is None


# -- profiles, queries, search ---------------------------------------------------------------------


def test_profiles_are_read_as_their_class(metadata: Any, stub: Stub, get: Get) -> None:
    ColumnProfile = get("entity.data.table", "ColumnProfile")
    profile = {"timestamp": 5, "name": "id", "mean": 1.5}
    stub.routes["/api/v1/tables/s.d.x.t.id/columnProfile"] = {
        "data": [profile], "paging": {"total": 1, "after": "5", "before": "4"},
    }  # fmt: skip
    page = metadata.get_profile_data("s.d.x.t.id", 1, 9, profile_type=ColumnProfile)
    assert (type(page.entities[0]), page.entities[0].mean, page.total) == (ColumnProfile, 1.5, 1)
    assert (page.after, page.before) == ("5", "4")
    assert stub.seen[-1].path.endswith("?startTs=1&endTs=9")
    stub.routes["/api/v1/tables/s.d.x.t/tableProfile"] = {"data": [{"timestamp": 5}]}
    page = metadata.get_profile_data("s.d.x.t", 1, 9)
    assert type(page.entities[0]) is get("entity.data.table", "TableProfile")
    with pytest.raises(BadArguments, match="ColumnProfile or SystemProfile, not Column"):
        metadata.get_profile_data("s", 1, 9, profile_type=get("entity.data.table", "Column"))


def test_a_profiler_configuration_is_sent(metadata: Any, stub: Stub, get: Get) -> None:
    config = get("entity.data.table", "TableProfilerConfig")(profileSample=50)
    assert metadata.create_or_update_table_profiler_config("s.d.x.t", config) is None
    stub.routes["/api/v1/tables/name/s.d.x.t"] = TABLE
    stub.routes[f"PUT /api/v1/tables/{ONE}/tableProfilerConfig"] = TABLE
    assert metadata.create_or_update_table_profiler_config("s.d.x.t", config).name.root == "t"
    assert stub.seen[-1].json == {"profileSample": 50}


def test_a_test_case_gets_another_target(metadata: Any, stub: Stub, get: Get) -> None:
    TestCase = get("tests.testCase", "TestCase")
    raw = {"id": ONE, "name": "k", "entityLink": "<#E::table::a>", "parameterValues": []}
    stub.routes[f"/api/v1/dataQuality/testCases/{ONE}"] = raw
    stub.routes[f"PATCH /api/v1/dataQuality/testCases/{ONE}"] = raw
    value = get("tests.testCase", "TestCaseParameterValue")(name="n", value="3")
    case = TestCase.model_validate({**raw, "testSuite": REFERENCE, "testDefinition": REFERENCE})
    metadata.patch_test_case_definition(case, "<#E::table::b>", [value])
    import jsonpatch

    after = jsonpatch.apply_patch(raw, stub.seen[-1].json)
    assert after["entityLink"] == "<#E::table::b>"
    assert after["parameterValues"] == [{"name": "n", "value": "3"}]


def test_what_the_index_finds_is_read_from_the_server(metadata: Any, stub: Stub, get: Get) -> None:
    Table = get("entity.data.table", "Table")
    assert metadata.es_search_from_fqn(Table, "s.*.t") is None
    hits = [{"_source": {"fullyQualifiedName": name}} for name in ("s.d.x.t", "s.d.x.gone")]
    stub.routes["/api/v1/search/fieldQuery"] = {"hits": {"hits": hits}}
    stub.routes["/api/v1/tables/name/s.d.x.t"] = TABLE
    found = metadata.es_search_from_fqn(Table, "s.*.t", size=5, fields="owners,tags")
    assert [str(each.id.root) for each in found] == [ONE]
    path = stub.seen[-3].path
    assert "fieldValue=s.%2A.t&from=0&size=5&index=table_search_index" in path
    assert stub.seen[-2].path.endswith("?fields=owners%2Ctags")


def test_policies_of_roles_and_rules_of_policies_are_patched(metadata: Any, stub: Stub) -> None:
    role = {"id": ONE, "name": "r", "policies": [{"id": ONE, "type": "policy"}]}
    stub.routes[f"GET /api/v1/roles/{ONE}"] = role
    stub.routes[f"PATCH /api/v1/roles/{ONE}"] = role
    assert metadata.patch_role_policy(ONE, TWO).name.root == "r"
    assert stub.seen[-1].json == [
        {"op": "add", "path": "/policies/1", "value": {"id": TWO, "type": "policy"}}
    ]
    assert metadata.patch_role_policy(ONE, ONE) is None
    metadata.patch_role_policy(ONE, ONE, operation="remove")
    assert stub.seen[-1].json == [{"op": "remove", "path": "/policies/0"}]

    see = {"name": "see", "effect": "allow", "operations": ["ViewAll"], "resources": ["All"]}
    policy = {"id": ONE, "name": "p", "rules": [see]}
    stub.routes[f"GET /api/v1/policies/{ONE}"] = policy
    stub.routes[f"PATCH /api/v1/policies/{ONE}"] = policy
    touch = {**see, "name": "touch"}
    metadata.patch_policy_rule(ONE, touch)
    assert stub.seen[-1].json == [{"op": "add", "path": "/rules/1", "value": touch}]
    metadata.patch_policy_rule(ONE, operation="remove")
    assert stub.seen[-1].json == [{"op": "remove", "path": "/rules/0"}]
