"""Shells of IPython: one in a new process runs cells, one in this process completes lines."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

_SHELL = """
import contextlib, io, json, sys, warnings
warnings.simplefilter("ignore")  # what IPython says of itself
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.colors = "NoColor"
shell.history_manager.enabled = False
found = []
for cell in json.loads(sys.argv[1]):
    with contextlib.redirect_stdout(io.StringIO()) as output:
        result = shell.run_cell(cell)
    data, _ = shell.display_formatter.format(result.result) if result.success else ({}, {})
    found.append([output.getvalue(), data.get("text/html", "")])
shell.history_manager.end_session()
print(json.dumps(found))
"""


def run_cells(start: str, *cells: str, **environment: str) -> list[tuple[str, str]]:
    """Run cells in a new process, and return the text that IPython prints for each, and its HTML.

    Args:
        start: a first cell, which must not fail.
        cells: the other cells.
        environment: variables of the process.
    """
    pytest.importorskip("IPython")
    done = subprocess.run(
        [sys.executable, "-c", _SHELL, json.dumps([start, *cells])],
        check=False,
        capture_output=True,
        text=True,
        env={**os.environ, "DYNCLIENT_TRACEBACK": "", **environment},
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    first, *others = json.loads(done.stdout.splitlines()[-1])
    assert first == ["", ""]
    return [(text, html) for text, html in others]


@contextmanager
def completing(
    names: dict[str, Any], *, jedi: bool, extension: Callable[[Any], None] | None = None
) -> Iterator[Callable[[str], list[Any]]]:
    """Yield a function that returns what TAB offers at the end of a line, in this process.

    Args:
        names: the variables.
        jedi: whether IPython completes with jedi.
        extension: loads an extension of IPython into the shell.
    """
    core = pytest.importorskip("IPython.core.interactiveshell")
    from IPython.core.completer import provisionalcompleter

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what IPython and jedi say of themselves
        shell = core.InteractiveShell(user_ns=names)
        shell.history_manager.enabled = False
        if extension is not None:
            extension(shell)
        shell.Completer.use_jedi = jedi

        def tab(line: str) -> list[Any]:
            with provisionalcompleter():
                return list(shell.Completer.completions(line, len(line)))

        try:
            yield tab
        finally:
            shell.history_manager.end_session()
