"""Event subscriptions: what they can be about, and their status."""

from __future__ import annotations

from typing import Any

from tests.support.sandbox_tables import NOTHING, TablesApi

PATH = "/v1/events/subscriptions"
ALERT = {"name": "alert", "enabled": False, "trigger": {"triggerType": "RealTime"}}
HOOK = {"endpoint": "http://hook.example/in"}


def has_destinations(api: TablesApi) -> bool:
    return f"{PATH}/{{alertType}}/resources" in api.paths()


def create_alert(api: TablesApi, name: str, **more: Any) -> dict[str, Any]:
    body = {**ALERT, "name": name, **more}
    if has_destinations(api):
        destination = {"category": "External", "type": "Webhook", "config": HOOK}
        return api.create(
            PATH, **body, alertType="Notification", resources=["table"], destinations=[destination]
        )
    return api.create(
        PATH, **body, alertType="ChangeEvent", filteringRules={"resources": ["table"]},
        subscriptionType="GenericWebhook", subscriptionConfig=HOOK,
    )  # fmt: skip


def test_the_status_of_a_subscription_says_whether_it_is_enabled(api: TablesApi) -> None:
    api.skip_unless_served("POST", PATH)
    for name, enabled, status in (("off", False, "disabled"), ("on", True, "active")):
        alert = create_alert(api, name, enabled=enabled)
        tail = f"/{alert['destinations'][0]['id']}" if has_destinations(api) else ""
        by_id = api.get(f"{PATH}/{alert['id']}/status{tail}")
        assert by_id == api.get(f"{PATH}/name/{name}/status{tail}")
        assert by_id["status"] == status
    api.error("GET", f"{PATH}/name/nobody/status/{NOTHING}" if tail else
              f"{PATH}/name/nobody/status", 404)  # fmt: skip
    if tail:
        api.error("GET", f"{PATH}/name/on/status/{NOTHING}", 404)


def test_resources_have_the_filters_that_a_subscription_may_use(api: TablesApi) -> None:
    api.skip_unless_served("POST", PATH)
    if has_destinations(api):
        found = {one["name"]: one for one in api.get(f"{PATH}/Notification/resources")["data"]}
        (by_fqn,) = (
            one for one in found["table"]["supportedFilters"] if one["name"] == "filterByFqn"
        )
        assert by_fqn["condition"] == "matchAnyEntityFqn(${fqnList})"
        assert by_fqn["arguments"] == ["fqnList"]
        assert found["task"]["supportedFilters"] == []
        return
    found = {one["name"]: one for one in api.get(f"{PATH}/resources")["data"]}
    assert "matchTestResult" in found["testCase"]["supportedFilters"]
    assert "matchTestResult" not in found["table"]["supportedFilters"]
    functions = {one["name"]: one for one in api.request("GET", f"{PATH}/functions").json()}
    assert set(found["all"]["supportedFilters"]) == set(functions)
    assert "entityCreated" in functions["matchAnyEventType"]["paramAdditionalContext"]["data"]
    assert "table" in functions["matchAnySource"]["paramAdditionalContext"]["data"]


def test_conditions_of_policies_have_functions(api: TablesApi) -> None:
    api.skip_unless_served("GET", "/v1/policies/functions")
    found = api.get("/v1/policies/functions")
    names = [one["name"] for one in found["data"]]
    assert names == sorted(names)
    assert {"isOwner", "noOwner", "matchAnyTag"} <= set(names)
    assert found["paging"]["total"] == len(names)
    assert all(one["description"] and one["examples"] for one in found["data"])


def test_filters_become_rules_or_are_refused(api: TablesApi) -> None:
    api.skip_unless_served("GET", f"{PATH}/{{alertType}}/resources")

    def by(name: str, *values: str, **more: Any) -> dict[str, Any]:
        argument = {"name": "fqnList", "input": [*values]}
        return {"filters": [{"name": name, "arguments": [argument], **more}]}

    alert = create_alert(api, "narrow", input=by("filterByFqn", "s.d.a", "s.d.b", effect="exclude"))
    (rule,) = alert["filteringRules"]["rules"]
    assert rule["condition"] == "matchAnyEntityFqn({'s.d.a', 's.d.b'})"
    assert (rule["name"], rule["effect"]) == ("filterByFqn", "exclude")
    assert create_alert(api, "wide")["filteringRules"]["rules"] == []
    destination = {"category": "External", "type": "Webhook", "config": HOOK}
    body = {**ALERT, "name": "odd", "alertType": "Notification", "resources": ["table"],
            "destinations": [destination], "input": by("filterByMentionedName", "ada")}  # fmt: skip
    assert "filterByMentionedName" in api.error("POST", PATH, 400, json=body)
