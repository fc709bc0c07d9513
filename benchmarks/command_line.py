"""``dynclient get`` from the start of the process to its end, against one that sends the request.

Reason: commands are run in loops and pipes, and completion runs one at each press of TAB. Typer and
requests are what any command line of this kind imports; the rest should be little beside them.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from typing import Any

from benchmarks import payloads
from benchmarks.harness import Row, once_each

ROUNDS = 15
LIMITS = {"json": 1.3, "table": 1.7}
"""For people a command also reads from the schema which fields to request, and draws a card."""

FLOOR = """
import os, sys
import requests, typer
response = requests.get(
    f"{os.environ['OPENMETADATA_HOST']}/v1/tables/name/{sys.argv[1]}",
    headers={"Authorization": f"Bearer {os.environ['OPENMETADATA_TOKEN']}"},
    timeout=60,
)
assert response.json()["name"] == "orders"
"""


def measure() -> list[Row]:
    """Time both processes in turns against a sandbox, for programs and for people."""
    import dynclient
    from dynclient import sandbox

    release = payloads.release()
    with sandbox.start(release) as running:
        with dynclient.connect(running.host, token=running.admin_token, release=release) as om:
            fqn = _create_table(om)
        environment = {
            **os.environ,
            "OPENMETADATA_HOST": running.host,
            "OPENMETADATA_TOKEN": running.admin_token,
            "PYTHONHASHSEED": "0",
        }
        # Installed packages are compiled, whatever the environment of the caller says.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        # The release is named, as a server names its own: the sandbox may have none that is known.
        words = ["-m", "dynclient", "get", "table", fqn, "--release", release.name, "--output"]

        def floor() -> float:
            return _process(["-c", FLOOR, fqn], environment)

        rows = []
        for output, limit in LIMITS.items():

            def work(arguments: tuple[str, ...] = (*words, output)) -> float:
                return _process(list(arguments), environment)

            sample = once_each(work, floor, rounds=ROUNDS)
            rows.append(
                Row(
                    f"dynclient get table NAME --output {output}",
                    "import typer, requests + that GET",
                    f"≤ {limit}×",
                    sample.ratio,
                    limit,
                    "×",
                    sample,
                )
            )
    return rows


def _create_table(om: Any) -> str:
    service = om.database_services.create(name="shop", serviceType="Mysql")
    database = om.databases.create(name="main", service=service)
    schema = om.database_schemas.create(name="public", database=database)
    columns = [{"name": "id", "dataType": "BIGINT"}, {"name": "total", "dataType": "DOUBLE"}]
    table = om.tables.create(name="orders", databaseSchema=schema, columns=columns)
    return str(table.fullyQualifiedName)


def _process(arguments: list[str], environment: dict[str, str]) -> float:
    """Run Python and return the seconds it took, its end included."""
    begin = time.perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, capture_output=True, env=environment)
    return time.perf_counter() - begin
