"""The commands for data: their options, their help, and how they end."""

from __future__ import annotations

import json
import subprocess
import sys
from importlib import import_module
from typing import Any

import pytest
import typer

from dynclient.cli.app import app
from dynclient.cli.data_commands import app as data
from tests.support.command_line import run

NAMES = {
    "get", "list", "create", "edit", "delete", "restore", "tag", "lineage", "history", "diff",
    "blame", "export", "import", "call", "whoami", "count", "search", "open",
}  # fmt: skip
OTHERS = {"shell"}
"""Commands beside them that have other options; those for profiles have a separate module."""
TARGETS = ("get", "edit", "delete", "restore", "lineage", "history", "blame", "export")


def commands() -> dict[str, Any]:
    found = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    return {name: command for name, command in found.items() if name in NAMES}


def test_each_command_is_there() -> None:
    assert commands().keys() == NAMES
    assert len(data.registered_commands) == len(NAMES | OTHERS)


def test_each_command_takes_a_host_and_a_release_and_none_takes_a_token() -> None:
    for name, command in commands().items():
        options = {option for each in command.params for option in each.opts}
        assert {"--host", "--release"} <= options, name
        assert "--token" not in options


@pytest.mark.parametrize("command", TARGETS)
def test_words_that_do_not_name_an_entity_are_misuse(
    capsys: pytest.CaptureFixture[str], command: str
) -> None:
    code, out, err = run(capsys, command, "a.b.c.d", "--host", "http://127.0.0.1:1")
    assert (code, out) == (2, "")
    assert "TYPE NAME" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("lineage", "table", "a", "--dot", "--mermaid"),
        ("tag", "table", "a"),
        ("import", "glossary", "a"),
        ("list", "tables", "--limit", "-1"),
        ("list", "tables", "--output", "xml"),
        ("search", "orders", "--limit", "-1"),
        ("search", "two", "words"),
        ("diff", "table", "a"),
        ("diff", "table", "a", "0.1", "0.2", "0.3"),
        ("restore", "table", "a", "b"),
        ("open", "a.b.c.d"),
    ],
)
def test_wrong_options_are_misuse(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    code, out, _ = run(capsys, *arguments, "--host", "http://127.0.0.1:1")
    assert (code, out) == (2, "")


def test_an_error_is_text_or_json_on_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    arguments = ("get", "table", "a", "--host", "http://127.0.0.1:1", "--release", "starter")
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (1, "")
    assert err.startswith("dynclient: ")
    code, out, err = run(capsys, *arguments, "--output", "json")
    assert (code, out) == (1, "")
    assert json.loads(err)["error"] == "ConnectFailed"


def test_misuse_is_json_too_if_the_output_is(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments in [
        ("get", "--output", "json"),
        ("get", "table", "a", "--output=json", "--limt", "5"),
        ("list", "tables", "--limit", "-1", "--output", "json"),
        ("diff", "table", "a", "--output", "json"),
        ("call",),
        ("schemas", "list", "--json", "--nonsense"),
    ]:
        code, out, err = run(capsys, *arguments)
        assert (code, out) == (2, "")
        assert json.loads(err)["error"] == "UsageError"
    code, _, err = run(capsys, "call", "--output", "yaml")
    assert (code, err.startswith("Usage: dynclient call")) == (2, True)


def test_ctrl_c_ends_a_command_with_130(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(import_module("dynclient.client.connect"), "configure", interrupt)
    assert run(capsys, "whoami") == (130, "", "dynclient: interrupted\n")
    code, out, err = run(capsys, "whoami", "--output", "json")
    assert (code, out) == (130, "")
    assert json.loads(err) == {"error": "KeyboardInterrupt", "message": "interrupted"}


def test_help_loads_no_module_that_sends_requests() -> None:
    script = (
        "import sys, dynclient.cli.app; "
        "print([n for n in ('requests', 'jsonschema', 'jsonschema_rs', 'yaml', 'rich.table',"
        " 'dynclient.client.client', 'dynclient.session', 'dynclient.model')"
        " if n in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "[]\n"
