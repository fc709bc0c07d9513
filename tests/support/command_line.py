"""Commands of the command line, run in this process."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from dynclient import cli


def exit_code(arguments: Sequence[str]) -> int:
    """Run a command in this process and return its exit code."""
    try:
        return cli.main(arguments)
    except SystemExit as end:
        return int(end.code or 0)


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command in this process and return exit code, output and errors."""
    code = exit_code(arguments)
    out, err = capsys.readouterr()
    return code, out, err
