"""Catalogues of 10,000 to 1,000,000 tables: requests, bytes, memory and time, for docs/scale.md.

``python -m benchmarks.scale`` measures each piece of work with several numbers of tables, each in a
separate process, against a server that takes a known time for each request and each entity. From
that it computes what depends on the client: CPU time and bytes for each entity, and memory. Those
and the formulas of the page give the figures for other sizes, and for other servers.

``--tables 10000 50000`` chooses the sizes, ``--sandbox 10000`` adds a sandbox with so many tables,
``--write docs/scale.md`` writes the figures into the page. All sizes together take some minutes;
``--resume`` keeps those of an earlier run that are in the file of ``--json``.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from math import ceil
from pathlib import Path
from typing import Any, NamedTuple

from benchmarks.catalogue_stub import DATABASES, SERVICES, Shape, serving
from tests.support import trees

SIZES = (10_000, 100_000, 200_000)
LATENCY = 0.02
"""Seconds that the server takes for each request."""
ROW = 0.00005
"""Seconds that it takes for each entity of a page."""
PAGE = 1000
FEW = ("name", "service.name", "updatedAt")
"""The columns of an export with few columns."""
_ALL_JOBS, _AT_ANY_SIZE = 10_000, ("loop", "export4")
"""The tables up to which all jobs are measured, and the jobs for more, as evidence that memory does
not grow: they take minutes."""
_MEASURED = [
    "work", "tables", "requests", "responses", "memory", "CPU of the client", "time", "files"
]  # fmt: skip
_COMPUTED = [
    "work", "CPU for each table", "10⁴ tables: requests · time", "10⁵ tables", "10⁶ tables"
]  # fmt: skip
_BEGIN, _END = "<!-- written by python -m benchmarks.scale -->", "<!-- end -->"


class Job(NamedTuple):
    """A piece of work."""

    name: str
    run: Callable[[Any, str], Any]
    """Takes a client and an empty folder."""
    workers: int
    """The number of lists that are read at once."""
    requests: Callable[[int], int]
    """The formula: the number of requests for a number of tables."""


def _parts(tables: int) -> int:
    shape = Shape(tables)
    return sum(ceil(len(shape.tables_of(each)) / PAGE) for each in range(SERVICES * DATABASES))


def _export_requests(tables: int) -> int:
    return _parts(tables) + SERVICES + 3  # services, events, the number of all tables


def _refresh_requests(tables: int) -> int:
    of_one = sum(ceil(len(Shape(tables).tables_of(each)) / PAGE) for each in range(DATABASES))
    counts = (SERVICES - 1) * DATABASES
    return SERVICES + counts + of_one + 2  # services, events


def _loop(om: Any, _: str) -> int:
    return sum(1 for _ in om.tables.list(page_size=PAGE))


def _stream(om: Any, _: str) -> int:
    reader = om.tables.list(page_size=PAGE).to_arrow_batches()
    return sum(batch.num_rows for batch in reader)


def _export(workers: int, fields: Any = None) -> Callable[[Any, str], int]:
    def run(om: Any, folder: str) -> int:
        found = om.export_parquet(f"{folder}/tables", "table", fields=fields, workers=workers)
        return int(found.rows)

    return run


def _refresh(om: Any, folder: str) -> int:
    return int(om.refresh_parquet(f"{folder}/tables", workers=4).rows)


JOBS = {
    "loop": Job("`for table in om.tables.list()`", _loop, 1, lambda n: ceil(n / PAGE)),
    "stream": Job("`to_arrow_batches()`", _stream, 1, lambda n: ceil(n / PAGE)),
    "export1": Job("`export_parquet`, `workers=1`", _export(1), 1, _export_requests),
    "export4": Job("`export_parquet`, `workers=4`", _export(4), 4, _export_requests),
    "few4": Job("the same, 3 columns", _export(4, FEW), 4, _export_requests),
    "refresh": Job("`refresh_parquet`, 1 of 20 services changed", _refresh, 4, _refresh_requests),
}


class Figures(NamedTuple):
    """What was measured of a job."""

    requests: int
    bytes: int
    """The bytes of all responses."""
    wall: float
    """Seconds."""
    cpu: float
    """Seconds of CPU of the client."""
    memory: int
    """The highest resident memory of the process, less that of a client that read a page, in MB."""
    disk: int
    """The bytes of the files that were written."""


def run_job(name: str, host: str, tables: int) -> Figures:
    """Run a job in this process, and return its figures.

    Args:
        name: a key of :data:`JOBS`.
        host: the address of the server.
        tables: the number of tables that it has.
    """
    sizes: list[int] = []
    import pyarrow.parquet  # noqa: F401 - its memory is not that of the job

    import dynclient
    from benchmarks import payloads

    with (
        dynclient.connect(
            host,
            token=os.environ.get("OPENMETADATA_TOKEN", "t"),
            release=payloads.release(),
            hooks=dynclient.Hooks(
                on_response=lambda _, response, __: sizes.append(len(response.body))
            ),
        ) as om,
        tempfile.TemporaryDirectory() as folder,
    ):
        next(iter(om.tables.list(page_size=PAGE)))
        if name == "refresh":
            _export(4, FEW)(om, folder)
        base = _memory()
        sizes.clear()
        wall, cpu = time.perf_counter(), time.process_time()
        count = JOBS[name].run(om, folder)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        assert count == tables, f"{name} read {count:,} of {tables:,} tables"
        disk = sum(path.stat().st_size for path in Path(folder).rglob("*.parquet"))
    memory = _memory() - base
    return Figures(len(sizes), sum(sizes), wall, cpu, memory, disk)


def _memory() -> int:
    """Return the highest resident memory so far, in MB."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak // 1024 if sys.platform != "darwin" else peak // 1024 // 1024


