"""Expressions have the values that the official SDK was seen to return.

``data/expressions-1.6.0.json`` holds the recorded outcomes of the official SDK, and the expressions
whose outcome differs here, each with the reason.
"""

from __future__ import annotations

import json
import sys
from typing import Any

import pytest

from tests.compat.official import DATA, official_python, run_script, tree

RECORDED: dict[str, Any] = json.loads((DATA / "expressions-1.6.0.json").read_text("utf-8"))


def test_expressions_have_the_values_of_the_official_sdk() -> None:
    here = run_script(sys.executable, "expressions.py", tree())
    different = {text for text, outcome in here.items() if outcome != RECORDED["official"][text]}
    assert different == set(RECORDED["differs"]), {
        text: (here[text], RECORDED["official"][text])
        for text in different.symmetric_difference(RECORDED["differs"])
    }
    assert here.keys() == RECORDED["official"].keys()


@pytest.mark.official
def test_the_record_agrees_with_the_official_sdk() -> None:
    assert run_script(official_python(), "expressions.py") == RECORDED["official"]
