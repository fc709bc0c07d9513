"""The file of a backup: what was altered or truncated is refused."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

import dynclient
from dynclient.as_code.backup_file import MANIFEST, read_backup, write_backup

FILES = {
    "catalogue.json": b'{"version": 1}\n',
    "table.jsonl": b"".join(b'{"type": "table", "number": %d}\n' % each for each in range(200)),
    "user.jsonl": b'{"type": "user"}\n{"type": "user"}\n',
}


@pytest.fixture
def backup(tmp_path: Path) -> Path:
    """The file of a backup."""
    folder, path = tmp_path / "documents", tmp_path / "backup.zip"
    folder.mkdir()
    for name, content in {**FILES, "notes.txt": b"not of the dump"}.items():
        (folder / name).write_bytes(content)
    facts = write_backup(folder, path, "https://prod.example.com/api", "1.13.0", 1795886289284)
    assert facts.counts == {"table": 200, "user": 2}
    return path


def test_what_was_written_is_read(backup: Path, tmp_path: Path) -> None:
    folder = tmp_path / "read"
    folder.mkdir()
    facts = read_backup(backup, folder)
    assert facts[:3] == ("https://prod.example.com/api", "1.13.0", 1795886289284)
    assert facts.counts == {"table": 200, "user": 2}
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == FILES


def test_an_existing_file_is_not_overwritten(backup: Path, tmp_path: Path) -> None:
    with pytest.raises(dynclient.UsageError, match="cannot be written"):
        write_backup(tmp_path / "documents", backup, "", "", 0)


def test_truncated_files_are_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    lengths = [0, 1, 100, len(whole) // 2, len(whole) - 1]
    for length in lengths:
        backup.write_bytes(whole[:length])
        with pytest.raises(dynclient.ValidationFailed, match="is not a backup, or is truncated"):
            read_backup(backup)


def test_altered_bytes_are_refused(backup: Path) -> None:
    whole = backup.read_bytes()
    with zipfile.ZipFile(backup) as archive:
        starts = [info.header_offset + 30 + len(info.filename) for info in archive.infolist()]
    assert len(starts) == len(FILES) + 1
    for start in starts:
        altered = bytearray(whole)
        altered[start + 3] ^= 0x55
        backup.write_bytes(altered)
        with pytest.raises(dynclient.ValidationFailed):
            read_backup(backup)


def rewritten(path: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write an archive again with other content, and right checksums of the archive."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    change(content)
    with zipfile.ZipFile(path, "w") as archive:
        for name, each in content.items():
            archive.writestr(name, each)


def without(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda content: content.pop(name) and None


def with_content(name: str, each: bytes) -> Callable[[dict[str, bytes]], None]:
    return lambda content: content.update({name: each})


def with_manifest(change: Callable[[dict], None]) -> Callable[[dict[str, bytes]], None]:  # type: ignore[type-arg]
    def edit(content: dict[str, bytes]) -> None:
        value = json.loads(content[MANIFEST])
        change(value)
        content[MANIFEST] = json.dumps(value).encode()

    return edit


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (without("user.jsonl"), "backup.zip:user.jsonl: is missing"),
        (without(MANIFEST), "backup.json: is not the manifest of a backup"),
        (with_content("pipeline.jsonl", b"{}\n"), "pipeline.jsonl: is not in the list of files"),
        (with_content("user.jsonl", FILES["user.jsonl"].upper()), "was altered"),
        (with_content("user.jsonl", FILES["user.jsonl"] * 9), "has more than the 34 bytes"),
        (with_content("user.jsonl", b"{}\n"), "has 3 bytes, and had 34"),
        (with_content(MANIFEST, b"[]"), "is not the manifest of a backup"),
        (with_content(MANIFEST, b"{"), "is not the manifest of a backup"),
        (with_manifest(lambda value: value.update(version=2)), "has version 2"),
        (
            with_manifest(lambda value: value["files"]["user.jsonl"].update(documents=3)),
            "has 2 documents, and the manifest says 3",
        ),
        (
            with_manifest(
                lambda value: value["files"].update({"../x.jsonl": value["files"]["user.jsonl"]})
            ),
            "names a file '../x.jsonl', which backups do not have",
        ),
    ],
)
def test_other_content_is_refused(
    backup: Path, change: Callable[[dict[str, bytes]], None], message: str
) -> None:
    rewritten(backup, change)
    with pytest.raises(dynclient.ValidationFailed) as caught:
        read_backup(backup)
    assert message in str(caught.value)


def test_all_problems_are_listed(backup: Path) -> None:
    rewritten(backup, without("user.jsonl"))
    rewritten(backup, with_content("table.jsonl", b"{}\n"))
    with pytest.raises(dynclient.ValidationFailed) as caught:
        read_backup(backup)
    assert len(caught.value.problems) == 2


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(dynclient.UsageError, match="there is no file"):
        read_backup(tmp_path / "absent.zip")
    with pytest.raises(dynclient.UsageError, match="cannot be read"):
        read_backup(tmp_path)
