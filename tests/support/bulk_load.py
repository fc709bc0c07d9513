"""A load in a process of its own, which a test kills: rows, a journal, and a line for each result.

``python -m tests.support.bulk_load HOST TOKEN RELEASE METHOD COUNT JOURNAL`` loads COUNT tables and
prints the number of each row that is done, and at the end what became of them, as JSON.
"""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dynclient
from dynclient.bulk import Outcome
from tests.support.trees import release_named

SCHEMA = "loads.d.s"


def rows(count: int) -> Iterator[dict[str, Any]]:
    """Yield the create requests of tables."""
    for number in range(count):
        columns = [{"name": name, "dataType": "INT"} for name in ("id", "total", "at")]
        yield {
            "name": f"t{number}", "databaseSchema": SCHEMA, "columns": columns,
            "description": f"table {number}",
        }  # fmt: skip


def prepare(om: Any) -> None:
    """Create what the tables are in."""
    om.database_services.upsert(name="loads", serviceType="Mysql")
    om.databases.upsert(name="d", service="loads")
    om.database_schemas.upsert(name="s", database="loads.d")


def peak() -> float:
    """Return the peak memory of this process in MiB."""
    with Path("/proc/self/status").open() as status:
        return next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))


def main() -> None:
    host, token, release, method, count, journal = sys.argv[1:]
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job ignores it

    def show(outcome: Outcome) -> None:
        print(outcome.number, outcome.kind, flush=True)

    with dynclient.connect(host, token=token, release=release_named(release)) as om:
        load = getattr(om.tables, method)
        result = load(rows(int(count)), journal=journal, on_result=show, progress=False)
    print(json.dumps({
        "created": len(result.created), "written": len(result.written),
        "updated": len(result.updated), "unchanged": len(result.unchanged),
        "failed": [str(each) for each in result.failed], "continued": result.continued,
        "peak": peak(),
    }))  # fmt: skip


if __name__ == "__main__":
    main()
