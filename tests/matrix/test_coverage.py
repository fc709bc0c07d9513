"""``docs/coverage.md`` says what the matrix shows; the other tests here hold that it shows that."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.matrix import grid, known
from tests.matrix.life import GREEN, NONE, STEPS
from tests.support.trees import ALL_RELEASES, TREES, release_named, shared

PAGE = Path(__file__).resolve().parent.parent.parent / "docs" / "coverage.md"


@pytest.mark.skipif(
    shared("openmetadata/trees") is None or {*TREES.values()} != {
        *(shared("openmetadata/trees") or PAGE.parent).iterdir()
    },
    reason="the trees that the page is about are not at hand",
)  # fmt: skip
def test_the_page_is_up_to_date() -> None:
    now = grid.document({name: grid.expected(name) for name in ALL_RELEASES})
    assert PAGE.read_text("utf-8") == now, "write it: make coverage"


def test_every_entity_of_a_release_is_in_its_grid() -> None:
    for name in ALL_RELEASES:
        cells = grid.expected(name)
        assert set(cells) == set(grid.kinds(release_named(name)))
        assert all(tuple(per) == STEPS for per in cells.values())


def test_a_cell_tells_where_releases_differ() -> None:
    one = dict.fromkeys(STEPS, GREEN)
    page = grid.document({"2.0.0": {"gadget": one}, "3.0.0": {"gadget": {**one, "vote": NONE}}})
    row = next(line for line in page.splitlines() if line.startswith("| gadget"))
    assert f"| {GREEN} 2.0.0; {NONE} 3.0.0 |" in row
    assert row.startswith("| gadget | all |")


def test_cells_are_counted() -> None:
    one = {**dict.fromkeys(STEPS, GREEN), "vote": NONE, "delete": known.RED}
    lost = dict.fromkeys(STEPS, grid.UNTRIED)
    told = grid.count({"gadget": one, "lost": lost})
    assert told == grid.Count(2, 1, len(STEPS) - 2, 1, 1, len(STEPS))
