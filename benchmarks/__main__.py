"""``python -m benchmarks [NAME …]``: run the measurements, print the table, write the JSON.

The JSON goes to ``.benchmarks/latest.json``, or where ``--json FILE`` says. Names are those of the
modules: ``python -m benchmarks validating access`` measures these two only. ``--tables 50000`` is
for ``as_code``, which measures a catalogue of 5,000 tables otherwise.
"""

from __future__ import annotations

import argparse
import importlib
import inspect
import json
import os
import platform
import statistics
import sys
from pathlib import Path

from benchmarks.harness import Row

MEASUREMENTS = (
    "cold_start", "validating", "building", "wrapping", "paging", "access", "round_trip",
    "bulk", "as_code", "command_line", "frames", "fleet",
)  # fmt: skip


def main() -> None:
    """Run the named measurements one after the other."""
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=", ".join(MEASUREMENTS))
    parser.add_argument("--tables", type=int, help="tables of the catalogue of as_code")
    parser.add_argument("--json", type=Path, default=Path(".benchmarks/latest.json"))
    options = parser.parse_args()
    unknown = set(options.names) - set(MEASUREMENTS)
    if unknown:
        parser.error(f"no such measurement: {', '.join(sorted(unknown))}")

    os.environ.setdefault("DYNCLIENT_CACHE", str(Path(".benchmarks/cache").absolute()))

    from benchmarks import payloads

    rows: list[Row] = []
    for name in options.names or MEASUREMENTS:
        print(f"measuring {name} …", end="\r", file=sys.stderr, flush=True)
        measure = importlib.import_module(f"benchmarks.{name}").measure
        has_size = options.tables is not None and "tables" in inspect.signature(measure).parameters
        rows += measure(options.tables) if has_size else measure()
    print(" " * 40, end="\r", file=sys.stderr)

    release = payloads.release()
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    print(f"release {release.name} · {machine}\n\n{table(rows)}")
    options.json.parent.mkdir(parents=True, exist_ok=True)
    report = {
        "release": release.name,
        "machine": machine,
        "rows": [row.asdict() for row in rows],
    }
    options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"\nwritten to {options.json}")


def table(rows: list[Row]) -> str:
    """Return the rows as aligned text: what was measured, against what, and its limit."""
    head = ("work", "floor", "work, min / median", "floor, min / median", "measured", "reach", "")
    cells = [head, *(_cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])


def _cells(row: Row) -> tuple[str, ...]:
    times = ("–", "–")
    measured = f"{row.figure:.2f} {row.unit}"
    if row.sample is not None:
        times = (_span(row.sample.work), _span(row.sample.floor))
        measured += f" (minima {row.sample.least:.2f})"
    mark = "✓" if row.reached else "✗"
    return (row.work, row.floor, *times, measured, row.reach, mark)


def _span(times: tuple[float, ...]) -> str:
    return f"{_time(min(times))} / {_time(statistics.median(times))}"


def _time(seconds: float) -> str:
    for unit, scale in (("s", 1.0), ("ms", 1e3), ("µs", 1e6)):
        if seconds * scale >= 1:
            return f"{seconds * scale:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


if __name__ == "__main__":
    main()
