"""The cache: racing processes, full and read-only disks, damaged files."""

from __future__ import annotations

import errno
import json
import logging
import os
import subprocess
import sys
import time
import warnings
import zlib
from pathlib import Path
from typing import Any

import pytest

from dynclient.errors import DynclientWarning, SourceRefused, UnknownRelease, UsageError
from dynclient.releases import cache as caches
from dynclient.releases import pack as packs
from dynclient.releases import registry
from dynclient.releases.cache import Cache, bundled, default_directory
from dynclient.releases.pack import FORMAT, Pack
from dynclient.releases.registry import ingest
from tests.support.small_tree import files, make_folder, make_zip
from tests.support.special_files import SPECIAL_FILES
from tests.support.trees import TREES


@pytest.fixture
def pack(small_zip: Path) -> Pack:
    return ingest(small_zip)


@pytest.fixture
def cache(tmp_path: Path, monkeypatch) -> Cache:
    """Return an empty cache, as a process that has said nothing yet sees it."""
    monkeypatch.setattr(caches, "_warned", set())
    monkeypatch.setattr(registry, "_open", {})
    return Cache(tmp_path / "cache")


def blow_up(*args: Any, **kwargs: Any) -> Any:
    raise AssertionError("this must not be called")


def test_where_it_is(monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "named"))
    assert default_directory() == tmp_path / "named"
    assert Cache().directory == tmp_path / "named"
    assert Cache(tmp_path / "argument").directory == tmp_path / "argument"
    monkeypatch.delenv("DYNCLIENT_CACHE")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "home/.cache"))
    assert Cache().directory.name.lower() in {"dynclient", "cache"}
    assert not Cache(tmp_path / "argument").directory.exists()


def test_a_stored_pack_is_found_by_name_and_digest(cache: Cache, pack: Pack) -> None:
    assert cache.find("7.1.0") is None
    assert cache.names() == ()
    assert cache.store(pack)
    assert cache.names() == ("7.1.0",)
    for found in (
        cache.find("7.1.0"),
        cache.find(digest=pack.digest),
        cache.find("7.1.0", pack.digest),
    ):
        assert found is not None
        assert found.data == pack.data
    assert cache.find("7.1") is None
    assert cache.find("7.1.0", "0" * 64) is None


def test_names_are_in_order_of_version(cache: Cache, small_zip: Path) -> None:
    for name in ("1.10.0", "1.9.0", "own-name", "1.10.0-rc1"):
        cache.store(ingest(small_zip, name))
    assert cache.names() == ("own-name", "1.9.0", "1.10.0", "1.10.0-rc1")


def test_of_two_packs_of_one_name_the_last_added_counts(cache: Cache, tmp_path: Path) -> None:
    one = ingest(make_zip(tmp_path / "a.zip", files()), "7.1.0")
    two = ingest(make_zip(tmp_path / "b.zip", files({"entity/x.json": {"title": "X"}})), "7.1.0")
    cache.store(one)
    cache.store(two)
    os.utime(cache.directory / one.file_name, (1, 1))
    assert cache.find("7.1.0").digest == two.digest
    os.utime(cache.directory / two.file_name, (0, 0))
    assert cache.find("7.1.0").digest == one.digest
    cache.store(two)
    assert cache.find("7.1.0").digest == two.digest


@pytest.mark.parametrize("damage", ["cut", "changed", "empty", "foreign", "renamed"])
def test_a_corrupt_pack_is_moved_aside_and_rebuilt(
    damage: str, cache: Cache, small_zip: Path, caplog
) -> None:
    release = registry.release(source=small_zip, cache=cache.directory)
    file = next(cache.directory.glob("*.pack"))
    whole = file.read_bytes()
    wrong = {
        "cut": whole[:-10],
        "changed": whole.replace(b"Thing", b"thing"),
        "empty": b"",
        "foreign": whole.replace(b"pack %d " % FORMAT, b"pack 7 "),
        "renamed": ingest(small_zip, "other").data,
    }[damage]
    file.write_bytes(wrong)
    with caplog.at_level(logging.WARNING):
        again = registry.release(source=small_zip, cache=cache.directory)
    assert again == release
    assert len(caplog.records) == 1
    assert f"{file.name}.corrupt" in caplog.text
    assert file.read_bytes() == whole
    assert file.with_name(f"{file.name}.corrupt").read_bytes() == wrong


def test_a_pack_of_another_format_is_left_alone(cache: Cache, pack: Pack) -> None:
    cache.store(pack)
    other = cache.directory / pack.file_name.replace(packs.SUFFIX, ".v99.pack")
    other.write_bytes(b"from the future")
    assert cache.names() == ("7.1.0",)
    assert cache.find("7.1.0") is not None
    assert other.read_bytes() == b"from the future"


