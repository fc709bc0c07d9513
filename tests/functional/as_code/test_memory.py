"""The memory of a dump, a plan and an apply does not grow with the catalogue."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not Path("/proc/self/status").exists(), reason="the peak is read from /proc"
    ),
]
FEW, MANY = 1_000, 10_000
BYTES = 1_000
"""What each entity may add: an action and a report of an apply, which its result has."""


def run(step: str, count: int, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.catalogue_memory", step, str(count), str(folder)],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    summary: dict[str, Any] = json.loads(done.stdout)
    assert summary["done"] == count
    return summary


def test_memory_and_requests_are_flat(tmp_path: Path) -> None:
    for step in ("dump", "plan", "apply"):
        few, many = (run(step, count, tmp_path / str(count)) for count in (FEW, MANY))
        grown = (many["peak"] - few["peak"]) * 2**20 / (MANY - FEW)
        print(f"{step}: {few}, {many}")
        assert grown < BYTES, step
        assert many["requests"] < MANY * (1.01 if step == "apply" else 0.02), step
