"""``python -m dynclient.compat.ometa.parity_table FILE`` writes the table of methods in a document.

What stands outside the two marks is left as it is.
"""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from dynclient.compat.ometa.request_methods import Row, rows

BEGIN = "<!-- methods: made by python -m dynclient.compat.ometa.parity_table docs/drop-in.md -->"
END = "<!-- end of methods -->"


def section() -> str:
    """Return the table of all methods of the official client that are known, by group."""
    listed = rows()
    counted = {how: sum(row["how"] == how for row in listed) for how in ("code", "request")}
    there = sum(counted.values())
    lines = [f"{there} of {len(listed)} methods are there.", ""]
    for group, members in groupby(listed, lambda row: row["group"]):
        lines += [f"### {group}", "", "| method | |", "| --- | --- |"]
        lines += [f"| `{_write(row)}` | {_told(row)} |" for row in members]
        lines.append("")
    return "\n".join(lines)


def _write(row: Row) -> str:
    return f"{row['name']}({', '.join(row['parameters'])})".replace("|", "\\|")


def _told(row: Row) -> str:
    """Return what is said of one method."""
    if row["how"] == "absent":
        return f"not there; instead: {row['instead']}"
    if row["how"] == "code":
        return "there"
    bad_arguments = "; a refusal is logged" if "refused" in row else ""
    return f"`{row['method']} {row['path']}`{bad_arguments}"


def updated(text: str) -> str:
    """Return a document with the section between its marks made anew.

    Raises:
        ValueError: it has no such marks.
    """
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"the document lacks its marks, {BEGIN!r} and {END!r}")
    return f"{before}{BEGIN}\n\n{section()}\n{END}{after}"


def main(arguments: list[str]) -> int:
    """Rewrite the documents named."""
    for name in arguments:
        file = Path(name)
        file.write_text(updated(file.read_text("utf-8")), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