@pytest.mark.parametrize("code", [errno.ENOSPC, errno.EROFS, errno.EACCES, errno.EDQUOT])
def test_a_full_disk_is_not_an_error_and_is_reported_once(
    code: int, cache: Cache, small_zip: Path, monkeypatch
) -> None:
    def refuse(file: Path, data: bytes) -> None:
        raise OSError(code, os.strerror(code), str(file))

    monkeypatch.setattr(packs, "write", refuse)
    with pytest.warns(DynclientWarning, match=r"built in memory.*DYNCLIENT_CACHE"):
        first = registry.release(source=small_zip, cache=cache.directory)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        second = registry.release(source=small_zip, cache=cache.directory)
    assert first is second
    assert registry.release("7.1.0", cache=cache.directory) is first
    assert first.document("entity/data/thing.json")["title"] == "Thing"


def test_a_directory_that_cannot_be_created_is_not_an_error(
    cache: Cache, tmp_path: Path, small_zip: Path
):
    (tmp_path / "file").write_bytes(b"")
    with pytest.warns(DynclientWarning, match="cannot be written"):
        release = registry.release(source=small_zip, cache=tmp_path / "file" / "cache")
    assert release.paths


def test_a_read_only_cache_works_without_a_warning(
    cache: Cache, small_zip: Path, monkeypatch
) -> None:
    release = registry.release(source=small_zip, cache=cache.directory)
    monkeypatch.setattr(registry, "_open", {})
    monkeypatch.setattr(packs, "write", blow_up)
    monkeypatch.setattr(registry, "ingest", blow_up)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert registry.release("7.1.0", cache=cache.directory) == release
        assert registry.release("7.1.0", cache=cache.directory).document("type/basic.json")


def test_an_unchanged_source_is_not_read_again(cache: Cache, small_zip: Path, monkeypatch) -> None:
    os.utime(small_zip, ns=(10**18, 10**18))
    monkeypatch.setattr(registry, "_RACY", -(10**18))
    release = registry.release(source=small_zip, cache=cache.directory)
    monkeypatch.setattr(registry, "_open", {})
    monkeypatch.setattr(registry, "ingest", blow_up)
    assert registry.release(source=small_zip, cache=cache.directory) == release
    with pytest.raises(AssertionError, match="must not be called"):
        registry.release("another-name", source=small_zip, cache=cache.directory)
    os.utime(small_zip, ns=(10**18, 10**18 + 1))
    with pytest.raises(AssertionError, match="must not be called"):
        registry.release(source=small_zip, cache=cache.directory)


def test_a_source_changed_a_moment_ago_is_not_trusted(cache: Cache, small_zip: Path) -> None:
    """Its times might stay the same over another change; only older ones tell changes apart."""
    now = time.time_ns() + 10**12
    os.utime(small_zip, ns=(now, now))
    assert registry.fingerprint(small_zip)
    assert registry.fingerprint(small_zip, settled=True) == ""
    registry.release(source=small_zip, cache=cache.directory)
    (note,) = cache.directory.glob("source-*")
    assert json.loads(note.read_bytes())["fingerprint"] == ""


def test_a_pack_that_is_gone_is_rebuilt_from_where_it_came(
    cache: Cache, small_zip: Path, monkeypatch
) -> None:
    release = registry.release("own", source=small_zip, cache=cache.directory)
    monkeypatch.setattr(registry, "_open", {})
    next(cache.directory.glob("*.pack")).write_bytes(b"damaged")
    assert registry.release("own", cache=cache.directory) == release
    assert cache.names() == ("own",)
    monkeypatch.setattr(registry, "_open", {})
    next(cache.directory.glob("*.pack")).unlink()
    small_zip.unlink()
    with pytest.raises(UnknownRelease):
        registry.release("own", cache=cache.directory)


@pytest.mark.parametrize("note", [b"", b"[]", b"{}", b'{"fingerprint": "F", "name": 1}'])
def test_a_damaged_note_on_a_source_is_only_a_lost_short_cut(
    note: bytes, cache: Cache, small_zip: Path, monkeypatch
) -> None:
    monkeypatch.setattr(registry, "_RACY", -(10**18))
    release = registry.release(source=small_zip, cache=cache.directory)
    (file,) = cache.directory.glob("source-*")
    stored = json.loads(file.read_bytes())
    assert stored["source"] == str(small_zip)
    file.write_bytes(note.replace(b'"F"', json.dumps(stored["fingerprint"]).encode()))
    assert registry.release(source=small_zip, cache=cache.directory) == release


