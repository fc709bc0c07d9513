"""The same with requests as hypothesis draws them: fields come and go, words are odd."""

from __future__ import annotations

from typing import Any

import hypothesis
import pytest

from tests.matrix import known
from tests.matrix.conftest import Pools
from tests.matrix.grid import kinds
from tests.matrix.life import live
from tests.matrix.test_life import ALL

pytestmark = pytest.mark.matrix

SEARCH = hypothesis.settings(
    max_examples=6,
    deadline=None,
    derandomize=True,
    database=None,
    report_multiple_bugs=False,
    suppress_health_check=list(hypothesis.HealthCheck),
    phases=(hypothesis.Phase.generate, hypothesis.Phase.shrink),
)


@pytest.mark.parametrize(("name", "entity"), ALL)
def test_any_request_leads_to_a_life(pools: Pools, name: str, entity: str) -> None:
    pool = pools(name)
    kind = kinds(pool.om.release)[entity]

    @SEARCH
    @hypothesis.given(pool.payloads.drawn(kind))
    def lives(request: dict[str, Any]) -> None:
        wrong = known.surprises(pool.om.release, kind, live(pool, kind, request))
        assert not wrong, "\n".join(wrong)

    lives()
