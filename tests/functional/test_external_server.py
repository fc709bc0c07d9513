"""The tests on a server that is already running leave nothing behind there."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import external_server
from tests.support.external_server import only_on_sandbox
from tests.support.sandbox_processes import LaunchedSandbox, environment, launch

ROOT = Path(__file__).resolve().parents[2]
SPAN = "startTs=0&endTs=4398046511104"
"""All time, for the lists of time series."""

pytestmark = only_on_sandbox("it starts the server")


def totals(running: LaunchedSandbox) -> dict[str, int]:
    """Return how many entities each collection of a server has, deleted ones as well."""
    base = running.info["host"].removesuffix("/api")
    document = running.session.get(f"{base}/swagger.json", timeout=60).json()
    found = {}
    for route, operations in document["paths"].items():
        if "get" in operations and "{" not in route:
            response = running.request("GET", f"{route}?limit=1&include=all&{SPAN}")
            body = response.json() if response.text.startswith("{") else {}
            if "paging" in body:
                found[route] = body["paging"]["total"]
    return found


def run_tests(running: LaunchedSandbox, *arguments: str) -> str:
    """Run pytest on a server; return its output, which does not contain the token."""
    token = running.info["admin_token"]
    ran = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments],
        cwd=ROOT, capture_output=True, text=True, check=False,
        env={
            **environment(), "DYNCLIENT_SERVER": running.info["host"],
            "DYNCLIENT_SERVER_TOKEN": token,
        },
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert token not in ran.stdout + ran.stderr
    return ran.stdout


def test_the_server_has_the_same_entities_afterwards() -> None:
    with launch() as running:
        before = totals(running)
        assert len(before) > 30
        output = run_tests(
            running,
            "-m", "matrix or not matrix",
            "tests/matrix/test_lifecycle.py", "tests/functional/test_walkthrough.py",
            "tests/functional/client/test_labels.py", "tests/functional/session/test_rebase.py",
            "tests/functional/session/test_unread.py",
        )  # fmt: skip
        assert int(output.rpartition(" passed")[0].split()[-1]) > 80
        assert totals(running) == before
        created = running.request("GET", "/v1/users?limit=1000&include=all").json()["data"]
        assert not [user["name"] for user in created if "dynclient" in user["name"]]


def test_what_others_created_stays() -> None:
    with launch() as running:
        name = "dynclient_of_another_run_table"
        service = {"name": name, "serviceType": "Mysql"}
        assert running.request("POST", "/v1/services/databaseServices", json=service).ok
        run_tests(running, "tests/functional/client/test_labels.py")
        assert running.request("GET", f"/v1/services/databaseServices/name/{name}").ok


def test_a_server_without_a_version_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(external_server, "HOST", "http://127.0.0.1:1/api")
    monkeypatch.setattr(external_server, "_ADDRESS", "http://127.0.0.1:1")
    with pytest.raises(
        pytest.UsageError,
        match=r"DYNCLIENT_SERVER=http://127\.0\.0\.1:1 does not report its version",
    ):
        external_server.version()
