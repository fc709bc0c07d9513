"""``dynclient schemas diff``: the differences between two releases, as text and as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from rich.text import Text

from dynclient.drift.change import Change, change_text
from dynclient.drift.diff import Diff
from dynclient.releases.registry import is_path

if TYPE_CHECKING:
    from rich.console import Console

_COLOURS = {"+": "green", "-": "red", "→": "yellow", "~": "yellow", "!": "bold red"}
_LISTED = {"value_added", "value_removed", "alternative_added", "alternative_removed"}
_BREAKS = "  (breaks)"


def release_or_path(text: str) -> str | Path:
    """Return an argument of the command line: the name of a release, or the path of a tree."""
    return Path(text) if is_path(text) else text


def show(console: Console, found: Diff, *, summary: bool = False) -> None:
    """Print the counts, then one block for each document or definition.

    Args:
        console: where to print.
        found: the differences.
        summary: print only the counts.
    """
    for line in _figures(found):
        console.print(Text(line), soft_wrap=True)
    if summary:
        return
    entities = [change for change in found if change.kind.startswith("entity")]
    if entities:
        console.print(Text("\nentities", "bold"))
        for change in entities:
            _print(console, change_text(change), f"  {change.path}")
    documents = [change for change in found if change.kind.startswith("document")]
    if documents:
        console.print(Text("\ndocuments", "bold"))
        for change in documents:
            _print(console, change_text(change), "")
    rest = [change for change in found if not change.kind.startswith(("entity", "document"))]
    for (place, name), changes in groupby(rest, key=lambda each: (each.place, each.type_name)):
        console.print(Text(f"\n{name}", "bold").append(f"  {place}", "dim"), soft_wrap=True)
        for text, breaks in _lines(list(changes)):
            _print(console, text, _BREAKS if breaks else "")


def as_json(found: Diff) -> str:
    """Return the differences as one JSON object."""
    return json.dumps(found.asdict(), indent=2)


def _figures(found: Diff) -> Iterator[str]:
    n = found.counts
    yield f"{found.old.name} → {found.new.name}" + ("" if found else ": no differences")
    if not found:
        return
    yield f"  entities      +{n['entity_added']} -{n['entity_removed']}"
    moved = f", {n['document_renamed']} renamed" if n["document_renamed"] else ""
    yield f"  documents     +{n['document_added']} -{n['document_removed']}{moved}"
    yield f"  definitions   +{n['definition_added']} -{n['definition_removed']}"
    yield (
        f"  fields        +{n['field_added']} -{n['field_removed']}, {n['field_renamed']} renamed,"
        f" {n['field_moved']} moved,"
        f" {n['field_retyped']} retyped, {n['required']} newly required, {n['optional']} no longer"
    )
    yield f"  limits        {n['limit_changed']} changed"
    yield f"  enum values   +{n['value_added']} -{n['value_removed']}"
    yield f"  alternatives  +{n['alternative_added']} -{n['alternative_removed']}"
    yield f"  {len(found.breaking)} changes can make data of {found.old.name} invalid"


def _lines(changes: list[Change]) -> Iterator[tuple[str, bool]]:
    """Yield a line for each change; values and alternatives of one field share a line."""
    for (kind, name, breaks), group in groupby(changes, lambda c: (c.kind, c.name, c.breaks)):
        together = list(group)
        if kind not in _LISTED or len(together) == 1:
            yield from ((change_text(change), breaks) for change in together)
            continue
        what, _, how = kind.partition("_")
        values = ", ".join(str(change.new or change.old) for change in together)
        of = f" of {name}" if name else ""
        yield f"{'+' if how == 'added' else '-'} {what}s{of}: {values}", breaks


def _print(console: Console, text: str, after: str) -> None:
    line = Text("  ").append(text, _COLOURS.get(text[0], "default")).append(after, "dim")
    console.print(line, soft_wrap=True)
