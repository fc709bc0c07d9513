"""The scripts are those of the official SDK: its package runs each, on a sandbox of its release.

So what they assert is the official behaviour, which the drop-in is compared with by the same
scripts (``tests/functional/compat/test_drop_in.py``).
"""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from dynclient import sandbox
from tests.compat.official import RELEASE, official_python
from tests.support.trees import release_named

SCRIPTS = Path(__file__).parent / "scripts"

RUN_ALL = """
import runpy, sys, traceback, warnings
from pathlib import Path

warnings.simplefilter("ignore")
folder, *names = sys.argv[1:]
sys.argv[1:] = []
scripts = [path for path in sorted(Path(folder).glob("*.py")) if not names or path.stem in names]
failed = []
for script in scripts:
    try:
        runpy.run_path(str(script), run_name="__main__")
    except Exception:
        print(script.name, file=sys.stderr)
        traceback.print_exc()
        failed.append(script.name)
print(len(scripts), *failed)
"""
"""Runs every script in one process, for imports take long."""


@pytest.mark.official
def test_the_official_package_runs_the_scripts() -> None:
    python = official_python()
    release_named(RELEASE)  # skips without its tree
    with sandbox.start(RELEASE) as running:
        done = subprocess.run(
            [python, "-c", RUN_ALL, str(SCRIPTS)],
            env={**os.environ, "OM_HOST": running.host, "OM_TOKEN": running.admin_token},
            capture_output=True, text=True, check=True, timeout=900,
        )  # fmt: skip
    count, *failed = done.stdout.splitlines()[-1].split()
    assert int(count) >= 30
    assert not failed, done.stderr[-20_000:]
