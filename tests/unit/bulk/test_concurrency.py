"""The number of requests at once follows the server."""

from __future__ import annotations

from dynclient.bulk.concurrency import Concurrency


def fed(concurrency: Concurrency, count: int, seconds: float = 0.02) -> Concurrency:
    for _ in range(count):
        concurrency.succeeded(seconds)
    return concurrency


def test_it_grows_up_to_the_highest_number_while_responses_stay_fast() -> None:
    assert Concurrency(32).limit == 4
    assert fed(Concurrency(32), 10).limit == 14
    assert fed(Concurrency(32), 100).limit == 32
    assert fed(Concurrency(2), 100).limit == 2


def test_an_overload_halves_it_once_for_what_was_sent_before() -> None:
    concurrency = fed(Concurrency(32), 100)
    for _ in range(10):  # all of one round
        concurrency.overloaded()
    assert concurrency.limit == 16
    fed(concurrency, 32)
    concurrency.overloaded()
    assert concurrency.limit < 16


def test_after_an_overload_it_grows_by_one_in_a_round() -> None:
    concurrency = fed(Concurrency(64), 12)
    concurrency.overloaded()
    before = concurrency.limit
    fed(concurrency, before)
    assert concurrency.limit <= before + 1
    fed(concurrency, 5 * before)
    assert concurrency.limit >= before + 3


def test_slower_responses_lower_it() -> None:
    concurrency = fed(Concurrency(32), 100, 0.02)
    fed(concurrency, 90, 0.2)
    assert concurrency.limit < 32
    assert fed(concurrency, 20, 0.2).limit < 31


def test_slower_responses_alone_leave_a_few_requests_at_once() -> None:
    concurrency = fed(Concurrency(32), 12, 0.02)
    for _ in range(50):
        concurrency._best[:] = [0.001, 0.001]  # they stay slower than the best ones
        fed(concurrency, 20, 0.2)
    assert concurrency.limit == 4


def test_responses_that_stay_slower_are_no_overload_in_the_end() -> None:
    concurrency = fed(Concurrency(32), 500, 0.001)
    fed(concurrency, 1000, 0.05)
    assert concurrency.limit == 32


def test_it_never_falls_below_one() -> None:
    concurrency = Concurrency(32)
    for _ in range(20):
        concurrency.overloaded()
        fed(concurrency, 4)
        concurrency.overloaded()
    assert concurrency.limit >= 1


def test_short_response_times_that_double_are_no_overload() -> None:
    concurrency = fed(Concurrency(32), 50, 0.001)
    assert fed(concurrency, 100, 0.004).limit == 32
