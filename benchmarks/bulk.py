"""``upsert_many`` against one ``create_or_update`` after another, and against bare ``requests``.

Reason: a load of thousands of tables waits for the network most of the time, so requests must be
sent side by side; and what the client adds to each of them must stay small beside a bare request
in the same number of threads. The second figure compares the CPU time of the client's process,
which the server's own speed does not change.
"""

from __future__ import annotations

import json
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import requests
from requests.adapters import HTTPAdapter

import dynclient
from benchmarks import payloads
from benchmarks.harness import Row, once_each
from benchmarks.stub import serving

LATENCY = 0.02
WORKERS = 8
MANY, FEW = 400, 40
ROUNDS = 7


def measure() -> list[Row]:
    """Time loads against a server that takes 20 ms, and their cost against one that takes none."""
    return [_speed(), _cost()]


def _bodies(count: int) -> Iterator[dict[str, Any]]:
    body = payloads.create_table()
    return ({**body, "name": f"t{number}"} for number in range(count))


def _clients(stack: ExitStack, latency: float) -> tuple[str, Any]:
    release, table = payloads.release(), payloads.table()
    responses = Path(stack.enter_context(tempfile.TemporaryDirectory()), "answers.json")
    number = ".".join(map(str, release.version))
    version = {"version": number, "revision": "stub", "timestamp": 0}
    responses.write_text(json.dumps({"/system/version": version, "/tables": table}), "utf-8")
    host = stack.enter_context(serving(responses, latency))
    return host, stack.enter_context(dynclient.connect(host, token="t", release=release))


def _seconds(
    work: Callable[[], object], rows: int, clock: Callable[[], float] = time.perf_counter
) -> float:
    """Return the seconds of a piece of work for each of its rows."""
    begin = clock()
    work()
    return (clock() - begin) / rows


def _upsert(om: Any, rows: int, workers: int | None = None) -> None:
    result = om.tables.upsert_many(_bodies(rows), batch=1, workers=workers, progress=False)
    assert result.count == rows
    assert not result.failed


def _speed() -> Row:
    with ExitStack() as stack:
        _, om = _clients(stack, LATENCY)

        def one_by_one() -> None:
            for body in _bodies(FEW):
                om.create_or_update(om.types.CreateTableRequest(**body))

        sample = once_each(
            lambda: _seconds(lambda: _upsert(om, MANY), MANY),
            lambda: _seconds(one_by_one, FEW),
            rounds=ROUNDS,
        )
    return Row(
        "upsert_many, a server that takes 20 ms, each row",
        "create_or_update, one after another",
        "≤ 0.25×",
        sample.ratio,
        0.25,
        "×",
        sample,
        "single requests; with PUT …/bulk there are a hundred times fewer",
    )


def _cost() -> Row:
    with ExitStack() as stack:
        host, om = _clients(stack, 0.0)
        session = stack.enter_context(requests.Session())
        session.mount("http://", HTTPAdapter(pool_maxsize=WORKERS))
        session.headers["Authorization"] = "Bearer t"
        url = f"{host}/v1/tables"

        def bare() -> None:
            def put(body: dict[str, Any]) -> Any:
                return session.put(url, json=body, timeout=60).json()

            with ThreadPoolExecutor(WORKERS) as pool:
                assert all(pool.map(put, _bodies(MANY)))

        sample = once_each(
            lambda: _seconds(lambda: _upsert(om, MANY, WORKERS), MANY, time.process_time),
            lambda: _seconds(bare, MANY, time.process_time),
            rounds=ROUNDS,
        )
    return Row(
        "upsert_many, CPU of the client, each row",
        "requests.Session PUT + .json() in as many threads",
        "≤ 1.3×",
        sample.ratio,
        1.3,
        "×",
        sample,
    )
