"""Packs: what goes in comes out, and nothing damaged is ever believed."""

from __future__ import annotations

import copy
import errno
import hashlib
import json
import os
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.errors import PackCorrupt
from dynclient.releases.pack import FORMAT, Pack, build, load, read_file, write
from dynclient.schema.repair import RepairNote, repair
from tests.support.small_tree import SMALL
from tests.support.special_files import SPECIAL_FILES


def small_pack(name: str | None = "7.1.0") -> Pack:
    documents = copy.deepcopy(SMALL)
    return build(documents, repair(documents), name)


def test_members_are_read_back_unchanged() -> None:
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
    digest = hashlib.sha256(small_pack().data).hexdigest()[:16]
    assert (FORMAT, digest) == (4, "fb56963e9caf620b")


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


def test_another_format_is_reported(tmp_path: Path) -> None:
    file = tmp_path / "x.pack"
    file.write_bytes(small_pack().data.replace(b"dynclient-pack %d" % FORMAT, b"dynclient-pack 99"))
    with pytest.raises(PackCorrupt, match=rf"x\.pack: its format is 99, not {FORMAT}"):
        load(file)


def test_a_whole_pack_with_a_foolish_header_is_corrupt(tmp_path: Path) -> None:
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


# -- files that are not packs ----------------------------------------------------------------------


@pytest.mark.parametrize("kind", SPECIAL_FILES)
def test_only_regular_files_are_read(kind: str, tmp_path: Path) -> None:
    SPECIAL_FILES[kind](tmp_path / "x")
    with pytest.raises(OSError, match=r"\[Errno"):
        read_file(tmp_path / "x")
    with pytest.raises(OSError, match=r"\[Errno"):
        load(tmp_path / "x")


def test_a_file_may_not_be_larger_than_the_limit(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"abc")
    (tmp_path / "link").symlink_to(file)
    assert read_file(tmp_path / "link", 3) == b"abc"
    with pytest.raises(OSError, match="more than 0 MiB"):
        read_file(file, 2)


def forged(header: dict[str, Any], sections: dict[str, Any], bodies: bytes) -> bytes:
    """Return a pack with a right checksum and these contents, whatever they are."""
    places: dict[str, Any] = {}
    blob = bytearray(bodies)
    for name, section in sections.items():
        body = section if isinstance(section, bytes) else json.dumps(section).encode()
        places[name] = [len(blob), len(body)]
        blob += body
    rest = json.dumps({"sections": places, **header}).encode() + b"\n" + bytes(blob)
    return b"dynclient-pack %d %08x\n" % (FORMAT, zlib.crc32(rest)) + rest


def parts_of(pack: Pack) -> tuple[dict[str, Any], dict[str, Any], bytes]:
    """Return header, sections and documents of a pack, decoded."""
    header = {"name": pack.name, "version": pack.version, "digest": pack.digest, "lossy": False}
    sections = {name: pack._section(name) for name in pack._order}
    start = pack._bodies
    return header, sections, pack.data[start : start + pack._order["documents"][0]]


def content_of(pack: Pack) -> Any:
    """Return everything that a pack contains."""
    documents = {path: pack.document(path) for path in pack.index}
    return documents, pack.entities(), pack.names(), pack.repairs(), pack.name, pack.version


WRONG = [None, True, -1, 10**30, 1.5, "x", "", [], [[]], {}, {"x": 1}, ["x"], [0, 0]]


def places_in(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    items: Any = ()
    if isinstance(value, (dict, list)):
        items = value.items() if isinstance(value, dict) else enumerate(value)
    for key, below in items:
        yield from places_in(below, (*path, key))


def replaced(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copied = copy.copy(value)
    copied[path[0]] = replaced(value[path[0]], path[1:], new)
    return copied


def test_a_forged_pack_is_corrupt_or_has_the_same_documents(tmp_path: Path) -> None:
    header, sections, bodies = parts_of(small_pack())
    assert content_of(Pack(forged(header, sections, bodies))) == content_of(small_pack())
    documents = content_of(small_pack())[0]
    file = tmp_path / "x.pack"
    outcomes: Counter[str] = Counter()
    cases = [(True, path) for path in places_in(header)]
    cases += [(False, path) for path in places_in(sections)]
    for in_header, path in cases:
        for wrong in WRONG:
            changed = (
                (replaced(header, path, wrong), sections)
                if in_header
                else (header, replaced(sections, path, wrong))
            )
            if not all(isinstance(each, dict) for each in changed):
                continue
            file.write_bytes(forged(*changed, bodies))
            try:
                found = content_of(load(file))
            except PackCorrupt:
                outcomes["corrupt"] += 1
            else:
                outcomes["read"] += 1
                assert found[0] == documents
    assert outcomes["corrupt"] > 5 * outcomes["read"] > 0


@pytest.mark.parametrize(
    "sections",
    [
        {"documents": [0, 10**12]},
        {"documents": [10**12, 0]},
        {"documents": [-5, 5]},
        {"documents": [True, False]},
        {"documents": [0]},
        {"documents": {}},
        [],
        None,
    ],
)
def test_sections_outside_the_file_are_corrupt(sections: Any) -> None:
    header, whole, bodies = parts_of(small_pack())
    if isinstance(sections, dict):
        sections = {**{name: [0, 0] for name in whole}, **sections}
    with pytest.raises(PackCorrupt, match="header is not valid"):
        Pack(forged({**header, "sections": sections}, whole, bodies))


@pytest.mark.parametrize("deep", ["header", "documents", "entities", "names", "repairs"])
def test_json_of_any_depth_is_corrupt(deep: str) -> None:
    header, sections, bodies = parts_of(small_pack())
    nested = b"[" * 100_000 + b"]" * 100_000
    if deep == "header":
        rest = b'{"name":' + nested + b"}\n"
        data = b"dynclient-pack %d %08x\n" % (FORMAT, zlib.crc32(rest)) + rest
    else:
        data = forged(header, {**sections, deep: nested}, bodies)
    with pytest.raises(PackCorrupt):
        content_of(Pack(data))


def test_documents_in_each_other_s_place_are_corrupt(tmp_path: Path) -> None:
    documents = {"a.json": {"title": "One"}, "b.json": {"title": "Two"}}
    header, sections, bodies = parts_of(build(documents, (), "x"))
    index = sections["documents"]
    swapped = {"a.json": index["b.json"], "b.json": index["a.json"]}
    renamed = {"a.json": index["a.json"], "c.json": index["b.json"]}
    partial = {"a.json": index["a.json"]}
    for wrong in (swapped, renamed, partial, {}):
        with pytest.raises(PackCorrupt, match="'documents' is not valid"):
            _ = Pack(forged(header, {**sections, "documents": wrong}, bodies)).index


def test_documents_of_another_digest_are_corrupt() -> None:
    header, sections, bodies = parts_of(small_pack())
    pack = Pack(forged({**header, "digest": "0" * 64}, sections, bodies))
    with pytest.raises(PackCorrupt, match="do not match its digest"):
        pack.verify_digest()
    small_pack().verify_digest()


def test_a_call_stack_that_is_nearly_used_up_is_not_a_damaged_pack() -> None:
    pack = small_pack()

    def descend() -> None:
        try:
            descend()
        except RecursionError:
            for path in pack.index:
                pack.document(path)
            raise

    with pytest.raises(RecursionError):
        descend()
