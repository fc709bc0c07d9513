"""CSV and query strings of the sandbox, over texts of all kinds."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dynclient.sandbox.features import csv_cells, csv_files, search_query
from dynclient.sandbox.storage.database import Database
from dynclient.sandbox.storage.store import Transaction

TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)
QUERY = st.text(st.sampled_from("ab \":()*?\\%_.ANDORT'"), max_size=24)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Transaction]:
    """A store with two entities in it, to read from."""
    database = Database(tmp_path_factory.mktemp("store") / "data", durable=False)
    with database.write() as tx:
        for id, more in (("1", {"description": "b a"}), ("2", {"columns": [{"name": "b"}]})):
            tx.put("table", {"id": id, "name": f"a{id}", "fullyQualifiedName": f"s.a{id}", **more})
    with database.read() as tx:
        yield tx
    database.close()


@given(st.lists(st.lists(TEXT, min_size=2, max_size=4)))
def test_lines_are_read_as_they_were_written(lines: list[list[str]]) -> None:
    text = csv_files.write_csv(lines)
    assert list(csv.reader(io.StringIO(text, newline=""), strict=True)) == lines


@given(st.lists(TEXT.filter(bool)))
def test_lists_in_cells_are_read_as_they_were_written(items: list[str]) -> None:
    assert csv_cells.split_items(csv_cells.join_items(items)) == items


@given(QUERY)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_query_is_readable_or_refused(store: Transaction, text: str) -> None:
    try:
        condition = search_query.parse_query_string(text)
    except search_query.InvalidQuery:
        return
    found = store.count(*condition)
    assert 0 <= found <= 2
    assert store.count(*search_query.negate(condition)) == 2 - found


@given(st.lists(st.sampled_from(["a", "s.a1", "b"]), min_size=1, max_size=500))
@settings(max_examples=20, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_long_queries_end_in_an_answer_or_a_refusal(store: Transaction, words: list[str]) -> None:
    text = " AND ".join(words)
    if 2 * len(words) - 1 > search_query.MAX_TOKENS:
        with pytest.raises(search_query.InvalidQuery, match="must have at most 400 parts"):
            search_query.parse_query_string(text)
    else:
        assert store.count(*search_query.parse_query_string(text)) in {0, 1, 2}
