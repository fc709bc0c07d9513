"""Errors of servers before 1.3 that newer ones do not have, some after the change is stored."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.support.sandbox_tables import TablesApi

OLD = ["1.0.4", "1.2.0"]
UNKNOWN = {"tagFQN": "No.Such", "source": "Classification", "labelType": "Manual",
           "state": "Confirmed"}  # fmt: skip
SUBSCRIPTION: dict[str, Any] = {
    "name": "hook", "enabled": False, "trigger": {"triggerType": "RealTime"},
    "alertType": "ChangeEvent", "subscriptionType": "GenericWebhook",
    "subscriptionConfig": {"endpoint": "http://hook.example.com"},
    "filteringRules": {"resources": ["all"]},
}  # fmt: skip

Get = Callable[[str], TablesApi]


@pytest.mark.parametrize(("release", "status"), [("1.0.4", 200), ("1.6.0", 404)])
def test_a_table_with_an_unknown_label_is_kept_by_1_0_only(
    tables_api_of: Get, release: str, status: int
) -> None:
    api = tables_api_of(release)
    body = {"name": "badly_labelled", "databaseSchema": "s.d.c", "tags": [UNKNOWN],
            "columns": [{"name": "id", "dataType": "INT", "tags": [UNKNOWN]}]}  # fmt: skip
    assert "tag instance for No.Such" in api.error("POST", "/v1/tables", 404, json=body)
    path = "/v1/tables/name/s.d.c.badly_labelled?fields=tags"
    response = api.request("GET", path)
    assert response.status_code == status
    assert response.json().get("tags", []) == []


@pytest.mark.parametrize("release", OLD)
def test_a_change_of_a_disabled_subscription_fails_but_holds(
    tables_api_of: Get, release: str
) -> None:
    api = tables_api_of(release)
    created = api.create("/v1/events/subscriptions", **SUBSCRIPTION)
    path = f"/v1/events/subscriptions/{created['id']}"
    changed = {**SUBSCRIPTION, "description": "by PUT"}
    assert "halt()" in api.error("PUT", "/v1/events/subscriptions", 500, json=changed)
    assert api.get(path)["description"] == "by PUT"
    operation = {"op": "add", "path": "/description", "value": "by PATCH"}
    assert api.patch(path, operation).status_code == 500
    assert api.get(path)["description"] == "by PATCH"
    assert api.request("DELETE", path).status_code == (500 if release == "1.0.4" else 200)
    assert api.request("GET", path).status_code == 404


def test_1_0_deletes_nested_terms_one_by_one(tables_api_of: Get) -> None:
    api = tables_api_of("1.0.4")
    glossary = api.create("/v1/glossaries", name="Nested", description="x")
    api.create("/v1/glossaryTerms", name="a", description="x", glossary="Nested")
    below = api.create("/v1/glossaryTerms", name="b", description="x", glossary="Nested",
                       parent="Nested.a")  # fmt: skip
    path = f"/v1/glossaries/{glossary['id']}?hardDelete=true&recursive=true"
    assert below["id"] in api.error("DELETE", path, 404)
    assert api.request("GET", "/v1/glossaryTerms/name/Nested.a").status_code == 404
    assert api.request("DELETE", path).status_code == 200


@pytest.mark.parametrize("release", OLD)
def test_an_empty_page_after_a_cursor_is_an_error(tables_api_of: Get, release: str) -> None:
    api = tables_api_of(release)
    assert "Index 0 out of bounds" in api.error("GET", "/v1/tables?after=zzz&limit=1", 500)


@pytest.mark.parametrize("release", OLD)
def test_a_patch_cannot_remove_the_connection_of_a_service(
    tables_api_of: Get, release: str
) -> None:
    api = tables_api_of(release)
    path = "/v1/services/databaseServices"
    service = api.get(f"{path}/name/s")
    response = api.patch(f"{path}/{service['id']}", {"op": "remove", "path": "/connection"})
    assert response.status_code == 500
    assert "connection" in api.get(f"{path}/name/s")


@pytest.mark.parametrize("release", OLD)
def test_reports_and_metrics_cannot_be_listed(tables_api_of: Get, release: str) -> None:
    api = tables_api_of(release)
    for collection in ("reports", "metrics"):
        response = api.request("GET", f"/v1/{collection}")
        assert response.status_code == 500
        assert response.text.startswith("HV000151")


def test_1_2_refuses_a_second_result_of_one_time(tables_api_of: Get) -> None:
    api = tables_api_of("1.2.0")
    api.create_table("checked")
    suites = "/v1/dataQuality/testSuites/executable"
    message = api.error("POST", suites, 500, json={"name": "x"})
    assert "getExecutableEntityReference()" in message
    api.create(suites, name="x", executableEntityReference="s.d.c.checked")
    case = api.create("/v1/dataQuality/testCases", name="rows", testSuite="s.d.c.checked.testSuite",
                      entityLink="<#E::table::s.d.c.checked>",
                      testDefinition="tableRowCountToEqual",
                      parameterValues=[{"name": "value", "value": "1"}])  # fmt: skip
    path = f"/v1/dataQuality/testCases/{case['fullyQualifiedName']}/testCaseResult"
    result = {"timestamp": 1_700_000_000_000, "testCaseStatus": "Success"}
    event = api.put(path, result, 201)
    (added,) = event["changeDescription"]["fieldsAdded"]
    assert added["newValue"]["testCaseStatus"] == "Success"
    assert event["entity"]["testCaseResult"] == added["newValue"]
    assert "Entity already exists" in api.error("PUT", path, 409, json=result)
    api.put(path, {**result, "timestamp": 1_700_000_000_001}, 201)
