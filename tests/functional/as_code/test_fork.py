"""Forks: a part of a catalogue in a data file, changed there, compared, and planned back."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import model, sandbox
from dynclient.as_code import CatalogueDiff, diff
from dynclient.as_code.fork_changes import changes_folder
from dynclient.as_code.fork_content import content_of_fork
from dynclient.cli.app import run
from dynclient.cli.exit_codes import DIFFERS, DONE
from dynclient.client.client import Client
from dynclient.sandbox.entities.entity_model import EntityModels
from dynclient.sandbox.entities.imports import EntityImport, stored_fields
from dynclient.sandbox.startup_errors import DataInUse
from dynclient.schema import Release
from dynclient.testing import load_example_catalogue
from tests.support.external_server import only_on_sandbox
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES, release_named

pytestmark = only_on_sandbox("forks a whole catalogue, which is that of these tests")

NEWEST = ALL_RELEASES[-1]
OLDEST = "1.0.4" if "1.0.4" in ALL_RELEASES else ALL_RELEASES[0]
ORDERS = "shop.sales.public.orders"
SECRET = "s3cret-of-the-shop"
RESULTS = {"profile", "sampleData", "testCaseResult", "testCaseStatus", "incidentId"}

SERVERS: dict[str, sandbox.Running] = {}
"""The sandboxes of this module by their addresses, for their tokens."""


@contextmanager
def served(path: Path, release: Release) -> Iterator[Client]:
    """Yield a client of a sandbox that serves a data file."""
    with (
        sandbox.start(release, data=path, in_process=True) as server,
        dynclient.connect(server.host, token=server.admin_token, release=release) as om,
    ):
        SERVERS[om.host] = server
        yield om


def fill(om: Client) -> None:
    """Create the example catalogue, a secret, a follower, and a custom property with a value."""
    load_example_catalogue(om)
    service = om.database_services["shop"]
    config = service.connection.config
    if "authType" in dir(config):
        config.authType = {"password": SECRET}
    else:
        config.password = SECRET
    om.save(service)
    om.tables.follow(om.tables[ORDERS], om.users["ada"])
    om.custom_properties("table").define("retention", "integer", description="Days.")
    om.tables.set_property(om.tables[ORDERS], "retention", 30)


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], Path]:
    """Return a function that returns the data file of a filled sandbox of a release."""
    folder, known = tmp_path_factory.mktemp("prepared"), set[str]()

    def of(name: str) -> Path:
        path = folder / f"{name}.db"
        if name not in known:
            with session_cache(), served(path, release_named(name)) as om:
                fill(om)
            known.add(name)
        return path

    return of


@contextmanager
def copied(path: Path, name: str, folder: Path) -> Iterator[Client]:
    """Yield a client of a sandbox with a copy of a data file."""
    (folder / "server").mkdir()
    copy = Path(shutil.copy(path, folder / "server" / "server.db"))
    with served(copy, release_named(name)) as om:
        yield om


@pytest.fixture
def om(
    prepared: Callable[[str], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Client]:
    """A client of a sandbox of the newest release that a test may change."""
    with copied(prepared(NEWEST), NEWEST, tmp_path_factory.mktemp("om")) as om:
        yield om


@pytest.fixture(params=sorted({NEWEST, OLDEST}))
def any_om(
    request: pytest.FixtureRequest,
    prepared: Callable[[str], Path],
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Client]:
    """A client of a sandbox of the newest, and of the oldest release."""
    name = request.param
    with copied(prepared(name), name, tmp_path_factory.mktemp("any")) as om:
        yield om


def without_links(value: Any) -> Any:
    """Return JSON without links, which have the address of the server."""
    if isinstance(value, dict):
        return {name: without_links(each) for name, each in value.items() if name != "href"}
    return [without_links(each) for each in value] if isinstance(value, list) else value


def comparable(om: Client, entity_type: str, entity: Any) -> dict[str, Any]:
    """Return what a fork copies of an entity."""
    models = EntityModels(om.release)
    copied = {*stored_fields(models[entity_type]), "id", "version", "updatedAt", "updatedBy"}
    raw = model.raw(om[entity_type].get(entity.id, fields="*"))
    found = {name: raw[name] for name in copied - RESULTS if name in raw}
    return without_links({name: each for name, each in found.items() if each not in ([], None)})


def test_a_fork_has_the_entities_as_they_are(any_om: Client, tmp_path: Path) -> None:
    om, path = any_om, tmp_path / "shop.db"
    made = sandbox.fork(om, path, service="shop", history=True)
    assert [*tmp_path.iterdir()] == [path]
    assert {"table": 4, "databaseService": 1, "user": 1}.items() <= made.counts.items()
    assert (made.release, made.edges, made.referenced > 5) == (om.release.name, 1, True)
    assert SECRET.encode() not in path.read_bytes()
    own_ids = {each.id for each in om.tables.list()}
    with served(path, om.release) as fork:
        compared = 0
        for entity_type in made.counts:
            theirs = {each.id: each for each in om[entity_type].list()}
            for entity in fork[entity_type].list():
                if entity.id in theirs:
                    here = comparable(fork, entity_type, entity)
                    assert here == comparable(om, entity_type, theirs[entity.id])
                    compared += 1
        assert compared >= made.total - 2  # suites of tables are not in lists
        table = fork.tables.get(fqn=ORDERS, fields="*")
        assert table.id in own_ids
        assert (table.followers[0].name, table.extension["retention"]) == ("ada", 30)
        [edge] = fork.lineage(table, downstream=0).edges
        assert edge.columns
        versions = [each.number for each in fork.history(table)]
        assert versions == [each.number for each in om.history(f"table:{ORDERS}")]
        assert len(versions) > 1
        # It is an ordinary sandbox: an old name is taken, a new one is free, labels are checked.
        with pytest.raises(dynclient.Conflict):
            fork.databases.create(name="sales", service="shop")
        assert fork.databases.create(name="other", service="shop").version == 0.1


def test_whole_catalogues_keep_the_ids_of_what_servers_have(om: Client, tmp_path: Path) -> None:
    path = tmp_path / "all.db"
    requests: list[str] = []
    hooks = dynclient.Hooks(on_request=lambda request: requests.append(request.path))
    token = SERVERS[om.host].bot_token
    with dynclient.connect(om.host, token=token, release=om.release, hooks=hooks) as bot:
        made = sandbox.fork(bot, path, lineage=False)
    assert len(requests) < made.total
    # Servers return secrets to bots.
    assert SECRET.encode() not in path.read_bytes()
    with served(path, om.release) as fork:
        for kind, name in (("user", "admin"), ("team", "Organization"), ("tag", "PII.Sensitive")):
            assert fork[kind].get(fqn=name).id == om[kind].get(fqn=name).id, name
        assert fork.users.get(fqn="admin").isAdmin
        assert fork.tables.get(fqn=ORDERS).version == om.tables.get(fqn=ORDERS).version
    assert not len(diff(path, om))


def test_a_fork_is_whole_or_not_there(
    om: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "shop.db"
    with pytest.raises(dynclient.UsageError, match="has no service 'shp'"):
        sandbox.fork(om, path, service="shp")
    added: list[str] = []
    add = EntityImport.add

    def fail(self: EntityImport, entity_type: str, raw: dict[str, Any]) -> None:
        add(self, entity_type, raw)
        added.append(entity_type)
        if added.count("table") == 2:
            raise dynclient.TransportError("the connection was lost")

    with monkeypatch.context() as patched:
        patched.setattr(EntityImport, "add", fail)
        with pytest.raises(dynclient.TransportError):
            sandbox.fork(om, path, service="shop")
    assert added.count("table") == 2
    assert [*tmp_path.iterdir()] == []
    sandbox.fork(om, path, types=["tables"], lineage=False)
    with pytest.raises(dynclient.UsageError, match="exists"):
        sandbox.fork(om, path)
    with served(path, om.release), pytest.raises(DataInUse):
        sandbox.fork(om, path, types="tables", lineage=False, replace=True)
    owned = [each for each in om.tables.list(fields="owners") if each.owners]
    made = sandbox.fork(om, path, types="tables", where="owner:ada", replace=True)
    assert 0 < made.counts["table"] == len(owned) < 6
    with pytest.raises(dynclient.BadArguments, match="needs types="):
        sandbox.fork(om, path, where="owner:ada", replace=True)
    with pytest.raises(dynclient.UsageError, match="cannot be written"):
        sandbox.fork(om, tmp_path / "absent" / "x.db")


def change(fork: Client) -> None:
    """Create, change and delete entities, an edge and a custom property in a fork."""
    table = fork.tables.get(fqn=ORDERS)
    table.description = "Changed in the fork."
    table.columns[0].description = "Also changed."
    fork.save(table)
    fork.tables.create(
        name="invoices", databaseSchema="shop.sales.public",
        columns=[{"name": "id", "dataType": "INT"}],
    )  # fmt: skip
    fork.tables.delete(fork.tables.get(fqn="shop.sales.public.order_items"))
    fork.lineage.add(f"table:{ORDERS}", "table:shop.sales.public.invoices")
    fork.lineage.add("table:shop.sales.public.invoices", "table:shop.sales.public.customers")
    fork.custom_properties("table").define("steward", "string", description="Who cares for it.")


def differences(found: CatalogueDiff) -> dict[tuple[str, str, str], list[str]]:
    return {each[:3]: [place.path for place in each.changes] for each in found}


def test_changes_are_compared_and_planned_back(om: Client, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    sandbox.fork(om, path, service="shop")
    assert not len(diff(path))
    assert not om.plan(path)
    with served(path, om.release) as fork:
        change(fork)
        found = diff(path)  # while a sandbox serves it
    assert differences(found) == {
        ("created", "table", "shop.sales.public.invoices"): [
            "name", "columns", "databaseSchema", "lineage"
        ],
        ("changed", "table", "shop.sales.public.customers"): ["lineage"],
        ("deleted", "table", "shop.sales.public.order_items"): [],
        ("changed", "table", ORDERS): ["description", "columns['id'].description"],
        ("changed", "type", "table"): ["customProperties['steward']"],
    }  # fmt: skip
    assert f"~ changed table {ORDERS}\n    ~ description: One row" in str(found)
    assert found.counts == {"created": 1, "changed": 3, "deleted": 1}
    table = om.tables.get(fqn=ORDERS)
    table.displayName = "Orders"
    table = om.save(table)
    plan = om.plan(path)
    assert sorted((each.kind, each.fqn) for each in plan.actions) == [
        ("change", "shop.sales.public.customers"), ("change", ORDERS), ("change", "table"),
        ("create", "shop.sales.public.invoices"),
    ]  # fmt: skip
    table.description = "Changed on the server."
    om.save(table)
    [conflict] = om.plan(path).conflicts
    assert (conflict.path, conflict.by, conflict.at > 0) == ("description", "admin", True)
    assert conflict.base.startswith("One row")
    assert conflict.mine == "Changed in the fork."
    with pytest.raises(dynclient.ValidationFailed, match="Changed on the server"):
        om.apply(path)
    result = om.apply(path, overwrite=True, prune=True)
    assert (result.counts, result.failed) == ({"created": 1, "deleted": 1, "updated": 3}, [])
    assert not om.plan(path, prune=True)
    table = om.tables.get(fqn=ORDERS)
    assert (table.description, table.displayName) == ("Changed in the fork.", "Orders")
    assert om.tables.get(fqn="shop.sales.public.order_items") is None
    edges = om.lineage("table:shop.sales.public.customers", upstream=2, downstream=0).edges
    assert len(edges) == 2
    # Another change on the server of what was applied is not a conflict with the fork.
    table.description = "Later."
    om.save(table)
    assert not om.plan(path)
    [rest] = diff(path, om)
    assert [place.path for place in rest.changes] == ["description", "displayName"]
    # A new fork of the same name forgets the changes of the old one.
    sandbox.fork(om, path, service="shop", replace=True)
    assert not om.plan(path, prune=True)
    assert not [*changes_folder(path).glob("*.jsonl")]


def test_servers_and_folders_are_compared(om: Client, tmp_path: Path) -> None:
    path, folder = tmp_path / "shop.db", tmp_path / "dumped"
    sandbox.fork(om, path, service="shop")
    om.dump(folder, service="shop")
    shutil.copytree(folder, tmp_path / "copy")
    file = tmp_path / "copy" / "table" / "shop" / "sales" / "public" / "orders.yaml"
    file.write_text(file.read_text().replace("One row", "A row"))
    file.with_name("customers.yaml").unlink()
    for first, second in ((path, om), (om, folder)):
        assert not len(diff(first, second))
    found = diff(folder, tmp_path / "copy")
    assert differences(found) == {
        ("deleted", "table", "shop.sales.public.customers"): [],
        ("changed", "table", ORDERS): ["description"],
    }
    assert len(diff(om, tmp_path / "copy")) == 2
    assert not len(diff(path, tmp_path / "copy", types="databaseSchema"))
    with pytest.raises(dynclient.UsageError, match="only if it is a fork"):
        diff(folder)
    for first, choice in ((folder, {"types": "user"}), (om, {"service": "shop"})):
        with pytest.raises(dynclient.UsageError, match="is compared as it is"):
            diff(first, tmp_path / "copy", **choice)


def test_the_content_is_written_to_another_release(om: Client, tmp_path: Path) -> None:
    path = tmp_path / "shop.db"
    sandbox.fork(om, path, service="shop")
    with content_of_fork(path) as load, served(tmp_path / "old.db", release_named(OLDEST)) as old:
        load(old)
        table = old.tables.get(fqn=ORDERS, fields="*")
        assert table.id != om.tables.get(fqn=ORDERS).id
        owner = table.owner if "owner" in model.raw(table) else table.owners[0]
        assert (owner.name, len([*old.tables.list()])) == ("ada", 4)
        assert len(old.lineage(table, downstream=0).edges) == 1


def test_other_files_are_not_forks(om: Client, tmp_path: Path) -> None:
    path = tmp_path / "data.db"
    with served(path, om.release):
        pass
    for call in (diff, om.plan):
        with pytest.raises(dynclient.UsageError, match="and not of a fork"):
            call(path)
    path.write_bytes(path.read_bytes()[:100] + b"nonsense")
    with pytest.raises(dynclient.UsageError, match="cannot be read as the data file"):
        diff(path)


def test_commands(
    om: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENMETADATA_HOST", om.host)
    monkeypatch.setenv("OPENMETADATA_TOKEN", SERVERS[om.host].admin_token)
    assert run(["fork", "--service", "shop", "-o", "shop.db"]) == DONE
    assert "4 table" in capsys.readouterr().out
    assert run(["diff", "shop.db"]) == DONE
    with ExitStack() as stack:
        change(stack.enter_context(served(Path("shop.db"), om.release)))
    capsys.readouterr()
    assert run(["diff", "shop.db"]) == DIFFERS
    assert "Changed in the fork." in capsys.readouterr().out
    assert run(["diff", "shop.db", "--host", om.host, "--output", "json"]) == DIFFERS
    found = json.loads(capsys.readouterr().out)
    assert found["counts"] == {"created": 1, "changed": 2, "deleted": 1}
    assert run(["plan", "shop.db", "-o", "plan.json"]) == DIFFERS
    assert run(["apply", "shop.db", "--prune", "--dry-run"]) == DIFFERS
    assert run(["apply", "plan.json"]) == DONE
    assert run(["diff", "shop.db", "shop.db"]) == DONE
    with pytest.raises(dynclient.UsageError, match="exists"):
        run(["fork", "-o", "shop.db"])
