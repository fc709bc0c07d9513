"""Scripts on a machine that has no schema tree of the server's release, nor of any other one.

Fields come from the server's OpenAPI document, names of modules and classes from the starter
release.
"""

from __future__ import annotations

import os
import runpy
import subprocess
import sys
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import compat
from dynclient.errors import DynclientWarning
from dynclient.sandbox import Running
from tests.functional.compat.test_drop_in import SCRIPTS, WALKTHROUGH, fixed_names
from tests.functional.session.test_completed_release import server_of
from tests.support.openapi_server import OpenAPIServer
from tests.support.servers import Server
from tests.support.trees import real_release

pytestmark = [
    pytest.mark.usefixtures("removed_afterwards"),
    fixed_names,
    pytest.mark.filterwarnings("ignore::dynclient.errors.DriftWarning"),
]

IMPORTED = [
    "api.services.createDatabaseService:CreateDatabaseServiceRequest",
    "entity.data.pipeline:StatusType",
    "entity.services.connections.database.common.basicAuth:BasicAuth",
    "entity.services.connections.database.mysqlConnection:MysqlConnection",
    "entity.services.connections.metadata.openMetadataConnection:AuthProvider",
    "entity.services.databaseService:DatabaseConnection",
    "entity.services.ingestionPipelines.ingestionPipeline:IngestionPipeline",
    "security.client.openMetadataJWTClientConfig:OpenMetadataJWTClientConfig",
    "tests.testDefinition:TestPlatform",
    "type.basic:EntityName",
    "type.tagLabel:TagSource",
]


def import_names(places: Iterable[str]) -> list[Any]:
    """Import classes of ``metadata.generated.schema`` from ``module:name``."""
    pairs = [place.split(":") for place in places]
    return [
        getattr(import_module(f"metadata.generated.schema.{module}"), name)
        for module, name in pairs
    ]


@pytest.fixture
def document_server() -> Iterator[OpenAPIServer]:
    """A server with the document of a real one."""
    with server_of("1.6.0") as server:
        yield server


@pytest.fixture
def no_trees(
    document_server: OpenAPIServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """A cache without a release, in a process that has opened none."""
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    monkeypatch.setenv("DYNCLIENT_GITHUB", "http://127.0.0.1:9")
    monkeypatch.setattr("dynclient.releases.registry._open", {})
    yield
    compat.uninstall()


def test_names_are_found_with_the_document_of_a_real_server(
    document_server: OpenAPIServer, no_trees: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OPENMETADATA_HOST", document_server.host)
    compat.install()
    with pytest.warns(DynclientWarning, match="completed with the schemas of starter"):
        import_names(IMPORTED)
    hook = compat.installed()
    assert hook is not None
    assert hook.release.lossy
    # What only the server's document has, and the starter release does not.
    import_names(["entity.data.apiEndpoint:APIEndpoint"])
    assert {"owners", "columns"} <= set(hook.release.entities["table"].properties)


@pytest.fixture(scope="module")
def lossy(
    server: Callable[[str], Running], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Running]:
    """The sandbox of a release, and the drop-in with what its document says."""
    real_release("1.6.0")
    running = server("1.6.0")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DYNCLIENT_CACHE", str(tmp_path_factory.mktemp("cache")))
        om = dynclient.connect(
            running.host, token=running.admin_token, source=["server", "nearest"]
        )
        with om:
            compat.install(om.release)
            assert "+openapi." in om.release.name
            assert "+starter." in om.release.name
            yield running
    compat.uninstall()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_a_script_does_what_it_says(
    lossy: Running, script: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("OM_HOST", lossy.host)
    monkeypatch.setenv("OM_TOKEN", lossy.admin_token)
    monkeypatch.setattr(sys, "argv", [str(script)])
    runpy.run_path(str(script), run_name="__main__")


@pytest.mark.skipif(WALKTHROUGH is None, reason="the acceptance script is not available")
@pytest.mark.parametrize("release", ["1.13.0"])
def test_the_walkthrough_holds(server: Server, release: str, tmp_path: Path) -> None:
    real_release(release)
    running = server(release)
    known = {
        "DYNCLIENT_CACHE": str(tmp_path / "cache"), "DYNCLIENT_GITHUB": "http://127.0.0.1:9",
        "OPENMETADATA_HOST": running.host, "OPENMETADATA_TOKEN": running.admin_token,
        "OM_HOST": running.host, "OM_TOKEN": running.admin_token,
    }  # fmt: skip
    ended = subprocess.run(
        [sys.executable, "-m", "dynclient", "run", str(WALKTHROUGH)],
        env={**os.environ, **known}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ended.stdout.splitlines()[-1:] == ["the walkthrough holds"], ended.stderr
    assert "completed with the schemas of starter" in ended.stderr


def test_a_connection_that_the_starter_release_lacks_is_an_object(lossy: Running) -> None:
    from dynclient.compat.ometa.ometa_api import OpenMetadata

    fields = {"account": "a", "username": "u", "password": "s3cret", "warehouse": "w"}
    create, connect = import_names(
        [
            "api.services.createDatabaseService:CreateDatabaseServiceRequest",
            "entity.services.databaseService:DatabaseConnection",
        ]
    )
    request = create(
        name="lake", serviceType="Snowflake",
        connection=connect(config={"type": "Snowflake", **fields}),
    )  # fmt: skip
    assert "s3cret" not in f"{request!r}{request.json()}"
    config = {"hostPort": lossy.host, "securityConfig": {"jwtToken": lossy.admin_token}}
    with OpenMetadata(config) as metadata:
        created = metadata.create_or_update(request)
        assert created.connection.config["account"] == "a"
        metadata.delete(type(created), created.id, recursive=True, hard_delete=True)
