"""A catalogue with all its sections copied to another server, in Python and by the commands."""

from __future__ import annotations

import io
import json
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import model, sandbox
from dynclient.as_code import CataloguePlan, copy
from dynclient.cli import main
from dynclient.client.client import Client
from dynclient.testing import load_example_catalogue
from tests.support.config import write_config
from tests.support.external_server import only_on_sandbox
from tests.support.servers import separate_sandbox
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES, TREES, release_named

pytestmark = only_on_sandbox("copies a whole catalogue, which is that of these tests")

NAME = ALL_RELEASES[-1]
ORDERS = "shop.sales.public.orders"
SECTIONS: dict[str, Any] = {
    "followers": True, "lineage": True, "sample_data": True, "profiles": True, "feeds": True,
}  # fmt: skip


@pytest.fixture(scope="module")
def source() -> Iterator[sandbox.Running]:
    """A sandbox with the example catalogue, a follower, a custom property and a conversation."""
    release_named(NAME)
    if NAME not in TREES:
        pytest.skip(f"needs a schema tree; release {NAME} lacks some of the sections")
    with session_cache(), sandbox.start(tree=TREES.get(NAME)) as server:
        with connected(server) as om:
            load_example_catalogue(om)
            orders = om.tables[ORDERS]
            om.tables.follow(orders, om.users["ada"])
            om.feed.start(orders, "Is it complete?")
            om.custom_properties("table").define("steward", "string", "Who knows it.")
        yield server


@pytest.fixture(scope="module")
def target() -> Iterator[sandbox.Running]:
    """A sandbox without a catalogue at the beginning of the module."""
    with separate_sandbox(NAME) as server:
        yield server


def connected(server: sandbox.Running) -> Client:
    """Return a client of an administrator."""
    return dynclient.connect(server.host, token=server.admin_token, release=release_named(NAME))


@pytest.fixture
def om(target: sandbox.Running) -> Iterator[Client]:
    """A client of the target, whose services are deleted afterwards."""
    with connected(target) as om:
        yield om
        for services in (om.database_services, om.dashboard_services, om.pipeline_services):
            for service in services.list(include="all"):
                services.delete(service, recursive=True, hard=True)


@pytest.fixture(scope="module")
def dumped(source: sandbox.Running, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the catalogue of the source and all sections, which no test changes."""
    folder = tmp_path_factory.mktemp("source")
    with session_cache(), connected(source) as om:
        om.dump(folder, **SECTIONS)
    return folder


@pytest.fixture
def folder(dumped: Path, tmp_path: Path) -> Path:
    """A copy of the folder."""
    return Path(shutil.copytree(dumped, tmp_path / "source"))


def texts(folder: Path) -> dict[str, str]:
    """Return the documents in a folder by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_text("utf-8")
        for path in folder.rglob("*.yaml")
    }


def test_all_sections_arrive_and_arrive_once(om: Client, folder: Path, tmp_path: Path) -> None:
    result = om.apply(folder)
    assert result.failed == []
    om.dump(tmp_path / "target", **SECTIONS)
    there, here = texts(folder), texts(tmp_path / "target")
    assert here.keys() == there.keys()
    assert [name for name in there if here[name] != there[name]] == []
    orders = om.tables[ORDERS]
    assert om.tables.sample_data(orders).rows[0][0] in {1, "1"}
    assert [each.name for each in om.tables.followers(orders)] == ["ada"]
    assert om.lineage.edge("table:shop.sales.public.customers", orders) is not None
    assert om.tables.latest_profile(orders) is not None
    assert not om.plan(folder)
    assert om.apply(folder).reports == []
    assert len([*om.feed.conversations(orders)]) == 1


def test_what_changed_in_a_section_is_planned_and_written(om: Client, folder: Path) -> None:
    om.apply(folder)
    (path,) = folder.glob("table/**/orders.yaml")
    text = path.read_text("utf-8")
    changed = text.replace("2026-01-30 09:12:00", "2026-01-30 10:12:00")
    assert changed != text
    path.write_text(changed, "utf-8")
    (definitions,) = folder.glob("type/*.yaml")
    text = definitions.read_text("utf-8")
    definitions.write_text(text.replace("Who knows it.", "Who knows it best."), "utf-8")
    plan = om.plan(folder)
    changes = {(each.type, change.path) for each in plan.actions for change in each.changes}
    assert changes == {("table", "sampleData"), ("type", "customProperties['steward']")}
    assert om.apply(plan).failed == []
    assert "2026-01-30 10:12:00" in str(om.tables.sample_data(om.tables[ORDERS]).rows)
    raw = model.raw(om["type"].get(fqn="table", fields="customProperties"))
    assert raw["customProperties"][0]["description"] == "Who knows it best."
    assert not om.plan(folder)
    definitions.write_text(text, "utf-8")
    assert om.apply(folder, only="type").failed == []


