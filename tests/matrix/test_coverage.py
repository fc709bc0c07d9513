"""``docs/coverage.md`` is the grid of the matrix, and the grid is complete and counted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.matrix import grid, known_failures
from tests.matrix.lifecycle import GREEN, NONE, STEPS
from tests.support.trees import ALL_RELEASES, TREES, release_named, shared

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "coverage.md"


@pytest.mark.skipif(
    shared("openmetadata/trees") is None
    or {TREES[name] for name in ALL_RELEASES if name in TREES}
    != {*(shared("openmetadata/trees") or PAGE.parent).iterdir()},
    reason="the schema trees of the page are not available",
)  # fmt: skip
def test_the_page_is_up_to_date() -> None:
    now = grid.document({name: grid.expected(name) for name in ALL_RELEASES})
    assert PAGE.read_text("utf-8") == now, "docs/coverage.md is out of date; run make coverage"


def test_every_entity_type_of_a_release_is_in_its_grid() -> None:
    assert ALL_RELEASES
    for name in ALL_RELEASES:
        cells = grid.expected(name)
        assert set(cells) == set(grid.kinds(release_named(name)))
        assert all(tuple(per) == STEPS for per in cells.values())


def test_a_cell_lists_the_releases_that_differ() -> None:
    one = dict.fromkeys(STEPS, GREEN)
    page = grid.document({"2.0.0": {"gadget": one}, "3.0.0": {"gadget": {**one, "vote": NONE}}})
    row = next(line for line in page.splitlines() if line.startswith("| gadget"))
    assert f"| {GREEN} 2.0.0; {NONE} 3.0.0 |" in row
    assert row.startswith("| gadget | all |")


def test_cells_are_counted() -> None:
    one = {**dict.fromkeys(STEPS, GREEN), "vote": NONE, "delete": known_failures.RED}
    untried = dict.fromkeys(STEPS, grid.UNTRIED)
    counts = grid.count({"gadget": one, "widget": untried})
    assert counts == grid.Count(2, 1, len(STEPS) - 2, 1, 1, len(STEPS))
