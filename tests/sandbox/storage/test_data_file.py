"""The data file: acknowledged writes survive every end; an unusable file is refused."""

from __future__ import annotations

import ctypes
import functools
import itertools
import json
import os
import resource
import shutil
import signal
import sqlite3
import subprocess
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from dynclient import sandbox
from dynclient.releases.cache import bundled
from tests.support.sandbox_processes import LaunchedSandbox, environment, launch, start_error
from tests.support.trees import TREES


def team(name: str) -> dict[str, Any]:
    return {"name": name, "teamType": "Group"}


def names(running: LaunchedSandbox) -> set[str]:
    """Return the names of all teams."""
    response = running.request("GET", "/v1/teams", params={"limit": 1_000_000, "include": "all"})
    assert response.status_code == 200, response.text
    return {found["name"] for found in response.json()["data"]}


# what is kept


def test_data_survive_a_restart(tmp_path: Path) -> None:
    data = tmp_path / "file.db"
    with launch("--data", data) as first:
        created = first.request("POST", "/v1/teams", json=team("shop")).json()
        first.end(signal.SIGTERM)
    with launch("--data", data) as second:
        response = second.request("GET", f"/v1/teams/{created['id']}")
        assert response.json()["name"] == "shop"
        # Tokens outlive the process as well.
        second.session.headers["Authorization"] = f"Bearer {first.info['bot_token']}"
        assert second.request("GET", "/v1/users/loggedInUser").json()["name"] == "ingestion-bot"
        second.end(signal.SIGTERM)


def descriptions(running: LaunchedSandbox) -> dict[str, str]:
    """Return what all teams are described by, by name."""
    response = running.request("GET", "/v1/teams", params={"limit": 1_000_000, "include": "all"})
    return {found["name"]: found.get("description", "") for found in response.json()["data"]}


def write_until_killed(running: LaunchedSandbox, writer: str) -> dict[str, str]:
    """Create and describe teams until the server is gone; return what it acknowledged."""
    acknowledged: dict[str, str] = {}
    with requests.Session() as session:
        session.headers.update(running.session.headers)
        for number in itertools.count():
            name = f"{writer}-{number}"
            try:
                response = session.post(
                    f"{running.info['host']}/v1/teams", json=team(name), timeout=60
                )
            except requests.RequestException:
                return acknowledged
            assert response.status_code == 201, response.text
            acknowledged[name] = ""
            change = [{"op": "add", "path": "/description", "value": f"changed {name}"}]
            try:
                response = session.patch(
                    f"{running.info['host']}/v1/teams/{response.json()['id']}",
                    data=json.dumps(change), timeout=60,
                    headers={"Content-Type": "application/json-patch+json"},
                )  # fmt: skip
            except requests.RequestException:
                return acknowledged
            assert response.status_code == 200, response.text
            acknowledged[name] = f"changed {name}"
            if number == 20:
                running.process.kill()
    raise AssertionError("not reached")


def test_acknowledged_writes_survive_a_kill(tmp_path: Path) -> None:
    data = tmp_path / "file.db"
    acknowledged: dict[str, str] = {}
    for life in range(3):
        with launch("--data", data) as running, ThreadPoolExecutor(8) as pool:
            assert kept(acknowledged, running)
            writers = [f"life{life}-writer{number}" for number in range(8)]
            for names in pool.map(functools.partial(write_until_killed, running), writers):
                acknowledged.update(names)
    assert len(acknowledged) > 60
    with launch("--data", data) as running:
        assert kept(acknowledged, running)


def kept(acknowledged: dict[str, str], running: LaunchedSandbox) -> bool:
    """Return whether every acknowledged team and every acknowledged change is stored."""
    found = descriptions(running)
    changed = {name: text for name, text in acknowledged.items() if text}
    return set(acknowledged) <= set(found) and changed.items() <= found.items()


# what is refused


def test_a_second_sandbox_on_one_file_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "file.db"
    with launch("--data", data) as first:
        message = start_error("--data", data)
        assert str(data) in message
        assert "is served by another sandbox" in message
        for in_process in (False, True):
            with pytest.raises(sandbox.SandboxFailed, match="is served by another sandbox"):
                sandbox.start(data=data, in_process=in_process)
        assert first.request("POST", "/v1/teams", json=team("shop")).status_code == 201
        first.end(signal.SIGKILL)
    with launch("--data", data) as second:
        assert "shop" in names(second)


