"""The official SDK in an environment of its own, for tests that compare with it.

``DYNCLIENT_OFFICIAL`` names the Python of an environment with ``openmetadata-ingestion==1.6.0.0``.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.support.trees import TREES

VARIABLE = "DYNCLIENT_OFFICIAL"
RELEASE = "1.6.0"
HERE = Path(__file__).parent
DATA = HERE / "data"


def official_python() -> str:
    """Return the Python of the official SDK's environment, skipping the test without one."""
    named = os.environ.get(VARIABLE)
    if not named:
        pytest.skip(f"{VARIABLE} names no Python with openmetadata-ingestion {RELEASE}.0")
    return named


def tree() -> str:
    """Return the archive of the tree that is compared, skipping the test without it."""
    if RELEASE not in TREES:
        pytest.skip(f"the schema tree of {RELEASE} is not available (see tests/support/trees.py)")
    return str(TREES[RELEASE])


def run_script(python: str, script: str, *arguments: str, given: Any = None) -> Any:
    """Run a script of this folder and return the JSON it prints.

    Args:
        python: which one runs it.
        script: name of the file.
        arguments: for the script.
        given: what it finds as JSON on its standard input.
    """
    # The official SDK may not see this checkout, nor dynclient another one.
    path = str(HERE.parent.parent) if python == sys.executable else ""
    done = subprocess.run(
        [python, str(HERE / script), *arguments],
        input=json.dumps(given),
        capture_output=True,
        text=True,
        check=False,
        timeout=900,
        env={**os.environ, "PYTHONPATH": path, "PYTHONHASHSEED": "0"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout)
