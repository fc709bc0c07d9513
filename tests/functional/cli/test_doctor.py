"""``dynclient doctor``: its report on a server, and its exit code."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dynclient import cli
from dynclient.cli.doctor import NEAR, nearness
from dynclient.errors import DynclientWarning
from dynclient.operations.catalogue import catalogue
from tests.functional.session.test_completed_release import only
from tests.support.openapi_server import DOCUMENTS, OpenAPIServer, document_of
from tests.support.servers import Server
from tests.support.trees import ALL_RELEASES, TREES, real_release, release_named

SECRET = "s3cret-token-of-an-admin"


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run the doctor in this process and return exit code, output and errors."""
    try:
        code = cli.main(["doctor", *arguments])
    except SystemExit as end:
        code = int(end.code or 0)
    out, err = capsys.readouterr()
    assert SECRET not in out + err
    return code, out, err


def replay(name: str, **changes: Any) -> OpenAPIServer:
    """Return a replayed server that hides from its document what real ones do, and has it all."""
    known = list(catalogue(real_release(name)))
    parts: dict[str, Any] = {
        "resources": [spec.entity.name for spec in known],
        "hidden": [spec.route for spec in known],
    }
    return OpenAPIServer(document_of(name), **{**parts, **changes})


@pytest.fixture(params=DOCUMENTS)
def name(request: pytest.FixtureRequest) -> Iterator[str]:
    real_release(request.param)
    return request.param  # type: ignore[no-any-return]


