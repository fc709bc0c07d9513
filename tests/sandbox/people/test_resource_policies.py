"""``GET permissions``: of several rules for one operation the one with precedence decides."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from dynclient.sandbox.entities.entity_model import EntityModels
from dynclient.sandbox.http_errors import ErrorResponse
from dynclient.sandbox.people.resource_policies import Access, mount
from dynclient.sandbox.routing import Request, Routes
from tests.support.sandbox_policies import Company, rule

OWNER = "isOwner()"


def request(query: dict[str, str] | None = None, **path: str) -> Request:
    return Request("GET", path, query or {}, None, "http://sandbox/api")


@pytest.fixture(scope="session")
def access(models: EntityModels) -> Access:
    return Access(models)


def by_operation(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {each["operation"]: each for each in body["permissions"]}


def on_tables(
    access: Access, company: Company, user: tuple[str, str], id: str | None = None
) -> dict[str, dict[str, Any]]:
    """Return a user's permissions on tables, or on one table, by operation."""
    context = company.context(user)
    if id is None:
        result = access.get_for_resource(context, request(resource="table"))
    else:
        result = access.get_for_entity(context, request(resource="table", id=id))
    assert (result.status, result.body["resource"]) == (200, "table")
    return by_operation(result.body)


def test_what_no_rule_is_about_is_not_allowed(access: Access, staff: Company) -> None:
    permissions = on_tables(access, staff, staff.add("user", "ann"))
    assert permissions["Delete"] == {"operation": "Delete", "access": "notAllow"}
    assert {each["access"] for each in permissions.values()} == {"notAllow"}


@pytest.mark.parametrize("effects", list(itertools.permutations(["allow", "deny"])))
def test_deny_takes_precedence_over_allow(
    access: Access, staff: Company, effects: tuple[str, ...]
) -> None:
    roles = [staff.role(f"{effect} role", rule(effect, "Delete")) for effect in effects]
    user = staff.add("user", "ann", roles=roles)
    denied = on_tables(access, staff, user)["Delete"]
    assert denied == {
        "operation": "Delete",
        "access": "deny",
        "rule": rule("deny", "Delete"),
        "policy": "policy of deny role",
        "role": "deny role",
    }


PRECEDENCE = ("deny", "allow", "conditionalDeny", "conditionalAllow")


@pytest.mark.parametrize("kinds", list(itertools.permutations(PRECEDENCE, 2)))
def test_of_two_rules_the_one_with_precedence_decides(
    access: Access, staff: Company, kinds: tuple[str, str]
) -> None:
    rules = [
        rule(
            kind.removeprefix("conditional").lower(),
            "Delete",
            condition=OWNER if kind.startswith("conditional") else "",
        )
        for kind in kinds
    ]
    user = staff.add("user", "ann", roles=[staff.role("r", *rules)])
    decided = on_tables(access, staff, user)["Delete"]["access"]
    assert decided == min(kinds, key=PRECEDENCE.index)


@pytest.mark.parametrize("effect", ["allow", "deny"])
def test_a_condition_is_decided_for_one_entity(access: Access, staff: Company, effect: str) -> None:
    role = staff.role("r", rule(effect, "Delete", condition=OWNER))
    user = staff.add("user", "ann", roles=[role])
    own, _ = staff.add("table", "own", owners=[user])
    other, _ = staff.add("table", "other")
    assert on_tables(access, staff, user)["Delete"]["access"] == f"conditional{effect.title()}"
    assert on_tables(access, staff, user, own)["Delete"]["access"] == effect
    assert on_tables(access, staff, user, other)["Delete"]["access"] == "notAllow"


def test_a_policy_of_a_team_has_no_role(access: Access, staff: Company) -> None:
    user = staff.add("user", "ann", teams=[staff.team("t", rule("deny", "Delete"))])
    decided = on_tables(access, staff, user)["Delete"]
    assert (decided["access"], decided["policy"]) == ("deny", "policy of t")
    assert "role" not in decided


@pytest.mark.parametrize(("effect", "left_out"), [("allow", True), ("deny", False)])
@pytest.mark.parametrize(("wide", "start"), [("EditAll", "Edit"), ("ViewAll", "View")])
def test_an_allowed_wide_operation_stands_for_its_kind(
    access: Access, staff: Company, wide: str, start: str, effect: str, left_out: bool
) -> None:
    user = staff.add("user", "ann", roles=[staff.role("r", rule(effect, wide))])
    permissions = on_tables(access, staff, user)
    assert permissions[wide]["access"] == effect
    alike = {name for name in permissions if name.startswith(start)} - {wide}
    assert (not alike) is left_out
    assert {permissions[name]["access"] for name in alike} <= {effect}


