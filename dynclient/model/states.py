"""States of runs and tests, with a tick or a cross, and in colour."""

from __future__ import annotations

import functools

from dynclient.data import data_file
from dynclient.display.blocks import Label, Tone

TONES: dict[str | None, Tone] = {
    "succeeded": "good", "partial": "warning", "failed": "bad", "stopped": "warning",
}  # fmt: skip
"""How each outcome of ``data/run_states.json`` is coloured."""
_MARKS: dict[Tone, str] = {"good": "✓ ", "bad": "✗ "}


def state_label(state: str) -> Label | None:
    """Return the cell of a value of an enumeration that is an outcome; None for other values.

    Args:
        state: the value as the server names it, ``Success``.
    """
    tone = TONES.get(_outcomes().get(state.casefold()))
    return None if tone is None else Label(f"{_MARKS.get(tone, '')}{state}", tone)


@functools.cache
def _outcomes() -> dict[str, str]:
    outcomes: dict[str, str] = data_file("run_states.json")["outcomes"]
    return {name.casefold(): outcome for name, outcome in outcomes.items()}
