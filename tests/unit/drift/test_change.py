"""The texts of changes."""

from __future__ import annotations

import pytest

from dynclient.drift.change import KINDS, Change, change_text

TEXTS = [
    (Change("entity_added", "box", "p", "Box"), "+ entity box"),
    (Change("entity_removed", "box", "p", "Box"), "- entity box"),
    (Change("document_added", "p", "p", "Box"), "+ document p"),
    (Change("document_removed", "p", "p", "Box"), "- document p"),
    (Change("document_renamed", "p", "p", "Box", to="q"), "→ p is renamed to q"),
    (Change("definition_added", "part", "p", "Box"), "+ definition part"),
    (Change("definition_removed", "part", "p", "Box"), "- definition part"),
    (Change("field_added", "f", "p", "Box", new="string"), "+ f: string"),
    (
        Change("field_added", "f", "p", "Box", new="string", required=True),
        "+ f: string, required",
    ),
    (Change("field_removed", "f", "p", "Box", old="string"), "- f: string"),
    (
        Change("field_removed", "f", "p", "Box", old="string", way="leave it out"),
        "- f: string; leave it out",
    ),
    (
        Change("field_renamed", "f", "p", "Box", to="g", old="A", new="B"),
        "→ f is renamed to g: A → B",
    ),
    (Change("field_renamed", "f", "p", "Box", to="g", old="A", new="A"), "→ f is renamed to g"),
    (Change("field_moved", "f", "p", "Box", to="g.h"), "→ f is moved to g.h"),
    (Change("field_retyped", "f", "p", "Box", old="A", new="B"), "~ f: A → B"),
    (Change("required", "f", "p", "Box"), "! f is required now"),
    (Change("optional", "f", "p", "Box"), "~ f is optional now"),
    (
        Change("limit_changed", "f", "p", "Box", old="5", limit="maxLength"),
        "~ f: maxLength 5 → none",
    ),
    (
        Change("limit_changed", "", "p", "Box", new="x" * 41, limit="pattern"),
        f"~ pattern none → {'x' * 40}…",
    ),
    (
        Change("limit_changed", "", "p", "Box", old="x" * 40, new="y", limit="pattern"),
        f"~ pattern {'x' * 40} → y",
    ),
    (Change("value_added", "f", "p", "Box", new="red"), "+ value red of f"),
    (Change("value_removed", "", "p", "Box", old="red"), "- value red"),
    (Change("alternative_added", "f", "p", "Box", new="Part"), "+ alternative Part of f"),
    (Change("alternative_removed", "f", "p", "Box", old="Part"), "- alternative Part of f"),
]


@pytest.mark.parametrize(("change", "text"), TEXTS)
def test_each_kind_has_a_text(change: Change, text: str) -> None:
    assert change_text(change) == text
    assert str(change) == (text if change.name == "p" else f"Box: {text}")


def test_all_kinds_are_tested() -> None:
    assert {change.kind for change, _ in TEXTS} == set(KINDS)


def test_the_path_is_the_place_without_its_pointer() -> None:
    assert Change("field_added", "f", "a.json#/definitions/b", "B").path == "a.json"
    assert Change("field_added", "f", "a.json", "B").path == "a.json"
