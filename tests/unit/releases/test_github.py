"""A release from GitHub: one listing, files side by side, checked against the listing, resumed."""

from __future__ import annotations

import gzip
import logging
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dynclient.client.connect import settings_of
from dynclient.errors import (
    ConnectFailed,
    SourceRefused,
    SourceUnavailable,
    UsageError,
)
from dynclient.releases import Cache, github, registry, release
from dynclient.releases.github_tree import FOLDER, PAGE, object_id
from dynclient.schema import Release
from tests.support.github_server import FILES, LISTINGS, GitHub, files_of, hasty
from tests.support.small_tree import SMALL
from tests.support.stub import Reply
from tests.support.trees import ALL_RELEASES, TREES, release_named

__all__ = ["hasty"]

PAGE_OF_A_PROXY = Reply(200, b"<!doctype html><p>Sign in", (("Content-Type", "text/html"),))


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[GitHub]:
    monkeypatch.setattr(registry, "_open", {})  # nothing is open from another source
    with GitHub({"7.1.0-release": files_of(SMALL)}) as hub:
        monkeypatch.setenv("DYNCLIENT_GITHUB", hub.host)
        yield hub


@pytest.fixture
def cache(tmp_path: Path) -> Cache:
    return Cache(tmp_path / "cache")


def whole(cache: Cache) -> list[str]:
    """Return the names of everything in the cache, staging area aside."""
    folder = cache.directory
    return sorted(each.name for each in folder.iterdir()) if folder.is_dir() else []


def staged(cache: Cache) -> list[Path]:
    return sorted((cache.directory / "staging").rglob("*")) if cache.directory.is_dir() else []


def test_git_ids_are_gits_own() -> None:
    assert object_id(b"") == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391"
    assert object_id(b"hello\n") == "ce013625030ba8dba906f756967f9e9ca394464a"


def test_a_release_is_fetched_by_one_listing_and_its_files(hub: GitHub, cache: Cache) -> None:
    calls: list[tuple[int, int]] = []
    found = github.fetch("7.1.0", cache=cache, progress=lambda *each: calls.append(each))
    assert set(found.paths) == set(SMALL)
    assert (found.name, found.lossy) == ("7.1.0", False)
    assert found.origin == f"{PAGE}/tree/7.1.0-release/{FOLDER}"
    assert hub.requested(LISTINGS) == [f"{LISTINGS}7.1.0-release?recursive=1"]
    assert len(hub.requested(FILES)) == len(SMALL)
    assert calls == [(n, 3) for n in (1, 2, 3)]
    assert whole(cache) == [f"7.1.0-{found.digest[:12]}.v3.pack"]
    assert release("7.1.0", cache=cache.directory) == found


def test_many_files_are_requested_at_once(hub: GitHub, cache: Cache) -> None:
    hub.barrier = threading.Barrier(len(SMALL))  # no response before all requests have arrived
    assert len(github.fetch("7.1.0", cache=cache).paths) == len(SMALL)


@pytest.mark.parametrize("limit", [1, 2, 4, 6])
def test_a_truncated_listing_is_completed_folder_by_folder(
    hub: GitHub, cache: Cache, limit: int
) -> None:
    hub.limit = limit
    found = github.fetch("7.1.0", cache=cache)
    assert set(found.paths) == set(SMALL)
    assert len(hub.requested(LISTINGS)) > 1


def test_a_listing_that_is_never_whole_is_refused(hub: GitHub, cache: Cache) -> None:
    entry = {"path": FOLDER, "mode": "040000", "sha": "0" * 40}
    hub.faults[""] = [Reply(200, {"tree": [entry], "truncated": True})] * 3
    with pytest.raises(SourceRefused, match="an incomplete listing"):
        github.fetch("7.1.0", cache=cache)
    assert whole(cache) == []


@pytest.mark.parametrize("version", ["7.1.0-SNAPSHOT", "7.1.0.1"])
def test_a_build_is_of_the_release_it_is_named_for(hub: GitHub, cache: Cache, version: str) -> None:
    assert github.fetch(version, cache=cache).name == "7.1.0"


def test_a_missing_tag_is_named(hub: GitHub, cache: Cache) -> None:
    with pytest.raises(SourceUnavailable, match=r"7\.9\.9-release.*schemas add PATH") as caught:
        github.fetch("7.9.9", cache=cache)
    assert caught.value.parts["status"] == 404
    assert whole(cache) == []


def test_a_folder_that_is_not_there_is_named(cache: Cache, monkeypatch) -> None:
    with GitHub({"7.1.0-release": {}}) as hub:
        monkeypatch.setenv("DYNCLIENT_GITHUB", hub.host)
        with pytest.raises(SourceRefused, match="no schemas in openmetadata-spec"):
            github.fetch("7.1.0", cache=cache)


