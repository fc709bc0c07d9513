"""What permissions look like."""

from __future__ import annotations

from dynclient.display.displayed import media_types
from dynclient.extensions.people import Permissions, TypePermissions

ROWS = [
    {"operation": "ViewAll", "access": "allow", "rule": {"name": "<Everyone>"}},
    {"operation": "Delete", "access": "deny"},
    {"operation": "EditTags", "access": "conditionalAllow"},
]


def test_permissions_are_a_table_with_the_rules_that_decide() -> None:
    forms = media_types(Permissions("table", ROWS))
    assert forms["text/plain"].splitlines() == [
        "permissions on table",
        "",
        "1 of 3 operations allowed",
        "",
        "operation  access            rule",
        "─────────  ────────────────  ──────────",
        "ViewAll    allow             <Everyone>",
        "Delete     deny",
        "EditTags   conditionalAllow",
    ]
    html = forms["text/html"]
    assert "&lt;Everyone&gt;" in html
    for tone, access in (("good", "allow"), ("bad", "deny"), ("warning", "conditionalAllow")):
        assert f'<span class="dc dc-{tone}"><bdi>{access}</bdi></span>' in html


def test_permissions_by_type_are_a_dict_with_a_look() -> None:
    found = TypePermissions({"table": Permissions("table", ROWS), "user": Permissions("user", [])})
    assert isinstance(found, dict)
    assert found["table"]["Delete"] == "deny"
    assert media_types(found)["text/plain"].splitlines()[4:] == [
        "table  1 of 3   ViewAll",
        "user   0 of 0",
    ]