@pytest.mark.parametrize("flag", ["admin", "bot"])
def test_administrators_and_bots_are_allowed_everything(
    access: Access, staff: Company, flag: str
) -> None:
    user = staff.add("user", "ann", roles=[staff.role("r", rule("deny", "All"))])
    context = staff.context(user, **{flag: True})
    body = access.get_for_resource(context, request(resource="table")).body
    assert {each["access"] for each in body["permissions"]} == {"allow"}
    assert "Delete" in by_operation(body)


def test_all_resources_are_listed(access: Access, staff: Company) -> None:
    user = staff.add("user", "ann", roles=[staff.role("r", rule("deny", "Delete"))])
    body = access.list_all(staff.context(user), request()).body
    assert body.get("paging", {"total": len(body["data"])})["total"] == len(body["data"]) > 1
    names = [each["resource"] for each in body["data"]]
    assert names == ["all", *sorted(names[1:])]
    assert "feed" in names
    of_tables = next(each for each in body["data"] if each["resource"] == "table")
    assert by_operation(of_tables)["Delete"]["access"] == "deny"


def test_only_administrators_see_the_permissions_of_others(access: Access, staff: Company) -> None:
    ann = staff.add("user", "ann", roles=[staff.role("r", rule("deny", "Delete"))])
    bob = staff.add("user", "bob")
    query = request({"user": "ann"}, resource="table")
    with pytest.raises(ErrorResponse) as caught:
        access.get_for_resource(staff.context(bob), query)
    assert caught.value.status == 403
    seen = access.get_for_resource(staff.context(bob, admin=True), query).body
    assert by_operation(seen)["Delete"]["access"] == "deny"
    assert access.get_for_resource(staff.context(ann), query).body == seen


def test_the_operations_of_a_resource_depend_on_its_fields(access: Access, staff: Company) -> None:
    body = access.list_resources(staff.context(staff.add("user", "ann")), request()).body
    operations = {each["name"]: each["operations"] for each in body["data"]}
    assert body.get("paging", {"total": len(operations)})["total"] == len(operations)
    assert {"All", "Delete", "EditTags"} <= set(operations["all"])
    assert "EditTags" in operations["table"]
    assert "EditTags" not in operations["role"]
    for names in operations.values():
        assert names == [name for name in operations["all"] if name in names]


def test_every_handler_has_its_route(models: EntityModels) -> None:
    routes = Routes()
    mount(routes, models, {})
    uuid = "00000000-0000-0000-0000-000000000000"
    for path, handler in (
        ("/v1/policies/resources", "list_resources"),
        ("/v1/permissions", "list_all"),
        ("/v1/permissions/table", "get_for_resource"),
        (f"/v1/permissions/table/{uuid}", "get_for_entity"),
        ("/v1/permissions/table/name/a.b", "get_for_entity"),
    ):
        found = routes.find(path)
        assert found is not None, path
        assert found["GET"][0].handler.__name__ == handler


def test_a_resource_that_is_not_an_entity_has_no_permissions_on_one(
    access: Access, staff: Company, models: EntityModels
) -> None:
    context = staff.context(staff.add("user", "ann"))
    series = next(iter(models.release.time_series))
    assert access.get_for_resource(context, request(resource=series)).status == 200
    for path in ({"id": "x"}, {"name": "x"}):
        with pytest.raises(ErrorResponse) as caught:
            access.get_for_entity(context, request(resource=series, **path))
        assert caught.value.body == {"code": 400, "message": f"Resource type {series} not found"}


def test_permissions_on_an_entity_by_its_name(access: Access, staff: Company) -> None:
    user = staff.add("user", "ann", roles=[staff.role("r", rule("deny", "Delete"))])
    staff.add("table", "t")
    result = access.get_for_entity(staff.context(user), request(resource="table", name="t"))
    assert by_operation(result.body)["Delete"]["access"] == "deny"


@pytest.mark.parametrize("resource", ["tables", "all", ""])
def test_an_unknown_resource_is_a_bad_request(
    access: Access, staff: Company, resource: str
) -> None:
    context = staff.context(staff.add("user", "ann"))
    with pytest.raises(ErrorResponse) as caught:
        access.get_for_resource(context, request(resource=resource))
    assert caught.value.status == 400
    assert f"Resource type {resource} not found" in str(caught.value.body)


def test_event_subscriptions_have_a_resource_name_of_their_own(
    access: Access, staff: Company
) -> None:
    context = staff.context(staff.add("user", "ann"), admin=True)
    listed = access.list_resources(context, request()).body["data"]
    names = {each["name"] for each in listed}
    assert "eventSubscription" not in names
    if "eventsubscription" in names:
        of_one = access.get_for_resource(context, request(resource="eventSubscription")).body
        assert of_one["resource"] == "eventsubscription"
