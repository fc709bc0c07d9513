"""A journal: what it records, what it continues, and what it refuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dynclient.bulk import Outcome
from dynclient.bulk.journal import Journal, digest
from dynclient.errors import UsageError

LOAD = {"call": "tables.create_many", "server": "http://one"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "load.journal"


def written(path: Path, rows: int = 3) -> None:
    with Journal(path, LOAD) as journal:
        for row in range(rows):
            journal.record(row, digest(f"row {row}"), "created", f"a.{row}")


def test_rows_that_are_done_are_known_when_the_load_continues(path: Path) -> None:
    written(path)
    with Journal(path, LOAD) as journal:
        assert journal.is_continued
        assert journal.is_done(1, digest("row 1"))
        assert not journal.is_done(3, digest("row 3"))
        assert list(journal.outcomes()) == [Outcome("created", f"a.{row}", row) for row in range(3)]


def test_a_new_journal_has_no_rows(path: Path) -> None:
    with Journal(path, LOAD) as journal:
        assert not journal.is_continued
        assert not journal.is_done(0, digest("row 0"))
        assert list(journal.outcomes()) == []


def test_rows_may_be_recorded_in_any_order(path: Path) -> None:
    with Journal(path, LOAD) as journal:
        for row in (5, 0, 3):
            journal.record(row, digest(str(row)), "updated", str(row))
    with Journal(path, LOAD) as journal:
        done = [row for row in range(7) if journal.is_done(row, digest(str(row)))]
    assert done == [0, 3, 5]


def test_a_row_is_recorded_once(path: Path) -> None:
    written(path)
    with Journal(path, LOAD) as journal:
        journal.record(1, digest("row 1"), "unchanged", "a.1")
        journal.record(3, digest("row 3"), "created", "a.3")
        journal.record(3, digest("row 3"), "created", "a.3")
    rows = [json.loads(line)[0] for line in path.read_text().splitlines()[1:]]
    assert rows == [0, 1, 2, 3]


def test_a_row_is_recorded_once_even_if_ctrl_c_comes_after_the_write(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    with Journal(path, LOAD) as journal:
        with monkeypatch.context() as patch:
            patch.setattr(journal, "_mark", interrupt)
            with pytest.raises(KeyboardInterrupt):
                journal.record(0, 1, "created", "a")
            patch.setattr(journal, "_append", interrupt)  # before the write
            with pytest.raises(KeyboardInterrupt):
                journal.record(1, 1, "created", "b")
        journal.record(1, 1, "created", "b")
    assert [json.loads(line)[0] for line in path.read_text().splitlines()[1:]] == [0, 1]
    with Journal(path, LOAD) as journal:
        with monkeypatch.context() as patch:
            patch.setattr(journal, "_mark", interrupt)
            with pytest.raises(KeyboardInterrupt):
                journal.record(2, 1, "created", "c")
        journal.record(2, 1, "created", "c")
        assert journal.is_done(2, 1)
    assert [json.loads(line)[0] for line in path.read_text().splitlines()[1:]] == [0, 1, 2]


def test_a_torn_last_line_is_dropped(path: Path) -> None:
    written(path)
    whole = path.read_bytes()
    for cut in range(1, len(whole.splitlines(keepends=True)[-1])):
        path.write_bytes(whole[:-cut])
        with Journal(path, LOAD) as journal:
            assert journal.is_done(1, digest("row 1"))
            assert not journal.is_done(2, digest("row 2"))
            journal.record(2, digest("row 2"), "created", "a.2")
        assert path.read_bytes() == whole


def test_a_torn_first_line_is_a_new_journal(path: Path) -> None:
    path.write_bytes(b'{"journal":1,"ca')
    with Journal(path, LOAD) as journal:
        assert not journal.is_continued
    assert json.loads(path.read_text()) == {"journal": 1, **LOAD}


def test_a_damaged_line_in_between_is_refused(path: Path) -> None:
    written(path)
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b"garbage\n" + b"".join(lines[2:]))
    with pytest.raises(UsageError, match="is not a journal: line 2 is damaged"):
        Journal(path, LOAD)
    assert path.read_bytes().count(b"\n") == 4, "it is not changed"


@pytest.mark.parametrize("text", ["hello\n", "[]\n", '{"name": "a"}\n', "\n"])
def test_another_file_is_refused_and_not_changed(path: Path, text: str) -> None:
    path.write_text(text)
    with pytest.raises(UsageError, match="is not a journal"):
        Journal(path, LOAD)
    assert path.read_text() == text


def test_the_journal_of_another_load_is_refused(path: Path) -> None:
    written(path)
    with pytest.raises(UsageError, match="its server is 'http://one', not 'http://two'"):
        Journal(path, {**LOAD, "server": "http://two"})


def test_other_rows_are_refused(path: Path) -> None:
    written(path)
    with (
        Journal(path, LOAD) as journal,
        pytest.raises(UsageError, match="row 1 has changed since then"),
    ):
        journal.is_done(1, digest("another row"))


@pytest.mark.skipif(sys.platform == "win32", reason="there are no such locks")
def test_a_journal_is_used_by_one_load_at_a_time(path: Path) -> None:
    with Journal(path, LOAD), pytest.raises(UsageError, match="is in use by another load"):
        Journal(path, LOAD)
    Journal(path, LOAD).close()


def test_a_path_that_cannot_be_written_is_reported(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="cannot be opened: No such file or directory"):
        Journal(tmp_path / "missing" / "load.journal", LOAD)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no full device")
def test_a_full_disk_is_reported(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with Journal(path, LOAD) as journal:
        full = os.open("/dev/full", os.O_WRONLY)
        monkeypatch.setattr(journal, "_file", full)
        with pytest.raises(UsageError, match="cannot be written: No space left on device"):
            journal.record(0, 1, "created", "a")
        monkeypatch.undo()
        os.close(full)


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL is of POSIX")
def test_what_is_recorded_survives_the_process(path: Path) -> None:
    script = (
        "import os, signal, sys\n"
        "from dynclient.bulk.journal import Journal, digest\n"
        f"journal = Journal(sys.argv[1], {LOAD!r})\n"
        "journal.record(0, digest('row 0'), 'created', 'a.0')\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    subprocess.run([sys.executable, "-c", script, str(path)], check=False)
    with Journal(path, LOAD) as journal:
        assert journal.is_done(0, digest("row 0"))


def test_lines_reach_the_disk_in_batches(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    with Journal(path, LOAD) as journal:
        for row in range(600):
            journal.record(row, row, "created", "a")
    assert len(synced) == 4  # the first line, twice 256 rows, and the end


def test_the_digest_is_that_of_the_content() -> None:
    cases: list[Any] = ["a", "b", {"a": 1}, {"a": 2}, [1], b"c"]
    assert len({digest(case) for case in cases}) == len(cases)
    assert digest({"a": 1, "b": 2}) == digest({"b": 2, "a": 1})
    assert digest("a") == digest(b"a")
