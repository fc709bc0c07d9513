"""``dynclient stubs`` writes stubs, or says whether they are up to date."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dynclient.stubs import folder
from tests.support.command_line import run
from tests.support.stub_texts import stubs_of


@pytest.fixture(autouse=True)
def _written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(folder, "stub_files", lambda _: stubs_of("starter"))


def test_the_stubs_are_written_and_then_up_to_date(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    command = ("stubs", "--release", "starter", "--out", str(tmp_path))
    code, out, err = run(capsys, *command)
    count = len(stubs_of("starter"))
    assert (code, err) == (0, "")
    assert out == f"Wrote stubs of release starter to {tmp_path}/dynclient: {count:,} files.\n"
    code, out, _ = run(capsys, *command, "--check")
    assert (code, out) == (0, f"The stubs in {tmp_path}/dynclient are those of release starter.\n")


def test_a_check_finds_what_differs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    command = ("stubs", "--release", "starter", "--out", str(tmp_path), "--check")
    code, out, err = run(capsys, *command)
    assert (code, err) == (3, "")
    assert "  missing: __init__.pyi\n" in out
    assert f"  missing: {len(stubs_of('starter')) - 5:,} more\n" in out
    assert out.endswith(f"Write them with: dynclient stubs --release starter --out {tmp_path}\n")
    assert not any(tmp_path.iterdir())


def test_both_print_one_json_object(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    command = ("stubs", "--release", "starter", "--out", str(tmp_path), "--json")
    written = json.loads(run(capsys, *command)[1])
    assert written["files"] == len(stubs_of("starter"))
    checked = json.loads(run(capsys, *command, "--check")[1])
    assert checked["current"] is True
    assert checked["changed"] == []
    assert checked["release"] == written["release"] == "starter"


def test_the_folder_is_typings_unless_another_one_is_named(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert run(capsys, "stubs", "--release", "starter")[0] == 0
    assert (tmp_path / "typings" / "dynclient" / "__init__.pyi").is_file()


def test_a_folder_of_others_is_an_error(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    (tmp_path / "dynclient").mkdir()
    (tmp_path / "dynclient" / "mine.pyi").write_text("")
    code, out, err = run(capsys, "stubs", "--release", "starter", "--out", str(tmp_path))
    assert (code, out) == (1, "")
    assert "was not written by dynclient stubs" in err
