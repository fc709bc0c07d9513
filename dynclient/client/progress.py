"""Progress of what takes a while: a bar for people at a terminal, silence for everybody else."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def shown(what: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that is told how much is done, and of how much.

    The bar is drawn on standard error, where that is a terminal and rich is installed.

    Args:
        what: is under way: ``schemas of 1.13.0``.
    """
    progress = _bar() if sys.stderr.isatty() else None
    if progress is None:
        yield lambda done, total: None
        return
    with progress:
        task = progress.add_task(what, total=None)
        yield lambda done, total: progress.update(task, completed=done, total=total)


def _bar():  # type: ignore[no-untyped-def]
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ModuleNotFoundError:
        return None
    return Progress(console=Console(stderr=True), transient=True)
