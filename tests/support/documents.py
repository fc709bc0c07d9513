"""How a document's code blocks are run, so that no document shows what does not work.

- ``pycon`` blocks are doctests; those of one document share their names, top to bottom. ``...`` in
  an expected line stands for anything.
- ``python`` blocks share the same names; what they print is not compared.
- ``console`` blocks: lines that begin with ``$`` are commands. ``dynclient …`` is run, ``make …``
  and ``pip install …`` are checked for the targets and extras they name; ``export NAME=…`` sets the
  environment for what follows. A known host name stands for the sandbox of the document.
- Blocks of any other language show data and are not code.
"""

from __future__ import annotations

import configparser
import doctest
import io
import os
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.command_line import exit_code

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
FENCE = re.compile(r"^```(?P<language>\S*)[^\n]*\n(?P<text>.*?)^```\s*$", re.MULTILINE | re.DOTALL)
DATA = {"toml", "", "json", "text", "ini", "mermaid"}


class Block(NamedTuple):
    """One fenced block: its language, its text, and the line where it begins."""

    language: str
    text: str
    line: int


def blocks(path: Path) -> Iterator[Block]:
    """Yield the fenced blocks of a document, in order."""
    document = path.read_text("utf-8")
    for match in FENCE.finditer(document):
        line = document.count("\n", 0, match.start("text"))
        yield Block(match["language"], match["text"], line)


class Session:
    """What the blocks of one document share: names and environment."""

    def __init__(self, path: Path, environment: dict[str, str]) -> None:
        self.path = path
        self.names: dict[str, Any] = {"__name__": "__main__"}
        self.stand_ins = {
            "https://metadata.example.com": environment["OPENMETADATA_HOST"],
            "<token>": environment["OPENMETADATA_TOKEN"],
        }

    def run(self, block: Block) -> None:
        """Run one block; raise AssertionError with its place and what went wrong."""
        if block.language in DATA:
            return
        runner = {
            "pycon": self._session,
            "python": self._script,
            "console": self._commands,
        }.get(block.language)
        assert runner is not None, f"{self._at(block)}: there is no runner for {block.language!r}"
        runner(block)

    def _at(self, block: Block) -> str:
        return f"{self.path.relative_to(ROOT)}:{block.line + 1}"

    def _real(self, text: str) -> str:
        for shown, actual in self.stand_ins.items():
            text = text.replace(shown, actual)
        return text

    def _session(self, block: Block) -> None:
        examples = doctest.DocTestParser().get_doctest(
            self._real(block.text), self.names, self._at(block), str(self.path), block.line
        )
        output: list[str] = []
        runner = doctest.DocTestRunner(optionflags=OPTIONS, verbose=False)
        runner.run(examples, out=output.append, clear_globs=False)
        self.names.update(examples.globs)
        assert not runner.failures, "".join(output)

    def _script(self, block: Block) -> None:
        code = compile("\n" * block.line + self._real(block.text), str(self.path), "exec")
        exec(code, self.names)

    def _commands(self, block: Block) -> None:
        for line in block.text.splitlines():
            if line.startswith("$ "):
                self._command(shlex.split(line.removeprefix("$ "), comments=True), block)

    def _command(self, words: list[str], block: Block) -> None:
        match words:
            case ["export", setting]:
                name, _, value = setting.partition("=")
                os.environ[name] = self._real(value)
            case ["make", *targets]:
                named = [target for target in targets if "=" not in target]
                subprocess.run(
                    ["make", "--dry-run", *named], cwd=ROOT, check=True, capture_output=True
                )
            case ["pip", "install", *packages]:
                for package in packages:
                    check_requirement(package)
            case ["git", "clone", *_] | ["cd", _]:
                pass
            case ["dynclient", *arguments]:
                self._dynclient([self._real(word) for word in arguments], block)
            case _:
                raise AssertionError(f"{self._at(block)}: there is no runner for {words}")

    def _dynclient(self, arguments: list[str], block: Block) -> None:
        if arguments[0] == "sandbox":  # it serves until it is stopped
            self._serve(arguments, block)
            return
        output = io.StringIO()
        with redirect_stdout(output), redirect_stderr(output):
            code = exit_code(arguments)
        assert code == 0, f"{self._at(block)}: {arguments} printed {output.getvalue()}"

    def _serve(self, arguments: list[str], block: Block) -> None:
        with subprocess.Popen(
            [sys.executable, "-m", "dynclient", *arguments],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        ) as process:  # fmt: skip
            assert process.stdout is not None
            first = process.stdout.readline()
            process.terminate()
            process.communicate()
        assert first, f"{self._at(block)}: the sandbox said nothing"


def check_requirement(requirement: str) -> None:
    """Hold ``dynclient[extra,…]`` against the extras of setup.cfg."""
    match = re.fullmatch(r"dynclient(?:\[(?P<extras>[\w,-]+)\])?", requirement)
    assert match is not None, f"not this project: {requirement}"
    config = configparser.ConfigParser()
    config.read(ROOT / "setup.cfg", "utf-8")
    named = set((match["extras"] or "").split(",")) - {""}
    assert named <= set(config["options.extras_require"]), f"no such extra: {requirement}"
