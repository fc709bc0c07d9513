"""Documents written into a folder: names that collide, order, and replacing."""

from __future__ import annotations

from itertools import permutations
from pathlib import Path

import pytest

import dynclient
from dynclient.as_code import Catalogue, Document
from dynclient.as_code.folder_writer import FolderWriter
from dynclient.as_code.manifest import FILE, Manifest
from tests.support.trees import release_named

NAMES = ("Shop", "shop", "SHOP", "other")


def service(name: str) -> Document:
    request = {"name": name, "serviceType": "Mysql"}
    return Document("databaseService", name, "starter", request)


def write(folder: Path, names: tuple[str, ...], format: str = "yaml") -> dict[str, bytes]:
    """Write documents and return the content of all files."""
    writer = FolderWriter(folder, format)
    for name in names:
        writer.add(service(name))
    writer.finish(Manifest(format, "starter"))
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.mark.parametrize("format", ["yaml", "jsonl"])
def test_files_do_not_depend_on_the_order_of_documents(tmp_path: Path, format: str) -> None:
    found = [
        write(tmp_path / str(number), names, format)
        for number, names in enumerate(permutations(NAMES))
    ]
    assert len(found) == 24
    assert all(each == found[0] for each in found)


def test_names_that_differ_in_case_get_files_of_their_own(tmp_path: Path) -> None:
    files = write(tmp_path, NAMES)
    assert len({name.casefold() for name in files}) == len(NAMES) + 1
    assert "databaseService/other.yaml" in files
    catalogue = Catalogue(tmp_path, release_named("starter"))
    assert sorted(each.fqn for each in catalogue) == sorted(NAMES)


def test_what_is_not_written_again_is_removed(tmp_path: Path) -> None:
    write(tmp_path, ("a", "b"))
    (tmp_path / ".git").mkdir()
    (tmp_path / ".git" / "x.yaml").write_text("", encoding="utf-8")
    assert {*write(tmp_path, ("b",))} == {FILE, ".git/x.yaml", "databaseService/b.yaml"}


def test_discarding_keeps_the_last_files(tmp_path: Path) -> None:
    before = write(tmp_path, ("a",))
    writer = FolderWriter(tmp_path, "jsonl")
    writer.add(service("b"))
    writer.discard()
    files = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert {path.relative_to(tmp_path).as_posix() for path in files} == {*before}


def test_a_kill_while_files_are_replaced_is_noticed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path, ("a", "b"))
    writer = FolderWriter(tmp_path, "yaml")
    writer.add(service("c"))
    monkeypatch.setattr(Manifest, "write", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt):
        writer.finish(Manifest("yaml", "starter"))
    writer.discard()
    FolderWriter(tmp_path, "yaml").discard()  # another dump that fails
    with pytest.raises(dynclient.UsageError, match="interrupted"):
        Catalogue(tmp_path, release_named("starter"))
    monkeypatch.undo()
    assert {*write(tmp_path, ("c",))} == {FILE, "databaseService/c.yaml"}


def test_a_path_that_is_a_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("", encoding="utf-8")
    with pytest.raises(dynclient.UsageError, match="cannot be written"):
        FolderWriter(tmp_path / "f", "yaml")
