"""``om.map`` over very many tables: in one process, in two, and on ``LocalCluster(n_workers=2)``.

Reason: a catalogue of a million tables is read and checked at night. Two processes must do it in
less time than one, the cluster may not cost what it gains, memory must not grow with the number of
tables, and all workers together must keep one limit. The server is a stub in a separate process
whose responses take 50 ms, as those of a server do that reads a page of 500 tables.

``python -m benchmarks.fleet 200000`` measures a size and prints one line for each way.
"""

from __future__ import annotations

import json
import multiprocessing
import resource
import subprocess
import sys
import time
import urllib.request
import warnings
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

import dynclient
from benchmarks import payloads
from benchmarks.catalogue_stub import Shape, serving
from benchmarks.harness import Row

TABLES = 20_000
LATENCY = 0.05
PAGE = 500
PART = 2_500
LIMIT = 4
PROCESSES = 2


class Figures(NamedTuple):
    """What one run took."""

    tables: int
    seconds: float
    peak: float
    """The peak memory of the largest process, in MiB."""
    busiest: int
    """The highest number of requests at once, as the server counted them."""

    @property
    def rate(self) -> float:
        """Tables in a second."""
        return self.tables / self.seconds


def measure(tables: int = TABLES) -> list[Row]:
    """Time each way, and weigh a quarter of the tables beside all of them."""
    small, large = run_all(tables // 4), run_all(tables)
    alone = large["1 process"]
    rows = []
    for name in ("2 processes", "LocalCluster(2)"):
        found = large[name]
        note = f"{alone.rate:,.0f} and {found.rate:,.0f} tables a second"
        ratio = found.seconds / alone.seconds
        work = f"om.map, {tables:,} tables, {name}"
        rows.append(Row(work, "1 process", "≤ 0.9×", ratio, 0.9, "×", note=note))
    for name, found in large.items():
        growth = found.peak / small[name].peak
        work, floor = f"the same, {name}, memory at its peak", f"{tables // 4:,} tables"
        rows.append(Row(work, floor, "≤ 1.25×", growth, 1.25, "×"))
    busiest = large["LocalCluster(2)"].busiest
    work, floor = "the same, requests at once", f"limit={LIMIT}"
    rows.append(Row(work, floor, f"≤ {LIMIT}", busiest, LIMIT, "requests"))
    return rows


def run_all(tables: int) -> dict[str, Figures]:
    """Measure each way in separate processes, against one server."""
    found = {}
    with serving(Shape(tables, LATENCY)) as host:
        for name in WAYS:
            command = [sys.executable, "-m", "benchmarks.fleet", name, host]
            done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
            found[name] = Figures(*json.loads(done.stdout.splitlines()[-1]))
            assert found[name].tables == tables, f"{name}: {found[name]}"
    return found


def check(table: Any) -> dict[str, Any]:
    """Return which columns have no description, and whether the table has one."""
    missing = [column.name for column in table.columns if not column.description]
    return {"columns": missing, "described": bool(table.description)}


def _connected(host: str) -> Any:
    return dynclient.connect(host, token="t", release=payloads.release())


def _peak(dask_worker: Any = None) -> float:  # noqa: ARG001 -- Dask passes its worker
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _alone(host: str) -> tuple[int, float, float]:
    om = _connected(host)
    begin = time.perf_counter()
    result = om.map(check, om.tables.list(page_size=PAGE), limit=LIMIT, progress=False)
    return len(result.results), time.perf_counter() - begin, _peak()


def _part(host: str, filters: dict[str, str]) -> tuple[int, float]:
    """Check one part; what a process of the pool does."""
    om = _connected(host)
    warnings.simplefilter("ignore", dynclient.DynclientWarning)  # the stub has no document
    listing = om.tables.list(page_size=PAGE, **filters)
    result = om.map(check, listing, limit=LIMIT // PROCESSES, progress=False)
    return len(result.results), _peak()


def _two(host: str) -> tuple[int, float, float]:
    om = _connected(host)
    with multiprocessing.get_context("spawn").Pool(PROCESSES) as pool:
        pool.map(_peak, range(PROCESSES))  # both have started
        begin = time.perf_counter()
        parts = [part.filters for part in om.tables.list(page_size=PAGE).partitions(PART)]
        found = pool.map(partial(_part, host), parts, chunksize=1)
        seconds = time.perf_counter() - begin
    return sum(count for count, _ in found), seconds, max(_peak(), *(peak for _, peak in found))


def _cluster(host: str) -> tuple[int, float, float]:
    from distributed import LocalCluster

    om = _connected(host)
    options = {"threads_per_worker": 1, "dashboard_address": "127.0.0.1:0"}
    with LocalCluster(n_workers=PROCESSES, **options) as cluster, cluster.get_client() as dask:
        dask.wait_for_workers(PROCESSES)
        begin = time.perf_counter()
        listing = om.tables.list(page_size=PAGE)
        result = om.map(check, listing, on=dask, limit=LIMIT, partition=PART, progress=False)
        seconds = time.perf_counter() - begin
        peak = max(_peak(), *dask.run(_peak).values())
    return len(result.results), seconds, peak


WAYS: dict[str, Callable[[str], tuple[int, float, float]]] = {
    "1 process": _alone,
    "2 processes": _two,
    "LocalCluster(2)": _cluster,
}


def _main() -> None:
    name, *host = sys.argv[1:]
    if not host:
        for way, found in run_all(int(name)).items():
            print(
                f"{way:<16} {found.tables:>9,} tables {found.seconds:8.1f} s"
                f" {found.rate:8,.0f} a second {found.peak:7.0f} MiB"
                f" {found.busiest:3} requests at once"
            )
        return
    count, seconds, peak = WAYS[name](host[0])
    with urllib.request.urlopen(f"{host[0]}/stub") as response:
        busiest = json.loads(response.read())
    print(json.dumps([count, seconds, peak, busiest]))


if __name__ == "__main__":
    _main()
