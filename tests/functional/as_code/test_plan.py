"""Catalogues of files planned and applied on sandboxes."""

from __future__ import annotations

import io
import json
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import model, sandbox
from dynclient.as_code import CataloguePlan
from dynclient.as_code.applied_state import AppliedState
from dynclient.client.client import Client
from tests.support.external_server import only_on_sandbox
from tests.support.servers import separate_sandbox
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES, release_named

pytestmark = only_on_sandbox("plans for a whole catalogue, which is that of these tests")

NAME = ALL_RELEASES[-1]
ROOT = Path(__file__).resolve().parents[3]
SERVICE = """\
type: databaseService
fullyQualifiedName: {name}
release: "{release}"
request:
  name: {name}
  serviceType: Mysql
"""


@pytest.fixture(scope="module")
def server() -> Iterator[sandbox.Running]:
    """A sandbox for the plans of this module; each test has its own entities."""
    with separate_sandbox(NAME) as server:
        yield server


@pytest.fixture
def om(server: sandbox.Running) -> Iterator[Client]:
    """A client of an administrator."""
    release = release_named(NAME)
    with dynclient.connect(server.host, token=server.admin_token, release=release) as om:
        yield om


@pytest.fixture
def robo(om: Client) -> Iterator[Client]:
    """A client of somebody else."""
    mechanism = {"authType": "JWT", "config": {"JWTTokenExpiry": "Unlimited"}}
    om.users.create(
        name="robo", email="robo@example.com", isBot=True, authenticationMechanism=mechanism
    )
    bot = om.bots.create(name="robo", botUser="robo")
    token = om.bots.token(bot)
    with dynclient.connect(om.host, token=token, release=om.release) as other:
        yield other
    om.bots.delete(bot, hard=True)
    if om.users.get(fqn="robo", include="all") is not None:
        om.users.delete("robo", hard=True)


@pytest.fixture
def write(tmp_path: Path, om: Client) -> Iterator[Callable[..., Path]]:
    """Return a function that writes documents into a folder; their entities are deleted."""
    written: list[tuple[str, str]] = []

    def write(entity_type: str, fqn: str, request: Any, **more: Any) -> Path:
        head = {"type": entity_type, "fullyQualifiedName": fqn, "release": om.release.name}
        path = tmp_path / "c" / f"{entity_type}-{fqn}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({**head, "request": request, **more}), encoding="utf-8")
        written.append((entity_type, fqn))
        return path.parent

    yield write
    for entity_type, fqn in written:
        entity = om[entity_type].get(fqn=fqn, include="all")
        if entity is not None:
            om[entity_type].delete(entity, recursive=True, hard=True)


def shop(write: Callable[..., Path], **fields: Any) -> Path:
    """Write a service, its database, a schema and a table; return the folder."""
    write("databaseService", "s", {"name": "s", "serviceType": "Mysql"})
    write("database", "s.d", {"name": "d", "service": "s"})
    write("databaseSchema", "s.d.p", {"name": "p", "database": "s.d"})
    columns = [{"name": "a", "dataType": "INT"}, {"name": "b", "dataType": "INT"}]
    table = {"name": "t", "databaseSchema": "s.d.p", "columns": columns, **fields}
    return write("table", "s.d.p.t", table)


def test_what_is_missing_is_created_in_order_and_only_once(
    om: Client, write: Callable[..., Path]
) -> None:
    folder = shop(write)
    plan = om.plan(folder)
    assert [each.type for each in plan.actions] == [
        "databaseService", "database", "databaseSchema", "table"
    ]  # fmt: skip
    assert om.databases.get(fqn="s.d") is None
    result = om.apply(plan)
    assert (result.counts, result.failed) == ({"created": 4}, [])
    assert not om.plan(folder)
    assert om.apply(folder).reports == []
    assert om.tables["s.d.p.t"].columns[1].name == "b"


def test_a_plan_in_a_file_is_applied_once(
    om: Client, write: Callable[..., Path], tmp_path: Path
) -> None:
    folder = shop(write)
    om.plan(folder).write(tmp_path / "plan.json")
    assert om.apply(tmp_path / "plan.json", only="databaseService").counts == {"created": 1}
    assert om.apply(tmp_path / "plan.json").counts == {"created": 3, "unchanged": 1}
    assert str(CataloguePlan.read(tmp_path / "plan.json").only(["table"])).startswith("+ create t")


