"""Sources: the schema root is found wherever it lies, and broken files are named."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from dynclient.errors import SourceRefused
from dynclient.releases import archive, tree_files
from dynclient.releases.tree_files import find_root, read, version_in
from tests.support.small_tree import SMALL, files, make_folder, make_tar, make_zip
from tests.support.trees import TREES

ROOTS = [
    "",
    "schemas/",
    "json/schema/",
    "openmetadata-spec/src/main/resources/json/schema/",
    "OpenMetadata-1.6.0/openmetadata-spec/src/main/resources/json/schema/",
    "some/where/else/",
]


@pytest.mark.parametrize("root", ROOTS)
@pytest.mark.parametrize("make", [make_zip, make_tar, make_folder])
def test_the_schema_root_is_found_wherever_it_lies(make, root: str, tmp_path: Path) -> None:
    contents = files(root=root) | {f"{root}README.md": b"#", "other/package.json": b"[]"}
    if not root:
        del contents["other/package.json"]
    tree = read(make(tmp_path / "tree", contents))
    assert tree.documents == SMALL
    assert tree.root == root.rstrip("/")


def test_of_several_roots_the_one_in_a_known_place_wins() -> None:
    names = [
        "docs/copy/type/basic.json",
        "docs/copy/entity/a.json",
        "docs/copy/entity/b.json",
        "x/json/schema/type/basic.json",
    ]
    assert find_root(names, "a") == "x/json/schema/"


def test_of_several_unknown_places_the_fullest_wins() -> None:
    names = ["a/type/basic.json", "b/type/basic.json", "b/entity/x.json"]
    assert find_root(names, "a") == "b/"


def test_entities_alone_make_a_root_too() -> None:
    assert find_root(["json/schema/entity/data/table.json"], "a") == "json/schema/"


@pytest.mark.parametrize("make", [make_zip, make_tar, make_folder])
def test_no_schema_root_is_refused_with_a_way_out(make, tmp_path: Path) -> None:
    target = make(tmp_path / "x", {"a/readme.md": b"", "a/table.json": b"{}"})
    with pytest.raises(SourceRefused, match=r"no schema tree.*type/basic\.json.*pass a folder"):
        read(target)


def test_nothing_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceRefused, match="neither a directory nor a file"):
        read(tmp_path / "nowhere")


BROKEN = {
    "cut.json": b'{"title": ',
    "list.json": b"[]",
    "number.json": b"1",
    "nan.json": b'{"maximum": NaN}',
    "latin.json": '{"title": "é"}'.encode("latin-1"),
    "empty.json": b"",
    "deep.json": b'{"a":' * 5000 + b"1" + b"}" * 5000,
    "deeper.json": b'{"a":' * 150 + b"1" + b"}" * 150,
    "infinite.json": b'{"maximum": 1e400}',
    "digits.json": b'{"maximum": ' + b"9" * 5000 + b"}",
    "surrogate.json": b'{"enum": ["\\ud800"]}',
    "percent%41.json": b"{}",
    "hash#.json": b"{}",
}


@pytest.mark.parametrize("make", [make_zip, make_tar, make_folder])
def test_every_broken_file_is_named_at_once(make, tmp_path: Path) -> None:
    contents = files() | {f"schemas/entity/{name}": data for name, data in BROKEN.items()}
    with pytest.raises(SourceRefused) as caught:
        read(make(tmp_path / "x", contents))
    for name in BROKEN:
        assert f"entity/{name}" in str(caught.value)
    assert len(caught.value.files) == len(BROKEN)


def test_a_name_that_is_not_utf_8_is_shown_escaped(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "x", files())
    name = os.fsencode(folder / "schemas/entity") + b"/bad\xff.json"
    try:
        os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
    except OSError:
        pytest.skip("this file system has only names that are UTF-8")
    with pytest.raises(SourceRefused, match=r"entity/bad\\udcff\.json: a \$ref cannot contain"):
        read(folder)


def test_a_byte_order_mark_is_ignored(tmp_path: Path) -> None:
    contents = {name: b"\xef\xbb\xbf" + data for name, data in files().items()}
    assert read(make_zip(tmp_path / "x.zip", contents)).documents == SMALL


def test_hidden_files_are_left_alone(tmp_path: Path) -> None:
    contents = files() | {"__MACOSX/schemas/._x.json": b"\0", "schemas/.idea/x.json": b"broken"}
    assert read(make_zip(tmp_path / "x.zip", contents)).documents == SMALL


def test_a_link_out_of_a_folder_is_refused(tmp_path: Path) -> None:
    secret = tmp_path / "secret.json"
    secret.write_text("{}")
    folder = make_folder(tmp_path / "tree", files())
    (folder / "schemas/entity/x.json").symlink_to(secret)
    with pytest.raises(SourceRefused, match="link to a file outside the tree"):
        read(folder)


def test_a_folder_that_links_to_itself_ends(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "tree", files())
    (folder / "schemas/again").symlink_to(folder)
    assert read(folder).documents == SMALL


def test_a_folder_with_too_much_is_refused(tmp_path: Path, monkeypatch) -> None:
    folder = make_folder(tmp_path / "tree", files())
    monkeypatch.setattr(archive, "MAX_MEMBERS", 2)
    with pytest.raises(SourceRefused, match="3 members"):
        read(folder)
    monkeypatch.setattr(tree_files, "MAX_SEARCHED", 1)
    with pytest.raises(SourceRefused, match="pass the schema folder"):
        read(folder)


def test_a_folder_with_too_many_bytes_is_refused(tmp_path: Path, monkeypatch) -> None:
    folder = make_folder(tmp_path / "tree", files())
    monkeypatch.setattr(archive, "MAX_BYTES", 100)
    monkeypatch.setattr(tree_files, "MAX_BYTES", 100)
    with pytest.raises(SourceRefused, match="unpacked"):
        read(folder)


@pytest.mark.parametrize(
    ("name", "version"),
    [
        ("1.13.0.zip", "1.13.0"),
        ("openmetadata-spec-1.6.1.jar", "1.6.1"),
        ("OpenMetadata-1.6.0", "1.6.0"),
        ("OpenMetadata-1.12.0-release.tar.gz", "1.12.0"),
        ("1.6.0-SNAPSHOT.tgz", "1.6.0-SNAPSHOT"),
        ("openmetadata_v2.0.0-rc1", "2.0.0-rc1"),
        ("schemas.tar.gz", None),
        ("python3.11", None),
        ("main.zip", None),
    ],
)
def test_version_in(name: str, version: str | None) -> None:
    assert version_in(name) == version


def test_the_version_is_read_from_archive_or_folders(tmp_path: Path) -> None:
    deep = "OpenMetadata-1.6.0/openmetadata-spec/src/main/resources/json/schema/"
    assert read(make_zip(tmp_path / "x.zip", files(root=deep))).version == "1.6.0"
    assert read(make_zip(tmp_path / "1.7.0.zip", files(root=deep))).version == "1.7.0"
    folder = make_folder(tmp_path / "y", files(root=deep))
    assert read(folder).version == "1.6.0"
    assert read(folder / deep).version == "1.6.0"
    assert read(make_folder(tmp_path / "z", files())).version is None


@pytest.mark.parametrize("name", TREES)
def test_real_trees_are_read_whole(name: str) -> None:
    tree = read(TREES[name])
    assert tree.version == name
    assert len(tree.documents) > 200
    assert "entity/data/table.json" in tree.documents
    assert json.dumps(tree.documents)