def test_two_files_of_one_folder_are_two_sandboxes(tmp_path: Path) -> None:
    with launch("--data", tmp_path / "a.db") as one, launch("--data", tmp_path / "b.db") as two:
        assert one.request("POST", "/v1/teams", json=team("shop")).status_code == 201
        assert "shop" not in names(two)


@pytest.fixture
def other_tree(tmp_path: Path) -> Path:
    """An archive of the starter release with one word changed."""
    starter = bundled()
    assert starter is not None
    archive = tmp_path / "9.9.9.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        for file in sorted(starter.rglob("*.json")):
            text = file.read_text("utf-8")
            if file.name == "table.json":
                text = text.replace('"description": "', '"description": "Other. ', 1)
            packed.writestr(f"json/schema/{file.relative_to(starter)}", text)
    return archive


def test_a_file_of_another_release_is_refused(tmp_path: Path, other_tree: Path) -> None:
    data = tmp_path / "file.db"
    with launch("--data", data) as first:
        first.end(signal.SIGTERM)
    before = data.read_bytes()
    message = start_error("--data", data, "--tree", other_tree)
    assert message == (
        f"the data file {data} was created for release starter, not for 9.9.9; serve that"
        " release or name another file"
    )
    assert data.read_bytes() == before
    with launch("--data", data) as again:
        assert "Organization" in names(again)


def test_a_file_of_another_tree_of_that_name_is_refused(tmp_path: Path, other_tree: Path) -> None:
    data = tmp_path / "file.db"
    with launch("--data", data, "--tree", other_tree) as first:
        first.end(signal.SIGTERM)
    plain = tmp_path / "plain"
    starter = bundled()
    assert starter is not None
    shutil.copytree(starter, plain / "9.9.9" / "json" / "schema")
    message = start_error("--data", data, "--release", "9.9.9", "--tree", plain / "9.9.9")
    assert "created for another tree that is also named 9.9.9" in message


def test_a_file_that_is_not_a_database_is_refused_and_kept(tmp_path: Path) -> None:
    data = tmp_path / "notes.txt"
    data.write_text("my notes\n" * 100)
    message = start_error("--data", data)
    assert str(data) in message
    assert "not a database" in message
    assert data.read_text() == "my notes\n" * 100


def test_another_database_is_refused_and_kept(tmp_path: Path) -> None:
    data = tmp_path / "shop.db"
    connection = sqlite3.connect(data)
    connection.execute("create table orders (id integer)")
    connection.commit()
    connection.close()
    before = data.read_bytes()
    assert "is not a data file of a sandbox but another database" in start_error("--data", data)
    assert data.read_bytes() == before


def test_a_file_of_another_layout_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "file.db"
    with launch("--data", data) as first:
        first.end(signal.SIGTERM)
    connection = sqlite3.connect(data)
    connection.execute("update meta set value = '0' where key = 'format'")
    connection.commit()
    connection.close()
    assert "has layout 0" in start_error("--data", data)


# disks that do not take any more


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    data = tmp_path / "missing" / "file.db"
    message = start_error("--data", data)
    assert str(data) in message
    assert "unable to open database file" in message
    assert "in a folder that exists and can be written" in message


@pytest.fixture
def without_privilege(tmp_path: Path) -> dict[str, Any]:
    """Options for a process that may write only where permissions say so, even root's."""
    options: dict[str, Any] = {}
    if os.geteuid() == 0:
        drop, writing_everywhere = 24, 1  # PR_CAPBSET_DROP, CAP_DAC_OVERRIDE of Linux
        prctl = getattr(ctypes.CDLL(None), "prctl", None)
        if prctl is None:
            pytest.skip("root here, whom this system cannot take the right to write everywhere")
        options["preexec_fn"] = functools.partial(prctl, drop, writing_everywhere)
    locked = tmp_path / "probe"
    locked.mkdir(mode=0o555)
    probe = subprocess.run(["touch", locked / "file"], capture_output=True, check=False, **options)
    if probe.returncode == 0:
        pytest.skip("whoever runs this may write everywhere")
    return options


