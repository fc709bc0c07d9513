"""The releases that are compared."""

from __future__ import annotations

from pathlib import Path

import pytest

import dynclient
from dynclient.errors import UnknownRelease
from dynclient.explore.known_releases import known_releases, opened_releases, release_or_newest
from dynclient.schema import Release
from tests.support.trees import release_named


def test_a_release_and_its_name_are_taken_as_they_are() -> None:
    release = release_named("starter")
    assert release_or_newest(release) is release
    assert release_or_newest("starter") is release


def test_an_unknown_release_is_refused() -> None:
    with pytest.raises(UnknownRelease, match=r"9\.9\.9"):
        release_or_newest("9.9.9")


def test_the_newest_release_of_the_cache_is_the_default(small_zip: Path, tmp_path: Path) -> None:
    dynclient.release(source=small_zip)
    assert release_or_newest(None).name == "7.1.0"


def test_a_release_without_a_version_is_compared_with_none(small_zip: Path, tmp_path: Path) -> None:
    nameless = dynclient.release("mine", source=small_zip.rename(tmp_path / "mine.zip"))
    assert nameless.version == ()
    assert known_releases(nameless) == (nameless,)


def test_a_release_that_cannot_be_opened_is_left_out(
    small_zip: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dynclient.release(source=small_zip)

    def damaged(name: str, **_: object) -> Release:
        if name == "7.1.0":
            raise UnknownRelease("its pack is damaged", name=name)
        return release_named(name)

    starter = release_named("starter")
    before = known_releases(starter)
    opened_releases.cache_clear()
    monkeypatch.setattr("dynclient.explore.known_releases.open_release", damaged)
    assert known_releases(starter) == before[:-1]


def test_the_known_releases_are_sorted_and_contain_the_one_asked_about(small_zip: Path) -> None:
    added = dynclient.release(source=small_zip)
    found = known_releases(added)
    assert found[-1] is added
    assert [each.version for each in found] == sorted({each.version for each in found})
