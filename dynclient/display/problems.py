"""What errors look like in notebooks: their problems as a table above the traceback."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from dynclient.display.blocks import Block, Cell, Heading, Table, Text
from dynclient.display.interactive import running_shell

if TYPE_CHECKING:
    from dynclient.errors import DynclientError

_DISPLAYED = "_displayed_in"
"""The attribute of an error that says in which cell its problems were displayed."""
_ROWS = 100
_VALUE = 100
"""Characters of a wrong value."""


def error_blocks(error: DynclientError) -> Iterator[Block]:
    """Yield what an error looks like.

    Args:
        error: the error.
    """
    problems = tuple(error.parts.get("problems") or ())
    yield Heading(type(error).__name__, "")
    lines = str(error).split("\n")
    yield Text("\n".join(lines[: len(lines) - len(problems)] if problems else lines), "bad")
    if not problems:
        return
    rows: list[list[Cell]] = [
        [each.path, _value(each.value), each.message, list(each.nearest)]
        for each in problems[:_ROWS]
    ]
    names = ["place", "value", "what is wrong", "did you mean"]
    kept = [place for place in range(len(names)) if place == 2 or any(row[place] for row in rows)]
    yield Table(
        [names[place] for place in kept],
        [[row[place] for place in kept] for row in rows],
        total=len(problems),
        more=".problems",
    )


def _value(value: Any) -> str:
    text = "" if value is None else repr(value)
    return text if len(text) <= _VALUE else f"{text[:_VALUE]}…"


def traceback_renderer(error: DynclientError) -> Callable[[], list[str]]:
    """Return what a notebook calls for the traceback of an error with problems.

    It displays the problems as a table, and returns the same traceback as without it.

    Args:
        error: the error.

    Raises:
        AttributeError: the error has no problems, or no notebook is running.
    """
    shell = running_shell()
    if not error.parts.get("problems") or getattr(shell, "kernel", None) is None:
        raise AttributeError("_render_traceback_")

    def render() -> list[str]:
        import IPython.display

        from dynclient.display.html import draw_html
        from dynclient.display.text import draw_text

        # IPython asks twice: for the output of the cell, and for its history.
        if vars(error).get(_DISPLAYED) == shell.execution_count:
            return _traceback(shell, error)
        vars(error)[_DISPLAYED] = shell.execution_count
        blocks = list(error_blocks(error))
        display: Any = IPython.display.display
        display({"text/html": draw_html(blocks), "text/plain": draw_text(blocks)}, raw=True)
        return _traceback(shell, error)

    return render


def _traceback(shell: Any, error: DynclientError) -> list[str]:
    kind, trace = type(error), error.__traceback__
    lines: list[str] = shell.InteractiveTB.structured_traceback(kind, error, trace)
    return lines
