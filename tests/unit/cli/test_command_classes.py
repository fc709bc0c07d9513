"""How values of the command line become those of functions."""

from __future__ import annotations

import subprocess
import sys
from enum import StrEnum
from typing import Annotated, Any

import pytest
import typer
from typer.testing import CliRunner

from dynclient.cli.command_classes import Command, Group


class Colour(StrEnum):
    RED = "red"
    BLUE = "blue"


def values(*arguments: str, plain: bool = True) -> Any:
    """Return what a command receives for arguments, or the exit code."""
    received: list[Any] = []
    app = typer.Typer(cls=Group if plain else None)

    def command(
        name: str,
        more: Annotated[list[str] | None, typer.Option()] = None,
        colour: Annotated[Colour, typer.Option()] = Colour.RED,
        count: Annotated[int, typer.Option(min=0)] = 3,
        share: Annotated[float | None, typer.Option()] = None,
        flag: Annotated[bool, typer.Option("--flag")] = False,
        text: Annotated[str | None, typer.Option()] = None,
    ) -> None:
        received.append((name, more, colour, count, share, flag, text))

    app.command("it", cls=Command if plain else None)(command)
    app.callback()(lambda: None)
    done = CliRunner().invoke(app, ["it", *arguments])
    return received[0] if received else done.exit_code


@pytest.mark.parametrize(
    "arguments",
    [
        ("a",),
        ("a", "--more", "x", "--more", "y"),
        ("a", "--colour", "blue"),
        ("a", "--count", "7", "--share", "0.5", "--flag", "--text", ""),
        ("a", "--colour", "green"),
        ("a", "--count", "-1"),
        ("a", "--count", "many"),
        (),
    ],
)
def test_values_are_those_that_typer_passes(arguments: tuple[str, ...]) -> None:
    found = values(*arguments)
    assert found == values(*arguments, plain=False)
    assert found == 2 or type(found[2]) is Colour


@pytest.mark.parametrize("words", [("get", "table", "a"), ("lineage", "table", "a"), ("call", "x")])
def test_plain_values_are_converted_without_pydantic(words: tuple[str, ...]) -> None:
    script = (
        "import sys; from dynclient.cli import main; "
        f"main([*{words!r}, '--host', 'http://127.0.0.1:1', '--output', 'json']); "
        "print([name for name in ('pydantic', 'rich') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, capture_output=True, text=True, timeout=60
    )
    assert done.stdout == "[]\n"


def test_the_help_has_paragraphs_and_not_the_lines_of_the_source() -> None:
    app = typer.Typer()

    @app.command(cls=Command)
    def command() -> None:
        """Do it.

        What it does is described here, in lines
        that are not those of a terminal.

        And more.
        """

    text = CliRunner().invoke(app, ["--help"], env={"COLUMNS": "120"}).output
    assert "described here, in lines that are not those of a terminal." in text
    assert "And more." in text.replace("terminal. And", "")
