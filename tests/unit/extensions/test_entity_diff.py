"""What differs between two states of an entity, as JSON."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.display.displayed import media_types
from dynclient.extensions.entity_diff import EntityDiff, FieldChange, field_changes

SETTABLE = frozenset({"description", "columns", "tags", "owners", "extension"})


def paths(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    return [f"{change.kind} {change.path}" for change in field_changes(before, after, SETTABLE)]


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ({"description": "a"}, {"description": "b"}, ["changed description"]),
        ({}, {"description": "b"}, ["added description"]),
        ({"description": "a"}, {"description": None}, ["removed description"]),
        ({"tags": []}, {}, []),
        ({"version": 0.1, "updatedAt": 1, "href": "x", "id": "a"}, {"version": 0.2}, []),
        ({"usageCount": 1}, {}, []),
        ({"usageCount": 1}, {"usageCount": 2}, ["changed usageCount"]),
        (
            {"columns": [{"name": "a", "dataType": "INT"}, {"name": "b"}]},
            {"columns": [{"name": "b"}, {"name": "a", "dataType": "TEXT"}]},
            ["changed columns['a'].dataType", "changed columns (order)"],
        ),
        ({"columns": [{"name": "a"}]}, {"columns": [{"name": "b"}]},
         ["removed columns['a']", "added columns['b']"]),
        (
            {"columns": [{"name": "a", "children": [{"name": "x", "tags": []}]}]},
            {"columns": [{"name": "a", "children": [{"name": "x", "tags": [{"tagFQN": "P.S"}]}]}]},
            ["added columns['a'].children['x'].tags['P.S']"],
        ),
        (
            {"owners": [{"id": "1", "type": "user", "fullyQualifiedName": "ada"}]},
            {"owners": [{"id": "2", "type": "user", "fullyQualifiedName": "ada"}]},
            [],
        ),
        (
            {"owners": [{"id": "1", "type": "user", "name": "shop"}]},
            {"owners": [{"id": "1", "type": "team", "name": "shop"}]},
            ["removed owners['shop']", "added owners['shop']"],
        ),
        ({"extension": {"cost": 1}}, {"extension": {"cost": 1.0}}, ["changed extension.cost"]),
        ({"extension": {"a": [1, 2]}}, {"extension": {"a": [2, 1]}}, ["changed extension.a"]),
    ],
)  # fmt: skip
def test_every_difference_has_a_place(
    before: dict[str, Any], after: dict[str, Any], expected: list[str]
) -> None:
    assert paths(before, after) == expected


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)  # fmt: skip
_STATES = st.fixed_dictionaries(dict.fromkeys(sorted(SETTABLE), _JSON))


@given(_STATES)
def test_a_state_does_not_differ_from_itself(state: dict[str, Any]) -> None:
    assert field_changes(state, state, SETTABLE) == []


@given(_STATES, _STATES)
def test_what_is_added_one_way_is_removed_the_other_way(
    one: dict[str, Any], two: dict[str, Any]
) -> None:
    there, back = field_changes(one, two, SETTABLE), field_changes(two, one, SETTABLE)
    assert {change.path for change in there} == {change.path for change in back}
    assert sum(change.kind == "added" for change in there) == sum(
        change.kind == "removed" for change in back
    )


def test_a_diff_is_a_sequence_and_a_text_without_control_characters() -> None:
    changes = field_changes({"description": "a\x1b[31m"}, {"description": "b" * 200}, SETTABLE)
    diff = EntityDiff("table a 0.1", "table a 0.2", changes)
    assert len(diff) == 1
    assert diff[0].path == "description"
    assert "\x1b" not in str(diff)
    assert str(diff).endswith("…")
    assert repr(diff) == "<EntityDiff of table a 0.1 and table a 0.2: 1 place>"
    assert "&lt;" in EntityDiff("<b>", "x", ())._repr_html_()


def test_what_was_there_is_red_and_what_is_there_is_green() -> None:
    changes = [
        FieldChange("tags['PII']", None, {"tagFQN": "PII"}),
        FieldChange("description", "old <b>", "new"),
        FieldChange("retentionPeriod", "P1D", None),
    ]
    forms = media_types(EntityDiff("table a 0.1", "table a 0.2", changes))
    assert forms["text/plain"].splitlines() == [
        "difference between table a 0.1 and table a 0.2",
        "",
        "field            change   before   after",
        "───────────────  ───────  ───────  ─────",
        "tags['PII']      added             PII",
        "description      changed  old <b>  new",
        "retentionPeriod  removed  P1D",
    ]
    html = forms["text/html"]
    assert html.count('class="dc dc-bad"') == 2
    assert html.count('class="dc dc-good"') == 2
    assert "old &lt;b&gt;" in html


def test_equal_states_have_no_table() -> None:
    assert media_types(EntityDiff("a", "b", ()))["text/plain"].endswith("no differences")


def test_many_changes_are_cut_with_their_number() -> None:
    changes = [FieldChange(f"f{number}", None, number) for number in range(250)]
    text = media_types(EntityDiff("a", "b", changes))["text/plain"]
    assert "100 of 250 rows" in text
