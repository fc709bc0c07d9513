"""Links to entities and columns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from dynclient.compat.ometa import entity_link
from dynclient.compat.ometa.exceptions import FQNBuildingException

COLUMN = '<#E::table::s.d."x.y".t::columns::"c.d">'


def test_links_are_built_from_classes_and_names(get: Callable[..., Any]) -> None:
    table = get("entity.data.table", "Table")
    assert entity_link.get_entity_link(table, fqn="s.d.x.t") == "<#E::table::s.d.x.t>"
    service = get("entity.services.databaseService", "DatabaseService")
    assert entity_link.get_entity_link(service, "s") == "<#E::databaseService::s>"
    assert (
        entity_link.get_entity_link("table", "t", column_name="c") == "<#E::table::t::columns::c>"
    )
    with pytest.raises(TypeError, match="colum_name"):
        entity_link.get_entity_link(table, "t", colum_name="c")


def test_links_are_split() -> None:
    assert entity_link.split(COLUMN) == ["table", 's.d."x.y".t', "columns", '"c.d"']
    assert entity_link.get_table_fqn(COLUMN) == 's.d."x.y".t'
    assert entity_link.get_table_or_column_fqn(COLUMN) == 's.d."x.y".t."c.d"'
    assert entity_link.get_table_or_column_fqn("<#E::table::s.d.x.t>") == "s.d.x.t"
    assert entity_link.get_decoded_column(COLUMN) == '"c.d"'


def test_other_text_is_rejected() -> None:
    with pytest.raises(FQNBuildingException, match="is not an entity link"):
        entity_link.split("s.d.x.t")