def test_an_unreachable_server_is_unavailable(cache: Cache, hasty: list[float]) -> None:
    with pytest.raises(ConnectFailed, match="could not connect to"):
        github.fetch("7.1.0", cache=cache, mirror="http://127.0.0.1:9")


# -- failures on the way ---------------------------------------------------------------------------


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503, b"<html>busy"),
        Reply(502),
        Reply(429, {"message": "slow down"}, (("Retry-After", "2"),)),
        Reply(403, {"message": "a secondary rate limit"}, (("Retry-After", "2"),)),
        Reply(0),
    ],
    ids=lambda reply: str(reply.status),
)
@pytest.mark.parametrize("place", ["", "type/basic.json"])
def test_passing_failures_are_outlived(
    hub: GitHub, cache: Cache, hasty: list[float], reply: Reply, place: str
) -> None:
    hub.faults[place] = [reply, reply]
    assert set(github.fetch("7.1.0", cache=cache).paths) == set(SMALL)
    assert len(hasty) == 2
    if reply.headers:
        assert hasty == [2.0, 2.0]


LIMIT = (("X-RateLimit-Remaining", "0"), ("X-RateLimit-Reset", "1700000000"))


@pytest.mark.parametrize("status", [403, 429])
def test_the_error_of_a_rate_limit_says_until_when_and_what_helps(
    hub: GitHub, cache: Cache, hasty: list[float], status: int
) -> None:
    hub.faults[""] = [Reply(status, {"message": "API rate limit exceeded"}, LIMIT)] * 9
    with pytest.raises(SourceUnavailable, match=r"until 22:13 UTC.*GITHUB_TOKEN"):
        github.fetch("7.1.0", cache=cache)


def test_a_long_rate_limit_is_reported_at_once(
    hub: GitHub, cache: Cache, hasty: list[float]
) -> None:
    hub.faults[""] = [Reply(429, {}, (("Retry-After", "3600"),))]
    with pytest.raises(SourceUnavailable, match=r"Retry-After is 3600 s.*GITHUB_TOKEN"):
        github.fetch("7.1.0", cache=cache)
    assert hasty == []


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (Reply(401, {"message": "Bad credentials"}), "the token in GITHUB_TOKEN"),
        (Reply(403, {"message": "Resource not accessible"}), "status 403 for the listing"),
        (Reply(500, b"oops"), "status 500 for the listing"),
        (Reply(302, b"", (("Location", "https://login.example.com/?next=x"),)), "another server"),
    ],
    ids=["401", "403", "500", "302"],
)
def test_other_errors_are_reported_with_their_cause(
    hub: GitHub, cache: Cache, reply: Reply, message: str
) -> None:
    hub.faults[""] = [reply]
    with pytest.raises(SourceUnavailable, match=message):
        github.fetch("7.1.0", cache=cache)


@pytest.mark.parametrize(
    ("reply", "message"),
    [
        (PAGE_OF_A_PROXY, "an HTML page"),
        (Reply(200, b'{"tree": ['), "not JSON"),
        (Reply(200, []), "without a listing"),
        (Reply(200, {"tree": None}), "without a listing"),
        (Reply(200, {"tree": [{"path": "a.json"}]}), "an entry that is not valid"),
        (Reply(200, {"tree": [7]}), "an entry that is not valid"),
    ],
    ids=["page", "cut", "list", "none", "entry", "number"],
)
def test_an_invalid_listing_is_refused(
    hub: GitHub, cache: Cache, reply: Reply, message: str
) -> None:
    hub.faults[""] = [reply]
    with pytest.raises(SourceRefused, match=message):
        github.fetch("7.1.0", cache=cache)


def listing_of(**fields: Any) -> Reply:
    entry = {"path": f"{FOLDER}/type/basic.json", "mode": "100644", "sha": "0" * 40, "size": 3}
    return Reply(200, {"tree": [{**entry, **fields}], "truncated": False})


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"path": f"{FOLDER}/type\\\\..\\\\..\\\\x.json"}, "points outside"),
        ({"size": 1 << 40}, "over 64 MiB"),
        ({"sha": "../../etc"}, "an entry that is not valid"),
        ({"size": -1}, "an entry that is not valid"),
    ],
    ids=["path", "size", "id", "negative"],
)
def test_a_listing_of_what_no_release_has_is_refused(
    hub: GitHub, cache: Cache, fields: dict[str, Any], message: str
) -> None:
    hub.faults[""] = [listing_of(**fields)]
    with pytest.raises(SourceRefused, match=message):
        github.fetch("7.1.0", cache=cache)
    assert hub.requested(FILES) == []


