"""A load that is killed at any moment continues from its journal."""

from __future__ import annotations

import json
import random
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dynclient import sandbox
from dynclient.client.client import Client
from tests.support import bulk_load
from tests.support.servers import Server
from tests.support.trees import ALL_RELEASES

ROOT = Path(__file__).resolve().parents[3]
RELEASE = ALL_RELEASES[-1]

pytestmark = [
    pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX"),
    pytest.mark.usefixtures("removed_afterwards"),
]


def start(running: sandbox.Running, method: str, count: int, journal: Path) -> Any:
    arguments = [running.host, running.admin_token, RELEASE, method, str(count), str(journal)]
    return subprocess.Popen(
        [sys.executable, "-m", "tests.support.bulk_load", *arguments],
        cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip


def kill_after(process: Any, results: int) -> None:
    """Kill a load as soon as it has printed a number of results."""
    for _ in range(results):
        assert process.stdout.readline()
    process.kill()
    process.communicate()


def finish(process: Any) -> dict[str, Any]:
    lines = process.communicate()[0].splitlines()
    assert process.returncode == 0
    summary: dict[str, Any] = json.loads(lines[-1])
    return summary


def load_with_kills(
    running: sandbox.Running, om: Client, method: str, count: int, kills: int, journal: Path
) -> dict[str, Any]:
    """Load tables, kill the load several times, continue it, and check what is there."""
    bulk_load.prepare(om)
    moments = random.Random(f"{method} {count}")
    for _ in range(kills):
        kill_after(start(running, method, count, journal), moments.randint(1, count // kills - 1))
    before = len(journal.read_text().splitlines()) - 1
    summary = finish(start(running, method, count, journal))
    assert summary["failed"] == []
    assert summary["continued"] in {before, before - 1}  # the last line may be torn
    entries = [json.loads(line) for line in journal.read_text().splitlines()[1:]]
    assert Counter(row for row, *_ in entries) == Counter(range(count)), "each row once"
    names = {name for *_, name in entries}
    listed = om.tables.list(databaseSchema=bulk_load.SCHEMA, page_size=1000)
    versions = {table.fullyQualifiedName: table.version for table in listed}
    assert names == versions.keys()
    assert len(names) == count
    assert set(versions.values()) == {0.1}, "no row was changed by a second request"
    return summary


@pytest.fixture
def running(server: Server) -> sandbox.Running:
    return server(RELEASE)


@pytest.fixture
def emptied(connected: Callable[[str], Client]) -> Client:
    om = connected(RELEASE)
    if "loads" in om.database_services:
        om.database_services.delete("loads", recursive=True, hard=True)
    return om


@pytest.mark.parametrize("method", ["create_many", "upsert_many"])
def test_a_killed_load_continues_and_records_each_row_once(
    method: str, running: sandbox.Running, emptied: Client, tmp_path: Path
) -> None:
    summary = load_with_kills(running, emptied, method, 400, 2, tmp_path / "load.journal")
    done = summary["created"] + summary["written"] + summary["unchanged"]
    assert done == 400
    assert summary["updated"] == 0
    if method == "create_many":
        assert summary["created"] == 400


def test_ctrl_c_records_all_that_was_sent(
    running: sandbox.Running, emptied: Client, tmp_path: Path
) -> None:
    journal = tmp_path / "load.journal"
    bulk_load.prepare(emptied)
    process = start(running, "create_many", 5000, journal)
    for _ in range(50):
        assert process.stdout.readline()
    process.send_signal(signal.SIGINT)
    process.communicate()
    assert process.returncode != 0
    entries = [json.loads(line) for line in journal.read_text().splitlines()[1:]]
    listed = emptied.tables.list(databaseSchema=bulk_load.SCHEMA, page_size=1000)
    assert {name for *_, name in entries} == {table.fullyQualifiedName for table in listed}
    assert 50 <= len(entries) < 5000


@pytest.mark.slow
def test_20000_tables_and_five_kills(
    running: sandbox.Running,
    emptied: Client,
    tmp_path: Path,
) -> None:
    summary = load_with_kills(running, emptied, "create_many", 20_000, 5, tmp_path / "load.journal")
    assert summary["created"] == 20_000
    print(f"peak memory {summary['peak']:.1f} MiB, continued {summary['continued']} rows")
