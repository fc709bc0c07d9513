"""Releases: had by name or source, one object each, found again by pickles."""

from __future__ import annotations

import copy
import pickle
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from dynclient.errors import BadName, SourceRefused, UnknownRelease
from dynclient.releases import registry
from dynclient.releases.cache import bundled
from dynclient.releases.registry import release, reopen
from tests.support.small_tree import files, make_folder, make_zip
from tests.support.trees import TREES


@pytest.fixture
def cache(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr(registry, "_open", {})
    return tmp_path / "cache"


def test_the_name_comes_from_the_source(small_zip: Path, cache: Path) -> None:
    one = release(source=small_zip, cache=cache)
    assert (one.name, one.version, one.origin) == ("7.1.0", (7, 1, 0), str(small_zip))
    assert not one.lossy


def test_an_explicit_name_wins(small_zip: Path, cache: Path) -> None:
    one = release("1.13.0-patched", source=str(small_zip), cache=str(cache))
    assert (one.name, one.version) == ("1.13.0-patched", (1, 13, 0))


def test_a_source_without_a_version_is_named_by_its_digest(tmp_path: Path, cache: Path) -> None:
    one = release(source=make_folder(tmp_path / "tree", files()), cache=cache)
    assert one.name == f"tree-{one.digest[:12]}"
    assert one.version == ()


def test_a_release_is_found_by_its_digest(tmp_path: Path, cache: Path) -> None:
    one = release(source=make_folder(tmp_path / "tree", files()), cache=cache)
    for digest in (one.digest, one.digest[:12], one.digest[:40]):
        assert release(digest, cache=cache) is one
    for other in (one.digest[:11], "0" * 12, one.digest[:12].upper() + "X"):
        with pytest.raises(UnknownRelease):
            release(other, cache=cache)


def test_an_added_release_is_found_by_name(small_zip: Path, cache: Path, monkeypatch) -> None:
    one = release(source=small_zip, cache=cache)
    assert release("7.1.0", cache=cache) is one
    monkeypatch.setattr(registry, "_open", {})
    again = release("7.1.0", cache=cache)
    assert again == one
    assert again is not one
    assert hash(again) == hash(one)
    assert again.origin is None


def test_the_error_of_an_unknown_release_lists_the_cached_ones(
    small_zip: Path, cache: Path
) -> None:
    release(source=small_zip, cache=cache)
    with pytest.raises(UnknownRelease, match=r"9\.9\.9.*7\.1\.0.*source=") as caught:
        release("9.9.9", cache=cache)
    assert str(cache) in str(caught.value)
    with pytest.raises(UnknownRelease, match="pass the name of a release"):
        release(cache=cache)


@pytest.mark.parametrize("name", ["", "..", "a/b", "a\\b", ".hidden", "é", "x" * 65, "-x", "a b"])
def test_a_name_that_is_not_a_file_name_is_refused(name: str, small_zip: Path, cache: Path) -> None:
    with pytest.raises(BadName, match="cannot be the name"):
        release(name, source=small_zip, cache=cache)
    assert not cache.exists()


def test_the_name_of_the_starter_is_reserved(small_zip: Path, cache: Path) -> None:
    with pytest.raises(BadName, match="starter"):
        release("starter", source=small_zip, cache=cache)


def test_a_missing_source_is_refused(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(SourceRefused, match="neither a directory nor a file"):
        release(source=tmp_path / "nowhere.zip", cache=cache)


def test_the_starter_needs_no_source(cache: Path) -> None:
    if bundled() is None:
        pytest.skip("the starter schemas are not available")
    one = release("starter", cache=cache)
    assert (one.name, one.version) == ("starter", (1, 13, 0))
    assert release("starter", cache=cache) is one
    assert {"table", "database", "user"} <= set(one.entities)
    assert {item.step for item in one.repairs} <= {"identifiers", "alternatives"}


def test_threads_share_one_release(small_zip: Path, cache: Path) -> None:
    found = []
    start = threading.Barrier(8)

    def take() -> None:
        start.wait()
        found.append(release(source=small_zip, cache=cache))

    threads = [threading.Thread(target=take) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in found}) == 1


def test_a_pickle_finds_its_release_here(small_zip: Path, cache: Path) -> None:
    one = release(source=small_zip, cache=cache)
    assert pickle.loads(pickle.dumps(one)) is one
    node = one.find("Thing").properties["parts"]
    assert pickle.loads(pickle.dumps(node)) is node


def in_another_process(pickled: bytes) -> str:
    script = (
        "import pickle, sys; one = pickle.loads(bytes.fromhex(sys.argv[1]));"
        "print(one.name, one.digest, len(one.paths))"
    )
    command = [sys.executable, "-W", "ignore", "-c", script, pickled.hex()]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_copies_of_a_release_are_the_release(small_zip: Path, cache: Path) -> None:
    one = release(source=small_zip, cache=cache).with_drift("error")
    assert copy.copy(one) is one
    assert copy.deepcopy(one) is one
    assert pickle.loads(pickle.dumps(one)) is one


def test_pickles_name_the_release_and_hold_no_document(small_zip: Path, cache: Path) -> None:
    data = pickle.dumps(release(source=small_zip, cache=cache))
    assert b"dynclient.releases.registry" in data
    assert len(data) < 1000


def test_a_pickle_finds_its_release_in_another_process(small_zip: Path, cache: Path) -> None:
    one = release(source=small_zip, cache=cache)
    assert in_another_process(pickle.dumps(one)) == f"{one.name} {one.digest} {len(one.paths)}"


@pytest.mark.filterwarnings("ignore::dynclient.errors.DynclientWarning")
def test_a_pickle_finds_its_release_by_its_source_where_nothing_is_cached(
    small_zip: Path, cache: Path
) -> None:
    cache.write_bytes(b"a file, so that no directory can be created")
    one = release(source=small_zip, cache=cache)
    assert in_another_process(pickle.dumps(one)) == f"{one.name} {one.digest} {len(one.paths)}"


def test_a_pickle_whose_release_is_gone_says_so(tmp_path: Path, cache: Path) -> None:
    with pytest.raises(UnknownRelease, match="was not found"):
        reopen("7.1.0", "0" * 64, str(cache), str(tmp_path / "gone.zip"))


def test_a_pickle_whose_source_has_changed_says_so(small_zip: Path, cache: Path) -> None:
    with pytest.raises(UnknownRelease, match="with other documents than pickled"):
        reopen("7.1.0", "0" * 64, str(cache), str(small_zip))


def test_two_trees_of_one_name_are_two_releases(tmp_path: Path, cache: Path) -> None:
    one = release("7.1.0", source=make_zip(tmp_path / "a.zip", files()), cache=cache)
    other = make_zip(tmp_path / "b.zip", files({"entity/x.json": {"title": "X"}}))
    two = release("7.1.0", source=other, cache=cache)
    assert one != two
    assert {one, two} == {two, one}
    assert pickle.loads(pickle.dumps(one)) is one
    assert pickle.loads(pickle.dumps(two)) is two


WARM = """
import sys
from dynclient.releases import release
one = release(sys.argv[1], cache=sys.argv[2])
path = one.find(sys.argv[3]).path
documents = [one.document(other) for other in one.closure(path)]
assert one.resolve(path).properties
one.entities
print(*sorted(sys.modules))
"""


def test_a_warm_start_loads_nothing_heavy(small_zip: Path, cache: Path) -> None:
    release(source=small_zip, cache=cache)
    command = [sys.executable, "-c", WARM, "7.1.0", str(cache), "CreateThingRequest"]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    heavy = {"referencing", "jsonschema", "jsonschema_rs", "requests", "zipfile", "tarfile"}
    heavy |= {"platformdirs", "hashlib", "logging", "inspect", "dataclasses", "difflib", "tempfile"}
    heavy |= {f"dynclient.schema.{name}" for name in ("repair", "source", "archive")}
    assert not loaded & heavy


@pytest.mark.parametrize("name", TREES)
def test_real_releases_have_their_version(name: str) -> None:
    from tests.support.trees import real_release

    assert ".".join(map(str, real_release(name).version)) == name