def report_of(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    code, out, err = run(capsys, *arguments, "--json")
    report: dict[str, Any] = json.loads(out)
    assert err == ""
    return {**report, "code": code}


def test_a_server_that_fits(capsys: pytest.CaptureFixture[str], name: str) -> None:
    with replay(name) as server:
        code, out, _ = run(capsys, server.host, "--release", name, "--token", SECRET)
        assert server.seen[-1].headers["Authorization"] == f"Bearer {SECRET}"
        assert all(seen.method == "GET" for seen in server.seen)
    lines = out.splitlines()
    assert code == 0
    assert lines[-1] == "the schemas fit the server"
    assert f"OpenMetadata {name}" in lines[0]
    assert lines[1] == f"schemas    {name}: the same release"
    assert lines[2] == "decided by the schema tree of the server's version"
    assert "operations, from the " in lines[3]
    assert any(line.split() == ["tables", "/v1/tables", "rule", "confirmed"] for line in lines)
    assert any(line.split() == ["kpis", "/v1/kpi", "exception", "confirmed"] for line in lines)
    routes = [line for line in lines if "/v1/" in line]
    assert len(routes) == len(catalogue(real_release(name)).collections)


def test_as_json(capsys: pytest.CaptureFixture[str], name: str) -> None:
    with replay(name) as server:
        report = report_of(capsys, server.host, "--release", name)
    assert (report["code"], report["near"], report["release"]) == (0, NEAR[0], name)
    assert report["counts"]["corrected"] == report["counts"]["absent"] == 0
    facts = {fact["entity"]: fact for fact in report["facts"]}
    assert facts["kpi"]["evidence"] == ["response: GET /v1/kpi", "resources: listed"]
    assert facts["table"]["evidence"][1] == "openapi: Table at /v1/tables"
    assert report["differences"] == report["unknown_entities"] == report["missing_entities"] == []


def test_entities_that_only_one_of_them_has(capsys: pytest.CaptureFixture[str], name: str) -> None:
    listed = [spec.entity.name for spec in catalogue(real_release(name))]
    listed.remove("kpi")
    with replay(name, resources=[*listed, "zebra", "all"], hidden=()) as server:
        report = report_of(capsys, server.host, "--release", name)
        code, out, _ = run(capsys, server.host, "--release", name)
    assert code == report["code"] == 3
    assert report["unknown_entities"] == ["zebra"]
    assert "kpi" in report["missing_entities"]
    assert {f["entity"]: f["status"] for f in report["facts"]}["kpi"] == "absent"
    assert "Entity types that only the server has: zebra" in out
    assert out.splitlines()[-1].startswith("the server has entity types that the schemas lack; ")


def test_a_token_that_may_not_look_leaves_routes_unknown(
    capsys: pytest.CaptureFixture[str], name: str
) -> None:
    from tests.support.stub import Reply

    with replay(name) as server:
        refusal = Reply(401, {"code": 401, "message": "Token not present"})
        server.routes["GET /api/v1/policies/resources"] = server.default = refusal
        report = report_of(capsys, server.host, "--release", name)
    assert (report["code"], report["resources"]) == (0, None)
    assert report["counts"]["unknown"] > 0
    assert report["counts"]["absent"] == 0


def test_schemas_of_another_release(capsys: pytest.CaptureFixture[str], name: str) -> None:
    other = next(each for each in TREES if nearness(name, real_release(each)) not in NEAR[:2])
    with replay(name) as server:
        report = report_of(capsys, server.host, "--release", other)
    assert report["code"] == 3
    assert report["near"] == NEAR[2]
    assert report["differences"][0] == f"the schemas are of {NEAR[2]}"
    assert report["decided_by"] == f"the schema tree of {other}, not that of the server's version"


@pytest.mark.parametrize("tree", [None, "1.11.0"])
def test_a_document_that_decides_is_named_with_the_tree_that_completes_it(
    tree: str | None, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    completion = f", completed with the schemas of {tree or 'starter'}"
    with replay("1.6.0") as server, only(tree or "1.0.4", tmp_path / "only") as folder:
        if tree is None:
            for pack in folder.iterdir():
                pack.unlink()
        with pytest.warns(DynclientWarning, match="less detail"):
            code, out, _ = run(capsys, server.host)
    lines = out.splitlines()
    assert code == 3
    assert lines[2] == f"decided by the server's OpenAPI document{completion}"
    assert f"those of the server's OpenAPI document{completion}, which has less detail" in lines[-1]


def test_without_a_document_routes_are_probed(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = list(catalogue(release_named("starter")))
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    with OpenAPIServer(
        None,
        version="1.13.0",
        resources=[spec.entity.name for spec in known],
        hidden=[spec.route for spec in known],
    ) as server:
        report = report_of(capsys, server.host, "--release", "starter")
    assert report["operations"] is None
    assert "/swagger.json" in report["document"]
    assert report["counts"]["confirmed"] == len(
        [each for spec in known if (each := spec.operations.get("list")) and "{" not in each.route]
    )


@pytest.mark.parametrize("served", ALL_RELEASES)
def test_a_sandbox(capsys: pytest.CaptureFixture[str], server: Server, served: str) -> None:
    running = server(served)
    tree = str(TREES.get(served, served))
    report = report_of(capsys, running.host, "--token", running.admin_token, "--release", tree)
    assert (report["code"], report["near"]) == (0, NEAR[0])
    assert report["counts"]["absent"] == report["counts"]["corrected"] == 0
    facts = [fact for fact in report["facts"] if fact["status"] == "unknown"]
    listed = {spec.entity.name for spec in catalogue(release_named(served))
              if "list" in spec.operations and "{" not in spec.route}  # fmt: skip
    assert not listed.intersection(fact["entity"] for fact in facts)


def test_a_server_that_is_not_there_is_an_error(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "http://127.0.0.1:1", "--release", "starter")
    assert (code, "decided by" in out) == (1, False)
    assert "host                http://127.0.0.1:1  argument" in out.splitlines()
    assert err.startswith("dynclient: ")


@pytest.mark.parametrize(
    ("version", "near"),
    [
        ("1.13.0", 0), ("1.13.0-SNAPSHOT", 0), ("1.13.0.2", 0), ("1.13.7", 1), ("1.12.0", 2),
        ("2.0.0", 3), ("unknown", 3),
    ],
)  # fmt: skip
def test_how_near(version: str, near: int) -> None:
    assert nearness(version, release_named("starter")) == NEAR[near]
