"""A server backed up into a file, and restored on another one."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import dynclient
from dynclient import model, sandbox
from dynclient.as_code.backup_file import read_backup
from dynclient.cli.app import run
from dynclient.cli.exit_codes import DIFFERS, DONE, FAILED
from dynclient.client.client import Client
from dynclient.testing import load_example_catalogue
from tests.support.external_server import only_on_sandbox
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES, release_named

pytestmark = only_on_sandbox("backs up a whole catalogue, which is that of these tests")

NEWEST = ALL_RELEASES[-1]
ORDERS = "shop.sales.public.orders"
SECRET = "s3cret-of-the-backup"


@pytest.fixture(scope="module")
def servers() -> Iterator[list[sandbox.Running]]:
    """Two sandboxes: one with the example catalogue and more, and an empty one."""
    release = release_named(NEWEST)
    with (
        session_cache(),
        sandbox.start(release, in_process=True) as one,
        sandbox.start(release, in_process=True) as two,
    ):
        with dynclient.connect(one.host, token=one.admin_token, release=release) as om:
            load_example_catalogue(om)
            service = om.database_services["shop"]
            service.connection.config.authType = {"password": SECRET}
            om.save(service)
            om.tables.follow(om.tables[ORDERS], om.users["ada"])
            om.custom_properties("table").define("retention", "integer", description="Days.")
            om.tables.set_property(om.tables[ORDERS], "retention", 30)
            if "feed" in dir(om):
                om.feed.start(f"table:{ORDERS}", "Is this complete?")
        yield [one, two]


def client(server: sandbox.Running) -> Client:
    return dynclient.connect(
        server.host, token=server.admin_token, release=release_named(server.release)
    )


def test_everything_is_restored(
    servers: list[sandbox.Running],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    first, second = tmp_path / "first.zip", tmp_path / "second.zip"
    with client(servers[0]) as om:
        made = om.backup(first)
        with pytest.raises(dynclient.UsageError, match="exists"):
            om.backup(first)
        theirs = om.tables.get(fqn=ORDERS)
    assert [*tmp_path.iterdir()] == [first]
    with zipfile.ZipFile(first) as archive:
        assert all(SECRET.encode() not in archive.read(name) for name in archive.namelist())
    with client(servers[1]) as om:
        with pytest.raises(dynclient.ValidationFailed, match=r"the secret .* is not set"):
            om.restore_backup(first)
        assert om.tables.get(fqn=ORDERS) is None
        monkeypatch.setenv("DYNCLIENT_SECRET_SHOP_CONNECTION_CONFIG_AUTHTYPE_PASSWORD", SECRET)
        done = om.restore_backup(first)
        assert (done.result.failed, done.differing) == ([], [])
        assert done.result.counts["created"] >= 25
        assert (done.counts, sum(done.counts.values())) == (made.counts, made.total)
        table = om.tables.get(fqn=ORDERS, fields="*")
        assert table.id != theirs.id
        assert (table.owners[0].name, table.extension["retention"]) == ("ada", 30)
        assert model.raw(table)["sampleData"]["rows"]
        assert not om.restore_backup(first).result.reports
        om.backup(second)
        assert read_backup(second).files == read_backup(first).files
        _check_commands(om, servers[1], tmp_path, monkeypatch, capsys)


def _check_commands(
    om: Client,
    server: sandbox.Running,
    folder: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Back up and restore on the command line, what was changed meanwhile too."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("OPENMETADATA_HOST", server.host)
    monkeypatch.setenv("OPENMETADATA_TOKEN", server.admin_token)
    quick = ("--no-feeds", "--no-profiles", "--no-sample-data", "--no-lineage")
    assert run(["backup", "create", "b.zip", *quick]) == DONE
    assert "entities to b.zip" in capsys.readouterr().out
    table = om.tables.get(fqn=ORDERS)
    table.description = "Changed after the backup."
    om.save(table)
    assert run(["backup", "restore", "b.zip", "--dry-run", "--output", "json"]) == DIFFERS
    actions = json.loads(capsys.readouterr().out)["actions"]
    assert [each["fullyQualifiedName"] for each in actions if each["action"] != "keep"] == [ORDERS]
    monkeypatch.setattr("sys.stdin.readline", lambda: "n\n", raising=False)
    assert run(["backup", "restore", "b.zip"]) == FAILED
    assert om.tables.get(fqn=ORDERS).description == "Changed after the backup."
    assert run(["backup", "restore", "b.zip", "--yes"]) == DONE
    assert om.tables.get(fqn=ORDERS).description.startswith("One row")
    Path("b.zip").write_bytes(Path("b.zip").read_bytes()[:-40])
    with pytest.raises(dynclient.ValidationFailed, match="truncated"):
        run(["backup", "restore", "b.zip", "--yes"])
