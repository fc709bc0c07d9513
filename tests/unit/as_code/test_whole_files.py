"""Files that are written as a whole or not at all."""

from __future__ import annotations

import os
from pathlib import Path
from unittest.mock import patch

import pytest

from dynclient.as_code.whole_files import folder_beside, write_whole
from dynclient.errors import UsageError
from tests.support.full_disk import full_disk


def test_the_old_content_stays_if_the_disk_is_full(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    write_whole(path, "old\n")
    with full_disk(1000), pytest.raises(UsageError, match=r"plan\.json cannot be written"):
        write_whole(path, "x" * 5000)
    assert [each.name for each in tmp_path.iterdir()] == ["plan.json"]
    assert path.read_bytes() == b"old\n"
    write_whole(path, "x" * 5000)
    assert len(path.read_bytes()) == 5000


@pytest.mark.skipif(os.name != "posix", reason="links and devices are of POSIX")
def test_links_are_followed_and_devices_stay(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("file")
    write_whole(tmp_path / "link", "text")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "file").read_text("utf-8") == "text"
    os.mkfifo(tmp_path / "pipe")
    reader = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)
    write_whole(tmp_path / "pipe", "text")
    assert os.read(reader, 100) == b"text"
    os.close(reader)


def test_a_folder_that_does_not_exist_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be written"):
        write_whole(tmp_path / "nowhere" / "file", "text")


def test_a_folder_beside_a_file_needs_a_place_that_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / "shop.db"
    with folder_beside(target, replace=False) as folder:
        assert Path(folder).parent == tmp_path
    target.touch()
    with pytest.raises(UsageError, match="exists; name another file"):
        folder_beside(target, replace=False)
    folder_beside(target, replace=True).cleanup()
    with pytest.raises(UsageError, match="is not a folder"):
        folder_beside(target / "shop.db", replace=False)
    with (
        patch("tempfile.mkdtemp", side_effect=PermissionError(13, "Permission denied")),
        pytest.raises(UsageError, match="cannot be written: Permission denied"),
    ):
        folder_beside(tmp_path / "other.db", replace=False)
