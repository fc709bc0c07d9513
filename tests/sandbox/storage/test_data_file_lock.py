"""Locks of data files and temporary folders, in one process."""

from __future__ import annotations

import os
import sqlite3
import tempfile
from pathlib import Path

import pytest

from dynclient.sandbox.startup_errors import DataInUse, DataRefused
from dynclient.sandbox.storage import data_file
from dynclient.sandbox.storage.data_file import PREFIX, open_data, remove_abandoned_folders


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that ``tempfile`` uses, empty."""
    folder = tmp_path / "temporary"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


def abandoned(temporary: Path, name: str = "killed") -> Path:
    """Create the folder of a killed sandbox: a lock file that is not locked, and data."""
    folder = temporary / f"{PREFIX}{name}"
    folder.mkdir()
    (folder / "lock").touch()
    (folder / "data.db").write_text("data")
    return folder


def test_a_file_is_served_once_at_a_time(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    with open_data(path):
        with pytest.raises(DataInUse, match="is served by another sandbox; stop that sandbox"):
            open_data(path).__enter__()
        with open_data(tmp_path / "other.db") as other, other.read() as tx:
            assert tx.meta("format") == "1"
    with open_data(path) as again, again.read() as tx:
        assert tx.meta("format") == "1"


def test_the_lock_is_released_when_the_block_raises(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    with pytest.raises(KeyError), open_data(path):
        raise KeyError
    with open_data(path):
        pass


def test_the_lock_is_released_when_the_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    path.write_text("not a database\n" * 100)
    for _ in range(2):
        with pytest.raises(DataRefused, match="cannot be used") as caught, open_data(path):
            pass
        assert not isinstance(caught.value, DataInUse)


def test_the_lock_is_a_file_beside_the_data(tmp_path: Path) -> None:
    path = tmp_path / "file.db"
    with open_data(str(path)):
        lock = tmp_path / "file.db-lock"
        assert lock.stat().st_size == 0
        connection = sqlite3.connect(lock, timeout=0, isolation_level=None)
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            connection.execute("begin immediate")
        connection.close()


def test_a_missing_folder_is_refused_with_advice(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "file.db"
    with pytest.raises(DataRefused, match="name a file in a folder that exists") as caught:
        open_data(path).__enter__()
    assert not isinstance(caught.value, DataInUse)
    assert str(path) in str(caught.value)


def test_temporary_data_is_removed_at_the_end(temporary: Path) -> None:
    with open_data(None) as database:
        (folder,) = temporary.iterdir()
        assert database.path == folder / "data.db"
        assert database.path.is_file()
        assert folder.name.startswith(PREFIX)
    assert not any(temporary.iterdir())


def test_temporary_data_is_removed_when_the_block_raises(temporary: Path) -> None:
    with pytest.raises(KeyError), open_data(None):
        raise KeyError
    assert not any(temporary.iterdir())


def test_folders_of_killed_sandboxes_are_removed_at_the_next_start(temporary: Path) -> None:
    killed = abandoned(temporary)
    with open_data(None) as first, open_data(None) as second:
        assert not killed.exists()
        assert first.path.is_file()
        assert second.path.is_file()
        remove_abandoned_folders()
        assert first.path.is_file()
        assert second.path.is_file()


def test_folders_without_a_lock_or_of_other_programs_are_kept(temporary: Path) -> None:
    without_lock = temporary / f"{PREFIX}new"
    without_lock.mkdir()
    other = temporary / "other-program"
    other.mkdir()
    (other / "lock").touch()
    lock_folder = temporary / f"{PREFIX}odd" / "lock"
    lock_folder.mkdir(parents=True)
    file = temporary / f"{PREFIX}file"
    file.touch()
    remove_abandoned_folders()
    assert without_lock.is_dir()
    assert (other / "lock").is_file()
    assert lock_folder.is_dir()
    assert file.is_file()


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="folders have no owner here")
def test_folders_of_other_users_are_kept(temporary: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = abandoned(temporary)
    user = os.geteuid()
    monkeypatch.setattr(os, "geteuid", lambda: user + 1)
    remove_abandoned_folders()
    assert (folder / "data.db").is_file()
    monkeypatch.setattr(os, "geteuid", lambda: user)
    remove_abandoned_folders()
    assert not folder.exists()


def test_one_folder_that_cannot_be_read_does_not_keep_the_others(temporary: Path) -> None:
    broken = abandoned(temporary, "broken")
    (broken / "lock").write_text("not a database\n" * 100)
    others = [abandoned(temporary, name) for name in ("a", "z")]
    remove_abandoned_folders()
    assert broken.is_dir()
    assert not any(folder.exists() for folder in others)


def test_a_folder_that_was_removed_before_its_lock_is_created_again(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another sandbox may remove the folder between its creation and its lock."""
    create, created = tempfile.mkdtemp, []

    def mkdtemp(**options: str) -> str:
        folder = create(**options)
        created.append(folder)
        if len(created) == 1:
            Path(folder).rmdir()
        return folder

    monkeypatch.setattr(data_file.tempfile, "mkdtemp", mkdtemp)
    with open_data(None) as database:
        assert len(created) == 2
        assert database.path.parent == Path(created[1])
    assert not any(temporary.iterdir())


def test_no_room_for_temporary_data_is_refused_with_advice(
    temporary: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def mkdtemp(**options: str) -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(data_file.tempfile, "mkdtemp", mkdtemp)
    with pytest.raises(DataRefused, match="No space left on device; name a data file, or set"):
        open_data(None).__enter__()
    assert not any(temporary.iterdir())
