"""Progress of what takes a while: a bar for people at a terminal, silence for everybody else."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dynclient.releases.download import Progress as Told
from dynclient.releases.download import unseen

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def shown(what: str) -> Iterator[Told]:
    """Give a function that is told how much is done, and of how much.

    The bar is drawn on standard error, where that is a terminal and rich is installed.

    Args:
        what: is under way: ``schemas of 1.13.0``.
    """
    progress = _bar() if sys.stderr.isatty() else None
    if progress is None:
        yield unseen
        return
    with progress:
        task = progress.add_task(what, total=None)

        def tell(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield tell


def _bar() -> Progress | None:
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ModuleNotFoundError:
        return None
    return Progress(console=Console(stderr=True), transient=True)
