"""The extension of docs/extending.md, built and installed as a package of its own."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from dynclient import sandbox
from tests.support.documents import ROOT
from tests.support.trees import ALL_RELEASES, TREES

PAGE = ROOT / "docs" / "extending.md"
LINES = 30
"""The length of an extension, at most."""

SCRIPT = """
import json, os, sys
import dynclient
host, token, release = (os.environ[name] for name in ("HOST", "TOKEN", "RELEASE"))
with dynclient.connect(host, token=token, release=release) as om:
    before = "words" in sys.modules
    connection = {"config": {"hostPort": "x", "username": "x"}}
    om.database_services.create(name="shop", serviceType="Mysql", connection=connection)
    print(json.dumps({
        "names": [name for name in dir(om) if name == "service_counts"],
        "undocumented": om.database_services.undocumented(),
        "methods": "undocumented" in dir(om.database_services),
        "total": om.service_counts.total(),
        "help": om.service_counts.total.__doc__,
        "supports": om.supports("service_counts"),
        "loaded": [before, "words" in sys.modules],
    }))
"""


def block(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    assert found is not None
    return found[1]


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """The folder of the package, with the metadata of an installed distribution."""
    (tmp_path / "words.py").write_text(block("python"), "utf-8")
    project = f'{block("toml")}\n[tool.setuptools]\npy-modules = ["words"]\n'
    (tmp_path / "pyproject.toml").write_text(project, "utf-8")
    command = [sys.executable, "-c", "import setuptools; setuptools.setup()", "-q", "egg_info"]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    return tmp_path


def test_the_extension_of_the_page_is_short() -> None:
    lines = [line for line in block("python").splitlines() if line.strip()]
    assert len(lines) <= LINES


def test_the_extension_of_the_page_works_once_it_is_installed(package: Path) -> None:
    # It counts the services of the whole server, so no other test may use that server.
    with sandbox.start(tree=TREES.get(ALL_RELEASES[-1])) as running:
        environment = {
            **os.environ,
            "PYTHONPATH": os.pathsep.join([str(package), str(ROOT)]),
            "HOST": running.host,
            "TOKEN": str(running.admin_token),
            "RELEASE": running.release,
        }
        command = [sys.executable, "-W", "error", "-c", SCRIPT]
        ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    assert json.loads(ran.stdout) == {
        "loaded": [False, True],
        "names": ["service_counts"],
        "undocumented": ["shop"],
        "methods": True,
        "total": 1,
        "help": "Return the number of all services.",
        "supports": True,
    }
