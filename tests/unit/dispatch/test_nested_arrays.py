"""Columns made at once have the cells that are taken one by one."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.dispatch.nested_arrays import NestedColumn, arrays
from dynclient.schema.pointers import values_at

pyarrow = pytest.importorskip("pyarrow", reason="pyarrow is not installed")

TEXT, NUMBER = pyarrow.string(), pyarrow.int64()
COLUMNS = [
    NestedColumn("name", ("name",), (0,), TEXT),
    NestedColumn("schema.size", ("schema", "size"), (0, 0), NUMBER),
    NestedColumn("owners.name", ("owners", "name"), (1, 0), TEXT),
    NestedColumn("columns.tags.fqn", ("columns", "tags", "fqn"), (1, 1, 0), TEXT),
    NestedColumn("columns.name", ("columns", "name"), (1, 0), TEXT),
    NestedColumn("rows", ("rows",), (2,), NUMBER),
]


def optional(values: Any) -> Any:
    return st.none() | values


def objects(**fields: Any) -> Any:
    return st.fixed_dictionaries(
        {}, optional={name: optional(each) for name, each in fields.items()}
    )


def lists(items: Any) -> Any:
    return st.lists(optional(items), max_size=3)


TEXTS, NUMBERS = st.text(max_size=3), st.integers(-(2**63), 2**63 - 1)
ROWS = objects(
    name=TEXTS,
    schema=objects(size=NUMBERS, other=TEXTS),
    owners=lists(objects(name=TEXTS, id=TEXTS)),
    columns=lists(objects(name=TEXTS, tags=lists(objects(fqn=TEXTS)))),
    rows=lists(lists(NUMBERS)),
)


def cell(value: Any, steps: tuple[str, ...]) -> Any:
    """Return what the fields give, lists kept as lists."""
    if value is None or (not steps and not isinstance(value, list)):
        return value
    if isinstance(value, list):
        return [cell(each, steps) for each in value]
    return cell(value.get(steps[0]), steps[1:])


@given(st.lists(ROWS, max_size=4))
def test_the_cells_are_those_of_the_rows(rows: list[dict[str, Any]]) -> None:
    found = arrays(pyarrow, rows, COLUMNS)
    assert list(found) == [column.name for column in sorted(COLUMNS, key=place_of)]
    for column in COLUMNS:
        expected = [cell(row, column.steps) for row in rows]
        assert found[column.name].to_pylist() == expected, column.name
        found[column.name].validate(full=True)


def place_of(column: NestedColumn) -> int:
    """Return where the first column with the same first field is."""
    firsts = [each.steps[0] for each in COLUMNS]
    return firsts.index(column.steps[0])


@pytest.mark.parametrize(
    "row",
    [{"name": 3}, {"schema": "text"}, {"owners": {"name": "ada"}}, {"schema": {"size": 2**63}}],
)
def test_values_of_another_form_are_an_error(row: dict[str, Any]) -> None:
    wrong = (pyarrow.ArrowInvalid, pyarrow.ArrowTypeError, OverflowError)
    with pytest.raises(wrong):
        arrays(pyarrow, [row], COLUMNS)


def test_the_cells_are_those_that_values_at_finds() -> None:
    row = {"columns": [{"name": "id"}, {"name": "day"}]}
    found = arrays(pyarrow, [row], COLUMNS)["columns.name"].to_pylist()
    assert found == [list(values_at(row, ("columns", "name")))]
