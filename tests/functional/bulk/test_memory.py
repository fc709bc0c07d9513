"""Memory does not grow with the number of rows."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]

pytestmark = pytest.mark.skipif(
    not Path("/proc/self/status").exists(), reason="the peak is read from /proc"
)


def load(count: int, batch: int, folder: Path) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-m", "tests.support.bulk_memory", str(count), str(batch),
         str(folder / f"{count}.journal")],
        cwd=ROOT, check=True, capture_output=True, text=True,
    )  # fmt: skip
    summary: dict[str, Any] = json.loads(done.stdout)
    assert summary["done"] == count
    return summary


def assert_flat(few: int, many: int, batch: int, folder: Path) -> None:
    small, large = load(few, batch, folder), load(many, batch, folder)
    print(f"{few:,} rows: {small['peak']:.1f} MiB; {many:,} rows: {large['peak']:.1f} MiB")
    # The tables of a page are freed together, some of them late.
    assert large["peak"] < small["peak"] + (6 if batch else 20)


def test_memory_is_flat(tmp_path: Path) -> None:
    assert_flat(1_000, 8_000, 100, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("batch", [0, 1, 100], ids=["listed and saved", "single", "batches"])
def test_memory_is_flat_from_1000_to_100000_rows(tmp_path: Path, batch: int) -> None:
    assert_flat(1_000, 100_000, batch, tmp_path)
