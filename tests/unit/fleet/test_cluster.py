"""What is sent to a cluster, and what is said where that does not work; without a cluster."""

from __future__ import annotations

import sys
import warnings
from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.errors import InsecureWarning, UsageError
from dynclient.fleet.cluster import check_address, killed_error
from dynclient.fleet.worker import FleetPlugin, Handled, Part
from tests.support.fake_catalogue import FakeCatalogue
from tests.support.trees import release_named

distributed = pytest.importorskip("distributed")


def client_at(address: str) -> Any:
    return SimpleNamespace(scheduler=SimpleNamespace(address=address))


@pytest.mark.parametrize("address", ["tls://host:8786", "tcp://127.0.0.1:1", "inproc://x"])
def test_addresses_that_no_one_else_can_listen_to_are_not_warned_of(address: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        check_address(client_at(address))


def test_a_token_over_an_open_network_is_warned_of() -> None:
    with pytest.warns(InsecureWarning, match="the Dask cluster at tcp://dask.example.com:8786 are"):
        check_address(client_at("tcp://dask.example.com:8786"))


def test_a_part_whose_workers_died_is_named() -> None:
    error = distributed.KilledWorker("key", None, 3)
    part = Part("database=s.shop", {})
    assert str(killed_error(part, error)).startswith(
        "the part database=s.shop was given up because all 4 workers that ran it died; their logs"
    )
    page = Part("", {}, [{"id": "1"}, {"id": "2"}])
    text = str(killed_error(page, distributed.KilledWorker("key", None, 0)))
    assert text.startswith("a part of 2 entities was given up because the worker that ran it died;")


def test_what_tasks_and_plugins_print_has_no_content() -> None:
    entities = [{"id": "1", "password": "hidden"}]
    assert repr(Part("", {}, entities)) == "<Part of 1 entities>"
    assert repr(Part("database=s.d", {"password": "hidden"})) == "<Part database=s.d>"
    assert repr(Handled([], True)) == "<0 items>"
    assert repr(FleetPlugin("dynclient-map-1", b"token", 4)) == "<FleetPlugin dynclient-map-1>"


def test_the_extra_is_named_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "distributed", None)
    client, transport = FakeCatalogue({"d": {"s": 3}}).client(release_named("starter"))
    with pytest.raises(ImportError, match=r"pip install 'dynclient\[fleet\]'"):
        client.map(len, client.tables.list(), on="tls://host:8786")
    assert transport.seen == []


def test_an_asynchronous_client_is_refused() -> None:
    client, _ = FakeCatalogue({"d": {"s": 3}}).client(release_named("starter"))
    dask = SimpleNamespace(submit=len, scheduler=None, asynchronous=True)
    with pytest.raises(UsageError, match="must not be an asynchronous client of Dask"):
        client.map(len, client.tables.list(), on=dask)
