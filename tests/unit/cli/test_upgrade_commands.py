"""``dynclient upgrade-check``: formats and exit codes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dynclient.cli.app import run
from dynclient.cli.exit_codes import DIFFERS, DONE, MISUSED

BROKEN = "import dynclient\nom = dynclient.connect()\nom.types.Tabel\n"
SOUND = "import dynclient\ndynclient.connect().tables.list()\n"
TRANSLATED = 'import dynclient\nom = dynclient.connect()\nom.tables["x"].owner\n'


@pytest.fixture
def script(tmp_path: Path) -> Path:
    return tmp_path / "script.py"


def check(script: Path, text: str, *options: str) -> int:
    script.write_text(text, "utf-8")
    return run(["upgrade-check", str(script), "--to", "starter", *options])


def test_exit_codes(script: Path) -> None:
    assert check(script, BROKEN) == DIFFERS
    assert check(script, SOUND) == DONE
    assert check(script, BROKEN, "--from", "starter") == DONE
    assert check(script, SOUND, "--output", "xml") == MISUSED


def test_translated_fields_may_be_allowed(script: Path) -> None:
    assert check(script, TRANSLATED) == DIFFERS
    assert check(script, TRANSLATED, "--allow-translated") == DONE


def test_formats(script: Path, capsys: pytest.CaptureFixture[str]) -> None:
    check(script, BROKEN)
    first, last = capsys.readouterr().out.splitlines()
    assert first.startswith(f"{script}:3:1: error: ")
    assert last == "1 files, release starter: 1 errors, 0 warnings"
    check(script, BROKEN, "--output", "json")
    assert json.loads(capsys.readouterr().out)["findings"][0]["rule"] == "class"
    check(script, BROKEN, "--output", "sarif")
    assert json.loads(capsys.readouterr().out)["runs"][0]["results"][0]["ruleId"] == "class"
