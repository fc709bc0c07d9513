"""Facts are found again as they were kept, or not at all."""

from __future__ import annotations

import logging
import multiprocessing
import zlib
from pathlib import Path

import pytest

from dynclient.errors import DynclientWarning
from dynclient.openapi.index_cache import Build, IndexCache, keep, recall
from dynclient.releases import Cache


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def files(cache: Cache) -> list[Path]:
    return sorted(cache.directory.iterdir())


def test_a_fact_is_found_as_it_was_kept(cache: Cache) -> None:
    assert recall(cache, "x") is None
    assert keep(cache, "x", {"a": ["ü", None]}, b"\n\x00body\n")
    assert recall(cache, "x") == ({"a": ["ü", None]}, b"\n\x00body\n")
    assert keep(cache, "x", 1)
    assert recall(cache, "x") == (1, b"")


def test_names_that_differ_in_signs_alone_stay_apart(cache: Cache) -> None:
    names = ["http://a:1", "http://a/1", "../../a", "A", "a", "x" * 300, "x" * 301, ""]
    for number, name in enumerate(names):
        keep(cache, name, number)
    assert [recall(cache, name) for name in names] == [(n, b"") for n in range(len(names))]
    assert len(files(cache)) == len(names)
    assert all(file.parent == cache.directory for file in files(cache))


@pytest.mark.parametrize("damage", [b"", b"junk", b"dynclient-facts 00000000\n{}\n"])
def test_a_damaged_file_is_set_aside_with_a_warning(
    cache: Cache, damage: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    keep(cache, "x", {"a": 1}, b"body")
    (file,) = files(cache)
    file.write_bytes(damage)
    with caplog.at_level(logging.WARNING):
        assert recall(cache, "x") is None
    assert "damaged file moved" in caplog.text
    assert [each.suffix for each in files(cache)] == [".corrupt"]
    assert keep(cache, "x", {"a": 2})
    assert recall(cache, "x") == ({"a": 2}, b"")


@pytest.mark.parametrize("head", [b"", b"{", b"[" * 100_000 + b"]" * 100_000])
def test_a_forged_head_is_set_aside(cache: Cache, head: bytes) -> None:
    keep(cache, "x", {"a": 1}, b"body")
    (file,) = files(cache)
    rest = head + b"\nbody"
    file.write_bytes(b"dynclient-facts %08x\n" % zlib.crc32(rest) + rest)
    assert recall(cache, "x") is None
    assert [each.suffix for each in files(cache)] == [".corrupt"]


@pytest.mark.parametrize("head", [None, 5, [], {}, {"version": 5, "revision": ""}, {"x": "y"}])
def test_a_forged_build_is_not_used(
    head: object, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    found = IndexCache("http://host")
    keep(Cache(), found._last_build_name, head)
    assert found.last_build() is None
    keep(Cache(), found.name(Build("1.6.0", "abc")), head)
    assert found.find(Build("1.6.0", "abc")) is None


def test_one_changed_byte_is_noticed(cache: Cache) -> None:
    keep(cache, "x", {"a": 1}, b"body")
    (file,) = files(cache)
    whole = file.read_bytes()
    for place in range(len(whole)):
        file.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        assert recall(cache, "x") is None, place


def test_a_cache_that_cannot_be_written_costs_a_warning(tmp_path: Path) -> None:
    occupied = tmp_path / "file"
    occupied.write_text("no folder")
    with pytest.warns(DynclientWarning, match="cannot be written"):
        assert not keep(Cache(occupied), "x", 1)
    assert recall(Cache(tmp_path / "none"), "x") is None


def _write(directory: str, number: int) -> None:
    for _ in range(20):
        keep(Cache(directory), "x", {"number": number}, b"%d" % number * 10_000)


def test_many_processes_may_keep_the_same_fact_at_once(cache: Cache) -> None:
    context = multiprocessing.get_context("spawn")
    racing = [context.Process(target=_write, args=(str(cache.directory), n)) for n in range(4)]
    for each in racing:
        each.start()
    while any(each.is_alive() for each in racing):
        found = recall(cache, "x")
        assert found is None or found[1] == b"%d" % found[0]["number"] * 10_000
        racing[0].join(0.001)
    assert [each.exitcode for each in racing] == [0] * 4
    assert len(files(cache)) == 1
