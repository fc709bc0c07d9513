"""Runs of scripts that prune what they do not create any more."""

from __future__ import annotations

import contextlib
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient import compat, sandbox
from dynclient.as_code import TrackReport
from dynclient.client.client import Client
from tests.support.external_server import only_on_sandbox
from tests.support.servers import separate_sandbox
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES, release_named

pytestmark = only_on_sandbox("creates services with fixed names")

NAME = ALL_RELEASES[-1]
"""With a document store, unless only the starter release is there."""
ROOT = Path(__file__).resolve().parents[3]
NOWHERE = "00000000-0000-4000-8000-000000000000"
TABLES = [f"t{number}" for number in range(10)]


@pytest.fixture(scope="module")
def server() -> Iterator[sandbox.Running]:
    """A sandbox for the runs of this module; each test starts with an empty catalogue."""
    with separate_sandbox(NAME) as server:
        yield server


@pytest.fixture
def connect(server: sandbox.Running) -> Iterator[Callable[[], Client]]:
    """Return a function that connects as an administrator."""
    clients: list[Client] = []

    def connect() -> Client:
        om = dynclient.connect(server.host, token=server.admin_token, release=release_named(NAME))
        clients.append(om)
        return om

    yield connect
    for om in clients:
        om.close()


@pytest.fixture
def om(connect: Callable[[], Client]) -> Iterator[Client]:
    """A client, whose server has a service with a schema that no run created."""
    om = connect()
    om.database_services.create(name="s", serviceType="Mysql")
    om.databases.create(name="d", service="s")
    om.database_schemas.create(name="p", database="s.d")
    yield om
    om.database_services.delete("s", recursive=True, hard=True)
    if "document" in om.release.entities:
        for document in om.documents.list():
            om.documents.delete(document, hard=True)


def row(name: str, **fields: Any) -> dict[str, Any]:
    """Return the create request of a table."""
    columns = [{"name": "a", "dataType": "INT"}]
    return {"name": name, "databaseSchema": "s.d.p", "columns": columns, **fields}


def load(om: Client, names: list[str], **options: Any) -> TrackReport:
    """Create or replace tables in a run of a track."""
    with om.track("nightly", **options) as run:
        for name in names:
            om.tables.upsert(row(name))
    return run


def names(found: Any) -> list[str]:
    """Return the last parts of the names of entities."""
    return sorted(each.fqn.rpartition(".")[2] for each in found)


def test_what_a_run_does_not_create_any_more_is_pruned_softly(om: Client) -> None:
    om.tables.create(row("before"))
    first = load(om, [*TABLES, "before"], prune=True)
    assert (names(first.made), names(first.seen)) == (TABLES, ["before"])
    assert (first.stale, first.pruned, first.withheld) == ([], [], "")
    second = load(om, TABLES[1:], prune=True)
    assert (second.made, names(second.seen), names(second.pruned)) == ([], TABLES[1:], ["t0"])
    assert str(second) == "nightly: 9 seen, 1 stale, 1 pruned\n- table s.d.p.t0"
    assert om.tables.get(fqn="s.d.p.t0") is None
    assert om.tables.get(fqn="s.d.p.t0", include="deleted") is not None
    assert om.tables.get(fqn="s.d.p.before") is not None


def test_what_was_pruned_and_created_again_is_pruned_again(om: Client) -> None:
    load(om, TABLES)
    load(om, TABLES[1:], prune=True)
    assert names(load(om, TABLES, prune=True).seen) == TABLES
    assert names(load(om, TABLES[1:], prune=True).pruned) == ["t0"]


def test_more_than_a_tenth_is_pruned_only_if_it_is_allowed(om: Client) -> None:
    load(om, TABLES)
    with pytest.warns(dynclient.DynclientWarning, match=r"2 of 10 entities are stale.*max_prune=2"):
        run = load(om, TABLES[2:], prune=True)
    assert (names(run.stale), run.pruned) == (["t0", "t1"], [])
    assert om.tables.get(fqn="s.d.p.t0") is not None
    with pytest.warns(dynclient.DynclientWarning, match="at most 1 are pruned"):
        load(om, TABLES[2:], prune=True, max_prune=1)
    assert names(load(om, TABLES[2:], prune=True, max_prune=0.2).pruned) == ["t0", "t1"]