def test_links_and_submodules_are_passed_over(hub: GitHub, cache: Cache) -> None:
    hub.faults[""] = [listing_of(mode="120000")]
    with pytest.raises(SourceRefused, match="no schemas"):
        github.fetch("7.1.0", cache=cache)


# -- files that are not what they should be --------------------------------------------------------

LIES = {
    "cut": lambda data: Reply(200, data[:-1]),
    "changed": lambda data: Reply(200, data.replace(b"Basic", b"Bosic")),
    "page": lambda data: PAGE_OF_A_PROXY,
    "empty": lambda data: Reply(200, b""),
}


@pytest.mark.parametrize("lie", LIES)
def test_a_wrong_file_is_requested_again(hub: GitHub, cache: Cache, lie: str) -> None:
    right = hub.tags["7.1.0-release"][f"{FOLDER}/type/basic.json"]
    hub.faults["type/basic.json"] = [LIES[lie](right), LIES[lie](right)]
    assert set(github.fetch("7.1.0", cache=cache).paths) == set(SMALL)


@pytest.mark.parametrize("lie", LIES)
def test_a_file_that_stays_wrong_is_refused(hub: GitHub, cache: Cache, lie: str) -> None:
    hub.wrong["type/basic.json"] = LIES[lie]
    with pytest.raises(SourceRefused, match=r"type/basic\.json of 7\.1\.0-release"):
        github.fetch("7.1.0", cache=cache)
    assert whole(cache) in (["staging"], [])


def test_a_truncated_body_is_requested_again(hub: GitHub, cache: Cache, hasty: list[float]) -> None:
    data = hub.tags["7.1.0-release"][f"{FOLDER}/type/basic.json"]
    length = (("Content-Length", str(len(data))),)
    hub.faults["type/basic.json"] = [Reply(200, data[:10], length)]
    assert set(github.fetch("7.1.0", cache=cache).paths) == set(SMALL)
    assert len(hasty) == 1


# -- resuming --------------------------------------------------------------------------------------


def test_a_stopped_fetch_continues_where_it_ended(hub: GitHub, cache: Cache) -> None:
    hub.wrong["type/basic.json"] = LIES["cut"]
    with pytest.raises(SourceRefused):
        github.fetch("7.1.0", cache=cache)
    del hub.wrong["type/basic.json"]
    kept = {path.name for path in staged(cache) if path.is_file()}
    hub.seen.clear()
    found = github.fetch("7.1.0", cache=cache)
    assert set(found.paths) == set(SMALL)
    asked_again = {path.partition(FOLDER + "/")[2] for path in hub.requested(FILES)}
    named = {object_id(data): path for path, data in files_of(SMALL).items()}
    assert asked_again == set(SMALL) - {named[sha] for sha in kept}
    assert staged(cache) == []


def test_the_error_says_what_is_kept(hub: GitHub, cache: Cache) -> None:
    first = threading.Event()
    hub.wrong["type/basic.json"] = lambda data: (first.wait(30), PAGE_OF_A_PROXY)[1]

    def progress(done: int, total: int) -> None:
        if done == total - 1:
            first.set()  # the others are there before this one fails

    with pytest.raises(SourceRefused, match=r"2 of 3 files are kept"):
        github.fetch("7.1.0", cache=cache, progress=progress)


def test_damage_in_the_staging_area_does_no_harm(hub: GitHub, cache: Cache) -> None:
    folder = cache.directory / "staging" / "7.1.0"
    folder.mkdir(parents=True)
    for data in files_of(SMALL).values():
        (folder / object_id(data)).write_bytes(data[:-2])
    assert set(github.fetch("7.1.0", cache=cache).paths) == set(SMALL)


