"""The folder of a dataset: replaced as a whole, whenever an export is killed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from dynclient.errors import UsageError
from dynclient.parquet.dataset_folder import DatasetFolder
from dynclient.parquet.manifest import FILE


class Killed(BaseException):
    """What ends a process at any place."""


def dataset(folder: Path, text: str) -> None:
    """Write a dataset with one file."""
    with DatasetFolder(folder) as target:
        (target.staging / "part-0.parquet").write_text(text)
        target.commit()


def stop_halfway(folder: Path) -> None:
    with DatasetFolder(folder) as target:
        (target.staging / "part-0.parquet").write_text("new")
        raise Killed


def content(folder: Path) -> dict[str, str]:
    return {
        each.relative_to(folder).as_posix(): each.read_text()
        for each in sorted(folder.rglob("*"))
        if each.is_file()
    }


def test_the_folder_appears_when_it_is_complete(tmp_path: Path) -> None:
    folder = tmp_path / "a" / "tables"
    with DatasetFolder(folder) as target:
        (target.staging / "x").write_text("1")
        assert not folder.exists()
        target.commit()
        assert content(folder) == {"x": "1"}
    assert [each.name for each in folder.parent.iterdir()] == ["tables"]
    empty = tmp_path / "empty"
    empty.mkdir()
    dataset(empty, "1")
    assert content(empty) == {"part-0.parquet": "1"}


def test_an_export_that_fails_leaves_the_dataset(tmp_path: Path) -> None:
    folder = tmp_path / "tables"
    dataset(folder, "old")
    with pytest.raises(Killed):
        stop_halfway(folder)
    assert content(folder) == {"part-0.parquet": "old"}
    assert [each.name for each in tmp_path.iterdir()] == ["tables"]


@pytest.mark.parametrize("renames", [0, 1])
def test_an_export_that_is_killed_between_its_steps_leaves_the_dataset(
    tmp_path: Path, renames: int
) -> None:
    folder = tmp_path / "tables"
    dataset(folder, "old")
    work = tmp_path / ".tables.export"  # as a killed process leaves it
    (work / "data").mkdir(parents=True)
    (work / "data" / "part-0.parquet").write_text("half")
    if renames:
        folder.rename(work / "old")
    with DatasetFolder(folder) as target:
        assert content(folder) == {"part-0.parquet": "old"}
        assert not list(target.staging.iterdir())
    assert content(folder) == {"part-0.parquet": "old"}


def test_a_dataset_is_put_back_if_the_new_one_cannot_take_its_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "tables"
    dataset(folder, "old")
    rename = Path.rename

    def fail(self: Path, target: Path) -> Path:
        if self.name == "data":
            raise OSError(28, "No space left on device")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", fail)
    with pytest.raises(UsageError, match="cannot be replaced: No space left"):
        dataset(folder, "new")
    assert content(folder) == {"part-0.parquet": "old"}


def test_only_one_process_writes(tmp_path: Path) -> None:
    pytest.importorskip("fcntl", reason="the system has no locks of this kind")
    folder = tmp_path / "tables"
    with DatasetFolder(folder):
        with pytest.raises(UsageError, match="another process exports"), DatasetFolder(folder):
            pass
        assert (tmp_path / ".tables.export" / "data").is_dir()


def test_files_are_kept_by_links_or_copies(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "tables"
    dataset(folder, "1")
    with DatasetFolder(folder) as target:
        target.keep("part-0.parquet")
        target.commit()
    with DatasetFolder(folder) as target:
        monkeypatch.setattr("os.link", lambda *_: shutil.copy("missing", "missing"))
        target.keep("part-0.parquet")
        target.commit()
    assert content(folder) == {"part-0.parquet": "1"}


def test_what_is_not_a_dataset_is_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("mine")
    with pytest.raises(UsageError, match="is not a folder"):
        DatasetFolder(tmp_path / "file")
    with pytest.raises(UsageError, match="is not a folder"):
        DatasetFolder(Path("/"))
    with DatasetFolder(tmp_path) as target, pytest.raises(UsageError, match="are not a dataset"):
        target.manifest()
    (tmp_path / FILE).write_text("{")
    with DatasetFolder(tmp_path) as target, pytest.raises(UsageError, match="is damaged"):
        target.manifest()
    with (
        pytest.raises(UsageError, match="cannot be written"),
        DatasetFolder(tmp_path / "file" / "tables"),
    ):
        pass