def test_nothing_is_pruned_after_an_exception_or_a_failure(om: Client) -> None:
    load(om, TABLES)
    reports = []
    with contextlib.suppress(ZeroDivisionError), om.track("nightly", prune=True) as run:
        reports.append(run)
        om.tables.upsert(row("new"))
        raise ZeroDivisionError
    (run,) = reports
    assert (names(run.made), run.withheld) == (["new"], "the block ended with ZeroDivisionError")
    with om.track("nightly", prune=True, max_prune=1.0) as run:
        result = om.tables.upsert_many([row("t1"), row("t2", databaseSchema="s.d.nowhere")])
    assert len(result.failed) == 1
    assert "failed" in run.withheld
    assert run.failed
    with om.track("nightly", prune=True, max_prune=1.0) as run:
        om.tables.upsert(row("t1"))
        with contextlib.suppress(dynclient.ServerError):
            om.tables.upsert(row("t2", owners=[{"id": NOWHERE, "type": "user"}]))
    assert (run.pruned, len(run.failed)) == ([], 1)
    with (
        om.track("nightly", prune=True, max_prune=1.0) as run,
        contextlib.suppress(dynclient.BadArguments, dynclient.RequestInvalid),
    ):
        om.tables.upsert(row("t2", descripton="D"))
    assert (run.pruned, len(run.failed)) == ([], 1)
    # What the interrupted run created is known to the next one.
    assert "new" in names(load(om, TABLES, prune=True, max_prune=1).pruned)


def test_every_way_to_write_counts_also_of_several_threads(om: Client) -> None:
    rows = [row(name) for name in TABLES]
    with om.track("nightly", prune=True) as run:
        om.tables.create(rows[0])
        om.tables.upsert_many(rows[1:4])
        om.tables.create_many(rows[4:6])
        with ThreadPoolExecutor(4) as threads:
            list(threads.map(om.tables.upsert, rows[6:]))
    assert names(run.made) == TABLES
    with om.track("nightly", prune=True, max_prune=1.0) as run:
        om.tables.upsert_many(rows[:2])
        with pytest.raises(dynclient.Conflict):
            om.tables.create(rows[2])
        table = om.tables.get(fqn="s.d.p.t3")
        assert table is not None
        table.description = "changed"
        om.save(table)
        om.tables.get(fqn="s.d.p.t4")
        source, target = (om.tables["s.d.p.t5"], om.tables["s.d.p.t6"])
        om.lineage.add(source, target)
        om.tables.delete("s.d.p.t7")
        assert len([*om.tables.list(databaseSchema="s.d.p")]) == 9
    assert names(run.pruned) == ["t8", "t9"]
    assert run.kept == []


def test_what_is_above_and_what_is_referred_to_is_not_stale(om: Client) -> None:
    with om.track("nightly"):
        om.database_schemas.create(name="q", database="s.d")
        om.tables.create(row("a", databaseSchema="s.d.q"))
        om.classifications.create(name="c", description="C")
        om.tags.create(name="x", classification="c", description="X")
        om.tags.create(name="y", classification="c", description="Y")
    tags = [{"tagFQN": "c.x", "source": "Classification", "labelType": "Manual",
             "state": "Confirmed"}]  # fmt: skip
    with om.track("nightly", prune=True, max_prune=1.0) as run:
        om.tables.upsert(row("a", databaseSchema="s.d.q", tags=tags))
    assert [str(each) for each in (*run.pruned, *run.kept)] == ["tag c.y"]
    om.classifications.delete("c", recursive=True, hard=True)


def test_an_entity_with_parts_of_others_is_kept(om: Client, connect: Callable[[], Client]) -> None:
    with om.track("nightly"):
        om.database_schemas.create(name="q", database="s.d")
    connect().tables.create(row("theirs", databaseSchema="s.d.q"))
    with om.track("nightly", prune=True, max_prune=1.0) as run:
        pass
    assert (run.pruned, names(run.kept)) == ([], ["q"])
    assert "did not delete it" in run.kept[0].reason
    assert om.database_schemas.get(fqn="s.d.q") is not None


def test_what_was_renamed_or_created_by_others_is_kept(om: Client) -> None:
    load(om, TABLES)
    om.tables.delete("s.d.p.t1", hard=True)
    om.tables.create(row("t1"))  # the same name, but another entity
    with om.track("nightly", prune=True, max_prune=2) as run:
        for name in TABLES[2:]:
            om.tables.upsert(row(name))
    assert (names(run.pruned), names(run.gone)) == (["t0"], ["t1"])
    assert om.tables.get(fqn="s.d.p.t1") is not None


def test_of_two_runs_at_once_neither_prunes(om: Client, connect: Callable[[], Client]) -> None:
    load(om, TABLES)
    other = connect()
    with om.track("nightly", prune=True) as first:
        with other.track("nightly", prune=True) as second:
            for name in TABLES[:9]:
                other.tables.upsert(row(name))
            other.tables.upsert(row("second"))
        for name in TABLES[1:]:
            om.tables.upsert(row(name))
        om.tables.upsert(row("first"))
    for run in (first, second):
        assert run.pruned == []
        assert "another run of this name took place at the same time: process" in run.withheld
    assert names(load(om, [*TABLES, "first"], prune=True).pruned) == ["second"]


