"""Progress of long operations: a bar on a terminal, no output otherwise."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from dynclient.releases.download import Progress as OnProgress
from dynclient.releases.download import no_progress

if TYPE_CHECKING:
    from rich.progress import Progress


@contextmanager
def shown(what: str) -> Iterator[OnProgress]:
    """Show a progress bar; yield a function that takes the number of items done and of all.

    The bar is drawn on standard error if that is a terminal and rich is installed.

    Args:
        what: label of the bar: ``schemas of 1.13.0``.
    """
    progress = _bar() if sys.stderr.isatty() else None
    if progress is None:
        yield no_progress
        return
    with progress:
        task = progress.add_task(what, total=None)

        def update(done: int, total: int) -> None:
            progress.update(task, completed=done, total=total)

        yield update


def _bar() -> Progress | None:
    try:
        from rich.console import Console
        from rich.progress import Progress
    except ModuleNotFoundError:
        return None
    return Progress(console=Console(stderr=True), transient=True)
