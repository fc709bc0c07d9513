"""Scripts of ``metadata.sdk`` run as they stand, against the sandbox of several releases."""

from __future__ import annotations

import contextlib
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
from tests.support.external_server import only_on_sandbox
from tests.support.trees import ALL_RELEASES, release_named

pytestmark = [
    pytest.mark.usefixtures("removed_afterwards"),
    only_on_sandbox("the names in the scripts are fixed, and may exist there"),
]

Server = Callable[[str], Running]

SCRIPTS = sorted((Path(__file__).parents[2] / "compat" / "scripts" / "sdk").glob("*.py"))
RELEASES = [name for name in ("starter", "1.6.0", "1.11.0", "1.13.0") if name in ALL_RELEASES]
ONLY = {"1.11.0": {"data_contracts", "domains_and_products", "quick_start", "search"}}
"""Scripts that show something there that 1.6.0 and 1.13.0 do not."""
ENDS_EARLY = {
    ("starter", "csv_files"), ("starter", "dashboards"), ("starter", "data_contracts"),
    ("starter", "metrics"), ("1.6.0", "data_contracts"),
}  # fmt: skip
"""Scripts about what the release does not have; they end where they find that out."""


CASES = [
    (name, script)
    for name in RELEASES
    for script in SCRIPTS
    if script.stem in ONLY.get(name, {script.stem})
]


@pytest.fixture(scope="module")
def installed(request: pytest.FixtureRequest, server: Server) -> Iterator[tuple[str, Running]]:
    """The drop-in with a release's classes, and that release's sandbox."""
    running = server(request.param)
    compat.install(release_named(request.param))
    yield request.param, running
    compat.uninstall()


@pytest.mark.filterwarnings("ignore::dynclient.errors.DriftWarning")
@pytest.mark.parametrize(
    ("installed", "script"), CASES, indirect=["installed"],
    ids=[f"{name}-{script.stem}" for name, script in CASES],
)  # fmt: skip
def test_a_script_does_what_it_says(
    installed: tuple[str, Running], script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each cleans up after itself, so one sandbox serves them all."""
    release, running = installed
    monkeypatch.setenv("OM_HOST", running.host)
    monkeypatch.setenv("OM_TOKEN", running.admin_token)
    expected: Any = contextlib.nullcontext()
    if (release, script.stem) in ENDS_EARLY:
        expected = pytest.raises(SystemExit, match=r"^0$")
    try:
        with expected:
            runpy.run_path(str(script), run_name="__main__")
    finally:
        from metadata.sdk import reset

        reset()


@pytest.mark.parametrize("name", ["quick_start", "lineage"])
def test_the_servers_own_document_is_enough(server: Server, name: str, tmp_path: Path) -> None:
    """The cache is empty, so the schemas are those that the server describes itself with."""
    release = next((each for each in RELEASES if each == "1.11.0"), None)
    if release is None:
        pytest.skip("the schema tree of 1.11.0 is not available (see tests/support/trees.py)")
    running = server(release)
    script = next(each for each in SCRIPTS if each.stem == name)
    address = {"OPENMETADATA_HOST": running.host, "OPENMETADATA_TOKEN": running.admin_token}
    here = {"OM_HOST": running.host, "OM_TOKEN": running.admin_token}
    ended = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "dynclient", "run", str(script)],
        env={**os.environ, **address, **here, "DYNCLIENT_CACHE": str(tmp_path)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.returncode == 0, ended.stderr
    assert "+openapi" in " ".join(path.name for path in tmp_path.rglob("*"))


def test_there_are_enough_of_them() -> None:
    assert len(SCRIPTS) >= 18


def test_the_server_that_is_configured_decides_the_release_of_the_classes(
    server: Server, tmp_path: Path
) -> None:
    """``configure()`` comes after ``from metadata.sdk import Tables``, which settles nothing."""
    release = RELEASES[1] if len(RELEASES) > 1 else RELEASES[0]
    running = server(release)
    script = tmp_path / "script.py"
    script.write_text(
        "from metadata.sdk import Tables, configure\n"
        f"configure(host={running.host!r}, jwt_token={running.admin_token!r})\n"
        "print(Tables.entity_type()._node.release.name, len(Tables.list(limit=1).entities) < 2)\n",
        "utf-8",
    )
    known = {name: value for name, value in os.environ.items() if not name.startswith("OPENMETA")}
    ended = subprocess.run(
        [sys.executable, "-m", "dynclient", "run", str(script)],
        env=known, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.stdout, ended.stderr) == (f"{release} True\n", "")
