"""States of runs and tests as cells."""

from __future__ import annotations

from dynclient.data import data_file
from dynclient.display.blocks import Label
from dynclient.display.displayed import media_types
from dynclient.model import load
from dynclient.model.states import TONES, state_label
from tests.support.trees import release_named


def test_outcomes_have_ticks_and_crosses() -> None:
    assert state_label("Success") == Label("✓ Success", "good")
    assert state_label("failed") == Label("✗ failed", "bad")
    assert state_label("partialSuccess") == Label("partialSuccess", "warning")
    assert state_label("queued") is None
    assert state_label("BIGINT") is None


def test_every_outcome_has_a_colour() -> None:
    table = data_file("run_states.json")
    assert {*table["outcomes"].values(), *table["outcomes_with_end"].values()} == set(TONES)


def test_the_state_of_a_test_is_displayed_with_a_cross() -> None:
    node = release_named("starter").node("tests/basic.json", "/definitions/testCaseResult")
    forms = media_types(load(node, {"testCaseStatus": "Failed", "result": "2 rows"}))
    assert "✗ Failed" in forms["text/plain"]
    assert '<span class="dc dc-bad"><bdi>✗ Failed</bdi></span>' in forms["text/html"]
