"""Lists of a sandbox, divided by the filters that its release has, and changed by om.map."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from dynclient.client.client import Client
from tests.support.shop import Shop, shop
from tests.support.trees import ALL_RELEASES

RELEASES = tuple(dict.fromkeys((ALL_RELEASES[0], ALL_RELEASES[-1])))


@pytest.fixture(params=RELEASES)
def filled(request: pytest.FixtureRequest, connected: Any) -> Iterator[Shop]:
    """A schema with twelve tables."""
    with shop(connected(request.param)) as filled:
        schema = filled.table.databaseSchema.fullyQualifiedName
        columns = [{"name": "id", "dataType": "INT"}]
        for number in range(11):
            filled.create("tables", f"more{number}", databaseSchema=schema, columns=columns)
        yield filled


def database_of(filled: Shop) -> str:
    schema: str = filled.table.databaseSchema.fullyQualifiedName
    return schema.rpartition(".")[0]


@pytest.mark.filterwarnings("ignore:tables may not support the filter")
def test_the_parts_of_a_list_have_each_entity_once(filled: Shop) -> None:
    om: Client = filled.om
    whole = Counter(str(table.id) for table in om.tables.list(page_size=1000))
    parts = om.tables.list(page_size=5).partitions(size=5)
    assert Counter(str(table.id) for part in parts for table in part.listing) == whole
    own = [part for part in parts if next(iter(part.filters.values()), "").startswith(
        database_of(filled))]  # fmt: skip
    assert [part.total for part in own] == [12], parts.reason


@pytest.mark.filterwarnings("ignore:tables may not support the filter")
def test_what_a_function_changes_is_saved(filled: Shop) -> None:
    om = filled.om

    def describe(table: Any) -> str:
        table.description = f"The table {table.name}"
        return str(table.databaseSchema.name)

    listing = om.tables.list(database=database_of(filled), page_size=5)
    result = om.map(describe, listing, on="threads", save=True)
    assert result.counts["updated"] == 12
    assert {each.value for each in result.results} == {filled.table.databaseSchema.name}
    assert {table.description for table in listing} == {
        f"The table {table.name}" for table in listing
    }
    assert om.map(describe, listing, save=True).counts["unchanged"] == 12
