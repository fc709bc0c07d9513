"""``python -m benchmarks.peer PYTHON``: measure both sides, print the table, write the JSON.

PYTHON is that of an environment with ``openmetadata-ingestion``, of whatever release. Both sides
run the same scripts against the same stub server, in turns. Nothing gates on the figures.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks import payloads
from benchmarks.stub import serving
from tests.support.trees import TREES, release_named

HERE = Path(__file__).parent
RELEASE = "1.6.0"
"""The release whose schemas make the drop-in's classes."""
WORK = {
    "build": "CreateTableRequest of 50 Column(…)",
    "validate": "CreateTableRequest.model_validate, 50 columns",
    "validate, fields read": "the same, and every field read",
    "validate entity": "Table.model_validate, 50 columns",
    "validate entity, fields read": "the same, and every field read",
    "get": "get_by_name of a table of 50 columns",
    "page": "list_entities, 1,000 tables × 10 columns",
    "page, names read": "the same, and the names of all columns read",
    "page, fields read": "the same, and every field of all models read",
    "round trip": "create_or_update of a table of 50 columns",
    "thousand": "1,000 of them, one after the other",
    "bulk": "bulk_create_or_update of 1,000 such tables",
}

PROGRESS = "progress: "
"""How lines of a script's standard error begin that say what is measured."""

WITHOUT_HOOKS = """
import runpy, sys
from metadata.ingestion.models.custom_pydantic import BaseModel

classes = [BaseModel]
for each in classes:  # newer releases have loaded most classes by now
    classes += each.__subclasses__()
    each.__pydantic_decorators__.model_validators.clear()
    each.__pydantic_post_init__ = None
built = [each for each in classes[1:] if each.__pydantic_complete__]
for _ in built:  # each has the validators of those that it refers to
    for each in built:
        each.model_rebuild(force=True)
del sys.argv[0]
runpy.run_path(sys.argv[0], run_name="__main__")
"""
"""Runs a script with the official models bare of the hook that looks through every name in them,
which costs more than the rest: so the comparison is with what the official SDK could be. Newer ones
have a second hook, which looks for filter patterns in every model."""


class Side(NamedTuple):
    """One of the two: how its scripts are run."""

    name: str
    command: list[str]


class Row(NamedTuple):
    """One line of the table."""

    what: str
    ours: float
    official: float
    unit: str
    reach: float | None = None
    """How many times better the project must be."""

    @property
    def times(self) -> float:
        """How many times more the official SDK takes."""
        return self.official / self.ours


def main() -> None:
    """Measure both sides."""
    parser = argparse.ArgumentParser(prog="benchmarks.peer", description=__doc__)
    parser.add_argument("python", help="the Python of the official SDK's environment")
    parser.add_argument("--rounds", type=int, default=5, help="processes of each side (default: 5)")
    parser.add_argument("--json", type=Path, default=Path(".benchmarks/peer.json"))
    options = parser.parse_args()
    os.environ.setdefault("DYNCLIENT_CACHE", str(Path(".benchmarks/cache").absolute()))
    # Both write their bytecode, as installed packages have it.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

    release = release_named(RELEASE if RELEASE in TREES else "starter").name
    ours = Side("dynclient", [sys.executable, "-m", "dynclient.compat", "--release", release])
    official = Side("official", [options.python])
    compared = _answer(
        options.python,
        "from importlib.metadata import version; print(version('openmetadata-ingestion'))",
    )
    with tempfile.TemporaryDirectory() as folder:
        rows = _measure(ours, official, Path(folder), compared, options.rounds)
    print(f"dynclient with the schemas of {release}, {_version(sys.executable)}")
    print(f"openmetadata-ingestion {compared}, {_version(options.python)}\n")
    print(_table(rows))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    report = [{**row._asdict(), "times": round(row.times, 2)} for row in rows]
    options.json.write_text(json.dumps(report, indent=2, ensure_ascii=False) + "\n", "utf-8")
    print(f"\nwritten to {options.json}")


def _measure(ours: Side, official: Side, folder: Path, compared: str, rounds: int) -> list[Row]:
    table = payloads.build_table(50)
    responses, given = folder / "answers.json", folder / "payloads.json"
    given.write_text(json.dumps({"create": payloads.create_table(), "table": table}), "utf-8")
    # The official SDK talks to servers of its own release only.
    version = {"/system/version": {"version": compared, "revision": "stub", "timestamp": 0}}
    bulk = {"status": "success", "numberOfRowsProcessed": 1000, "numberOfRowsPassed": 1000}
    entity = {
        table["fullyQualifiedName"]: table,
        "PUT /tables": table,
        "PUT /tables/bulk": {**bulk, "numberOfRowsFailed": 0, "successRequest": []},
    }
    responses.write_text(json.dumps({**version, **entity, "/tables": payloads.page()}), "utf-8")
    with serving(responses) as host:
        rows = _starts(ours, official, host, rounds)
        rows += _works(ours, official, [host, str(given)], min(rounds, 3))
    return rows


