"""How the command starts and ends: exit codes, errors in words, extras that are not installed."""

from __future__ import annotations

import functools
import os
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

import dynclient
from dynclient import cli
from tests.support.command_line import run
from tests.support.trees import TREES


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert run(capsys, "--version") == (0, f"dynclient {dynclient.__version__}\n", "")


@pytest.mark.parametrize("command", [(), ("schemas",)])
def test_no_command_shows_the_help(
    capsys: pytest.CaptureFixture[str], command: tuple[str, ...]
) -> None:
    _, out, err = run(capsys, *command)
    assert "Usage" in out + err


def test_help_names_every_command(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "--help")
    assert code == 0
    assert all(name in out for name in ("demo", "sandbox", "schemas"))


@pytest.mark.parametrize("arguments", [("nonsense",), ("sandbox", "--port", "many")])
def test_a_wrong_call_ends_with_2(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]
) -> None:
    code, out, err = run(capsys, *arguments)
    assert (code, out) == (2, "")
    assert "Error" in err


def test_an_error_is_printed_without_a_traceback(
    capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    code, out, err = run(capsys, "schemas", "add", str(tmp_path))
    assert (code, out) == (1, "")
    assert err.startswith("dynclient: ")
    assert "Traceback" not in err


def test_an_error_is_raised_with_the_traceback_variable(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("DYNCLIENT_TRACEBACK", "1")
    with pytest.raises(dynclient.errors.SourceRefused):
        cli.main(["schemas", "add", str(tmp_path)])


@pytest.mark.parametrize(
    ("missing", "command", "extra"),
    [("typer", ("--version",), "cli"), ("uvicorn", ("sandbox",), "sandbox")],
)
def test_a_missing_extra_says_what_to_install(
    missing: str, command: tuple[str, ...], extra: str
) -> None:
    script = (
        f"import sys; sys.modules[{missing!r}] = None\n"
        f"from dynclient.cli import main; sys.exit(main({command!r}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], check=False, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 2
    assert f"pip install 'dynclient[{extra}]'" in done.stderr
    assert "Traceback" not in done.stderr


def test_schemas_list_shows_the_starter_release(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "schemas", "list")
    assert code == 0
    assert "starter" in out


@pytest.mark.parametrize("name", TREES)
def test_schemas_add_takes_a_tree_in(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: object,
    name: str,
) -> None:
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path))
    code, out, _ = run(capsys, "schemas", "add", str(TREES[name]))
    assert code == 0
    assert out.startswith(f"{name}: ")
    assert name in run(capsys, "schemas", "list")[1]


@pytest.mark.parametrize(
    ("raised", "code", "output"),
    [
        (dynclient.UsageError("the argument is wrong"), 1, "dynclient: the argument is wrong\n"),
        (OSError(28, "No space left on device"), 1, "No space left on device\n"),
        (KeyboardInterrupt(), 130, "dynclient: interrupted\n"),
        (ModuleNotFoundError("", name="rich.table"), 2, "pip install 'dynclient[cli]'\n"),
        (ModuleNotFoundError("", name="jsonpatch"), 2, "pip install 'dynclient[sandbox]'\n"),
    ],
)
def test_expected_errors_have_an_exit_code_and_a_message(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    raised: BaseException,
    code: int,
    output: str,
) -> None:
    def fail(arguments: object) -> int:
        raise raised

    monkeypatch.setattr("dynclient.cli.app.run", fail)
    assert cli.main(["--version"]) == code
    out, err = capsys.readouterr()
    assert out == ""
    assert err.endswith(output)


def test_unexpected_errors_are_raised(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(arguments: object) -> int:
        raise ModuleNotFoundError("", name="something_else")

    monkeypatch.setattr("dynclient.cli.app.run", fail)
    with pytest.raises(ModuleNotFoundError):
        cli.main(["--version"])


def commands(group: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, (*path, name))
        else:
            yield (*path, name), command


def test_every_command_argument_and_option_has_a_help_text() -> None:
    found = dict(commands(every_command()))
    assert {("demo",), ("doctor",), ("schemas", "fetch")} <= set(found)
    without = [
        (*path, parameter.name)
        for path, command in found.items()
        for parameter in command.params
        if not getattr(parameter, "help", None)
    ]
    assert without == []
    assert all(command.help for command in found.values())


@functools.cache
def every_command() -> Any:
    from dynclient.cli.app import app

    return typer.main.get_command(app)


def examples() -> list[tuple[tuple[str, ...], str]]:
    return [
        (path, text)
        for path, command in commands(every_command())
        for text in f"{command.epilog}".removeprefix("Example: ").split(" · ")
    ]


def test_every_command_has_examples_of_itself() -> None:
    without = [path for path, text in examples() if f"dynclient {' '.join(path)}" not in text]
    assert without == []


@pytest.mark.parametrize(("path", "text"), examples(), ids=lambda value: value)
def test_an_example_is_accepted_by_its_command(
    path: tuple[str, ...], text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("ingest.py", "tables.json", "OpenMetadata-1.13.0.zip"):
        Path(name).touch()
    words = shlex.split(text)
    words = words[words.index("dynclient") + 1 + len(path) :]
    of_the_script = words[words.index("--") :] if "--" in words else []
    command = every_command()
    for name in path:
        command = command.commands[name]
    with command.make_context(path[-1], words) as context:
        given = {name for name, value in context.params.items() if value}
        assert all(
            option in {name for one in command.params for name in (*one.opts, *one.secondary_opts)}
            for option in words  # without the values of options, which click removes
            if option.startswith("-") and path != ("run",) and option not in of_the_script
        )
        assert given or not words


def test_one_command_alone_is_as_it_is_among_all_of_them() -> None:
    from dynclient.cli import app

    everything = every_command()
    for name, command in everything.commands.items():
        alone: Any = typer.main.get_command(app.app_of(name))
        assert list(alone.commands) == [name]
        assert alone.help == everything.help
        assert [one.name for one in alone.params] == [one.name for one in everything.params]
        params = getattr(alone.commands[name], "params", [])
        assert [one.name for one in params] == [one.name for one in command.params]
    assert app.app_of("nonsense") is app.app
    assert app.app_of("") is app.app


def test_the_help_of_one_command_is_not_that_of_all(capsys: pytest.CaptureFixture[str]) -> None:
    code, out, _ = run(capsys, "whoami", "--help")
    assert code == 0
    assert "Example: dynclient whoami" in " ".join(out.split())


def test_a_closed_pipe_ends_any_command_without_a_message() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            [sys.executable, "-m", "dynclient", "schemas", "list"], stdout=closed,
            stderr=subprocess.PIPE, check=False, text=True, timeout=60,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
