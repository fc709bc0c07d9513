"""Permissions: deny takes precedence, and what no rule allows is forbidden."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from dynclient.sandbox.http_errors import ErrorResponse
from dynclient.sandbox.people import permissions
from tests.support.sandbox_policies import Company, rule

OWNER, OWNERLESS, OTHER = "isOwner()", "noOwner()", "matchAnyTag('PII.Sensitive')"


def is_allowed(company: Company, user: tuple[str, str], operation: str, **more: Any) -> bool:
    try:
        permissions.check(company.context(user), more.pop("type", "table"), operation, **more)
    except ErrorResponse as error:
        if error.status != 403 or f"operations [{operation}] not allowed" not in str(error.body):
            raise
        return False
    return True


def test_what_no_rule_allows_is_forbidden(staff: Company) -> None:
    user = staff.add("user", "ann")
    with pytest.raises(ErrorResponse) as caught:
        permissions.check(staff.context(user), "table", "Delete")
    assert caught.value.status == 403
    assert caught.value.body == {
        "code": 403,
        "message": "Principal: CatalogPrincipal{name='ann'} operations [Delete] not allowed",
    }


def test_an_allow_rule_allows_its_operation_only(staff: Company) -> None:
    user = staff.add("user", "ann", roles=[staff.role("r", rule("allow", "EditTags"))])
    assert is_allowed(staff, user, "EditTags")
    assert not is_allowed(staff, user, "Delete")
    assert not is_allowed(staff, user, "EditTags", type="topic")


@pytest.mark.parametrize("effects", list(itertools.permutations(["allow", "allow", "deny"])))
@pytest.mark.parametrize("spread", ["one policy", "roles", "role and team"])
def test_deny_takes_precedence_wherever_it_is(
    staff: Company, effects: tuple[str, ...], spread: str
) -> None:
    rules = [rule(effect, "EditTags") for effect in effects]
    if spread == "one policy":
        user = staff.add("user", "ann", roles=[staff.role("r", *rules)])
    elif spread == "roles":
        roles = [staff.role(f"r{place}", each) for place, each in enumerate(rules)]
        user = staff.add("user", "ann", roles=roles)
    else:
        team = staff.team("t", rules[2], parents=[staff.team("above", rules[1])])
        user = staff.add("user", "ann", roles=[staff.role("r", rules[0])], teams=[team])
    assert not is_allowed(staff, user, "EditTags")


def test_deny_on_another_operation_or_resource_forbids_nothing(staff: Company) -> None:
    rules = [
        rule("deny", "Delete"),
        rule("deny", "EditTags", resources=["topic"]),
        rule("allow", "EditTags"),
    ]
    user = staff.add("user", "ann", roles=[staff.role("r", *rules)])
    assert is_allowed(staff, user, "EditTags")
    assert not is_allowed(staff, user, "Delete")


def test_a_conditional_deny_forbids_where_its_condition_is_met(staff: Company) -> None:
    rules = [rule("allow", "All"), rule("deny", "Delete", condition=OWNER)]
    user = staff.add("user", "ann", roles=[staff.role("r", *rules)])
    own = staff.add("table", "own", owners=[user])
    other = staff.add("table", "other", owners=[staff.add("user", "bob")])
    assert not is_allowed(staff, user, "Delete", id=own[0])
    assert is_allowed(staff, user, "Delete", id=other[0])


def test_a_conditional_allow_allows_where_its_condition_is_met(staff: Company) -> None:
    role = staff.role("r", rule("allow", "Delete", condition=OWNER))
    user = staff.add("user", "ann", roles=[role])
    own = staff.add("table", "own", owners=[user])
    other = staff.add("table", "other")
    assert is_allowed(staff, user, "Delete", id=own[0])
    assert not is_allowed(staff, user, "Delete", id=other[0])
    assert not is_allowed(staff, user, "Delete")


@pytest.mark.parametrize(
    ("condition", "owner_ids", "expected"),
    [
        ("", None, True), ("", {"me"}, True), (" ", {"other"}, True),
        (OWNER, {"me"}, True), (OWNER, {"me", "other"}, True), (f" {OWNER} ", {"me"}, True),
        (OWNER, {"other"}, False), (OWNER, set(), False), (OWNER, None, False),
        (OWNERLESS, set(), True), (OWNERLESS, {"me"}, False), (OWNERLESS, None, False),
        (OTHER, {"me"}, False), (OTHER, set(), False),
    ],
)  # fmt: skip
def test_conditions_are_about_the_owners(
    condition: str, owner_ids: set[str] | None, expected: bool
) -> None:
    conditional = rule("allow", "All", condition=condition)
    assert permissions.is_condition_met(conditional, "me", owner_ids) is expected


@pytest.mark.parametrize(
    ("operations", "resources", "expected"),
    [
        (["EditTags"], ["table"], True), (["EditTags"], ["Table"], True),
        (["EditTags"], ["all"], True), (["EditTags"], ["All"], True),
        (["EditTags"], ["topic", "TABLE"], True), (["EditTags"], ["topic"], False),
        (["EditTags"], [], False), ([], ["all"], False), (["All"], ["table"], True),
        (["EditAll"], ["table"], True), (["ViewAll"], ["table"], False),
        (["EditOwner"], ["table"], False), (["EditTag"], ["table"], False),
    ],
)  # fmt: skip
def test_a_rule_applies_to_operations_on_resources(
    operations: list[str], resources: list[str], expected: bool
) -> None:
    edited = rule("allow", *operations, resources=resources)
    assert permissions.applies_to(edited, "table", "EditTags") is expected


@pytest.mark.parametrize(
    ("wide", "operation", "expected"),
    [
        ("ViewAll", "ViewUsage", True), ("ViewAll", "EditTags", False),
        ("EditAll", "ViewUsage", False), ("EditAll", "Delete", False),
        ("EditAll", "Create", False), ("ViewAll", "Delete", False), ("All", "Delete", True),
    ],
)  # fmt: skip
def test_edit_all_and_view_all_include_their_kind(
    wide: str, operation: str, expected: bool
) -> None:
    assert permissions.applies_to(rule("allow", wide), "table", operation) is expected


@pytest.mark.parametrize("flag", ["admin", "bot"])
def test_administrators_and_bots_may_do_everything(staff: Company, flag: str) -> None:
    denied = staff.role("r", rule("deny", "All", resources=["all"]))
    user = staff.add("user", "ann", roles=[denied])
    context = staff.context(user, **{flag: True})
    permissions.check(context, "table", "Delete")
    permissions.check_patch(context, "user", user[0], [{"op": "add", "path": "/isAdmin"}])
    permissions.check_admin(context)


def test_check_admin_refuses_everyone_else(staff: Company) -> None:
    with pytest.raises(ErrorResponse) as caught:
        permissions.check_admin(staff.context(staff.add("user", "ann")))
    assert caught.value.body == {
        "code": 403, "message": "Principal: CatalogPrincipal{name='ann'} is not admin"
    }  # fmt: skip


FIELDS = {
    "description": "EditDescription", "displayName": "EditDisplayName", "tags": "EditTags",
    "owner": "EditOwner", "owners": "EditOwners", "extension": "EditCustomFields",
    "columns": "EditAll", "name": "EditAll",
}  # fmt: skip


@pytest.mark.parametrize(("field", "operation"), list(FIELDS.items()))
def test_a_patch_needs_the_operation_of_its_field(
    staff: Company, field: str, operation: str
) -> None:
    user = staff.add("user", "ann", roles=[staff.role("r", rule("allow", operation))])
    other = next(each for each in FIELDS.values() if each not in {operation, "EditAll"})
    stranger = staff.add("user", "bob", roles=[staff.role("s", rule("allow", other))])
    table, _ = staff.add("table", "t")
    patch = [{"op": "replace", "path": f"/{field}/0/x", "value": 1}]
    permissions.check_patch(staff.context(user), "table", table, patch)
    with pytest.raises(ErrorResponse) as caught:
        permissions.check_patch(staff.context(stranger), "table", table, patch)
    assert f"operations [{operation}] not allowed" in str(caught.value.body)


def test_every_operation_of_a_patch_is_checked(staff: Company) -> None:
    rules = [rule("allow", "EditTags"), rule("deny", "EditDescription")]
    user = staff.add("user", "ann", roles=[staff.role("r", *rules)])
    context = staff.context(user)
    tags, description = {"op": "add", "path": "/tags/0"}, {"op": "add", "path": "/description"}
    permissions.check_patch(context, "table", "id", [tags])
    for patch in ([tags, description], [description, tags]):
        with pytest.raises(ErrorResponse):
            permissions.check_patch(context, "table", "id", patch)
    permissions.check_patch(context, "table", "id", [tags, {**description, "op": "test"}])


@pytest.mark.parametrize("patch", [None, {"op": "add"}, "text", [1, None], []])
def test_an_invalid_patch_is_left_to_the_patch_itself(staff: Company, patch: Any) -> None:
    permissions.check_patch(staff.context(staff.add("user", "ann")), "table", "id", patch)


def test_a_user_does_not_become_admin_by_a_patch(staff: Company) -> None:
    user = staff.add(
        "user", "ann", roles=[staff.role("r", rule("allow", "All", resources=["all"]))]
    )
    patch = [{"op": "add", "path": "/isAdmin", "value": True}]
    with pytest.raises(ErrorResponse) as caught:
        permissions.check_patch(staff.context(user), "user", user[0], patch)
    assert "is not admin" in str(caught.value.body)


# where rules come from


def test_deleted_roles_and_policies_grant_nothing(staff: Company) -> None:
    everything = rule("allow", "All", resources=["all"])
    deleted_role = staff.role("gone", everything, deleted=True)
    deleted_policy = staff.policy("old", everything, deleted=True)
    kept = staff.add("role", "kept", policies=[deleted_policy])
    user = staff.add("user", "ann", roles=[deleted_role, kept])
    assert not is_allowed(staff, user, "EditTags")


def test_rules_come_from_roles_first_then_from_teams_nearest_first(staff: Company) -> None:
    default = staff.role("default", rule("allow", "EditOwner"))
    above = staff.team("above", rule("allow", "ViewUsage"))
    team = staff.team("t", rule("allow", "EditTags"), parents=[above], defaultRoles=[default])
    user = staff.add(
        "user", "ann", roles=[staff.role("own", rule("allow", "Delete"))], teams=[team]
    )
    grants = [
        (grant.policy, grant.role)
        for grant in permissions.iter_grants(staff.context(user), user[0])
    ]
    assert grants == [
        ("policy of own", "own"),
        ("policy of default", "default"),
        ("policy of t", None),
        ("policy of above", None),
    ]


def test_a_user_without_teams_is_in_the_organization(staff: Company) -> None:
    staff.team("Organization", rule("allow", "EditTags"))
    assert is_allowed(staff, staff.add("user", "ann"), "EditTags")
    elsewhere = staff.team("t")
    assert not is_allowed(staff, staff.add("user", "bob", teams=[elsewhere]), "EditTags")


def test_a_circle_of_teams_and_a_shared_policy_are_read_once(staff: Company) -> None:
    shared = staff.policy("shared", rule("allow", "EditTags"))
    first = staff.add("team", "first", policies=[shared])
    second = staff.add("team", "second", policies=[shared], parents=[first])
    staff.tx.link(first[0], "team", "parents", [second])
    user = staff.add("user", "ann", teams=[first, second])
    grants = list(permissions.iter_grants(staff.context(user), user[0]))
    assert [grant.policy for grant in grants] == ["shared"]


def test_owners_are_those_of_either_field(staff: Company) -> None:
    ann, bob = staff.add("user", "ann"), staff.add("user", "bob")
    table, _ = staff.add("table", "t", owner=[ann], owners=[bob])
    context = staff.context(ann)
    assert permissions.find_owners(context, table) == {ann[0], bob[0]}
    assert permissions.find_owners(context, staff.add("table", "free")[0]) == set()
    assert permissions.find_owners(context, None) is None