def measure(sizes: tuple[int, ...], file: Path) -> dict[int, dict[str, Figures]]:
    """Run the jobs for all sizes, each in a separate process; what is in the file is not run."""
    found: dict[int, dict[str, Figures]] = {}
    if file.exists():
        for size, jobs in json.loads(file.read_text("utf-8")).items():
            found[int(size)] = {name: Figures(**each) for name, each in jobs.items()}
    for tables in sizes:
        jobs = found.setdefault(tables, {})
        for name, job in JOBS.items():
            if name in jobs or (tables > _ALL_JOBS and name not in _AT_ANY_SIZE):
                continue
            with serving(Shape(tables, LATENCY, ROW, int(name == "refresh"))) as host:
                figures = jobs[name] = _in_process(name, host, tables)
            if figures.requests != job.requests(tables):
                sys.exit(f"{name}: {figures.requests} requests, not {job.requests(tables)}")
            _save(found, file)
    return dict(sorted(found.items()))


def _save(found: dict[int, dict[str, Figures]], file: Path) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    raw = {
        size: {name: each._asdict() for name, each in jobs.items()} for size, jobs in found.items()
    }
    file.write_text(json.dumps(raw, indent=2) + "\n", "utf-8")


def measure_sandbox(tables: int) -> dict[str, Figures]:
    """Load a sample catalogue into a sandbox, and run the jobs whose work it does not change."""
    import dynclient
    from benchmarks import payloads
    from dynclient import sandbox
    from dynclient.testing import catalogue

    with sandbox.start(tree=trees.TREES.get(payloads.release().name)) as server:
        with dynclient.connect(
            server.host, token=server.admin_token, release=payloads.release()
        ) as om:
            catalogue(tables).load(om)
        os.environ["OPENMETADATA_TOKEN"] = server.admin_token
        return {name: _in_process(name, server.host, tables) for name in ("loop", "export4")}


def _in_process(name: str, host: str, tables: int) -> Figures:
    print(f"{tables:,} tables: {name} …", file=sys.stderr)
    command = [sys.executable, "-m", "benchmarks.scale", "--job", name, host, str(tables)]
    output = subprocess.run(command, capture_output=True, text=True, check=False)
    if output.returncode:
        sys.exit(output.stderr)
    return Figures(**json.loads(output.stdout))


