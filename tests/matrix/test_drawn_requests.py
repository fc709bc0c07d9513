"""The lifecycle with requests that hypothesis draws: with varying fields and unusual texts."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest

from tests.matrix import known_failures
from tests.matrix.conftest import Pools
from tests.matrix.grid import kinds
from tests.matrix.lifecycle import run_lifecycle
from tests.matrix.test_lifecycle import ALL
from tests.support.trees import ALL_RELEASES

pytestmark = pytest.mark.matrix

SEARCH = hypothesis.settings(
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
)
EXAMPLES, FEWER = 6, 2
"""How many requests are drawn on the newest release, and on each other one."""
QUICK = {ALL_RELEASES[0], ALL_RELEASES[-1], *ALL_RELEASES[1:2]}
"""The starter, the oldest and the newest release; those between them take long."""
CASES = [
    each
    if each.values[0] in QUICK
    else pytest.param(*each.values, marks=[*each.marks, pytest.mark.slow])
    for each in ALL
]


@pytest.mark.parametrize(("name", "entity"), CASES)
def test_any_valid_request_has_a_lifecycle(pools: Pools, name: str, entity: str) -> None:
    pool = pools(name)
    kind = kinds(pool.om.release)[entity]

    @hypothesis.settings(SEARCH, max_examples=EXAMPLES if name == ALL_RELEASES[-1] else FEWER)
    @hypothesis.given(pool.payloads.drawn(kind))
    def run_drawn(request: dict[str, Any]) -> None:
        cells = run_lifecycle(pool, kind, request)
        deviations = known_failures.deviations(pool.om.release, kind, cells)
        assert not deviations, "\n".join(deviations)

    run_drawn()
