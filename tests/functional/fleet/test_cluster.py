"""om.map on a Dask cluster of two processes: each entity once, one limit, lost workers."""

from __future__ import annotations

import os
import signal
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.errors import FunctionFailed, Unauthorized, UsageError
from dynclient.fleet.items import MapItem
from dynclient.fleet.result import MapResult
from tests.support.fake_catalogue import FakeCatalogue, every, keys, number_of
from tests.support.stub import Reply, Stub
from tests.support.trees import ALL_RELEASES, release_named

distributed = pytest.importorskip("distributed")

TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJmbGVldCJ9.c2lnbmF0dXJl"
DATABASES = {"shop": {"orders": 30, "people": 15}, "web": {"clicks": 15}}
COUNT = 60


@pytest.fixture(scope="module")
def cluster() -> Iterator[Any]:
    options = {"dashboard_address": "127.0.0.1:0"}
    with (
        distributed.LocalCluster(
            n_workers=2, processes=True, threads_per_worker=2, **options
        ) as cluster,
        cluster.get_client() as client,
    ):
        yield client


@pytest.fixture
def dask(cluster: Any) -> Any:
    """The client of a cluster whose workers all run; one that was killed is started again."""
    cluster.wait_for_workers(2, timeout=120)
    return cluster


@pytest.fixture
def fake() -> FakeCatalogue:
    fake = FakeCatalogue(DATABASES)
    fake.token = TOKEN
    return fake


@pytest.fixture
def om(fake: FakeCatalogue) -> Iterator[Client]:
    with Stub() as stub:
        stub.default = fake.over_http
        release = release_named(ALL_RELEASES[-1])
        with dynclient.connect(stub.host, token=TOKEN, release=release, page_size=5) as om:
            yield om


def texts_of(dask: Any) -> str:
    """Return what the cluster's displays and logs can show of its tasks."""

    def tasks(dask_scheduler: Any) -> str:
        states = dask_scheduler.tasks.values()
        return "\n".join(f"{each.key} {each.run_spec!r} {each.group_key}" for each in states)

    logs = [dask.get_worker_logs(), dask.get_scheduler_logs(), dask.get_events()]
    return "\n".join([dask.run_on_scheduler(tasks), *map(str, logs)])


def test_parts_are_read_by_workers_under_one_limit(
    om: Client, fake: FakeCatalogue, dask: Any
) -> None:
    met = threading.Condition()

    def meet(method: str, _: str) -> None:
        with met:
            met.notify_all()
            if method == "PATCH":  # so that four threads would be four requests
                met.wait_for(lambda: fake.busiest > 1, timeout=10)

    fake.before = meet
    published: list[str] = []

    def note(item: MapItem) -> None:
        if not published:
            published.append(texts_of(dask))

    def describe(table: Any) -> list[Any]:
        again = om.tables.get(table.id)  # another client in the worker, with the same limit
        table.description = f"table {number_of(again)}"
        if table.name == "t000007":
            raise ValueError("seven")
        return [number_of(again), os.getpid()]

    listing = om.tables.list()
    result = om.map(
        describe, listing, on=dask, partition=18, limit=2, save=True, on_result=note, progress=False
    )
    assert keys(result) == every(fake)
    assert result.counts == {"done": 0, "updated": COUNT - 3, "unchanged": 0, "failed": 3}
    assert set(fake.patches.values()) == {1}
    assert len({each.value[1] for each in result.results}) == 2, "both processes worked"
    assert os.getpid() not in {each.value[1] for each in result.results}
    assert fake.busiest == 2
    assert all(isinstance(each.error, FunctionFailed) for each in result.failed)
    assert next(iter(result.failed)).error.place.startswith("test_cluster.py:")  # type: ignore[union-attr]
    assert "dynclient-map-" in published[0]
    assert TOKEN not in published[0]


def test_a_killed_worker_loses_nothing_and_doubles_nothing(
    om: Client, fake: FakeCatalogue, dask: Any, tmp_path: Path
) -> None:
    killed, journal = tmp_path / "killed", tmp_path / "journal"

    def check(table: Any) -> int:
        if table.fullyQualifiedName == "s.shop.people.t000012" and not killed.exists():
            killed.write_text(str(os.getpid()))
            os.kill(os.getpid(), signal.SIGKILL)
        return number_of(table)

    reported: Counter[str] = Counter()

    def note(item: MapItem) -> None:
        reported[item.key] += 1

    def run(**options: Any) -> MapResult:
        found: MapResult = om.map(
            check, om.tables.list(), on=dask, partition=18, journal=journal, **options
        )
        return found

    result = run(on_result=note)
    assert killed.read_text().isdigit()
    assert reported == keys(result) == every(fake)
    pages = [count for target, count in fake.reads.items() if "people" in target]
    assert max(pages) > 1, "the part of the lost worker was read again"
    fake.reads.clear()
    again = run()
    assert again.continued == again.count == COUNT
    read = {target for target in fake.reads if "tables" in target and "limit=5" in target}
    assert all("s.shop.orders" in target for target in read), "parts that are done are skipped"


def test_a_run_that_threads_began_goes_on_on_a_cluster(
    om: Client, fake: FakeCatalogue, dask: Any, tmp_path: Path
) -> None:
    def describe(table: Any) -> None:
        table.description = "described"

    def run(**options: Any) -> MapResult:
        found: MapResult = om.map(
            describe, om.tables.list(), save=True, journal=tmp_path / "journal", **options
        )
        return found

    def interrupt(item: MapItem) -> None:
        if item.name == "s.shop.people.t000005":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(on_result=interrupt)
    first = len(fake.patches)
    assert 30 < first < COUNT
    result = run(on=dask, partition=18)
    assert result.continued == first
    assert keys(result) == every(fake)
    assert set(fake.patches.values()) == {1}, "what was recorded is not done again"


def test_after_a_refusal_all_workers_pause(om: Client, fake: FakeCatalogue, dask: Any) -> None:
    refusals = [Reply(429, {"code": 429, "message": "slow down"}, (("Retry-After", "1"),))]

    def refuse(method: str, path: str) -> Reply | None:
        is_list = path == "/v1/tables" and len(fake.reads) > 6  # after the parts were counted
        return refusals.pop() if is_list and refusals else None

    fake.before = refuse
    paused: list[dict[str, int]] = []

    def pauses(dask_worker: Any) -> int:
        return sum(
            plugin.pauses for name, plugin in dask_worker.plugins.items()
            if name.startswith("dynclient-map-")
        )  # fmt: skip

    def note(item: MapItem) -> None:
        if not refusals:
            paused.append(dask.run(pauses))

    om.map(number_of, om.tables.list(), on=dask, partition=30, on_result=note)
    assert refusals == []
    assert len(paused[-1]) == 2
    assert min(paused[-1].values()) >= 1, paused


def test_errors_that_end_a_run_are_ours_and_show_no_token(
    om: Client, fake: FakeCatalogue, dask: Any
) -> None:
    refused = Reply(401, {"code": 401, "message": f"{TOKEN} has expired"})
    fake.before = lambda method, _: refused if method == "PATCH" else None

    def describe(table: Any) -> None:
        table.description = "described"

    with pytest.raises(Unauthorized) as caught:
        om.map(describe, om.tables.list(), on=dask, partition=18, save=True)
    assert TOKEN not in str(caught.value)
    assert TOKEN not in texts_of(dask)

    lock = threading.Lock()

    def hold(table: Any) -> None:
        with lock:
            pass

    with pytest.raises(UsageError, match=r"hold\(\) cannot be sent to the workers: TypeError"):
        om.map(hold, om.tables.list(), on=dask)