def test_a_change_keeps_what_somebody_else_changed(
    om: Client, robo: Client, write: Callable[..., Path]
) -> None:
    om.apply(shop(write, description="old", displayName="T"))
    table = robo.tables["s.d.p.t"]
    table.columns[0].description = "theirs"
    table.displayName = "Theirs"
    robo.save(table)
    folder = shop(write, description="new", displayName="T")
    plan = om.plan(folder)
    (action,) = plan.actions
    assert [str(each) for each in action.changes] == ["~ description: old → new"]
    assert {each.change.path for each in plan.kept} >= {"displayName"}
    assert plan.kept[0].by == "robo"
    om.apply(plan)
    table = om.tables["s.d.p.t"]
    assert (table.description, table.displayName) == ("new", "Theirs")
    assert (table.columns[0].description, str(table.version)) == ("theirs", "0.3")
    assert not om.plan(folder)


def test_a_conflict_names_who_when_and_what_and_is_not_overwritten_unasked(
    om: Client, robo: Client, write: Callable[..., Path]
) -> None:
    om.apply(shop(write, description="old"))
    table = robo.tables["s.d.p.t"]
    table.description = "theirs"
    saved = robo.save(table)
    folder = shop(write, description="mine")
    plan = om.plan(folder)
    (conflict,) = plan.conflicts
    assert (conflict.by, conflict.version) == ("robo", str(saved.version))
    assert conflict.at == model.raw(saved)["updatedAt"]
    assert (conflict.path, conflict.base, conflict.mine, conflict.current) == (
        "description", "old", "mine", "theirs",
    )  # fmt: skip
    assert plan
    with pytest.raises(dynclient.ValidationFailed, match="changed by robo") as caught:
        om.apply(folder)
    assert caught.value.problems[0].path == "table-s.d.p.t.yaml:1"
    assert om.tables["s.d.p.t"].description == "theirs"
    assert om.apply(folder, overwrite=True).counts == {"updated": 1}
    assert om.tables["s.d.p.t"].description == "mine"


def test_a_server_that_changed_since_the_plan_is_left_alone(
    om: Client, robo: Client, write: Callable[..., Path]
) -> None:
    om.apply(shop(write, description="old"))
    folder = shop(write, description="mine")
    write("databaseService", "other", {"name": "other", "serviceType": "Mysql"})
    plan = om.plan(folder)
    table = robo.tables["s.d.p.t"]
    table.description = "theirs"
    robo.save(table)
    with pytest.raises(dynclient.PlanOutdated, match=r"table s\.d\.p\.t"):
        om.apply(plan)
    assert om.database_services.get(fqn="other") is None
    assert om.tables["s.d.p.t"].description == "theirs"


def test_an_emptied_list_is_cleared_and_an_absent_one_is_left_alone(
    om: Client, write: Callable[..., Path]
) -> None:
    write("classification", "k", {"name": "k", "description": "K"})
    write("tag", "k.x", {"name": "x", "classification": "k", "description": "X"})
    write("user", "una", {"name": "una", "email": "una@example.com"})
    labels = {"source": "Classification", "labelType": "Manual", "state": "Confirmed"}
    tags = [{"tagFQN": "k.x", **labels}]
    owners = [{"type": "user", "fullyQualifiedName": "una"}]
    owned = "owners" if "owners" in om.release.node("api/data/createTable.json").properties else ""
    lists = {"tags": tags, **({owned: owners} if owned else {})}
    folder = shop(write, **lists)
    assert om.apply(folder).failed == []
    shop(write)  # says nothing of tags and owners
    state = folder / ".dynclient"
    for path in state.iterdir():
        path.unlink()  # as in a folder that was written by hand
    assert not [each for each in om.plan(folder).actions if each.kind != "keep"]
    shop(write, **{name: [] for name in lists})
    plan = om.plan(folder)
    assert [len(action.changes) for action in plan.actions if action.kind == "change"] == [
        len(lists)
    ]
    assert om.apply(plan).counts == {"updated": 1}
    table = om.tables.get(fqn="s.d.p.t", fields=[*lists])
    assert table is not None
    assert [model.raw(table).get(name) or [] for name in lists] == [[] for _ in lists]
    assert not om.plan(folder)
    shop(write, **lists)
    assert om.apply(folder).counts == {"updated": 1}
    shop(write)  # what was applied and is not in the file any more is removed
    assert om.apply(folder).counts == {"updated": 1}
    assert not om.plan(folder)


def test_the_order_of_the_columns_of_a_key_is_a_change(
    om: Client, write: Callable[..., Path]
) -> None:
    def key(*columns: str) -> list[dict[str, Any]]:
        return [{"constraintType": "UNIQUE", "columns": [*columns]}]

    folder = shop(write, tableConstraints=key("a", "b"))
    assert om.apply(folder).failed == []
    shop(write, tableConstraints=key("b", "a"))
    (action,) = om.plan(folder).actions
    assert action.fqn == "s.d.p.t"
    assert om.apply(folder).counts == {"updated": 1}
    constraint = om.tables["s.d.p.t"].tableConstraints[0]
    assert [str(each) for each in constraint.columns] == ["b", "a"]
    assert not om.plan(folder)


