"""The page that compares the official client with the native one: docs/parity.md.

``calls/<feature>.json`` has the native call of each official method, and a test that makes it;
``calls/sdk/<module>.json`` those of the official fluent SDK, ``metadata.sdk``.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from dynclient.compat.ometa.request_methods import rows

FOLDER = Path(__file__).parent / "calls"
FLUENT = FOLDER / "sdk"
PAGE = Path(__file__).parents[2] / "docs" / "parity.md"
_HEADER = """<!-- Generated; do not edit. Run: python -m tests.parity -->

# The official client and the native one

Each method of the official client, the native call that does the same, and a test that makes that
call. [Methods of the drop-in](drop-in-methods.md) has the same methods under their official names.
"""
_FLUENT_HEADER = """## The fluent SDK

Each method and class of `metadata.sdk`, which [scripts can keep using](fluent.md), and the native
call for scripts that are rewritten. Its facades have the same methods for all entity types; here
those of tables or glossaries are examples, and every collection has them. `om` is a client,
`dynclient.connect(…)`.
"""


def calls(folder: Path = FOLDER) -> dict[str, dict[str, Any]]:
    """Return the native calls by the name of the official method.

    Args:
        folder: the folder with the files: ``FOLDER``, or ``FLUENT`` for those of the fluent SDK.
    """
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(folder.glob("*.json")):
        listed = json.loads(file.read_text("utf-8"))
        twice = sorted(found.keys() & listed)
        assert not twice, f"{file.name}: {twice} are in another file too"
        found |= listed
    return found


def missing() -> list[str]:
    """Return the official methods without a native call and without a reason."""
    known = calls()
    return [row["name"] for row in rows() if row["name"] not in known]


def page() -> str:
    """Return the page."""
    known = calls()
    listed = [row for row in rows() if row["name"] in known]
    count = sum("call" in known[row["name"]] for row in listed)
    lines = [_HEADER, f"{count} of {len(rows())} methods have a native call.", ""]
    for group, members in groupby(rows(), lambda row: row["group"]):
        lines += [f"## {group}", "", "| official | native | test |", "| --- | --- | --- |"]
        lines += [_line(row["name"], known.get(row["name"])) for row in members]
        lines.append("")
    return "\n".join([*lines, *_fluent()])


def _fluent() -> list[str]:
    """Return the lines about the fluent SDK."""
    known = calls(FLUENT)
    count = sum("call" in entry for entry in known.values())
    lines = [_FLUENT_HEADER, f"{count} of {len(known)} have a native call.", ""]
    for file in sorted(FLUENT.glob("*.json")):
        title = file.stem.replace("_", " ").capitalize()
        lines += [f"### {title}", "", "| official | native | test |", "| --- | --- | --- |"]
        lines += [_line(name, entry) for name, entry in json.loads(file.read_text("utf-8")).items()]
        lines.append("")
    return lines


def _line(name: str, entry: dict[str, Any] | None) -> str:
    if entry is None:
        return f"| `{name}` | not yet | |"
    if "reason" in entry:
        return f"| `{name}` | none: {entry['reason']} | |"
    call = entry["call"].replace("|", "\\|")
    return f"| `{name}` | `{call}` | `{entry['test'].removeprefix('tests/')}` |"
