"""``dynclient explain`` and ``dynclient example`` print what the Python API returns."""

from __future__ import annotations

import json

import pytest

import dynclient
from tests.support.command_line import run


def test_explain_prints_the_explanation(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, err = run(capsys, "explain", "table.columns.dataType", "--release", "starter")
    found = dynclient.explain("table.columns.dataType", release="starter")
    assert (code, out, err) == (0, f"{found}\n", "")


def test_explain_prints_one_json_object(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("explain", "table", "--release", "starter", "--recursive", "--json")
    code, out, _ = run(capsys, *arguments)
    found = dynclient.explain("table", release="starter", recursive=True)
    assert code == 0
    assert json.loads(out) == json.loads(json.dumps(found.asdict()))


@pytest.mark.parametrize("options", [(), ("--full",)])
def test_example_prints_json(capsys: pytest.CaptureFixture[str], options: tuple[str, ...]) -> None:
    code, out, _ = run(capsys, "example", "table", "--release", "starter", *options)
    assert code == 0
    assert json.loads(out) == dynclient.example("table", release="starter", full=bool(options))


@pytest.mark.parametrize("command", ["explain", "example"])
def test_a_typo_fails_with_a_suggestion(capsys: pytest.CaptureFixture[str], command: str) -> None:
    code, out, err = run(capsys, command, "tabel", "--release", "starter")
    assert (code, out) == (1, "")
    assert "did you mean table" in err
