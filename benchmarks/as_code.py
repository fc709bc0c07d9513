"""A catalogue dumped, planned without a change and applied to an empty server: memory, requests.

Reason: a catalogue has tens of thousands of tables, and a client that keeps them all in memory, or
sends a request for each to find out that nothing has changed, cannot be run every night. So the
memory of each step must not grow with the catalogue, and a plan must only read pages of lists.

Each step runs in a separate process, against a sandbox: ``python -m benchmarks.as_code WORK HOST
TOKEN FOLDER FORMAT`` prints its figures as JSON. ``make bench ARGS="as_code --tables 50000"``
measures a larger catalogue.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any, NamedTuple

import dynclient
from benchmarks import payloads
from benchmarks.harness import Row
from dynclient import sandbox, testing
from tests.support.trees import TREES

TABLES = 5_000
SMALLER = 10
"""So many times fewer tables has the catalogue that memory is compared with."""
STEPS = ("dump", "plan", "apply")


class Cost(NamedTuple):
    """What a step took."""

    peak: float
    """The highest memory of its process, in MB."""
    entities: int
    seconds: float
    cpu: float
    """Seconds of its process on a processor, of which some start it."""
    requests: int

    def __str__(self) -> str:
        return (
            f"{self.entities:,} entities, {self.peak:,.0f} MB,"
            f" {self.entities / self.seconds:,.0f} entities/s,"
            f" {1000 * self.cpu / self.entities:.2f} ms of CPU and"
            f" {self.requests / self.entities:.4f} requests each"
        )


def measure(tables: int = TABLES) -> list[Row]:
    """Measure the steps with a catalogue and with a smaller one.

    Args:
        tables: the number of tables of the larger one.
    """
    small, large = costs(max(tables // SMALLER, 50)), costs(tables)
    rows = []
    for step in STEPS:
        rows.append(
            Row(
                f"as code: {step} of {tables:,} tables, memory", f"{step} of {SMALLER} times fewer",
                "≤ 1.25×", large[step].peak / small[step].peak, 1.25, "×", note=str(large[step]),
            )
        )  # fmt: skip
        least = {"dump": 0.04, "plan": 0.04, "apply": 1.1}[step]
        rows.append(
            Row(
                f"as code: {step} of {tables:,} tables, requests", "a request for each page read"
                + (", and one for each entity" if step == "apply" else ""),
                f"≤ {least} each", large[step].requests / large[step].entities, least, "each",
                note=str(large[step]),
            )
        )  # fmt: skip
    return rows


def costs(tables: int, format: str = "jsonl") -> dict[str, Cost]:
    """Return what each step takes, for a catalogue of so many tables.

    Args:
        tables: the number of tables.
        format: of the files.
    """
    found: dict[str, Cost] = {}
    with ExitStack() as stack:
        top = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        full, empty = (_Server(stack, top / name) for name in ("full", "empty"))
        full.fill(tables)
        for step, server in (("dump", full), ("plan", full), ("apply", empty)):
            found[step] = server.run(step, top / "catalogue", format)
            print(f"{step}: {found[step]}", file=sys.stderr)
    return found


class _Server:
    """A sandbox that counts its requests."""

    def __init__(self, stack: ExitStack, log: Path) -> None:
        self._log = log
        options: dict[str, Any] = {"tree": TREES.get(payloads.TREE), "request_log": log}
        running = stack.enter_context(sandbox.start(**options))
        self.host, self.token = running.host, running.admin_token

    def fill(self, tables: int) -> None:
        with dynclient.connect(self.host, token=self.token, release=payloads.release()) as om:
            testing.catalogue(tables).load(om)

    def _count(self) -> int:
        if not self._log.exists():
            return 0  # it is written with the first request
        with self._log.open("rb") as lines:
            return sum(1 for _ in lines)

    def run(self, step: str, folder: Path, format: str) -> Cost:
        before = self._count()
        words = [step, self.host, self.token, str(folder), format]
        command = [sys.executable, "-m", "benchmarks.as_code", *words]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
        return Cost(**json.loads(done.stdout), requests=self._count() - before)


def run(step: str, host: str, token: str, folder: str, format: str) -> dict[str, Any]:
    """Run a step in this process and return its figures.

    Args:
        step: ``dump``, ``plan`` or ``apply``.
        host: address of the server.
        token: of an administrator.
        folder: of the catalogue.
        format: of the files.
    """
    begin = time.perf_counter()
    with dynclient.connect(host, token=token, release=payloads.release()) as om:
        if step == "dump":
            entities = om.dump(folder, format=format).total
        elif step == "plan":
            plan = om.plan(folder)
            assert not plan, plan.summary
            entities = plan.unchanged
        else:
            result = om.apply(folder, without_secrets=True)
            assert not result.failed, result.failed[:3]
            entities = len(result.reports)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    seconds, cpu = time.perf_counter() - begin, time.process_time()
    return {"peak": peak, "entities": entities, "seconds": seconds, "cpu": cpu}


if __name__ == "__main__":
    print(json.dumps(run(*sys.argv[1:])))