@pytest.fixture
def run(
    source: sandbox.Running,
    target: sandbox.Running,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Callable[..., tuple[int, Any, str]]:
    """Return a function that runs a command, and returns its exit code, JSON and messages."""
    profiles = "".join(
        f'[profile.{name}]\nhost = "{server.host}"\n'
        f'token_command = "printenv TOKEN_OF_{name.upper()}"\n'
        for name, server in (("source", source), ("target", target))
    )
    write_config(tmp_path / "config", profiles)
    monkeypatch.setenv("TOKEN_OF_SOURCE", source.admin_token)
    monkeypatch.setenv("TOKEN_OF_TARGET", target.admin_token)

    def run(*arguments: str, answer: str = "") -> tuple[int, Any, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO(answer))
        with session_cache():
            code = main([*arguments, "--output", "json"])
        output = capsys.readouterr()
        return code, json.loads(output.out) if output.out else None, output.err

    return run


def test_the_command_copies_a_service(om: Client, run: Any) -> None:
    copy = ("copy", "--from", "source", "--to", "target", "--service", "shop")
    code, plan, _ = run(*copy, "--dry-run")
    assert code == 3
    assert plan["counts"]["create"] > 5
    assert om.database_services.get(fqn="shop") is None
    code, result, _ = run(*copy)
    assert code == 0
    # The definition of a custom property changes the type table, if the server does not have it.
    changed = {each["type"] for each in result["reports"] if each["kind"] != "created"}
    assert changed <= {"type"}
    assert om.tables[ORDERS].owners[0].name == "ada"
    assert om.database_services.get(fqn="warehouse") is None
    assert run(*copy)[:2] == (0, {"counts": {}, "reports": []})


def test_a_copy_ends_with_the_error_of_who_sees_its_plan(
    source: sandbox.Running, om: Client, tmp_path: Path
) -> None:
    def refuse(plan: CataloguePlan) -> None:
        raise LookupError(str(len(plan.of_kind("create"))))

    with connected(source) as old:
        with pytest.raises(LookupError, match=r"[1-9]"):
            copy(old, om, service="shop", folder=tmp_path / "files", confirm=refuse)
        assert om.database_services.get(fqn="shop") is None
        assert (tmp_path / "files" / "table.jsonl").exists()
        with pytest.raises(dynclient.BadArguments, match="where"):
            copy(old, om, where="owner:ada")
        result = copy(old, om, types="databaseService")
    assert {each.type for each in result.reports if each.kind != "created"} <= {"type"}
    assert om.database_services["shop"].name == "shop"


def test_the_commands_apply_a_part_and_ask_before_they_delete(
    om: Client, folder: Path, run: Any
) -> None:
    to = ("--profile", "target")
    part = ("--only", "databaseService:*", "--only", "user", "--only", "team")
    code, plan, _ = run("apply", str(folder), *part, "--dry-run", *to)
    assert code == 3
    assert {each["type"] for each in plan["actions"]} <= {"databaseService", "user", "team"}
    assert om.database_services.get(fqn="shop") is None
    assert run("apply", str(folder), *part, *to)[0] == 0
    assert om.database_services.get(fqn="warehouse") is not None
    assert om.databases.get(fqn="shop.sales") is None
    for path in folder.rglob("warehouse*"):
        if path.is_file():
            path.unlink()
    for path in folder.glob("*/warehouse/**/*.yaml"):
        path.unlink()
    prune = ("apply", str(folder), *part, "--prune", *to)
    code, _, message = run(*prune, answer="n\n")
    assert code == 1
    assert "warehouse" in message
    assert om.database_services.get(fqn="warehouse") is not None
    assert run(*prune, answer="y\n")[0] == 0
    assert om.database_services.get(fqn="warehouse") is None
    assert om.database_services.get(fqn="warehouse", include="deleted") is not None
