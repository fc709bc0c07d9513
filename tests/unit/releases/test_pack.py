"""Packs: what goes in comes out, and nothing damaged is ever believed."""

from __future__ import annotations

import copy
import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.errors import PackCorrupt
from dynclient.releases.pack import FORMAT, Pack, build, load, write
from dynclient.schema.repair import RepairNote, repair
from tests.support.small_tree import SMALL


def small_pack(name: str | None = "7.1.0") -> Pack:
    documents = copy.deepcopy(SMALL)
    return build(documents, repair(documents), name)


def test_what_goes_in_comes_out() -> None:
    documents = copy.deepcopy(SMALL)
    repairs = repair(documents)
    pack = build(documents, repairs, "7.1.0", lossy=True)
    again = Pack(pack.data)
    assert {path: again.document(path) for path in again.index} == documents
    assert list(again.index) == sorted(documents)
    assert again.repairs() == repairs
    assert all(isinstance(one, RepairNote) for one in again.repairs())
    assert (again.name, again.lossy, again.digest) == ("7.1.0", True, pack.digest)
    assert [(one.name, one.create) for one in again.entities()] == [
        ("thing", "api/data/createThing.json")
    ]


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text("abc/", min_size=1), st.dictionaries(st.text(), json_values)))
def test_any_documents_survive(documents: dict[str, Any]) -> None:
    documents = {f"{path}.json": document for path, document in documents.items()}
    repair(documents)
    again = Pack(build(documents, (), "x").data)
    assert {path: again.document(path) for path in again.index} == documents


def test_the_order_of_properties_is_kept() -> None:
    documents = {"a.json": {"properties": {"z": {}, "a": {}, "m": {}}}}
    again = Pack(build(documents, (), "x").data)
    assert list(again.document("a.json")["properties"]) == ["z", "a", "m"]


def test_the_digest_is_of_the_documents_alone() -> None:
    assert small_pack("7.1.0").digest == small_pack("8").digest
    other = copy.deepcopy(SMALL)
    other["entity/data/thing.json"]["title"] = "Other"
    assert build(other, (), "7.1.0").digest != small_pack().digest
    moved = {f"x/{path}": document for path, document in SMALL.items()}
    assert build(moved, (), None).digest != build(dict(SMALL), (), None).digest


def test_a_nameless_release_is_called_by_its_digest() -> None:
    pack = small_pack(None)
    assert pack.name == f"tree-{pack.digest[:12]}"
    assert pack.file_name == f"{pack.name}-{pack.digest[:12]}.v{FORMAT}.pack"


def test_a_pack_of_this_format_is_always_the_same() -> None:
    """If more than the words of a note differs from the packs of users, increase FORMAT."""
    told = hashlib.sha256(small_pack().data).hexdigest()[:16]
    assert (FORMAT, told) == (3, "dc755e9c98d80097")


@given(st.data())
def test_a_changed_byte_is_always_noticed(data: st.DataObject) -> None:
    content = bytearray(small_pack().data)
    place = data.draw(st.integers(0, len(content) - 1))
    content[place] ^= data.draw(st.integers(1, 255))
    with pytest.raises(PackCorrupt):
        Pack(bytes(content))


@given(st.integers(0, len(small_pack().data) - 1))
def test_a_pack_cut_short_is_noticed(length: int) -> None:
    with pytest.raises(PackCorrupt):
        Pack(small_pack().data[:length])


def test_another_format_is_told(tmp_path: Path) -> None:
    file = tmp_path / "x.pack"
    file.write_bytes(small_pack().data.replace(b"dynclient-pack %d" % FORMAT, b"dynclient-pack 99"))
    with pytest.raises(PackCorrupt, match=rf"x\.pack: its format is 99, not {FORMAT}"):
        load(file)


def test_a_whole_pack_with_a_foolish_header_is_corrupt(tmp_path: Path) -> None:
    import zlib

    rest = b'{"name": 1}\n'
    file = tmp_path / "x.pack"
    file.write_bytes(b"dynclient-pack %d %08x\n" % (FORMAT, zlib.crc32(rest)) + rest)
    with pytest.raises(PackCorrupt, match=r"x\.pack"):
        load(file)


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EIO])
@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_failed_write_leaves_nothing_behind(step, code, tmp_path: Path, monkeypatch) -> None:
    def fail(*args: Any) -> None:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(*(os, "fsync") if step == "fsync" else (Path, "replace"), fail)
    (tmp_path / "old").write_bytes(b"old")
    with pytest.raises(OSError, match=r"\[Errno"):
        write(tmp_path / "old", b"new")
    assert [file.name for file in tmp_path.iterdir()] == ["old"]
    assert (tmp_path / "old").read_bytes() == b"old"


def test_a_write_replaces_and_obeys_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        write(tmp_path / "x", b"1")
        write(tmp_path / "x", b"2")
    finally:
        os.umask(before)
    assert (tmp_path / "x").read_bytes() == b"2"
    assert (tmp_path / "x").stat().st_mode & 0o777 == 0o644
