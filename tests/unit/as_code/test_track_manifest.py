"""The manifest of a track in a folder: what is recorded, and which runs take place."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dynclient.as_code.observed_writes import Tracked
from dynclient.as_code.track_manifest import TrackManifest
from dynclient.as_code.track_stores import Changed, FolderStore
from dynclient.errors import UsageError
from tests.support.full_disk import full_disk

ONE, TWO = (Tracked("table", f"s.d.p.{name}", f"id-{name}") for name in ("one", "two"))


def begun(folder: Path) -> TrackManifest:
    """Return the manifest of a run that has begun."""
    manifest = TrackManifest(FolderStore(folder), "nightly")
    manifest.begin()
    return manifest


def test_the_next_run_knows_what_was_created_and_pruned(tmp_path: Path) -> None:
    begun(tmp_path).end({ONE.id: ONE}, {TWO.id: TWO})
    second = begun(tmp_path)
    assert (second.made, second.pruned) == ({ONE.id: ONE}, {TWO.id: TWO})
    assert second.overlapping() == []
    parts = sorted(path.name for path in tmp_path.glob("part-*"))
    second.end(second.made, second.pruned)
    assert sorted(path.name for path in tmp_path.glob("part-*")) == parts  # nothing to write


def test_what_a_run_recorded_is_known_although_it_did_not_end(tmp_path: Path) -> None:
    begun(tmp_path).add([ONE])
    second = begun(tmp_path)
    assert second.made == {ONE.id: ONE}
    assert len(second.others) == 1  # this process lives, so the run may go on
    second.end(second.made, {})


def test_runs_at_the_same_time_know_of_each_other_and_lose_nothing(tmp_path: Path) -> None:
    first, second = begun(tmp_path), begun(tmp_path)
    second.end({TWO.id: TWO}, {})
    assert first.overlapping()
    assert second.others
    first.end({ONE.id: ONE}, {})
    assert begun(tmp_path).made == {ONE.id: ONE, TWO.id: TWO}


def test_a_run_whose_process_was_killed_is_forgotten(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = begun(tmp_path)
    monkeypatch.setattr("dynclient.as_code.track_manifest.Run.is_killed", lambda _: True)
    second = begun(tmp_path)
    assert second.overlapping() == []
    assert first.overlapping()


def test_a_value_that_another_run_replaced_is_not_overwritten(tmp_path: Path) -> None:
    one, other = FolderStore(tmp_path), FolderStore(tmp_path)
    one.read()
    other.read()
    one.replace({"version": 1})
    with pytest.raises(Changed):
        other.replace({"version": 1, "parts": []})


def test_a_full_disk_leaves_the_last_manifest(tmp_path: Path) -> None:
    begun(tmp_path).end({ONE.id: ONE}, {})
    second = begun(tmp_path)
    many = {str(n): Tracked("table", f"s.d.p.t{n}", str(n)) for n in range(500)}
    with full_disk(2000), pytest.raises(UsageError, match="cannot be written"):
        second.end(many, {})
    assert begun(tmp_path).made == {ONE.id: ONE}


@pytest.mark.parametrize("text", ["[]", "{", '{"version": 2}'])
def test_a_manifest_that_cannot_be_read_is_an_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "manifest.json").write_text(text, "utf-8")
    with pytest.raises(UsageError, match=r"damaged|reads 1"):
        begun(tmp_path)


def test_the_files_contain_nothing_but_names(tmp_path: Path) -> None:
    begun(tmp_path).end({ONE.id: ONE}, {})
    (part,) = tmp_path.glob("part-*")
    assert json.loads(part.read_text("utf-8")) == {"made": {"table": {"id-one": "s.d.p.one"}}}
