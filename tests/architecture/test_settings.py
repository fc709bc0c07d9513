"""The table of settings in the documents is that of the code, in both directions."""

from __future__ import annotations

import inspect
import re

from dynclient.client.connect import VARIABLES, connect
from dynclient.config.profile import KEYS
from dynclient.settings import Settings
from tests.architecture.test_layering import ROOT, modules

PAGE = ROOT / "docs" / "settings.md"
NAME = re.compile(r"`([^`]+)`")
VARIABLE = re.compile(r"\b(?:OPENMETADATA|DYNCLIENT)_[A-Z_]+\b")


def table() -> list[list[str]]:
    """Return the cells of the table of all settings."""
    text = PAGE.read_text("utf-8").partition("## All settings")[2]
    rows = text.partition("| argument |")[2].partition("\n\n")[0].splitlines()[2:]
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in rows]


def column(number: int) -> list[str]:
    return [name for row in table() for name in NAME.findall(row[number])]


def test_every_argument_has_a_row() -> None:
    parameters = inspect.signature(connect).parameters
    named = [name for name, each in parameters.items() if each.kind is not each.VAR_KEYWORD]
    assert sorted(column(0)) == sorted([*named, *Settings._fields])


def test_every_key_of_a_profile_is_listed() -> None:
    assert sorted(column(1)) == sorted(KEYS)
    different = {"token", "password", "profile", "hooks", "transport"}
    for argument, key, *_ in table():
        assert argument == key or argument.strip("`") in different


def test_the_defaults_are_those_of_the_code() -> None:
    shown = {row[0].strip("`"): row[4] for row in table()}
    for name, default in Settings._field_defaults.items():
        assert shown[name] == repr(default), name


def test_every_variable_is_listed() -> None:
    used = {name for path in modules() for name in VARIABLE.findall(path.read_text("utf-8"))}
    used = {name for name in used if not name.startswith("OPENMETADATA__")}
    assert len(used) > 5
    listed = {name for name in VARIABLE.findall(PAGE.read_text("utf-8")) if "__" not in name}
    assert listed == used


def test_a_setting_with_a_variable_has_it_in_its_row() -> None:
    shown = {row[0].strip("`"): NAME.findall(row[2]) for row in table()}
    settings = {name: names for name, names in shown.items() if name in Settings._fields and names}
    assert settings == {name: [variable] for name, variable in VARIABLES.items()}


def test_options_are_those_of_the_commands() -> None:
    import typer

    from dynclient.cli.app import app

    commands = typer.main.get_command(app).commands  # type: ignore[attr-defined]
    options = {
        name: {option for each in found.params for option in each.opts}
        for name, found in commands.items()
    }
    listed = [name for name in column(3) if name.startswith("--")]
    assert listed == ["--host", "--release", "--profile", "--read-only"]
    assert set(listed) <= options["shell"]
    assert set(listed) - options["get"] == {"--read-only"}
