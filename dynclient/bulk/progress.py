"""Progress of a load: a bar for people, a callback for programs, nothing in pipes."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from dynclient.dispatch import bad_arguments
from dynclient.display.interactive import running_shell
from dynclient.errors import Problem

OnProgress = Callable[[int, int | None, Any], Any]
"""Called with the number of rows done, that of all rows or None, and the result so far."""


@contextmanager
def show_progress(progress: Any, label: str, total: int | None) -> Iterator[OnProgress]:
    """Show progress; yield a function to call after each job.

    Args:
        progress: None shows a bar on standard error if that is a terminal, or in a notebook, and
            rich is installed; True does so anywhere; False shows nothing; a callable is called.
        label: the label of the bar: ``tables.upsert_many``.
        total: the number of rows, if it is known.

    Raises:
        BadArguments: ``progress`` is of another type.
    """
    if callable(progress):
        yield progress
        return
    if problems := progress_problems(progress):
        raise bad_arguments(label, problems)
    is_shown = progress or (progress is None and (sys.stderr.isatty() or _is_notebook()))
    bar = _bar(is_forced=progress is True) if is_shown else None
    if bar is None:
        yield _ignore
        return
    with bar:
        task = bar.add_task(label, total=total, counts="")

        def update(done: int, total: int | None, result: Any) -> None:
            bar.update(task, completed=done, total=total, counts=str(result))

        yield update


def progress_problems(progress: Any) -> list[Problem]:
    """Return what is wrong with a value of ``progress=``."""
    if callable(progress) or progress is None or isinstance(progress, bool):
        return []
    kind = type(progress).__name__
    message = f"must be True, False, None or a function, not {kind}"
    return [Problem("progress", kind, "argument", message)]


def _ignore(done: int, total: int | None, result: Any) -> None:
    """Show nothing."""


def _is_notebook() -> bool:
    return type(running_shell()).__name__ == "ZMQInteractiveShell"


def _bar(*, is_forced: bool) -> Any:
    try:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )
    except ModuleNotFoundError:
        return None
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[counts]}", markup=False),
    )
    return Progress(
        *columns, console=Console(stderr=True, force_terminal=is_forced or None), transient=True
    )