@pytest.mark.filterwarnings("ignore::dynclient.errors.DynclientWarning")
def test_a_cache_that_cannot_be_written_is_not_an_error(hub: GitHub, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    found = github.fetch("7.1.0", cache=Cache(tmp_path / "file"))
    assert set(found.paths) == set(SMALL)


RACER = """
import sys
from dynclient.releases import github
from dynclient.releases import Cache
sys.stdin.readline()
print(github.fetch("7.1.0", cache=Cache(sys.argv[1])).digest)
"""


def test_processes_that_race_come_to_one_result(hub: GitHub, cache: Cache) -> None:
    racers = [
        subprocess.Popen(
            [sys.executable, "-W", "error", "-c", RACER, str(cache.directory)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for _ in range(4)
    ]  # fmt: skip
    for racer in racers:
        assert racer.stdin is not None
        racer.stdin.write("go\n")
        racer.stdin.flush()
    outputs = [racer.communicate(timeout=60) for racer in racers]
    assert [racer.returncode for racer in racers] == [0] * 4, outputs
    assert len({out for out, _ in outputs}) == 1
    assert len(whole(cache)) == 1


# -- the token -------------------------------------------------------------------------------------


def test_the_token_goes_to_the_api_alone_and_is_never_shown(
    hub: GitHub, cache: Cache, monkeypatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_verysecret")
    caplog.set_level(logging.DEBUG)
    github.fetch("7.1.0", cache=cache)
    sent = {seen.path.startswith(LISTINGS): seen.headers.get("Authorization") for seen in hub.seen}
    assert sent == {True: "Bearer ghp_verysecret", False: None}
    assert "verysecret" not in caplog.text
    hub.faults[""] = [Reply(401, {"message": "Bad credentials"})]
    with pytest.raises(SourceUnavailable) as caught:
        github.fetch("7.1.0", cache=cache)
    assert "verysecret" not in f"{caught.value} {caught.value!r} {caught.value.parts}"


@pytest.mark.parametrize(
    ("base", "sent"),
    [
        ("https://api.github.com", True),
        ("https://mirror.example.com", True),
        ("http://localhost:8000", True),
        ("http://mirror.example.com", False),
    ],
)
def test_the_token_never_travels_in_clear(monkeypatch, base: str, sent: bool) -> None:
    monkeypatch.setenv("GITHUB_TOKEN", "ghp_verysecret")
    assert (github._identity(base) is not None) is sent


def test_the_user_of_a_mirror_is_sent_and_never_shown(hub: GitHub, cache: Cache) -> None:
    mirror = hub.host.replace("://", "://me:open%2Dsesame@")
    assert github.fetch("7.1.0", cache=cache, mirror=mirror).name == "7.1.0"
    assert {seen.headers["Authorization"] for seen in hub.seen} == {"Basic bWU6b3Blbi1zZXNhbWU="}
    for missing in ("9.9.9", "7.1.0"):
        hub.faults[""] = [Reply(403, {"message": "no"}) for _ in range(9)]
        with pytest.raises(SourceUnavailable) as caught:
            github.fetch(missing, cache=cache, mirror=mirror)
        text = f"{caught.value}{caught.value!r}{caught.value.parts}"
        assert "sesame" not in text
        assert "bWU6" not in text
    with pytest.raises(UsageError, match="not 'mirror'") as refused:
        github.fetch("7.1.0", cache=cache, mirror="me:open-sesame@mirror")
    assert "sesame" not in str(refused.value)
    settings = settings_of({"github": mirror})
    assert "sesame" not in repr(settings)
    assert settings.github == mirror


# -- real trees ------------------------------------------------------------------------------------


def documents_of(name: str) -> dict[str, bytes]:
    """Return the files of a tree as they are in its archive."""
    from dynclient.releases.archive import members
    from dynclient.releases.tree_files import find_root, is_document

    if name not in TREES:
        from dynclient.releases.cache import bundled

        folder = bundled()
        assert folder is not None
        files = folder.rglob("*.json")
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}
    contents = members(TREES[name], is_document)
    root = find_root(contents, name)
    return {path[len(root) :]: data for path, data in contents.items() if path.startswith(root)}


@pytest.mark.parametrize("name", [n for n in ALL_RELEASES if n in {"starter", "1.0.4", "1.13.0"}])
def test_real_releases_come_as_they_do_from_their_archives(
    name: str, cache: Cache, monkeypatch
) -> None:
    known: Release = release_named(name)
    files = documents_of(name)
    with GitHub({"1.13.0-release": files}) as hub:
        monkeypatch.setenv("DYNCLIENT_GITHUB", hub.host)
        hub.limit = 500  # as if it were too long for one listing
        found = github.fetch("1.13.0", cache=cache)
    assert found.digest == known.digest
    assert len(hub.requested(FILES)) == len(files)


@pytest.mark.parametrize("place", ["", "type/basic.json"])
def test_what_is_larger_than_a_tree_is_refused(hub: GitHub, cache: Cache, place: str) -> None:
    bomb = gzip.compress(bytes(80 << 20))
    hub.faults[place] = [Reply(200, bomb, (("Content-Encoding", "gzip"),))]
    with pytest.raises(SourceRefused, match="is larger than 64 MiB, so it is not a schema tree"):
        github.fetch("7.1.0", cache=cache)
    assert [name for name in whole(cache) if name.endswith(".pack")] == []
