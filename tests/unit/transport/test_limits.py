"""One limit for many threads: so many requests at once, and a pause for all after a refusal."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from dynclient.settings import Settings
from dynclient.transport.http import LIMIT, Transport
from dynclient.transport.limits import Pause, RequestLimit, limited
from dynclient.transport.request import Request
from tests.support.clock import Clock
from tests.support.stub import Reply, Seen, Stub


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        yield stub


def transport_of(stub: Stub, clock: Clock) -> Transport:
    return Transport(f"{stub.host}/api", Settings(), sleep=clock.sleep, jitter=lambda: 1.0)


def test_a_pause_is_extended_and_never_shortened() -> None:
    clock = Clock()
    pause = Pause(clock, clock.sleep)
    pause.wait()
    assert clock.slept == []
    pause.extend(3)
    pause.extend(1)
    pause.wait()
    assert clock.slept == [3]
    pause.wait()
    assert clock.slept == [3]


def test_no_more_requests_are_sent_at_once_than_the_limit_says(stub: Stub) -> None:
    busy: list[int] = []
    counts: list[int] = []
    lock = threading.Lock()
    both = threading.Barrier(2)  # each request is answered together with another one

    def respond(_: Seen) -> Reply:
        with lock:
            busy.append(1)
            counts.append(len(busy))
        both.wait(timeout=30)
        with lock:
            busy.pop()
        return Reply(200, {})

    stub.default = respond
    transport = transport_of(stub, Clock())
    limit = RequestLimit(2)

    def send() -> None:
        with limited(limit):
            transport.send(Request("GET", "/v1/tables"))

    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stub.seen) == 8
    assert max(counts) == 2


@pytest.mark.parametrize(
    ("status", "headers", "seconds"),
    [(429, (("Retry-After", "7"),), 7), (503, (), 0.25), (429, (("Retry-After", "999"),), 120)],
)
def test_a_refused_request_lets_all_others_pause(
    stub: Stub, status: int, headers: tuple[tuple[str, str], ...], seconds: float
) -> None:
    stub.routes["/api/v1/tables"] = [Reply(status, {}, headers), Reply(200, {})]
    stub.default = Reply(200, {})
    clock = Clock()
    transport = transport_of(stub, clock)
    paused = Clock()
    limit = RequestLimit(2, Pause(paused, paused.sleep))
    with limited(limit):
        if seconds < 120:
            assert transport.send(Request("GET", "/v1/tables")).status == 200
            assert clock.slept == [seconds]
        else:  # longer than is waited for
            with pytest.raises(Exception, match="Retry-After is 999 s"):
                transport.send(Request("GET", "/v1/tables"))
        transport.send(Request("GET", "/v1/users"))
    assert paused.slept == [seconds]


def test_also_a_request_that_is_not_repeated_lets_the_others_pause(stub: Stub) -> None:
    stub.default = Reply(429, {}, (("Retry-After", "5"),))
    paused = Clock()
    with limited(RequestLimit(1, Pause(paused, paused.sleep))):
        transport = transport_of(stub, Clock())
        transport.send(Request("POST", "/v1/tables", body=b"{}"))
        stub.default = Reply(200, {})
        transport.send(Request("POST", "/v1/tables", body=b"{}"))
    assert paused.slept == [5]


def test_a_limit_ends_with_its_block_and_its_slots_are_free_again(stub: Stub) -> None:
    stub.default = Reply(0)
    transport = transport_of(stub, Clock())
    limit = RequestLimit(1)
    for _ in range(3):
        with pytest.raises(OSError, match="broke"), limited(limit):
            transport.send(Request("POST", "/v1/tables", body=b"{}"))
    assert LIMIT.get() is None