def _starts(ours: Side, official: Side, host: str, rounds: int) -> list[Row]:
    """Time whole processes from their start to their end, and ask for their peak memory."""
    times: dict[str, list[float]] = {ours.name: [], official.name: []}
    peaks: dict[str, list[float]] = {ours.name: [], official.name: []}
    for number in range(rounds + 1):
        for side in (ours, official):
            begin = time.perf_counter()
            output = _run(side, "start.py", [host])
            if number:  # the first one only writes bytecode and warms the disk
                times[side.name].append(time.perf_counter() - begin)
                peaks[side.name].append(float(output))
    start = [min(times[side.name]) for side in (ours, official)]
    peak = [max(peaks[side.name]) for side in (ours, official)]
    return [
        Row("start to the first entity, whole process", *start, "s", 25),
        Row("the same, peak memory", *peak, "MB", 5),
    ]


def _works(ours: Side, official: Side, arguments: list[str], rounds: int) -> list[Row]:
    """Time each piece of work in processes of both sides, in turns."""
    bare = Side("official without hooks", [*official.command, "-c", WITHOUT_HOOKS])
    sides = {"ours": ours, "official": official, "without hooks": bare}
    times: dict[str, dict[str, list[float]]] = {name: {} for name in sides}
    for _ in range(rounds):
        for name, side in sides.items():
            for work, seconds in json.loads(_run(side, "work.py", arguments)).items():
                times[name].setdefault(work, []).extend(seconds)
    best = {
        name: {work: statistics.median(each) for work, each in works.items()}
        for name, works in times.items()
    }
    rows = []
    for work, what in WORK.items():
        here = best["ours"][work]
        reach = 10 if work == "page" else None
        # Where the official SDK has no method for many, its scripts send a request for each.
        there = work if work in best["official"] else "thousand"
        note = "" if there == work else "; the official SDK one after the other"
        rows.append(Row(what + note, here, best["official"][there], "s", reach))
        bare = best["without hooks"][there]
        rows.append(Row("  without its hooks", here, bare, "s", reach))
    return rows


def _run(side: Side, script: str, arguments: list[str]) -> str:
    """Return the output of a script; its progress is passed on, and so is the time it took."""
    begin = time.perf_counter()
    written: list[str] = []
    with tempfile.TemporaryFile("w+", encoding="utf-8") as output:
        command = [*side.command, str(HERE / script), *arguments]
        with subprocess.Popen(command, stdout=output, stderr=subprocess.PIPE, text=True) as process:
            for line in process.stderr or ():
                if line.startswith(PROGRESS):
                    _report(f"  {side.name}: {line.removeprefix(PROGRESS).strip()}")
                else:
                    written.append(line)
        if process.returncode:
            sys.exit(f"{script} failed under {side.name}:\n{''.join(written)[-3000:]}")
        output.seek(0)
        text = output.read()
    _report(f"{side.name}: {script} took {time.perf_counter() - begin:.1f} s")
    return text


def _report(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def _version(python: str) -> str:
    return f"Python {_answer(python, 'import platform; print(platform.python_version())')}"


def _answer(python: str, code: str) -> str:
    done = subprocess.run([python, "-c", code], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def _table(rows: list[Row]) -> str:
    head = ("work", "dynclient", "official", "times", "reach", "")
    cells = [head, *map(_cells, rows)]
    widths = [max(len(line[column]) for line in cells) for column in range(len(head))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    ]
    return "\n".join([lines[0], "  ".join("─" * width for width in widths), *lines[1:]])


def _cells(row: Row) -> tuple[str, ...]:
    reach, mark = "", ""
    if row.reach is not None:
        reach, mark = f"≥ {row.reach}×", "✓" if row.times >= row.reach else "✗"
    sides: tuple[Any, ...] = tuple(_format(value, row.unit) for value in (row.ours, row.official))
    return (row.what, *sides, f"{row.times:.1f}×", reach, mark)


def _format(value: float, unit: str) -> str:
    if unit != "s":
        return f"{value:.0f} {unit}"
    for shown, scale in (("s", 1.0), ("ms", 1e3)):
        if value * scale >= 1:
            return f"{value * scale:.3g} {shown}"
    return f"{value * 1e6:.3g} µs"


if __name__ == "__main__":
    main()
