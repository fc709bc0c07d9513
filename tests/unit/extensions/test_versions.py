"""What histories, blames and rollbacks look like."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import dynclient
from dynclient import model
from dynclient.display.displayed import media_types
from dynclient.extensions.entity_diff import EntityDiff, FieldChange
from dynclient.extensions.versions import Blame, History, Rollback, Version

AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)


def version(number: str, *changed: str) -> Version:
    node = dynclient.release("starter").find("Team")
    description = {"fieldsUpdated": [{"name": name} for name in changed]}
    raw: dict[str, Any] = {"id": "x", "name": "core", "changeDescription": description}
    return Version(number, AT, "ada", model.load(node, raw))


def lines(value: Any) -> list[str]:
    return media_types(value)["text/plain"].splitlines()


def test_a_history_is_a_table_of_who_changed_what_and_when() -> None:
    history = History("team core", [version("0.2", "description", "users"), version("0.1")])
    assert lines(history) == [
        "history of team core",
        "",
        "version  when (UTC)           who  what",
        "───────  ───────────────────  ───  ──────────────────",
        "0.2      2026-01-31 09:30:00  ada  description, users",
        "0.1      2026-01-31 09:30:00  ada  created",
    ]


def test_a_history_links_to_the_page_of_the_entity() -> None:
    assert 'href="https://x/team/core"' in History("t", [], "https://x/team/core")._repr_html_()


def test_a_long_history_says_how_many_versions_there_are() -> None:
    history = History("team core", [version(f"0.{number}") for number in range(120, 0, -1)])
    assert "50 of 120 rows" in lines(history)[-1]


def test_a_blame_is_a_table_of_fields() -> None:
    blame = Blame("team core", {"owners": version("0.2"), "description": version("0.1")})
    assert [line.split() for line in lines(blame)[4:]] == [
        ["description", "0.1", "2026-01-31", "09:30:00", "ada"],
        ["owners", "0.2", "2026-01-31", "09:30:00", "ada"],
    ]


def test_a_rollback_says_that_nothing_was_changed_yet() -> None:
    diff = EntityDiff("team core 0.2", "team core 0.1", [FieldChange("description", "b", "a")])
    found = lines(Rollback(diff, {"description": "a"}, lambda: None))
    assert found[0] == "rollback of team core 0.2 to team core 0.1"
    assert found[-1] == "Nothing was changed yet: .apply() sets these fields."
    assert lines(Rollback(EntityDiff("a", "b", ()), {}, lambda: None))[-1] == "nothing to change"
