"""The cache looked after: every kind of damage is found, and what is removed stays away."""

from __future__ import annotations

import os
import subprocess
import sys
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from dynclient.errors import PackCorrupt, UnknownRelease, UsageError
from dynclient.releases import pack as packs
from dynclient.releases import registry
from dynclient.releases.cache import Cache
from dynclient.releases.maintenance import examine, remove, verify
from dynclient.releases.pack import Pack
from dynclient.releases.registry import ingest, release
from tests.support.trees import ALL_RELEASES, release_named


@pytest.fixture
def cache(tmp_path: Path, monkeypatch) -> Cache:
    monkeypatch.setattr(registry, "_open", {})
    return Cache(tmp_path / "cache")


@pytest.fixture
def file(cache: Cache, small_zip: Path) -> Path:
    """Return the one pack of a cache."""
    release(source=small_zip, cache=cache.directory)
    (found,) = cache.directory.glob("*.pack")
    return found


def states(cache: Cache) -> list[tuple[str, str]]:
    return [(found.release, found.state) for found in verify(cache)]


def forge(data: bytes, edit: Callable[[bytes], bytes]) -> bytes:
    """Return a pack with another content, and the checksum of that."""
    rest = edit(data[data.index(b"\n") + 1 :])
    return b"dynclient-pack %d %08x\n" % (packs.FORMAT, zlib.crc32(rest)) + rest


def test_a_sound_pack(cache: Cache, file: Path) -> None:
    assert states(cache) == [("7.1.0", "sound")]
    assert states(Cache(cache.directory / "nothing")) == []


@pytest.mark.parametrize("name", ALL_RELEASES)
def test_every_release_is_sound(name: str) -> None:
    found = release_named(name)
    examine(found._pack, found._pack.file_name)


@pytest.mark.parametrize(
    ("damage", "why"),
    [
        (lambda data: b"", "it is not a pack"),
        (lambda data: data[:-10], "its content does not match its checksum"),
        (lambda data: data.replace(b"Thing", b"Thong"), "does not match its checksum"),
        (
            lambda data: forge(data, lambda rest: rest.replace(b'"boolean"', b'"integer"')),
            "its documents do not match its digest",
        ),
        (
            lambda data: forge(data, lambda rest: rest.replace(b"/colour", b"/coluor")),
            "its documents do not match its digest, and 1 more",
        ),
        (
            lambda data: forge(data, lambda rest: rest.replace(b'"7.1.0"', b'"7.2.0"')),
            "it contains",
        ),
        (
            lambda data: forge(data, lambda rest: rest.replace(b'"entities":[', b'"entitles":[')),
            "its header is not valid",
        ),
        (
            lambda data: forge(data, lambda rest: rest.replace(b"createThing.json", b"x" * 16)),
            "do not match its digest",
        ),
        (lambda data: b"dynclient-pack %d 00000000\n{}\n" % packs.FORMAT, "does not match"),
        (lambda data: forge(data, lambda rest: b"{}\n"), "its header is not valid"),
    ],
)
def test_damage_is_found_and_nothing_is_touched(
    cache: Cache, file: Path, damage: Callable[[bytes], bytes], why: str
) -> None:
    damaged = damage(file.read_bytes())
    assert damaged != file.read_bytes()
    file.write_bytes(damaged)
    (found,) = verify(cache)
    assert found.state == "bad"
    assert why in found.why
    assert "schemas add" in found.advice
    assert file.read_bytes() == damaged


def test_a_create_request_that_is_missing_is_a_defect(small_zip: Path) -> None:
    create, other = b'"api/data/createThing.json","entity"', b'"api/data/createOther.json","entity"'
    whole = ingest(small_zip).data
    assert whole.count(create) == 1  # in the section of the entities; the name is as long
    pack = Pack(forge(whole, lambda rest: rest.replace(create, other)))
    with pytest.raises(PackCorrupt, match="its part 'entities' is not valid"):
        examine(pack, pack.file_name)


