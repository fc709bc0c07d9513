"""``pytest -p dynclient.compat``: tests written for the official SDK, in a pytest of their own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.trees import TREES, real_release

ROOT = Path(__file__).resolve().parent.parent.parent
TEST = """
from metadata.generated.schema.entity.data.table import Column, DataType


def test_a_column():
    assert Column(name="id", dataType="BIGINT").dataType is DataType.BIGINT
"""


def start_pytest(
    folder: Path, *arguments: str, path: Path | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    (folder / "test_it.py").write_text(TEST, "utf-8")
    places = os.pathsep.join(str(each) for each in (ROOT, path) if each is not None)
    return subprocess.run(
        [
            sys.executable, "-m", "pytest", "-p", "no:randomly", "-p", "no:cacheprovider",
            "-p", "dynclient.compat", "-q", "-rA", *arguments,
        ],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={**os.environ, "PYTHONPATH": places, **environment},
    )  # fmt: skip


def ran(folder: Path, *arguments: str) -> str:
    done = start_pytest(folder, *arguments)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_tests_get_the_classes_of_the_named_release(tmp_path: Path) -> None:
    output = ran(tmp_path, "-v", "--metadata-release", "starter")
    assert "schemas of release starter" in output
    assert "1 passed" in output


RIVAL = """
def pytest_configure():
    raise AssertionError("the official plugin was loaded")
"""


def test_without_a_choice_between_two_packages_the_error_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "metadata").mkdir()
    (tmp_path / "metadata" / "__init__.py").write_text("", "utf-8")
    done = start_pytest(tmp_path, path=tmp_path)
    assert done.returncode == pytest.ExitCode.USAGE_ERROR
    assert "DYNCLIENT_COMPAT_PREFER" in done.stderr
    assert "Traceback" not in done.stderr


def test_the_official_plugin_stays_out_where_dynclient_serves(tmp_path: Path) -> None:
    """As it is installed: by an entry point of its distribution."""
    info = tmp_path / "official-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: official\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text("[pytest11]\npytest_openmetadata = rival\n")
    (tmp_path / "rival.py").write_text(RIVAL, "utf-8")
    assert start_pytest(tmp_path, path=tmp_path).returncode != 0
    done = start_pytest(tmp_path, path=tmp_path, DYNCLIENT_COMPAT_PREFER="dynclient")
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_release_may_stand_in_the_configuration(tmp_path: Path) -> None:
    if "1.6.0" not in TREES:
        pytest.skip("the schema tree of 1.6.0 is not available (see tests/support/trees.py)")
    real_release("1.6.0")
    (tmp_path / "pytest.ini").write_text("[pytest]\nmetadata_release = 1.6.0\n", "utf-8")
    assert "schemas of release 1.6.0" in ran(tmp_path, "-v")
