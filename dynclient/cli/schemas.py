"""``dynclient schemas``: which releases are at hand, and taking in another tree."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from rich.console import Console
from rich.table import Table

from dynclient.schema import Cache, Release, release
from dynclient.schema.cache import STARTER, bundled


def show_list(console: Console) -> None:
    """Print the releases of the cache and the one that comes along."""
    cache = Cache()
    table = Table("release", "entities", "documents", "digest", box=None, pad_edge=False)
    for each in _at_hand(cache):
        note = " (lossy)" if each.lossy else ""
        table.add_row(
            each.name + note, str(len(each.entities)), str(len(each.paths)), each.digest[:12]
        )
    console.print(table)
    console.print(f"cache: {cache.directory}", highlight=False, soft_wrap=True)


def add(console: Console, source: Path, name: str | None) -> None:
    """Take a tree into the cache and say what it holds and what had to be repaired.

    Raises:
        SourceRefused: the source holds no schema tree, or is not safe or not sound.
    """
    taken = release(name, source=source)
    steps: dict[str, int] = {}
    for repaired in taken.repairs:
        steps[repaired.step] = steps.get(repaired.step, 0) + 1
    console.print(
        f"{taken.name}: {len(taken.entities)} kinds of entities, {len(taken.paths)} documents,"
        f" digest {taken.digest[:12]}",
        highlight=False,
    )
    for step, count in steps.items():
        console.print(f"  {step}: {count}", highlight=False)


def _at_hand(cache: Cache) -> Iterator[Release]:
    names = cache.names()
    if bundled() is not None and STARTER not in names:
        yield release(STARTER)
    for name in names:
        yield release(name)