def seconds(job: Job, tables: int, cpu: float, latency: float, row: float) -> float:
    """Return how long a job takes by the formula of the page.

    Args:
        job: the job.
        tables: the number of tables.
        cpu: seconds of CPU of the client for each table.
        latency: seconds of the server for each request.
        row: seconds of the server for each entity.
    """
    read = tables / SERVICES if job is JOBS["refresh"] else tables
    waiting = job.requests(tables) * latency + read * row
    if job.workers == 1:
        return waiting + read * cpu
    return max(waiting / job.workers, read * cpu)


def _cell(value: float) -> str:
    if value >= 5400:
        return f"{value / 3600:.1f} h"
    if value >= 90:
        return f"{value / 60:.0f} min"
    return f"{value:.0f} s" if value >= 10 else f"{value:.1f} s"


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def report(
    found: dict[int, dict[str, Figures]], sandbox: dict[str, Figures], sandbox_tables: int
) -> str:
    """Return the tables of the page."""
    machine = f"Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}"
    measured = [
        _row(name, tables, jobs[name])
        for name in JOBS
        for tables, jobs in found.items()
        if name in jobs
    ]
    cost = {
        name: each.cpu / tables
        for tables, jobs in sorted(found.items())
        for name, each in jobs.items()
    }
    cost["refresh"] = cost["few4"]
    computed = [
        [
            JOBS[name].name, f"{cost[name] * 1e6:.0f} µs",
            *(
                f"{JOBS[name].requests(tables):,} · "
                + _cell(seconds(JOBS[name], tables, cost[name], 0.05, 0.0005))
                for tables in (10_000, 100_000, 1_000_000)
            ),
        ]
        for name in JOBS
    ]  # fmt: skip
    begin = (
        f"Measured with {machine}. The server takes {LATENCY * 1000:.0f} ms for each request and"
        f" {ROW * 1e6:.0f} µs for each entity."
    )
    parts = [begin, _table(_MEASURED, measured)]
    if sandbox:
        rows = [_row(name, sandbox_tables, each) for name, each in sandbox.items()]
        parts += ["The same with a sandbox, which reads from SQLite:", _table(_MEASURED, rows)]
    assumed = (
        "By the formulas, for a server that takes 50 ms for each request and 0.5 ms for each"
        " entity, which is half a second for a page:"
    )
    parts += [assumed, _table(_COMPUTED, computed)]
    return "\n\n".join(parts)


def _row(name: str, tables: int, each: Figures) -> list[str]:
    return [
        JOBS[name].name, f"{tables:,}", f"{each.requests:,}", f"{each.bytes / 1e6:,.0f} MB",
        f"{each.memory:,} MB", _cell(each.cpu), _cell(each.wall),
        f"{each.disk / 1e6:,.1f} MB" if each.disk else "–",
    ]  # fmt: skip


def write(page: Path, text: str) -> None:
    """Write the tables into a page, between its marks."""
    before, rest = page.read_text("utf-8").split(_BEGIN, 1)
    after = rest.split(_END, 1)[1]
    page.write_text(f"{before}{_BEGIN}\n\n{text}\n\n{_END}{after}", "utf-8")


def main() -> None:
    """Measure, and print or write the tables."""
    parser = argparse.ArgumentParser(prog="benchmarks.scale", description=__doc__)
    parser.add_argument("--tables", type=int, nargs="+", default=SIZES)
    parser.add_argument("--sandbox", type=int, default=0, metavar="TABLES")
    parser.add_argument("--write", type=Path, metavar="PAGE")
    parser.add_argument("--json", type=Path, default=Path(".benchmarks/scale.json"))
    parser.add_argument("--resume", action="store_true", help="keep the figures in the file")
    parser.add_argument("--job", nargs=3, help=argparse.SUPPRESS)
    options = parser.parse_args()
    os.environ.setdefault("DYNCLIENT_CACHE", str(Path(".benchmarks/cache").absolute()))
    if options.job:
        name, host, tables = options.job
        print(json.dumps(run_job(name, host, int(tables))._asdict()))
        return
    if not options.resume:
        options.json.unlink(missing_ok=True)
    found = measure(tuple(options.tables), options.json)
    sandbox = measure_sandbox(options.sandbox) if options.sandbox else {}
    text = report(found, sandbox, options.sandbox)
    if options.write:
        write(options.write, text)
    print(text)


if __name__ == "__main__":
    main()