def test_runs_inside_of_others_count_for_both(om: Client) -> None:
    with om.track("outer") as outer:
        om.tables.upsert(row("one"))
        with om.track("inner") as inner:
            om.tables.upsert(row("two"))
        with pytest.raises(dynclient.UsageError, match="'outer' is being tracked"), om.track(
            "outer"
        ):  # fmt: skip
            pass
    assert (names(outer.made), names(inner.made)) == (["one", "two"], ["two"])


def test_what_the_drop_in_writes_counts(om: Client, server: sandbox.Running) -> None:
    if NAME.startswith("1.0"):
        pytest.skip("models of the official SDK were different before 1.1")
    compat.install(om.release)
    official = import_module("metadata.ingestion.ometa.ometa_api").OpenMetadata
    requests = import_module("metadata.generated.schema.api.data.createDatabaseSchema")
    security = {"jwtToken": server.admin_token}
    config = {
        "hostPort": server.host, "authProvider": "openmetadata", "securityConfig": security,
    }  # fmt: skip
    with official(config) as metadata, metadata.native.track("nightly") as run:
        metadata.create_or_update(requests.CreateDatabaseSchemaRequest(name="q", database="s.d"))
    compat.uninstall()
    assert [str(each) for each in run.made] == ["databaseSchema s.d.q"]


KILLED = """
import os, signal, sys
import dynclient
from tests.support.trees import release_named

host, token, name, folder = sys.argv[1:]
with dynclient.connect(host, token=token, release=release_named(name)) as om:
    with om.track("nightly", prune=True, manifest=folder or None):
        for number in range(45):
            columns = [{"name": "a", "dataType": "INT"}]
            om.tables.create(name=f"k{number:02}", databaseSchema="s.d.p", columns=columns)
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_a_run_that_was_killed_does_not_block_the_next_one(
    server: sandbox.Running, om: Client, tmp_path: Path
) -> None:
    arguments = [server.host, server.admin_token, om.release.name]
    command = [sys.executable, "-c", KILLED, *arguments, str(tmp_path)]
    with session_cache():
        killed = subprocess.run(command, check=False, cwd=ROOT)
    assert killed.returncode == -signal.SIGKILL
    with om.track("nightly", prune=True, max_prune=1.0, manifest=tmp_path) as run:
        om.tables.upsert(row("k00"))
    assert run.withheld == ""
    assert len(run.pruned) >= 39  # the last few may not have been recorded
    assert "k00" not in names(run.pruned)


def test_a_user_who_may_not_write_documents_gets_an_error_before_anything_is_written(
    om: Client, connect: Callable[[], Client], tmp_path: Path
) -> None:
    if "document" not in om.release.entities:
        pytest.skip(f"release {om.release.name} has no document store")
    password = "S3cret-pass"
    om.users.create(
        name="ada", email="ada@example.com", isBot=False, password=password,
        createPasswordType="ADMIN_CREATE", confirmPassword=password,
    )  # fmt: skip
    login = {"username": "ada@example.com", "password": password, "release": om.release}
    with dynclient.connect(om.host, **login) as ada:
        with pytest.raises(dynclient.UsageError, match="manifest='folder'"), ada.track("x"):
            pass
        with ada.track("x", manifest=tmp_path):
            pass
    om.users.delete("ada", hard=True)


def test_the_manifest_is_not_part_of_a_dump(om: Client, tmp_path: Path) -> None:
    load(om, TABLES[:1])
    om.dump(tmp_path / "all", types={"table", *({"document"} & om.release.entities.keys())})
    text = "".join(path.read_text("utf-8") for path in (tmp_path / "all").rglob("*.yaml"))
    assert "s.d.p.t0" in text
    assert "dynclient-track" not in text


def test_arguments_that_are_wrong_are_listed(om: Client) -> None:
    for name in ("", "  ", "a\nb", 1, "x" * 200):
        with pytest.raises(dynclient.BadArguments, match="name"):
            om.track(name)  # type: ignore[arg-type]  # wrong on purpose
    for limit in (-1, 1.5, True, "2", float("nan")):
        with pytest.raises(dynclient.BadArguments, match="max_prune"):
            om.track("x", prune=True, max_prune=limit)
    with pytest.raises(dynclient.BadArguments, match="prune: must be True or False"):
        om.track("x", prune="no")  # type: ignore[arg-type]  # wrong on purpose
    with pytest.raises(dynclient.BadArguments, match="needs prune=True"):
        om.track("x", max_prune=1)