def test_a_read_only_folder_is_refused(tmp_path: Path, without_privilege: dict[str, Any]) -> None:
    folder = tmp_path / "locked"
    folder.mkdir(mode=0o555)
    message = start_error("--data", folder / "file.db", **without_privilege)
    assert str(folder / "file.db") in message
    assert "in a folder that exists and can be written" in message


def test_a_read_only_file_is_refused(tmp_path: Path, without_privilege: dict[str, Any]) -> None:
    data = tmp_path / "file.db"
    with launch("--data", data) as first:
        first.end(signal.SIGTERM)
    data.chmod(0o444)
    message = start_error("--data", data, **without_privilege)
    assert str(data) in message
    assert "readonly database" in message


def test_a_full_disk_is_refused_at_the_start(tmp_path: Path) -> None:
    def full() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (16384, 16384))

    # Python would cut its own files of bytecode as well, and read them in the next process.
    env = {**environment(), "PYTHONDONTWRITEBYTECODE": "1"}
    message = start_error("--data", tmp_path / "file.db", preexec_fn=full, env=env)
    assert str(tmp_path / "file.db") in message
    assert "disk" in message


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="needs limits of processes")
def test_a_disk_that_fills_up_is_an_error_and_loses_nothing(tmp_path: Path) -> None:
    data = tmp_path / "file.db"
    with launch("--data", data) as running:
        assert running.request("POST", "/v1/teams", json=team("before")).status_code == 201
        process = psutil.Process(running.process.pid)
        _, most = process.rlimit(psutil.RLIMIT_FSIZE)
        process.rlimit(psutil.RLIMIT_FSIZE, (4096, most))
        for _ in range(3):
            response = running.request("POST", "/v1/teams", json=team("during"))
            assert response.status_code == 500
            message = response.json()["responseMessage"]
            assert str(data) in message
            assert "cannot be used" in message
            # What is there can still be read.
            assert "before" in names(running)
            assert "during" not in names(running)
        process.rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, most))
        assert running.request("POST", "/v1/teams", json=team("after")).status_code == 201
        running.end(signal.SIGKILL)
    with launch("--data", data) as again:
        assert {"before", "after"} <= names(again)
        assert "during" not in names(again)


@pytest.mark.parametrize("name", TREES)
def test_a_file_is_served_again_with_its_tree(tmp_path: Path, name: str) -> None:
    data = tmp_path / "file.db"
    for number in range(2):
        with launch("--data", data, "--tree", TREES[name]) as running:
            response = running.request("POST", "/v1/teams", json=team(f"t{number}"))
            assert response.status_code == 201
            assert {f"t{n}" for n in range(number + 1)} <= names(running)
            running.end(signal.SIGKILL)


@pytest.mark.skipif(os.name != "posix", reason="files have no modes here")
def test_only_their_owner_can_read_data_and_lock_files(tmp_path: Path) -> None:
    from dynclient.sandbox.storage.data_file import open_data

    before = os.umask(0)
    try:
        with open_data(tmp_path / "d.db") as database, open_data(None) as temporary:
            with database.write() as tx:
                tx.set_meta("a", "b")
            folder = Path(temporary.path).parent
            assert folder.stat().st_mode & 0o777 == 0o700
            created = [*tmp_path.iterdir(), *folder.iterdir()]
            assert {"d.db", "d.db-lock", "d.db-wal", "data.db"} <= {file.name for file in created}
            for file in created:
                assert file.stat().st_mode & 0o777 == 0o600, file
    finally:
        os.umask(before)


@pytest.mark.skipif(os.name != "posix", reason="files have no modes here")
def test_a_data_file_that_others_can_read_is_made_private(tmp_path: Path) -> None:
    from dynclient.sandbox.startup_errors import DataRefused
    from dynclient.sandbox.storage.data_file import open_data

    data = tmp_path / "d.db"
    with open_data(data) as database, database.write() as tx:
        tx.set_meta("a", "b")
    data.chmod(0o644)
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("create table meta (x)")
    connection.close()
    other.chmod(0o644)
    with open_data(data) as database:
        files = [file for file in tmp_path.iterdir() if file != other]
        assert {file.stat().st_mode & 0o777 for file in files} == {0o600}
        with database.write() as tx:
            assert tx.meta("a") == "b"
    with pytest.raises(DataRefused), open_data(other):
        pass
    assert other.stat().st_mode & 0o777 == 0o644
