"""One client among threads, after a fork, and after a pickle's journey."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

import dynclient
from dynclient.client.client import Client
from tests.support.external_server import own
from tests.support.trees import ALL_RELEASES

pytestmark = pytest.mark.usefixtures("removed_afterwards")


@pytest.fixture
def service(om: Client) -> str:
    name = own("processes")
    if name not in om.database_services:
        om.database_services.create(name=name, serviceType="Mysql")
    return name


def test_threads_share_a_client(om: Client, service: str) -> None:
    def create(number: int) -> str:
        database = om.databases.upsert(name=f"d{number}", service=service)
        return str(om.databases[database.fullyQualifiedName].id)

    with ThreadPoolExecutor(8) as pool:
        ids = list(pool.map(create, range(40)))
    assert len(set(ids)) == 40


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_child_continues(om: Client, service: str) -> None:
    before = om.database_services[service].id
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:  # pragma: no cover - in the child
        status = 1
        try:
            os.write(writing, str(om.database_services[service].id).encode())
            status = 0
        finally:
            os._exit(status)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        output = pipe.read()
    assert os.waitpid(child, 0)[1] == 0
    assert output == before
    assert om.database_services[service].id == before


def _mixed_up(om: Client, names: list[str]) -> list[str]:
    """Read services again and again; return the names for which another one was returned."""
    read = [(name, om.database_services[name]) for _ in range(5) for name in names]
    cls = om.types.DatabaseService
    return [name for name, service in read if service.name != name or type(service) is not cls]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_two_releases_two_threads_and_one_fork(connected: Callable[[str], Client]) -> None:
    """If a child shared the connections of its parent, they would get each other's responses."""
    clients = [connected(ALL_RELEASES[0]), connected(ALL_RELEASES[-1])]
    names = [own(f"fork{number}") for number in range(6)]
    for om in clients:
        for name in names:
            om.database_services.upsert(name=name, serviceType="Mysql")
        assert _mixed_up(om, names) == []  # connections are open
    begun = threading.Barrier(3)

    def work(om: Client) -> list[str]:
        begun.wait()
        return _mixed_up(om, names)

    with ThreadPoolExecutor(2) as pool:
        running = [pool.submit(work, om) for om in clients]
        begun.wait()
        child = os.fork()
        if child == 0:  # pragma: no cover - in the child
            status = 1
            try:
                status = int(any(_mixed_up(om, names[::-1]) for om in clients))
            finally:
                os._exit(status)
        assert [each.result() for each in running] == [[], []]
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert [_mixed_up(om, names) for om in clients] == [[], []]


def test_threads_of_one_client_keep_their_deadlines_and_responses(om: Client, service: str) -> None:
    names = [own(f"thread{number}") for number in range(8)]
    for name in names:
        om.database_services.upsert(name=name, serviceType="Mysql")
    with ThreadPoolExecutor(8) as pool:
        mixed_up = list(pool.map(lambda name: _mixed_up(om, [name]), names))
    assert mixed_up == [[]] * 8


def _names(om: Client) -> list[str]:
    return [str(service.name) for service in om.database_services.list()]


def test_a_pickled_client_works_and_holds_no_token(om: Client, service: str) -> None:
    pickled = pickle.dumps(om)
    token = om.session.transport.auth
    assert "eyJ" not in repr(token)
    assert b"eyJ" not in pickled
    with pickle.loads(pickled) as copy:
        assert service in _names(copy)


@pytest.mark.skipif(sys.platform == "win32", reason="this system cannot fork")
def test_entities_travel_between_processes(om: Client, service: str) -> None:
    entity = om.database_services[service]
    context = multiprocessing.get_context("fork")
    with context.Pool(1) as pool:
        there = pool.apply(dynclient.to_json, (entity,))
        back = pool.apply(_same, (entity,))
    assert there == dynclient.to_json(entity)
    assert back == entity
    assert type(back) is type(entity)


def _same(entity: object) -> object:
    return entity
