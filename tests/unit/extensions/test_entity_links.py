"""Links to entities and their parts."""

from __future__ import annotations

import pytest

from dynclient.extensions.entity_links import EntityLink, parse_entity_link


@pytest.mark.parametrize(
    ("link", "text"),
    [
        (EntityLink("table", "a.b.c.d"), "<#E::table::a.b.c.d>"),
        (EntityLink("table", 'a."b>c".d', ("description",)), '<#E::table::a."b>c".d::description>'),
        (EntityLink("table", "a", ("columns", "x.y")), "<#E::table::a::columns::x.y>"),
    ],
)
def test_a_link_is_parsed_back_to_what_it_was_made_of(link: EntityLink, text: str) -> None:
    assert str(link) == text
    assert parse_entity_link(text) == link


def test_a_link_names_the_column() -> None:
    assert EntityLink("table", "a", ("columns", "id", "tags")).column == "id"
    assert EntityLink("table", "a", ("description",)).column is None


@pytest.mark.parametrize("text", ["", "a", "<#E::table>", "<#E::table::>", "<#E::table::a"])
def test_other_text_is_not_a_link(text: str) -> None:
    assert parse_entity_link(text) is None
