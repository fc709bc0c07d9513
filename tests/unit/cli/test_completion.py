"""How the line of a shell is read, and how candidates are written for it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from dynclient import cli
from dynclient.cli import candidates
from dynclient.cli.app import Shell
from dynclient.cli.completion import Line, in_bash, split_line
from dynclient.cli.completion_scripts import SCRIPTS
from tests.support.command_line import run


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("dynclient ", Line([], "")),
        ("dynclient ge", Line([], "ge")),
        ("dynclient get table  shop.ma", Line(["get", "table"], "shop.ma")),
        ("dynclient get table ", Line(["get", "table"], "")),
        ("dynclient get table:sh", Line(["get"], "table:sh")),
        (r"dynclient get table shop.\"a", Line(["get", "table"], 'shop."a')),
        ("dynclient get table 'my sh", Line(["get", "table"], "my sh", "'")),
        ('dynclient get table "my sh', Line(["get", "table"], "my sh", '"')),
        (r"dynclient get my\ sh", Line(["get"], "my sh")),
        ("dynclient search 'a b' --type=ta", Line(["search", "a b"], "--type=ta")),
        ("dynclient search # ", Line(["search", "#"], "")),
    ],
)
def test_a_line_is_split_as_bash_does(text: str, line: Line) -> None:
    assert split_line(text) == line


@pytest.mark.parametrize(
    ("text", "line", "written"),
    [
        ("shop.main", Line([], "sh"), "shop.main"),
        ("table:shop.main", Line([], "table:sh"), "shop.main"),
        ("--output=json", Line([], "--output=j"), "json"),
        ('shop."a b".$x', Line([], "sh"), r"shop.\"a\ b\".\$x"),
        ('shop."a b".$x', Line([], "sh", '"'), r"shop.\"a b\".\$x"),
        ("it's", Line([], "it", "'"), r"it'\''s"),
        ("table:it", Line([], "table:i", "'"), "table:it"),
    ],
)
def test_a_candidate_is_written_as_bash_inserts_it(text: str, line: Line, written: str) -> None:
    assert in_bash(text, line) == written


def completed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str, *words: str
) -> list[str]:
    """Return the lines that the script of a shell reads."""
    with monkeypatch.context() as patch:
        patch.setenv("_DYNCLIENT_COMPLETE", shell)
        patch.delenv("DYNCLIENT_TRACEBACK", raising=False)
        text = " ".join(["dynclient", *words])
        patch.setenv("COMP_LINE", text + " and more")
        patch.setenv("COMP_POINT", str(len(text.encode())))
        code, out, err = run(capsys, *([] if shell == "bash" else words))
    assert (code, err) == (0, "")
    return out.splitlines()


@pytest.mark.parametrize("shell", Shell)
def test_each_shell_reads_kind_text_and_description(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], shell: str
) -> None:
    lines = completed(monkeypatch, capsys, shell, "who")
    assert lines == ["word\twhoami\tPrint the user of the token, the server, and its version"]
    assert completed(monkeypatch, capsys, shell, "create", "table", "o") == ["file\t\t"]
    assert completed(monkeypatch, capsys, shell, "get", "données") == []


def test_nothing_leaves_a_completion_that_fails(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def fail(words: object, incomplete: object) -> object:
        print("secret", file=sys.stderr)
        raise RuntimeError("secret")

    monkeypatch.setattr(candidates, "candidates", fail)
    assert completed(monkeypatch, capsys, "zsh", "who") == []
    monkeypatch.setenv("_DYNCLIENT_COMPLETE", "bash")  # without the line
    monkeypatch.delenv("DYNCLIENT_TRACEBACK", raising=False)
    assert run(capsys) == (0, "", "")


def test_names_that_no_shell_can_insert_are_left_out(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    found = [candidates.Candidate(text) for text in ("a\nrm", "b\x1b[2J", "c\td", "e")]
    monkeypatch.setattr(candidates, "candidates", lambda words, incomplete: found)
    assert completed(monkeypatch, capsys, "fish", "get") == ["word\te\t"]


@pytest.mark.parametrize("shell", Shell)
def test_the_script_is_printed(capsys: pytest.CaptureFixture[str], shell: str) -> None:
    code, out, _ = run(capsys, "completion", shell)
    assert (code, out) == (0, SCRIPTS[shell])
    assert f"_DYNCLIENT_COMPLETE={shell}" in out
    assert cli.main(["completion", "csh"]) == 2


def test_completion_of_commands_loads_no_client() -> None:
    script = (
        "import sys; from dynclient.cli import main; main(['get', 'table', '--o']);"
        "print([n for n in ('requests', 'rich', 'pydantic', 'dynclient.client.client')"
        " if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60,
        env={**os.environ, "_DYNCLIENT_COMPLETE": "fish"},
    )  # fmt: skip
    assert done.stdout.splitlines()[1:] == ["[]"]