def test_only_what_an_apply_created_is_pruned_softly(
    om: Client, write: Callable[..., Path]
) -> None:
    om.database_services.create(name="before", serviceType="Mysql")
    write("databaseService", "before", {"name": "before", "serviceType": "Mysql"})
    folder = shop(write)
    om.apply(folder)
    for name in ("databaseService-before", "table-s.d.p.t", "databaseSchema-s.d.p"):
        (folder / f"{name}.yaml").unlink()
    assert om.plan(folder).counts["delete"] == 0
    plan = om.plan(folder, prune=True)
    assert [each.fqn for each in plan.of_kind("delete")] == ["s.d.p.t", "s.d.p"]
    result = om.apply(plan)
    assert (result.counts, result.failed) == ({"deleted": 2}, [])
    assert om.tables.get(fqn="s.d.p.t", include="deleted") is not None
    shop(write, description="again")
    plan = om.plan(folder)
    assert plan.counts["restore"] == 2
    assert om.apply(plan).failed == []
    assert om.tables["s.d.p.t"].description == "again"


def test_entities_that_refer_to_each_other_are_linked_after_they_were_created(
    om: Client, write: Callable[..., Path]
) -> None:
    write("glossary", "g", {"name": "g", "description": "G"})
    for name, other in (("one", "two"), ("two", "one")):
        request = {
            "name": name,
            "description": name,
            "glossary": "g",
            "relatedTerms": [f"g.{other}"],
        }
        folder = write("glossaryTerm", f"g.{name}", request)
    result = om.apply(folder)
    assert result.failed == []
    for name, other in (("one", "two"), ("two", "one")):
        (related,) = om.glossary_terms.get(fqn=f"g.{name}", fields="relatedTerms").relatedTerms
        term = model.raw(related)
        assert (term.get("term") or term)["fullyQualifiedName"] == f"g.{other}"
    assert not om.plan(folder)


def test_referenced_documents_are_created_and_never_changed(
    om: Client, write: Callable[..., Path]
) -> None:
    request = {"name": "r", "serviceType": "Mysql", "description": "first"}
    folder = write("databaseService", "r", request, referenced=True)
    assert om.apply(folder).counts == {"created": 1}
    write("databaseService", "r", {**request, "description": "second"}, referenced=True)
    assert not om.plan(folder)


