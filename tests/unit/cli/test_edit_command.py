"""How the editor is started, and how it ends."""

from __future__ import annotations

import io
import signal
import sys
from pathlib import Path

import pytest

from dynclient.cli.edit_command import run_editor
from dynclient.errors import UsageError


@pytest.fixture
def script(tmp_path: Path) -> Path:
    file = tmp_path / "an editor.py"
    file.write_text("import sys\nopen(sys.argv[2], 'a').write(sys.argv[1])\n", "utf-8")
    return file


def test_the_editor_is_a_command_with_arguments_and_visual_comes_first(
    monkeypatch: pytest.MonkeyPatch, script: Path, tmp_path: Path
) -> None:
    file = tmp_path / "text.yaml"
    file.write_text("old ", "utf-8")
    monkeypatch.setenv("EDITOR", "false")
    monkeypatch.setenv("VISUAL", f"{sys.executable} '{script}' new")
    before = signal.getsignal(signal.SIGINT)
    run_editor(file)
    assert file.read_text("utf-8") == "old new"
    assert signal.getsignal(signal.SIGINT) is before


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ("false", "'false' ended with exit code 1"),
        ("/no/such/editor", "cannot be started .*; set EDITOR"),
        ("vi 'unclosed", "cannot be started .*; set EDITOR"),
    ],
)
def test_an_editor_that_fails_is_an_error(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: str, message: str
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", command)
    with pytest.raises(UsageError, match=message):
        run_editor(tmp_path / "text.yaml")


def test_no_editor_is_opened_without_a_terminal_unless_it_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", "")
    monkeypatch.setattr("sys.stdin", io.StringIO())
    with pytest.raises(UsageError, match="needs a terminal; set EDITOR"):
        run_editor(tmp_path / "text.yaml")