def test_temporary_files_of_killed_writers_are_removed(cache: Cache, pack: Pack) -> None:
    cache.directory.mkdir()
    old, new = cache.directory / ".a.pack-1.tmp", cache.directory / ".b.pack-2.tmp"
    for file in (old, new):
        file.write_bytes(b"half")
    os.utime(old, (1, 1))
    cache.store(pack)
    assert not old.exists()
    assert new.exists()


RACER = """
import sys
from dynclient.releases import release
print("ready", flush=True)
sys.stdin.readline()
found = release(source=sys.argv[1], cache=sys.argv[2])
print(found.digest, len(found.paths), len(found.entities), found.document(found.paths[-1])["title"])
"""


def test_many_processes_race_for_one_cache(cache: Cache, small_zip: Path) -> None:
    source = next(iter(TREES.values()), small_zip)
    command = [sys.executable, "-W", "error", "-c", RACER, str(source), str(cache.directory)]
    racers = [
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        for _ in range(6)
    ]
    for racer in racers:
        assert racer.stdout.readline() == "ready\n"
    for racer in racers:
        racer.stdin.write("go\n")
        racer.stdin.flush()
    outputs = {racer.communicate()[0] for racer in racers}
    assert [racer.returncode for racer in racers] == [0] * 6
    assert len(outputs) == 1
    assert len(list(cache.directory.glob("*.pack"))) == 1
    assert not list(cache.directory.glob("*.corrupt")) + list(cache.directory.glob(".*.tmp"))


