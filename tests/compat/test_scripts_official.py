"""The scripts' names and constructions are the official SDK's, too: its own package takes them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.compat.official import official_python

SCRIPTS = Path(__file__).parent / "scripts"

RUN_ALL = """
import runpy, sys, traceback, warnings
from pathlib import Path

warnings.simplefilter("ignore")
sys.argv[1:], scripts = ["--offline"], sorted(Path(sys.argv[1]).glob("*.py"))
failed = []
for script in scripts:
    try:
        runpy.run_path(str(script), run_name="__main__")
    except SystemExit as ending:
        if ending.code is None:
            continue
    except Exception:
        traceback.print_exc()
    failed.append(script.name)
print(len(scripts), *failed)
"""
"""Runs every script up to where it would connect; in one process, for imports take long."""


@pytest.mark.official
def test_the_official_package_takes_what_the_scripts_build() -> None:
    done = subprocess.run(
        [official_python(), "-c", RUN_ALL, str(SCRIPTS)],
        capture_output=True, text=True, check=True, timeout=600,
    )  # fmt: skip
    count, *failed = done.stdout.split()
    assert int(count) >= 20
    assert not failed, done.stderr