def test_advice_without_a_source_is_to_fetch(cache: Cache, file: Path, small_zip: Path) -> None:
    small_zip.unlink()
    file.write_bytes(b"")
    (found,) = verify(cache)
    assert "schemas fetch 7.1.0" in found.advice


def test_an_unreadable_pack_is_bad(cache: Cache, file: Path) -> None:
    file.unlink()
    file.mkdir()
    (found,) = verify(cache)
    assert (found.state, found.why) == ("bad", os.strerror(21))


def test_unused_files_are_listed(cache: Cache, file: Path) -> None:
    (cache.directory / "7.1.0-0123456789ab.v1.pack").write_bytes(b"old")
    (cache.directory / "7.1.0-0123456789ab.v4.pack.corrupt").write_bytes(b"bad")
    (cache.directory / "staging/7.2.0").mkdir(parents=True)
    (cache.directory / "of-another-program.file").write_bytes(b"")
    assert sorted(states(cache)) == [
        ("7.1.0", "idle"), ("7.1.0", "idle"), ("7.1.0", "sound"), ("7.2.0", "idle")
    ]  # fmt: skip
    assert [found.release for found in verify(cache, ["7.2.0"])] == ["7.2.0"]
    assert all(found.advice for found in verify(cache) if found.state == "idle")


def test_what_is_removed_does_not_come_back(cache: Cache, file: Path, small_zip: Path) -> None:
    (cache.directory / "7.1.0-0123456789ab.v4.pack.corrupt").write_bytes(b"bad")
    (cache.directory / "staging/7.1.0").mkdir(parents=True)
    (cache.directory / "openapi-fact.facts").write_bytes(b"kept")
    opened = release("7.1.0", cache=cache.directory)
    (removed,) = remove(cache, ["7.1.0"])
    assert removed.release == "7.1.0"
    assert len(removed.files) == 3
    assert [each.name for each in cache.directory.rglob("*") if each.is_file()] == [
        "openapi-fact.facts"
    ]
    assert opened.document("type/basic.json")["title"] == "Basic"  # an open release stays readable
    registry._open.clear()
    with pytest.raises(UnknownRelease):  # though its source is there still
        release("7.1.0", cache=cache.directory)
    assert release(source=small_zip, cache=cache.directory) == opened


def test_all_or_nothing(cache: Cache, file: Path) -> None:
    with pytest.raises(UnknownRelease, match=r"no release 7\.1\.O; did you mean 7\.1\.0"):
        remove(cache, ["7.1.0", "7.1.O"])
    with pytest.raises(UsageError, match="'starter' is bundled"):
        remove(cache, ["7.1.0", "starter"])
    assert states(cache) == [("7.1.0", "sound")]


def test_names_that_are_paths_are_unknown(cache: Cache, file: Path, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (cache.directory / "staging").mkdir()
    for name in ("../mine", "..", ".", "/", ""):
        with pytest.raises(UnknownRelease):
            remove(cache, [name])
    assert (tmp_path / "mine").is_dir()


def test_two_that_remove_at_once(cache: Cache, file: Path, monkeypatch) -> None:
    plain = Path.unlink

    def twice(self: Path, missing_ok: bool = False) -> None:
        plain(self)  # another process was faster
        plain(self, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", twice)
    (removed,) = remove(cache, ["7.1.0"])
    assert removed.files


HOLDER = """
import sys
from dynclient.releases import release
opened = release("7.1.0", cache=sys.argv[1])
print("open", flush=True)
sys.stdin.readline()
print(len([opened.document(path) for path in opened.paths]))
"""


def test_another_process_that_has_it_open_continues(cache: Cache, file: Path) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, str(cache.directory)],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert holder.stdout is not None
    assert holder.stdout.readline() == "open\n"
    remove(cache, ["7.1.0"])
    assert holder.communicate("\n")[0] == "3\n"
    assert holder.returncode == 0
