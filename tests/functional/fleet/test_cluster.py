"""om.map on a Dask cluster of two processes: each entity once, one limit, lost workers."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.fleet.result import MapResult
from tests.support.fake_catalogue import FakeCatalogue
from tests.support.stub import Stub
from tests.support.trees import ALL_RELEASES, release_named

distributed = pytest.importorskip("distributed")

TOKEN = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJmbGVldCJ9.c2lnbmF0dXJl"
DATABASES = {"shop": {"orders": 130, "people": 50}, "web": {"clicks": 60}}
COUNT = 240


@pytest.fixture(scope="module")
def dask() -> Iterator[Any]:
    with (
        distributed.LocalCluster(
            2,
            processes=True,
            threads_per_worker=2,
            dashboard_address=None,
            worker_dashboard_address=None,
        ) as cluster,
        cluster.get_client() as client,
    ):
        yield client


@pytest.fixture
def fake() -> FakeCatalogue:
    return FakeCatalogue(DATABASES)


@pytest.fixture
def om(fake: FakeCatalogue) -> Iterator[Client]:
    with Stub() as stub:
        stub.default = fake.over_http
        release = release_named(ALL_RELEASES[-1])
        with dynclient.connect(stub.host, token=TOKEN, release=release, page_size=20) as om:
            yield om


def number_of(table: Any) -> int:
    return int(str(table.name)[1:])


def keys(result: MapResult) -> Counter[str]:
    return Counter(each.key for each in [*result.results, *result.failed])


def every(fake: FakeCatalogue) -> Counter[str]:
    return Counter(each["id"] for each in fake.entities["tables"])


def test_the_parts_of_a_list_are_read_by_workers(
    om: Client, fake: FakeCatalogue, dask: Any
) -> None:
    result = om.map(number_of, om.tables.list(), on=dask, partition=60, limit=3)
    assert keys(result) == every(fake)
    assert result.is_complete
    assert {each.value for each in result.results} == set(range(130))
    assert fake.busiest <= 3
