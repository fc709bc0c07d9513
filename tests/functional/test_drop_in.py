"""Scripts of the official SDK run as they stand, against the sandbox of each release."""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dynclient import compat
from dynclient.sandbox import Running
from tests.trees import ALL_RELEASES, TREES, release_named, shared

Server = Callable[[str], Running]

SCRIPTS = sorted((Path(__file__).parent.parent / "compat" / "scripts").glob("*.py"))
WALKTHROUGH = shared("acceptance/seed_walkthrough.py")

RELEASES = [name for name in ALL_RELEASES if not name.startswith("1.0")]
"""The scripts are written for today's SDK; models were different before 1.1."""


@pytest.fixture(scope="module", params=RELEASES)
def installed(request: pytest.FixtureRequest, server: Server) -> Iterator[Running]:
    """The drop-in with a release's classes, and that release's sandbox."""
    running = server(request.param)
    compat.install(release_named(request.param))
    yield running
    compat.uninstall()


@pytest.mark.filterwarnings("ignore::dynclient.errors.DriftWarning")
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_does_what_it_says(
    installed: Running, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each cleans up after itself, so one sandbox serves them all."""
    monkeypatch.setenv("OM_HOST", installed.host)
    monkeypatch.setenv("OM_TOKEN", installed.admin_token)
    monkeypatch.setattr(sys, "argv", [str(script)])
    runpy.run_path(str(script), run_name="__main__")


def test_there_are_enough_of_them() -> None:
    assert len(SCRIPTS) >= 20


# -- in a process of its own -----------------------------------------------------------------------


def dynclient(
    *arguments: str | Path, running: Running | None = None, **environment: str
) -> subprocess.CompletedProcess[str]:
    """Run ``dynclient …`` with a server's address in the environment."""
    known = {name: value for name, value in os.environ.items() if not name.startswith("OM_")}
    if running is not None:
        known |= {"OM_HOST": running.host, "OM_TOKEN": running.admin_token}
    return subprocess.run(
        [sys.executable, "-m", "dynclient", *map(str, arguments)],
        env={**known, **environment}, capture_output=True, text=True, check=False,
    )  # fmt: skip


@pytest.mark.skipif(WALKTHROUGH is None, reason="the acceptance script is not at hand")
@pytest.mark.parametrize("release", RELEASES)
def test_the_walkthrough_holds(server: Server, release: str) -> None:
    """Nothing tells the process which release it is but the server."""
    assert WALKTHROUGH is not None
    ended = dynclient("run", WALKTHROUGH, running=server(release))
    assert ended.stdout.splitlines()[-1:] == ["the walkthrough holds"], ended.stderr
    assert ended.returncode == 0


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Path]:
    def written(text: str) -> Path:
        path = tmp_path / "script.py"
        path.write_text(text, "utf-8")
        return path

    return written


SHOWN = """
from metadata.generated.schema.entity.data.table import Table
print(Table._node.release.name)
"""
CONNECTED = """
import os
from metadata.generated.schema.entity.services.connections.metadata.openMetadataConnection import (
    OpenMetadataConnection,
)
from metadata.ingestion.ometa.ometa_api import OpenMetadata
{}
metadata = OpenMetadata(OpenMetadataConnection(hostPort=os.environ["OM_HOST"]))
"""
OLDER = next((name for name in TREES if name.startswith("1.6")), "starter")


def newest() -> str:
    return compat.at_hand().name


def test_the_release_may_be_named(script: Any) -> None:
    release_named(OLDER)
    assert dynclient("run", "--release", OLDER, script(SHOWN)).stdout == f"{OLDER}\n"


def test_the_release_is_that_of_the_server_in_the_environment(server: Server, script: Any) -> None:
    running = server(OLDER)
    here = {"OPENMETADATA_HOST": running.host, "OPENMETADATA_TOKEN": running.admin_token}
    assert dynclient("run", script(SHOWN), **here).stdout == f"{OLDER}\n"


def test_the_release_is_that_of_the_server_a_script_has_connected_to(
    server: Server, script: Any
) -> None:
    ended = dynclient("run", script(CONNECTED.format("") + SHOWN), running=server(OLDER))
    assert (ended.stdout, ended.stderr) == (f"{OLDER}\n", "")


def test_a_release_once_settled_stays(server: Server, script: Any) -> None:
    """Classes imported before the server is known would not be those that come after."""
    early = "from metadata.generated.schema.entity.data.database import Database"
    ended = dynclient("run", script(CONNECTED.format(early) + SHOWN), running=server(OLDER))
    assert ended.stdout == f"{newest()}\n"


def test_a_server_that_is_down_settles_nothing(script: Any) -> None:
    ended = dynclient("run", script(SHOWN), OPENMETADATA_HOST="http://127.0.0.1:1")
    assert ended.stdout == f"{newest()}\n"


def test_no_release_at_hand_of_that_name_is_told(script: Any) -> None:
    ended = dynclient("run", "--release", "0.0.7", script(SHOWN))
    assert ended.returncode == 1
    assert "0.0.7" in ended.stderr
    assert "Traceback" not in ended.stderr
