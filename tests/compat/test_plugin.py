"""``pytest -p dynclient.compat``: tests written for the official SDK, in a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.trees import TREES, real_release

ROOT = Path(__file__).resolve().parent.parent.parent
TEST = """
from metadata.generated.schema.entity.data.table import Column, DataType


def test_a_column():
    assert Column(name="id", dataType="BIGINT").dataType is DataType.BIGINT
"""


def ran(folder: Path, *arguments: str) -> str:
    (folder / "test_it.py").write_text(TEST, "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "dynclient.compat", "-q", "-rA", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_tests_get_the_classes_of_the_named_release(tmp_path: Path) -> None:
    told = ran(tmp_path, "-v", "--metadata-release", "starter")
    assert "made from release starter" in told
    assert "1 passed" in told


def test_the_release_may_stand_in_the_configuration(tmp_path: Path) -> None:
    if "1.6.0" not in TREES:
        pytest.skip("the schema tree of 1.6.0 is not at hand (see tests/trees.py)")
    real_release("1.6.0")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmetadata_release = 1.6.0\n", "utf-8")
    assert "made from release 1.6.0" in ran(tmp_path, "-v")
