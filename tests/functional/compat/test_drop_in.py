"""Scripts of the official SDK run as they stand, against the sandbox of each release."""

from __future__ import annotations

import os
import re
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
from tests.support.trees import ALL_RELEASES, TREES, release_named, shared

pytestmark = pytest.mark.usefixtures("removed_afterwards")

Server = Callable[[str], Running]

SCRIPTS = sorted((Path(__file__).parents[2] / "compat" / "scripts").glob("*.py"))
WALKTHROUGH = shared("acceptance/seed_walkthrough.py")
PAGE = shared("seed/python-sdk.md")
"""The page of documentation whose code is to run."""

RELEASES = [name for name in ALL_RELEASES if not name.startswith("1.0")]
"""The scripts are written for today's SDK; models were different before 1.1."""


@pytest.fixture(scope="module", params=RELEASES)
def installed(request: pytest.FixtureRequest, server: Server) -> Iterator[Running]:
    """The drop-in with a release's classes, and that release's sandbox."""
    running = server(request.param)
    compat.install(release_named(request.param))
    yield running
    compat.uninstall()


fixed_names = only_on_sandbox("the names in the script are fixed, and may exist there")


@fixed_names
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


@fixed_names
@pytest.mark.skipif(WALKTHROUGH is None, reason="the acceptance script is not available")
@pytest.mark.parametrize("release", RELEASES)
def test_the_walkthrough_holds(server: Server, release: str) -> None:
    """Only the server says which release it has."""
    assert WALKTHROUGH is not None
    ended = dynclient("run", WALKTHROUGH, running=server(release))
    assert ended.stdout.splitlines()[-1:] == ["the walkthrough holds"], ended.stderr
    assert ended.returncode == 0


def blocks_of(page: str) -> tuple[list[str], list[str]]:
    """Return the blocks of a page that are run as they stand, and those that must not be run.

    These are a line for the shell, the listing of a class, how entities are nested, and a keyword
    whose comma is in a comment.
    """
    runs, others = [], []
    for block in re.findall(r"^```\w*\n(.*?)^```", page, re.DOTALL | re.MULTILINE):
        no_code = block.startswith(("pip ", "class ", "DatabaseService ->"))
        (others if no_code or 'verifySSL="validate" #' in block else runs).append(block)
    return runs, others


@fixed_names
@pytest.mark.skipif(PAGE is None, reason="the page is not available")
@pytest.mark.parametrize("release", RELEASES)
def test_the_code_of_the_page_runs_as_it_stands(server: Server, release: str, script: Any) -> None:
    """Only the address and the token are others than on the page."""
    assert PAGE is not None
    code, running = "\n".join(blocks_of(PAGE.read_text("utf-8"))[0]), server(release)
    assert code.count("metadata.") > 20
    for write, actual in (
        ("http://localhost:8585/api", running.host),
        ("<YOUR-INGESTION-BOT-JWT-TOKEN>", running.admin_token),
    ):
        assert write in code
        code = code.replace(write, actual)
    shown = "\nprint(create_service.json(), service_entity.json())"
    ended = dynclient("run", script(code + shown))
    assert ended.returncode == 0, ended.stderr
    before, after, created = ended.stdout.splitlines()
    assert before == "None"
    assert after.startswith("id=Uuid(")
    assert "name='random-user'" in after
    assert created.count('"password": "**********"') == 2


@pytest.fixture
def script(tmp_path: Path) -> Callable[[str], Path]:
    def write(text: str) -> Path:
        path = tmp_path / "script.py"
        path.write_text(text, "utf-8")
        return path

    return write


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
    return compat.find_release().name


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


BESIDE_PYDANTIC = """
from typing import Optional
from pydantic import BaseModel, ValidationError
from metadata.generated.schema.entity.data.table import Column, DataType
from metadata.generated.schema.type.basic import EntityName
from metadata.generated.schema.type.entityReference import EntityReference

class Job(BaseModel):
    name: EntityName
    owner: EntityReference
    kind: Optional[DataType] = None
    columns: list[Column] = []

OWNER = {"id": "2f0a4bd1-2e2f-4a5e-9d7e-0a6c54ad3f0a", "type": "user"}
job = Job(name="n", owner=OWNER, kind="INT", columns=[{"name": "a", "dataType": "INT"}])
assert job.owner == EntityReference(**OWNER) and job.kind is DataType.INT
assert type(job.columns[0]) is Column and job.name.root == "n"
assert Job.model_validate_json(job.model_dump_json(exclude_none=True)) == job
assert job.model_dump(mode="json", exclude_unset=True)["owner"] == OWNER
assert Job.model_json_schema()["properties"]["owner"]["title"] == "EntityReference"
places = []
for broken in (
    lambda: Job(name="", owner={"id": "x"}),
    lambda: Column(name="a", dataType="INTT"),
    lambda: Column.model_validate({"dataType": "INT"}),
    lambda: EntityName(""),
):
    try:
        broken()
    except ValidationError as error:
        places.append([(fault["type"], fault["loc"]) for fault in error.errors()])
        assert isinstance(error, ValueError)
        if len(places) == 2:
            assert "did you mean INT" in str(error)
assert places == [
    [("string_too_short", ("name",)), ("uuid_parsing", ("owner", "id")),
     ("missing", ("owner", "type"))],
    [("enum", ("dataType",))],
    [("missing", ("name",))],
    [("string_too_short", ())],
], places
"""


def test_models_stand_beside_pydantics_own(script: Any) -> None:
    pytest.importorskip("pydantic", minversion="2")
    ended = dynclient("run", "--release", "starter", script(BESIDE_PYDANTIC))
    assert ended.returncode == 0, ended.stderr


def test_secrets_are_masked_in_pydantics_error(script: Any) -> None:
    pytest.importorskip("pydantic", minversion="2")
    place = "metadata.generated.schema.entity.services.connections.database"
    text = f"""
import pydantic
from {place}.mysqlConnection import MysqlConnection
MysqlConnection(hostPort=5, authType={{"password": "-".join(["hush"] * 2), "typo": 1}})
"""
    ended = dynclient("run", "--release", "starter", script(text))
    assert "ValidationError" in ended.stderr
    assert "hush-hush" not in ended.stderr + ended.stdout


def test_an_unknown_release_is_an_error(script: Any) -> None:
    ended = dynclient("run", "--release", "0.0.7", script(SHOWN))
    assert ended.returncode == 1
    assert "0.0.7" in ended.stderr
    assert "Traceback" not in ended.stderr
