"""What ``connect(source=…)`` means: steps, paths, sequences, and what is neither."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.errors import BadArguments, UnknownRelease, UsageError
from dynclient.session.release_choice import STEPS, Sources, sources_of


@pytest.mark.parametrize(
    ("source", "steps"),
    [
        (None, ("cache", "github", "server", "nearest")),
        ("cache", ("cache", "nearest")),
        ("github", ("github",)),
        ("nearest", ("nearest",)),
        ("server", ("server",)),
        (["cache"], ("cache",)),
        (("server", "cache"), ("server", "cache")),
        ("trees/1.6.0.zip", (Path("trees/1.6.0.zip"),)),
        ("1.6.0.tar.gz", (Path("1.6.0.tar.gz"),)),
        (Path("trees"), (Path("trees"),)),
        (["cache", Path("trees"), "github"], ("cache", Path("trees"), "github")),
        (iter(["github", "nearest"]), ("github", "nearest")),
    ],
)
def test_steps(source: Any, steps: tuple[str | Path, ...]) -> None:
    assert sources_of(source, None) == Sources(steps, None)
    assert sources_of(None, "1.6.0").name == "1.6.0"


def test_a_folder_is_one_whatever_it_is_called(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "schemas").mkdir()
    monkeypatch.chdir(tmp_path)
    assert sources_of("schemas", None).steps == (Path("schemas"),)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("gihub", r"not 'gihub'; did you mean github"),
        (["cache", "serve"], r"not 'serve'; did you mean server"),
        ([7], "not 7"),
        ([], "source= must not be empty"),
        ("", "not ''"),
    ],
)
def test_an_invalid_source_is_rejected_when_connecting(source: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        dynclient.connect("http://127.0.0.1:9", source=source)


def test_every_step_is_named_in_its_message() -> None:
    with pytest.raises(UsageError) as caught:
        sources_of("elsewhere", None)
    assert all(step in str(caught.value) for step in STEPS)


def test_a_release_by_name_alone_has_to_be_in_the_cache() -> None:
    with pytest.raises(UnknownRelease, match="schemas fetch"):
        dynclient.connect("http://127.0.0.1:9", release="8.8.8")


@pytest.mark.parametrize("mirror", ["github.example.com", 7, "ftp://x"])
def test_a_mirror_is_an_address(mirror: Any) -> None:
    with pytest.raises(BadArguments, match=r"github: .*must be a URL such as"):
        dynclient.connect("http://127.0.0.1:9", github=mirror)
