"""The page that compares the official client with the native one: docs/parity.md.

``calls/<feature>.json`` has the native call of each official method, and a test that makes it.
"""

from __future__ import annotations

import json
from itertools import groupby
from pathlib import Path
from typing import Any

from dynclient.compat.ometa.request_methods import rows

FOLDER = Path(__file__).parent / "calls"
PAGE = Path(__file__).parents[2] / "docs" / "parity.md"
_HEADER = """<!-- Generated; do not edit. Run: python -m tests.parity -->

# The official client and the native one

Each method of the official client, the native call that does the same, and a test that makes that
call. [Methods of the drop-in](drop-in-methods.md) has the same methods under their official names.
"""


def calls() -> dict[str, dict[str, Any]]:
    """Return the native calls by the name of the official method."""
    found: dict[str, dict[str, Any]] = {}
    for file in sorted(FOLDER.glob("*.json")):
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
    return "\n".join(lines)


def _line(name: str, entry: dict[str, Any] | None) -> str:
    if entry is None:
        return f"| `{name}` | not yet | |"
    if "reason" in entry:
        return f"| `{name}` | none: {entry['reason']} | |"
    call = entry["call"].replace("|", "\\|")
    return f"| `{name}` | `{call}` | `{entry['test'].removeprefix('tests/')}` |"