def test_the_bundled_layer_is_found_in_a_wheel_and_in_a_checkout(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(caches, "__file__", str(tmp_path / "dynclient/schema/cache.py"))
    assert bundled() is None
    beside = tmp_path / "schema_cache/starter"
    beside.mkdir(parents=True)
    assert bundled() == beside
    inside = tmp_path / "dynclient/schema_cache/starter"
    inside.mkdir(parents=True)
    assert bundled() == inside


def test_the_starter_release_is_bundled() -> None:
    folder = bundled()
    if folder is None:
        pytest.skip("the starter schemas are not available")
    assert (folder / "type/basic.json").is_file()


# -- other files and notes -------------------------------------------------------------------------


def test_files_are_written_read_and_set_aside(
    cache: Cache, caplog: pytest.LogCaptureFixture
) -> None:
    assert cache.read("index.bin") is None
    assert cache.write("index.bin", b"content") is True
    assert cache.read("index.bin") == b"content"
    assert [file.name for file in cache.directory.iterdir()] == ["index.bin"]
    assert caplog.messages == []
    cache.set_aside("index.bin", "it is cut")
    assert cache.read("index.bin") is None
    assert (cache.directory / "index.bin.corrupt").read_bytes() == b"content"
    expected = "damaged file moved to index.bin.corrupt, to be rebuilt when needed"
    assert caplog.messages == [f"{expected}: index.bin: it is cut"]


def test_a_file_that_cannot_be_read_is_logged_and_missing(
    cache: Cache, caplog: pytest.LogCaptureFixture
) -> None:
    (cache.directory / "folder").mkdir(parents=True)
    assert cache.read("folder") is None
    assert "folder cannot be read (Is a directory); continuing without it" in caplog.messages


def test_a_file_that_cannot_be_written_is_warned_of(tmp_path: Path, cache: Cache) -> None:
    cache.directory.write_text("a file where the directory should be")
    with pytest.warns(DynclientWarning, match="cannot be written"):
        assert cache.write("index.bin", b"content") is False


def test_sources_are_remembered_by_path_and_name_and_forgotten_by_release(
    cache: Cache, pack: Pack
) -> None:
    first, second = Path("/trees/first"), Path("/trees/second")
    cache.store(pack)
    for number, (source, name) in enumerate([(first, None), (second, None), (second, "other")]):
        cache.remember(source, name, f"print-{number}", pack)
        note = cache._note(source, name)
        os.utime(note, (1000 + number, 1000 + number))
    assert cache.recall(first, None, "print-0") is not None
    assert cache.recall(first, None, "print-1") is None
    assert cache.recall(second, None, "print-1") is not None
    assert cache.recall(second, "other", "print-2") is not None
    assert cache.recall(first, "other", "print-2") is None
    assert cache.sources("7.1.0") == [second, second, first]
    for other in ("7.0.0", "7.2.0"):
        assert cache.sources(other) == []
        cache.forget(other)
    assert len(cache.sources("7.1.0")) == 3
    cache.forget("7.1.0")
    assert cache.sources("7.1.0") == []
    assert cache.recall(first, None, "print-0") is None


def test_of_files_with_a_pack_s_ending_only_packs_count(cache: Cache, pack: Pack) -> None:
    cache.store(pack)
    for name in ("7.2.0-0123", "nodash"):
        (cache.directory / f"{name}{packs.SUFFIX}").write_bytes(b"x")
    (cache.directory / "7.3.0-0123456789ab.json").write_bytes(b"x")
    assert cache.names() == ("7.1.0",)
    assert cache.find("7.1.0") is not None
    assert cache.find("7.1.0", pack.digest[:12]) is not None
    assert cache.find(None, pack.digest) is not None
    assert cache.find("7.1.0", "0" * 64) is None
    assert cache.find("nodash") is None


def test_a_pack_that_cannot_be_written_is_not_stored(
    cache: Cache, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(file: Path, data: bytes) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(file))

    monkeypatch.setattr(packs, "write", refuse)
    with pytest.warns(DynclientWarning, match="cannot be written"):
        assert cache.store(pack) is False


def test_a_pack_that_another_process_wrote_meanwhile_is_stored(
    cache: Cache, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    def race(file: Path, data: bytes) -> None:
        file.write_bytes(data)
        raise PermissionError(errno.EACCES, "in use", str(file))

    monkeypatch.setattr(packs, "write", race)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert cache.store(pack) is True


def test_a_pack_that_cannot_be_read_is_logged_and_missing(
    cache: Cache, pack: Pack, caplog: pytest.LogCaptureFixture
) -> None:
    file = cache.directory / pack.file_name
    file.mkdir(parents=True)
    assert cache.find("7.1.0") is None
    message = f"{file} cannot be read (Is a directory); continuing without it"
    assert caplog.messages == [message]
    assert file.is_dir()


def test_a_pack_that_another_process_removes_meanwhile_is_missing(
    cache: Cache, pack: Pack, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert cache.store(pack)
    plain = packs.load

    def race(file: Path) -> Pack:
        file.unlink()
        return plain(file)

    monkeypatch.setattr(packs, "load", race)
    assert cache.find("7.1.0") is None
    assert not caplog.messages


# -- files of other users --------------------------------------------------------------------------


def give_away(file: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make a file belong to another user."""
    if os.geteuid() == 0:
        os.chown(file, 12345, -1)
    else:
        monkeypatch.setattr(os, "geteuid", lambda: 12345)


@pytest.mark.skipif(not hasattr(os, "geteuid"), reason="files have no owner here")
@pytest.mark.parametrize(("mode", "is_used"), [(0o777, False), (0o1777, False), (0o755, True)])
def test_packs_of_others_are_used_only_where_not_everybody_may_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, mode: int, is_used: bool
) -> None:
    cache = Cache(tmp_path / "cache")
    cache.store(ingest(make_zip(tmp_path / "t.zip", files()), "7.1.0"))
    cache.write("index.json", b"{}")
    (pack,) = cache.directory.glob("*.pack")
    cache.directory.chmod(mode)
    assert cache.find("7.1.0") is not None
    for file in (pack, cache.directory / "index.json"):
        give_away(file, monkeypatch)
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        assert (cache.find("7.1.0") is not None) is is_used
        assert (cache.find("7.1.0") is not None) is is_used
        assert (cache.read("index.json") is not None) is is_used
    texts = [str(each.message) for each in caught if each.category is DynclientWarning]
    assert len(texts) == (0 if is_used else 2)
    assert all("another user owns it" in text and "DYNCLIENT_CACHE" in text for text in texts)
    assert pack.exists()


# -- folders and files that cannot be used ---------------------------------------------------------


@pytest.mark.parametrize("kind", SPECIAL_FILES)
def test_a_special_file_in_the_place_of_a_pack_is_not_read(
    kind: str, cache: Cache, small_zip: Path
) -> None:
    found = registry.release(source=small_zip, cache=cache.directory)
    (file,) = cache.directory.glob("*.pack")
    registry._open.clear()
    file.unlink()
    SPECIAL_FILES[kind](file)
    assert cache.find("7.1.0") is None
    if kind == "a folder":
        with pytest.warns(DynclientWarning, match="cannot be written"):
            assert registry.release("7.1.0", cache=cache.directory) == found
    else:
        assert registry.release("7.1.0", cache=cache.directory) == found
        assert cache.find("7.1.0") is not None


@pytest.mark.parametrize("kind", SPECIAL_FILES)
def test_a_special_file_in_the_place_of_another_file_is_not_read(
    kind: str, cache: Cache, pack: Pack, small_zip: Path
) -> None:
    cache.directory.mkdir()
    SPECIAL_FILES[kind](cache.directory / "index.facts")
    SPECIAL_FILES[kind if "pipe" not in kind else "a pipe"](cache._note(small_zip, None))
    assert cache.read("index.facts") is None
    assert cache.recall(small_zip, None, "print") is None
    assert cache.sources("7.1.0") == []


@pytest.mark.parametrize(
    "code", [errno.EACCES, errno.EPERM, errno.ENOTDIR, errno.EIO, errno.ESTALE]
)
@pytest.mark.parametrize("function", ["listdir", "open", "stat", "lstat"])
def test_a_folder_that_cannot_be_read_costs_one_warning(
    function: str, code: int, cache: Cache, small_zip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = registry.release(source=small_zip, cache=cache.directory)
    registry._open.clear()
    real = getattr(os, function)

    def fail(path: Any = ".", *args: Any, **kwargs: Any) -> Any:
        if isinstance(path, (str, os.PathLike)) and str(path).startswith(str(cache.directory)):
            raise OSError(code, os.strerror(code), str(path))
        return real(path, *args, **kwargs)

    with monkeypatch.context() as patched, warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        patched.setattr(os, function, fail)
        for _ in range(2):
            assert registry.release(source=small_zip, cache=cache.directory) == expected
            assert cache.sources("7.1.0") in ([], [small_zip])
            cache.names()
            cache.read("x.facts")
            cache.write("x.facts", b"x")
    assert len(caught) <= 1
    assert {each.category for each in caught} <= {DynclientWarning}


def test_a_file_in_the_place_of_the_folder_costs_one_warning(cache: Cache, small_zip: Path) -> None:
    for directory in (cache.directory, cache.directory / "below"):
        caches._warned.clear()
        registry._open.clear()
        cache.directory.write_bytes(b"")
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            found = registry.release(source=small_zip, cache=directory)
            assert registry.release("7.1.0", cache=directory) is found
        assert [each.category for each in caught] == [DynclientWarning]
        assert "Set another directory with DYNCLIENT_CACHE or cache=" in str(caught[0].message)


@pytest.mark.parametrize("path", ["a\0b", "~nobody-of-this-name/x", 5, b"x", ["x"]])
def test_what_is_not_a_path_is_refused(path: Any, small_zip: Path, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"^cache= must be a path"):
        registry.release(source=small_zip, cache=path)
    with pytest.raises(UsageError, match=r"^source= must be a path"):
        registry.release(source=path, cache=tmp_path / "cache")


def test_a_source_that_cannot_be_read_is_refused(
    cache: Cache, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = make_folder(tmp_path / "tree", files())
    real = os.scandir

    def fail(path: Any) -> Any:
        if "entity" in str(path):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", fail)
    with pytest.raises(SourceRefused, match=r"tree cannot be read: Permission denied$"):
        registry.release("7.1.0", source=source, cache=cache.directory)


def test_a_pack_is_looked_for_by_a_digest_that_is_right(
    cache: Cache, pack: Pack, caplog: pytest.LogCaptureFixture
) -> None:
    digest = f"{pack.digest[:12]}{'0' * 52}"
    header = pack.data[pack.data.index(b"\n") + 1 :].replace(pack.digest.encode(), digest.encode())
    forged = b"dynclient-pack %d %08x\n" % (FORMAT, zlib.crc32(header)) + header
    cache.write(pack.file_name, forged)
    assert cache.find(digest=pack.digest) is None
    assert cache.find(digest=digest) is None
    assert "its documents do not match its digest" in caplog.text
    assert cache.store(pack)
    assert cache.find(digest=pack.digest) is not None


def test_notes_of_others_are_not_used_where_all_users_can_write(
    cache: Cache, pack: Pack, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache.store(pack)
    cache.remember(Path("/trees/theirs"), None, "print", pack)
    monkeypatch.setattr(cache, "_is_trusted", lambda file: not file.name.startswith("source-"))
    assert cache.recall(Path("/trees/theirs"), None, "print") is None
    assert cache.sources("7.1.0") == []


def test_a_missing_folder_is_nothing_to_report(
    tmp_path: Path, cache: Cache, caplog: pytest.LogCaptureFixture
) -> None:
    cache.directory.write_bytes(b"")
    assert Cache(tmp_path / "nothing").read("x.facts") is None
    assert Cache(cache.directory / "below").read("x.facts") is None
    assert caplog.messages == []
