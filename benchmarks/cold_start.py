"""A whole process, from its start to the first response, against one that only sends the request.

Reason: scripts and CI jobs start often, and each start pays for imports, for opening the release
and for compiling the first validator. Nearly all of it should be the cost of importing requests and
the engine. The peak memory is the kernel's own figure for the process, read by itself at its end.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import payloads
from benchmarks.harness import Row, once_each
from benchmarks.stub import serving

ROUNDS = 15

PEAK = """
import resource, sys
try:
    with open("/proc/self/status") as status:
        peak = next(int(line.split()[1]) / 1024 for line in status if line.startswith("VmHWM"))
except FileNotFoundError:
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (1 << 20)
print(peak)
"""

WORK = """
import sys
host, name, digest, fqn = sys.argv[1:]
import dynclient
om = dynclient.connect(host, token="t", release=dynclient.release(name))
assert om.release.digest == digest
types = om.types
request = types.CreateTableRequest(
    name="orders",
    databaseSchema="mysql_prod.shop.public",
    columns=[types.Column(name="id", dataType="BIGINT")],
)
assert dynclient.check(request) == []
table = om.tables.get(fqn)
assert table.name == "orders"
"""

FLOOR = """
import sys
host, name, digest, fqn = sys.argv[1:]
import requests
response = requests.get(f"{host}/v1/tables/name/{fqn}", timeout=60)
assert response.json()["name"] == "orders"
"""


def measure() -> list[Row]:
    """Time both processes in turns, and read the peak memory of the first."""
    release = payloads.release()
    table = payloads.table()
    peaks: list[float] = []
    with tempfile.TemporaryDirectory() as folder:
        responses = Path(folder, "answers.json")
        number = ".".join(map(str, release.version))
        version = {"version": number, "revision": "stub", "timestamp": 0}
        responses.write_text(
            json.dumps({"/system/version": version, table["fullyQualifiedName"]: table}), "utf-8"
        )
        with serving(responses) as host:
            arguments = [host, release.name, release.digest, table["fullyQualifiedName"]]
            sample = once_each(
                lambda: _process(WORK, arguments, peaks),
                lambda: _process(FLOOR, arguments),
                rounds=ROUNDS,
            )
    return [
        Row(
            "process start → release from cache → CreateTableRequest → first GET",
            "import requests + that GET",
            "≤ 1.4×",
            sample.ratio,
            1.4,
            "×",
            sample,
        ),
        Row("the same, peak memory", "(none)", "≤ 45 MB", max(peaks), 45.0, "MB"),
    ]


def _process(script: str, arguments: list[str], peaks: list[float] | None = None) -> float:
    """Run a script in a new interpreter and return the seconds it took, its end included."""
    code = script if peaks is None else script + PEAK
    # Installed packages are compiled, whatever the environment of the caller says.
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    begin = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        check=True,
        capture_output=True,
        text=True,
        env=environment,
    )
    seconds = time.perf_counter() - begin
    if peaks is not None:
        peaks.append(float(done.stdout))
    return seconds
