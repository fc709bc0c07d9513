"""Suggestions: created, listed, changed, accepted and rejected."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import pytest

from tests.support.sandbox_tables import NOTHING, TablesApi

PATH = "/v1/suggestions"
LABEL = {
    "tagFQN": "PII.None", "source": "Classification", "labelType": "Manual", "state": "Confirmed",
}  # fmt: skip


@pytest.fixture(autouse=True)
def _served(api: TablesApi) -> None:
    api.skip_unless_served("POST", PATH)


def suggest(api: TablesApi, link: str, **content: Any) -> dict[str, Any]:
    type = "SuggestDescription" if "description" in content else "SuggestTagLabel"
    return api.create(PATH, type=type, entityLink=f"<#E::table::s.d.c.{link}>", **content)


def listed(api: TablesApi, table: str, **query: Any) -> list[str]:
    text = "".join(f"&{name}={quote(str(value))}" for name, value in query.items())
    return [each["id"] for each in api.get(f"{PATH}?entityFQN=s.d.c.{table}{text}")["data"]]


def test_an_accepted_suggestion_changes_the_entity(api: TablesApi) -> None:
    table = api.create_table("accepted", description="old")
    suggestion = suggest(api, "accepted", description="new")
    assert (suggestion["status"], suggestion["createdBy"]["name"]) == ("Open", "admin")
    assert listed(api, "accepted") == [suggestion["id"]]
    response = api.request("PUT", f"{PATH}/{suggestion['id']}/accept")
    assert (response.status_code, response.text) == (200, "")
    assert response.headers["X-OpenMetadata-Change"] == "suggestionAccepted"
    assert api.get(f"/v1/tables/{table['id']}")["description"] == "new"
    assert listed(api, "accepted") == []
    assert listed(api, "accepted", status="Accepted") == [suggestion["id"]]
    assert api.get(f"{PATH}/{suggestion['id']}")["status"] == "Accepted"


def test_tags_and_descriptions_of_nested_columns_are_applied(api: TablesApi) -> None:
    street = {"name": "street", "dataType": "STRING", "tags": [LABEL]}
    columns = [{"name": "id", "dataType": "INT"},
               {"name": "address", "dataType": "STRUCT", "children": [street]}]  # fmt: skip
    table = api.create_table("nested", columns=columns)
    first = suggest(api, "nested::columns::address.street", description="the street")
    other = {**LABEL, "tagFQN": "PII.Sensitive"}
    second = suggest(api, "nested::columns::id", tagLabels=[other])
    assert second["tagLabels"][0]["tagFQN"] == "PII.Sensitive"
    for suggestion in (first, second):
        api.put(f"{PATH}/{suggestion['id']}/accept", None)
    found = api.get(f"/v1/tables/{table['id']}?fields=columns,tags")["columns"]
    assert [label["tagFQN"] for label in found[0]["tags"]] == ["PII.Sensitive"]
    nested = found[1]["children"][0]
    assert nested["description"] == "the street"
    assert [label["tagFQN"] for label in nested["tags"]] == ["PII.None"]


def test_all_open_suggestions_of_a_user_are_accepted_at_once(api: TablesApi) -> None:
    table = api.create_table("several")
    admin = api.get("/v1/users/name/admin")["id"]
    suggest(api, "several", description="d")
    suggest(api, "several::columns::id", description="the id")
    tag = suggest(api, "several", tagLabels=[LABEL])
    query = f"?userId={admin}&entityFQN=s.d.c.several"
    done = api.put(f"{PATH}/accept-all{query}&suggestionType=SuggestDescription", None)
    assert (done["status"], len(done["entity"])) == ("OK", 2)
    after = api.get(f"/v1/tables/{table['id']}")
    assert (after["description"], after["version"]) == ("d", 0.2)
    assert after["columns"][0]["description"] == "the id"
    assert listed(api, "several") == [tag["id"]]
    none = api.put(f"{PATH}/accept-all?userId={NOTHING}&entityFQN=s.d.c.several", None)
    assert none == {"entity": [], "status": "BAD_REQUEST"}
    assert api.put(f"{PATH}/reject-all{query}", None)["status"] == "OK"
    assert listed(api, "several", status="Rejected") == [tag["id"]]


def test_a_rejected_suggestion_changes_nothing(api: TablesApi) -> None:
    table = api.create_table("rejected", description="old")
    suggestion = suggest(api, "rejected", description="new")
    api.put(f"{PATH}/{suggestion['id']}/reject", None)
    assert api.get(f"/v1/tables/{table['id']}")["description"] == "old"
    assert listed(api, "rejected") == []


def test_a_changed_suggestion_keeps_its_author_and_id(api: TablesApi) -> None:
    api.create_table("changed")
    suggestion = suggest(api, "changed", description="first")
    sent = {**suggestion, "description": "second", "createdAt": 1, "updatedAt": 5}
    changed = api.put(f"{PATH}/{suggestion['id']}", sent, 201)
    assert changed["description"] == "second"
    assert changed["createdAt"] == suggestion["createdAt"]
    assert listed(api, "changed") == [suggestion["id"]]
    path = f"{PATH}/{suggestion['id']}"
    kept = api.put(path, {"status": "Open"}, 201)  # what is left out stays
    assert (kept["description"], kept["entityLink"]) == ("second", suggestion["entityLink"])
    api.error("PUT", path, 400, json={"type": "SuggestTagLabel"})
    assert api.request("DELETE", f"{PATH}/{suggestion['id']}").status_code == 200
    api.error("GET", f"{PATH}/{suggestion['id']}", 404)


def test_suggestions_are_listed_by_pages_from_the_newest(api: TablesApi) -> None:
    api.create_table("paged")
    ids = [suggest(api, "paged", description=str(number))["id"] for number in range(5)][::-1]
    first = api.get(f"{PATH}?entityFQN=s.d.c.paged&limit=2")
    assert [each["id"] for each in first["data"]] == ids[:2]
    assert set(first["paging"]) == {"after", "total"}
    after = quote(first["paging"]["after"])
    second = api.get(f"{PATH}?entityFQN=s.d.c.paged&limit=2&after={after}")
    assert [each["id"] for each in second["data"]] == ids[2:4]
    assert second["paging"]["total"] == 5
    before = second["paging"]["before"]
    assert listed(api, "paged", limit=2, before=before) == ids[:2]
    api.error("GET", f"{PATH}?limit=0", 400)
    api.error("GET", f"{PATH}?status=Perhaps", 500)


def test_all_suggestions_of_an_entity_are_deleted_at_once(api: TablesApi) -> None:
    api.create_table("emptied")
    suggest(api, "emptied", description="a")
    suggest(api, "emptied::columns::id", description="b")
    response = api.request("DELETE", f"{PATH}/table/name/s.d.c.emptied")
    assert response.status_code == 200, response.text
    assert listed(api, "emptied") == []


@pytest.mark.parametrize(
    ("body", "status", "message"),
    [
        ({"type": "SuggestDescription"}, 400, "description cannot be empty"),
        ({"type": "SuggestTagLabel", "tagLabels": []}, 400, "tag label's cannot be empty"),
        ({"description": "d"}, 400, "Invalid Suggestion Type"),
        ({"type": "SuggestDescription", "description": "d", "entityLink": "<#E::table::no>"}, 404,
         "table instance for no not found"),
        ({"type": "SuggestDescription", "description": "d", "entityLink": None}, 400, "entityLink"),
        ({"type": "SuggestTagLabel", "tagLabels": [{**LABEL, "tagFQN": "No.No"}]}, 404,
         "tag instance for No.No not found"),
    ],
)  # fmt: skip
def test_a_suggestion_of_nothing_is_refused(
    api: TablesApi, body: dict[str, Any], status: int, message: str
) -> None:
    if api.request("GET", "/v1/tables/name/s.d.c.plain").status_code == 404:
        api.create_table("plain")
    sent = {"entityLink": "<#E::table::s.d.c.plain>", **body}
    assert message in api.error("POST", PATH, status, json=sent)
    api.error("PUT", f"{PATH}/{NOTHING}/accept", 404)
