"""The matrix of faults: what a caller gets, what the server receives, and what is lost."""

from __future__ import annotations

import pytest

from tests.faults.cells import MODES, VERBS, Bench
from tests.faults.expectations import FAULTS, GROUPS, KINDS, deviations, verbs_of
from tests.faults.page import PAGE, current
from tests.support.fault_proxy import Fault


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault["name"])
def test_every_verb_under(fault: Fault, bench: Bench) -> None:
    wrong = deviations(fault, lambda verb, mode: bench.run(fault, VERBS[verb], mode))
    assert not wrong, "\n".join(wrong)
    assert not bench.problems()


def test_the_page_shows_what_the_matrix_verifies() -> None:
    assert PAGE.read_text("utf-8") == current(), "run python -m tests.faults"


def test_every_outcome_that_is_stated_is_that_of_a_cell() -> None:
    for group in GROUPS:
        verbs = {
            verb for fault in FAULTS if fault["group"] == group.group for verb in verbs_of(fault)
        }
        for key in group.outcomes:
            assert verbs & {key, *KINDS.get(key, ())} or key == "all", f"{group.group}: {key}"


def test_the_matrix_is_as_large_as_it_claims() -> None:
    assert len(FAULTS) >= 160
    assert len({fault["name"] for fault in FAULTS}) == len(FAULTS)
    assert {fault["group"] for fault in FAULTS} == {group.group for group in GROUPS}
    assert len(VERBS) == 10
    assert sum(len(verbs_of(fault)) for fault in FAULTS) * len(MODES) > 3000
