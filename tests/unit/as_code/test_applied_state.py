"""What was applied last: kept in a file and a log."""

from __future__ import annotations

from pathlib import Path

import pytest

from dynclient.as_code.applied_state import Applied, AppliedState, state_path
from dynclient.errors import UsageError
from tests.support.full_disk import full_disk

HOST = "http://example.com:8585"
KEY = ("table", "a.b.c.d")


def applied(text: str) -> Applied:
    """Return a state with a description."""
    return Applied({"description": text}, "1.13.0", "0.1 1", True, {})


def test_what_is_recorded_is_read_again(tmp_path: Path) -> None:
    with AppliedState(tmp_path, HOST, write=True) as state:
        state.record(KEY, applied("é"))
        assert state.get(KEY) == applied("é")
    assert AppliedState(tmp_path, HOST).get(KEY) == applied("é")
    assert AppliedState(tmp_path, "http://other.example.com").get(KEY) is None


def test_a_killed_process_loses_nothing_but_a_torn_line(tmp_path: Path) -> None:
    state = AppliedState(tmp_path, HOST, write=True)
    state.start(("table", "new"))
    state.record(KEY, applied("one"))
    log = state_path(tmp_path, HOST).with_suffix(".log")
    with log.open("ab") as file:
        file.write(b'{"type": "table", "fullyQual')
    found = AppliedState(tmp_path, HOST)
    assert (found.get(KEY), found.started) == (applied("one"), {("table", "new")})
    state.discard()


def test_a_second_writer_is_refused_and_readers_are_not(tmp_path: Path) -> None:
    with AppliedState(tmp_path, HOST, write=True):
        with pytest.raises(UsageError, match="another process applies"):
            AppliedState(tmp_path, HOST, write=True)
        AppliedState(tmp_path, HOST)
        AppliedState(tmp_path, "http://other.example.com", write=True).close()


def test_the_file_stays_as_it_is_if_nothing_changed(tmp_path: Path) -> None:
    path = state_path(tmp_path, HOST)
    with AppliedState(tmp_path, HOST, write=True) as state:
        state.record(KEY, applied("one"))
    before = path.stat().st_mtime_ns
    with AppliedState(tmp_path, HOST, write=True) as state:
        state.record(KEY, applied("one"))
    assert path.stat().st_mtime_ns == before
    with AppliedState(tmp_path, HOST, write=True) as state:
        state.remove(KEY)
    assert len(AppliedState(tmp_path, HOST)) == 0


def test_a_damaged_file_is_an_error_with_its_line(tmp_path: Path) -> None:
    path = state_path(tmp_path, HOST)
    path.parent.mkdir()
    path.write_text("{}\n", encoding="utf-8")
    with pytest.raises(UsageError, match=r"jsonl:1 is damaged"):
        AppliedState(tmp_path, HOST)


def test_a_full_disk_leaves_a_log_that_can_be_read_and_continued(tmp_path: Path) -> None:
    state = AppliedState(tmp_path, HOST, write=True)
    state.record(KEY, applied("one"))
    with full_disk(2000):
        with pytest.raises(UsageError, match="cannot be written"):
            state.record(("table", "long"), applied("x" * 5000))
        state.close()  # which cannot write the file either
    assert AppliedState(tmp_path, HOST).get(KEY) == applied("one")
    with AppliedState(tmp_path, HOST, write=True) as state:
        state.record(("table", "two"), applied("two"))
    found = AppliedState(tmp_path, HOST)
    assert sorted(found.entities()) == [KEY, ("table", "two")]
    assert not [*tmp_path.rglob("*.new"), *tmp_path.rglob("*.log")]


def test_a_linked_folder_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / ".dynclient").symlink_to(tmp_path / "other")
    with pytest.raises(UsageError, match="symbolic link"):
        AppliedState(tmp_path, HOST, write=True)
    assert [*(tmp_path / "other").iterdir()] == []
