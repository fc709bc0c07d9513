"""``python -m dynclient.compat.ometa.parity_table FILE`` writes docs/drop-in-methods.md."""

from __future__ import annotations

import sys
from itertools import groupby
from pathlib import Path

from dynclient.compat.ometa.request_methods import Row, rows

COMMAND = "python -m dynclient.compat.ometa.parity_table docs/drop-in-methods.md"
_HEADER = f"""<!-- Generated; do not edit. Run: {COMMAND} -->

# Methods of the drop-in client

The methods of the official client, and how dynclient implements each: *code* is a method with its
own code; an HTTP method and a path are a method that is this one request. A method that is not
implemented raises `NotImplementedError` with the alternative listed here. *Better here* is what the
official client does wrong.
[The drop-in](drop-in.md) describes the client.
"""


def page() -> str:
    """Return the page: every known method of the official client, by group."""
    listed = rows()
    implemented = sum(row["how"] != "absent" for row in listed)
    lines = [_HEADER, f"{implemented} of {len(listed)} methods are implemented.", ""]
    for group, members in groupby(listed, lambda row: row["group"]):
        lines += [f"## {group}", "", "| method | implementation |", "| --- | --- |"]
        lines += [
            f"| `{_signature(row)}` | {_implementation(row)}{_improvement(row)} |"
            for row in members
        ]
        lines.append("")
    return "\n".join(lines)


def _signature(row: Row) -> str:
    return f"{row['name']}({', '.join(row['parameters'])})".replace("|", "\\|")


def _implementation(row: Row) -> str:
    """Return how one method is implemented."""
    if row["how"] == "absent":
        return f"not implemented; use instead: {row['instead']}"
    if row["how"] == "code":
        return "code"
    return f"`{row['method']} {row['path']}`{_ON_ERROR[row.get('on_error')]}"


_ON_ERROR = {
    None: "",
    "none": "; an error of the server is logged",
    "empty": "; an error of the server is logged",
    "none_if_absent": "; None if there is no such object",
}
"""What is said of errors, by the ``on_error`` of a row."""


def _improvement(row: Row) -> str:
    """Return what is right here and wrong in the official client."""
    return f"; better here: {row['better']}" if "better" in row else ""


def main(arguments: list[str]) -> int:
    """Write the page to each file."""
    for name in arguments:
        Path(name).write_text(page(), "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