def test_secrets_are_resolved_on_apply_and_are_no_changes(
    om: Client, write: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    config = {"type": "Mysql", "username": "u", "hostPort": "h:1"}
    place = "${env:DYNCLIENT_SECRET_V}"
    connection = {"config": {**config, "authType": {"password": place}}}
    folder = write(
        "databaseService", "v", {"name": "v", "serviceType": "Mysql", "connection": connection}
    )
    with pytest.raises(
        dynclient.ValidationFailed, match=r"\$\{env:DYNCLIENT_SECRET_V\} is not set"
    ):
        om.apply(folder)
    assert om.database_services.get(fqn="v") is None
    monkeypatch.setenv("DYNCLIENT_SECRET_V", "s3cret")
    plan = om.plan(folder)
    assert om.apply(plan).counts == {"created": 1}
    assert "s3cret" not in json.dumps(plan.as_json())
    monkeypatch.delenv("DYNCLIENT_SECRET_V")
    assert not om.plan(folder)
    hidden = folder / ".dynclient"
    assert not [path for path in hidden.iterdir() if "s3cret" in path.read_text("utf-8")]


def test_everything_wrong_is_reported_with_file_and_line_before_anything_is_sent(
    om: Client, write: Callable[..., Path]
) -> None:
    folder = shop(write, owner_=1)
    write("database", "s.e", {"name": "e", "service": "nowhere"})
    with pytest.raises(dynclient.ValidationFailed) as caught:
        om.apply(folder)
    places = {problem.path for problem in caught.value.problems}
    assert places == {"table-s.d.p.t.yaml:1", "database-s.e.yaml:1"}
    assert om.database_services.get(fqn="s") is None


def test_of_two_applies_at_once_one_gets_a_clear_error(
    om: Client, write: Callable[..., Path]
) -> None:
    folder = shop(write)
    with (
        AppliedState(folder, om.host, write=True),
        pytest.raises(dynclient.UsageError, match="another process applies"),
    ):
        om.apply(folder)
    assert om.database_services.get(fqn="s") is None
    assert om.apply(folder).counts == {"created": 4}


def test_a_plan_reads_pages(
    server: sandbox.Running, om: Client, write: Callable[..., Path]
) -> None:
    folder = shop(write)
    om.apply(folder)
    counted: list[str] = []
    hooks = dynclient.Hooks(on_request=lambda request: counted.append(repr(request)))
    options: dict[str, Any] = {"token": server.admin_token, "release": om.release, "hooks": hooks}
    with dynclient.connect(server.host, **options) as other:
        assert not other.plan(folder)
    assert len([url for url in counted if "limit=" in url]) == 4
    assert len(counted) <= 6


def test_the_commands_plan_and_apply(
    server: sandbox.Running,
    om: Client,
    write: Callable[..., Path],
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from dynclient.cli import main

    folder = shop(write)
    monkeypatch.setenv("OPENMETADATA_JWT_TOKEN", server.admin_token)
    more = ["--host", server.host, "--release", om.release.name, "--output", "json"]
    file = str(tmp_path / "plan.json")
    with session_cache():
        assert main(["plan", str(folder), "-o", file, *more]) == 3
        assert json.loads(capsys.readouterr().out)["counts"]["create"] == 4
        assert main(["apply", file, *more]) == 0
        assert json.loads(capsys.readouterr().out)["counts"] == {"created": 4}
        assert main(["plan", str(folder), *more]) == 0
        (folder / "table-s.d.p.t.yaml").unlink()
        monkeypatch.setattr("sys.stdin", io.StringIO())
        assert main(["apply", str(folder), "--prune", *more]) == 1
        assert om.tables.get(fqn="s.d.p.t") is not None
        assert main(["apply", str(folder), "--prune", "--yes", *more]) == 0
    assert om.tables.get(fqn="s.d.p.t") is None


KILLED = """
import os, signal, sys
import dynclient
from tests.support.trees import release_named

host, token, folder, name, moment = sys.argv[1:]
left = [int(moment)]

def count(*_):
    left[0] -= 1
    if left[0] == 0:
        os.kill(os.getpid(), signal.SIGKILL)

hooks = dynclient.Hooks(on_request=count) if left[0] % 2 else dynclient.Hooks(on_response=count)
with dynclient.connect(host, token=token, release=release_named(name), hooks=hooks) as om:
    om.apply(folder)
"""
MOMENTS = [6, 9, 12]


@pytest.fixture(scope="module")
def undisturbed() -> dict[str, dict[str, str]]:
    """The documents of an apply that was not killed, once there was one."""
    return {}


def documents(om: Client, folder: Path) -> dict[str, str]:
    """Return the documents that a dump of the server has, by their paths."""
    om.dump(folder)
    paths = sorted(folder.rglob("*.yaml"))
    return {path.relative_to(folder).as_posix(): path.read_text("utf-8") for path in paths}


@pytest.mark.parametrize(
    "moment",
    [
        pytest.param(each, marks=() if each in MOMENTS else pytest.mark.slow)
        for each in range(2, 22)
    ],
)
def test_an_apply_that_was_killed_is_continued(
    server: sandbox.Running,
    om: Client,
    write: Callable[..., Path],
    undisturbed: dict[str, dict[str, str]],
    tmp_path: Path,
    moment: int,
) -> None:
    write("glossary", "g", {"name": "g", "description": "G"})
    for name, other in (("one", "two"), ("two", "one")):
        request = {
            "name": name,
            "description": "T",
            "glossary": "g",
            "relatedTerms": [f"g.{other}"],
        }
        write("glossaryTerm", f"g.{name}", request)
    folder = shop(write, description="killed")
    command = [sys.executable, "-c", KILLED, server.host, server.admin_token, str(folder), NAME]
    if not undisturbed:
        assert om.apply(folder).failed == []
        undisturbed["documents"] = documents(om, tmp_path / "undisturbed")
        for entity_type, name in (("glossary", "g"), ("databaseService", "s")):
            om[entity_type].delete(name, recursive=True, hard=True)
        shutil.rmtree(folder / ".dynclient")
    with session_cache():
        run = subprocess.run([*command, str(moment)], check=False, cwd=ROOT)
    assert run.returncode in ({-signal.SIGKILL} if moment in MOMENTS else {0, -signal.SIGKILL})
    assert om.apply(folder).failed == []
    assert not om.plan(folder)
    assert documents(om, tmp_path / "continued") == undisturbed["documents"]
    (folder / "table-s.d.p.t.yaml").unlink()
    assert om.plan(folder, prune=True).counts["delete"] == 1
