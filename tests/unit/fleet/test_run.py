"""om.map in this thread and in threads: each entity once, its failure its own, saves, journals."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from dynclient.client.client import Client
from dynclient.errors import (
    BadArguments,
    FunctionFailed,
    LostUpdate,
    OutOfRange,
    ReadOnly,
    Unauthorized,
    UsageError,
)
from dynclient.fleet.result import MapResult
from tests.support.fake_catalogue import FakeCatalogue, every, keys, number_of
from tests.support.stub import Reply
from tests.support.trees import ALL_RELEASES, release_named

RELEASE = ALL_RELEASES[-1]
COUNT = 250
PLACES = pytest.mark.parametrize("on", [None, "threads"])


@pytest.fixture
def fake() -> FakeCatalogue:
    return FakeCatalogue({"shop": {"orders": COUNT}})


@pytest.fixture
def om(fake: FakeCatalogue) -> Client:
    return fake.client(release_named(RELEASE))[0]


# -- results ---------------------------------------------------------------------------------------


@PLACES
def test_the_function_is_called_once_for_each_entity(
    om: Client, fake: FakeCatalogue, on: str | None
) -> None:
    called: Counter[str] = Counter()

    def check(table: Any) -> dict[str, int]:
        called[str(table.id)] += 1
        return {"number": number_of(table)}

    result = om.map(check, om.tables.list(page_size=100), on=on)
    assert called == keys(result) == every(fake)
    assert sorted(each.value["number"] for each in result.results) == list(range(COUNT))
    assert len(result.results) == COUNT
    assert len(result.failed) == 0
    assert result.is_complete
    assert repr(result) == "<MapResult: 250 done>"
    assert result.raise_failures() is result


@PLACES
def test_an_error_of_the_function_is_the_failure_of_that_entity(om: Client, on: str | None) -> None:
    def check(table: Any) -> int:
        return 100 // (number_of(table) % 50)

    result = om.map(check, om.tables.list(page_size=100), on=on)
    assert len(result.results) == COUNT - 5
    assert sorted(each.name for each in result.failed) == [
        f"s.shop.orders.t{number:06}" for number in range(0, COUNT, 50)
    ]
    failed = result.failed["s.shop.orders.t000050"]
    assert isinstance(failed.error, FunctionFailed)
    assert failed.error.kind == "ZeroDivisionError"
    assert failed.error.place.startswith("test_run.py:")
    assert failed.error.function == "check"
    assert "5 failed; first failure: s.shop.orders.t" in repr(result)
    with pytest.raises(FunctionFailed, match="ZeroDivisionError") as caught:
        result.raise_failures()
    assert "245 done, 5 failed" in caught.value.__notes__[0]


def test_results_are_found_by_name_and_id(om: Client) -> None:
    result = om.map(number_of, om.tables.list())
    item = result.results["s.shop.orders.t000007"]
    assert item.value == 7
    assert result.results[item.key] == item
    with pytest.raises(OutOfRange, match=r"did you mean s\.shop\.orders\.t00"):
        result.results["s.shop.orders.t00007"]
    assert result.results[0] == next(iter(result.results))
    assert result.results[-1] == [*result.results][-1]
    with pytest.raises(OutOfRange, match="there is no item 1000; there are 250"):
        result.results[1000]
    with pytest.raises(OutOfRange):
        result.failed[item.key]


@PLACES
def test_batches_are_lists_of_entities_of_one_page(om: Client, on: str | None) -> None:
    sizes: list[int] = []

    def check(tables: list[Any]) -> list[int]:
        sizes.append(len(tables))
        return [number_of(each) for each in tables]

    result = om.map(check, om.tables.list(page_size=100), on=on, batch=40)
    assert Counter(sizes) == {40: 5, 20: 2, 10: 1}
    assert sorted(each.value for each in result.results) == list(range(COUNT))


def test_a_batch_without_a_result_for_each_entity_fails_as_a_whole(om: Client) -> None:
    result = om.map(lambda tables: tables[1:], om.tables.list(), batch=50)
    assert len(result.failed) == COUNT
    error = next(iter(result.failed)).error
    assert "returned a list of 49 for 50 entities; with batch= it must return a list" in str(error)
    assert len(om.map(lambda _: None, om.tables.list(), batch=50).results) == COUNT


def test_a_result_that_is_not_json_is_a_failure(om: Client) -> None:
    result = om.map(lambda table: {"table": object()}, om.tables.list(limit=1, page_size=1))
    assert "returned a object at ['table']" in str(result.failed["s.shop.orders.t000000"].error)


# -- saves -----------------------------------------------------------------------------------------


def describe(table: Any) -> int:
    number = number_of(table)
    if number % 2:
        table.description = f"table {number}"
    if number == 21:
        raise ValueError(number)
    return number


@PLACES
def test_changes_are_saved_once_and_only_those(
    om: Client, fake: FakeCatalogue, on: str | None
) -> None:
    result = om.map(describe, om.tables.list(page_size=100), on=on, save=True)
    assert result.counts == {"done": 0, "updated": 124, "unchanged": 125, "failed": 1}
    assert set(fake.patches.values()) == {1}
    assert len(fake.patches) == 124
    texts = [each.get("description") for each in fake.entities["tables"]]
    assert texts[20:24] == [None, None, None, "table 23"], "that of 21 was not saved"
    assert result.results["s.shop.orders.t000003"].value == 3


def test_without_save_nothing_is_changed(om: Client, fake: FakeCatalogue) -> None:
    om.map(describe, om.tables.list())
    assert not fake.patches


def test_a_save_that_is_refused_is_the_failure_of_that_entity(
    om: Client, fake: FakeCatalogue
) -> None:
    conflict = Reply(412, {"code": 412, "message": "changed meanwhile"})
    fake.before = lambda method, path: (
        conflict if method == "PATCH" and path.endswith("003") else None
    )
    result = om.map(describe, om.tables.list(), save=True)
    assert isinstance(result.failed["s.shop.orders.t000003"].error, LostUpdate)
    assert result.counts["updated"] == 123


@PLACES
def test_an_error_that_every_save_would_have_ends_the_run(
    om: Client, fake: FakeCatalogue, on: str | None
) -> None:
    refused = Reply(401, {"code": 401, "message": "expired"})
    fake.before = lambda method, _: refused if method == "PATCH" else None
    with pytest.raises(Unauthorized) as caught:
        om.map(describe, om.tables.list(), on=on, save=True)
    assert "om.map was ended; until then" in caught.value.__notes__[-1]
    assert fake.patches == {}


def test_a_read_only_client_refuses_saves_before_it_reads(fake: FakeCatalogue) -> None:
    client, transport = fake.client(release_named(RELEASE), read_only=True)
    with pytest.raises(ReadOnly, match="connect with read_only=False"):
        client.map(describe, client.tables.list(), save=True)
    assert transport.seen == []


# -- ends, progress, journals ----------------------------------------------------------------------


@PLACES
def test_failures_end_the_run_when_there_are_too_many(om: Client, on: str | None) -> None:
    def fail(_: Any) -> None:
        raise ValueError

    result = om.map(fail, om.tables.list(page_size=10), on=on, stop_after=3)
    assert 3 <= len(result.failed) < COUNT
    assert not result.is_complete
    assert "stopped before the last entity" in repr(result)


@PLACES
def test_results_are_reported_in_this_thread_after_they_were_recorded(
    om: Client, on: str | None
) -> None:
    here = threading.get_ident()
    seen: list[str] = []
    counts: list[tuple[int, int | None]] = []

    def note(item: Any) -> None:
        assert threading.get_ident() == here
        seen.append(item.key)

    def progress(done: int, total: int | None, result: MapResult) -> None:
        counts.append((done, total))
        assert result.count >= len(seen)

    om.map(number_of, om.tables.list(), on=on, on_result=note, progress=progress)
    assert len(set(seen)) == len(seen) == COUNT
    assert counts[-1] == (COUNT, COUNT)


@PLACES
def test_ctrl_c_ends_the_run_and_what_was_done_is_in_the_journal(
    om: Client, fake: FakeCatalogue, on: str | None, tmp_path: Path
) -> None:
    journal, called = tmp_path / "journal", Counter[str]()

    def interrupt(item: Any) -> None:
        if len(called) >= 10:
            raise KeyboardInterrupt

    def check(table: Any) -> int:
        called[str(table.id)] += 1
        return number_of(table)

    def run(on_result: Callable[[Any], None] | None = None) -> MapResult:
        listing = om.tables.list(page_size=50)
        found: MapResult = om.map(check, listing, on=on, journal=journal, on_result=on_result)
        return found

    with pytest.raises(KeyboardInterrupt) as caught:
        run(interrupt)
    assert "om.map was ended; until then" in caught.value.__notes__[-1]
    first = len(called)
    assert 10 <= first < COUNT
    result = run()
    assert result.continued == first
    assert set(called.values()) == {1}
    assert keys(result) == every(fake)
    assert sorted(each.value for each in result.results) == list(range(COUNT))
    assert run().continued == COUNT
    assert set(called.values()) == {1}


def test_failures_are_done_again_when_a_run_continues(om: Client, tmp_path: Path) -> None:
    broken = [True]

    def check(table: Any) -> int:
        if broken[0] and number_of(table) == 3:
            raise ValueError
        return 1

    assert len(om.map(check, om.tables.list(), journal=tmp_path / "j").failed) == 1
    broken[0] = False
    result = om.map(check, om.tables.list(), journal=tmp_path / "j")
    assert (len(result.failed), len(result.results), result.continued) == (0, COUNT, COUNT - 1)


def test_the_journal_of_another_function_is_refused(om: Client, tmp_path: Path) -> None:
    om.map(number_of, om.tables.list(), journal=tmp_path / "j")
    with pytest.raises(UsageError, match=r"another run: its function is .*number_of"):
        om.map(describe, om.tables.list(), journal=tmp_path / "j")
    with pytest.raises(UsageError, match="another run: its list is"):
        om.map(number_of, om.tables.list(include="all"), journal=tmp_path / "j")


def test_threads_send_no_more_requests_at_once_than_the_limit_says(fake: FakeCatalogue) -> None:
    from dynclient import connect
    from tests.support.stub import Stub

    met = threading.Condition()

    def meet(method: str, _: str) -> None:
        with met:
            met.notify_all()
            if method == "PATCH":
                met.wait_for(lambda: fake.busiest > 1, timeout=10)

    fake.before = meet
    with Stub() as stub:
        stub.default = fake.over_http
        with connect(stub.host, token="t", release=release_named(RELEASE)) as om:
            result = om.map(describe, om.tables.list(), on="threads", save=True, limit=2)
    assert result.counts["updated"] == 124
    assert fake.busiest == 2


# -- arguments -------------------------------------------------------------------------------------


WRONG_PLACE = (
    "on: must be None, 'threads', a client of Dask, a LocalCluster or the address of a scheduler,"
    " 'tls://host:8786', not 'thread'; did you mean threads?"
)


def test_all_that_is_wrong_with_the_arguments_is_said_before_anything_is_sent(
    fake: FakeCatalogue,
) -> None:
    client, transport = fake.client(release_named(RELEASE))
    with pytest.raises(BadArguments) as caught:
        client.map(
            lambda a, b: None, client.tables, on="thread", batch=0, save="yes",
            on_conflict="merge", workers=99, limit=True, partition=-1, stop_after="3", on_result=1,
            progress="bar", journal=3,
        )  # fmt: skip
    messages = [str(problem) for problem in caught.value.problems]
    assert messages == [
        "function: must be callable with one argument, a list of entities; its signature is (a, b)",
        "listing: must be the list of a collection, such as om.tables.list(), not Collection",
        WRONG_PLACE,
        "batch: must be a number of entities, 1 or more, not 0",
        "stop_after: must be a number of failures, 1 or more, not '3'",
        "partition: must be a number of entities, 1 or more, not -1",
        "limit: must be a number of requests, 1 or more, not True",
        "workers: must be a number from 1 to 32, the pool_size= of the client, not 99",
        "on_result: must be a function, not int",
        "journal: must be the path of a file, not int",
        "progress: must be True, False, None or a function, not str",
        "workers: is a number of threads, so it needs on='threads'",
        "save: must be True or False, not 'yes'",
        "on_conflict: must be 'error' or 'rebase', not 'merge'",
    ]
    assert transport.seen == []


async def asynchronous(table: Any) -> None:
    """Return nothing."""


@pytest.mark.parametrize(
    ("function", "message"),
    [(None, "must be a function, not NoneType"), (asynchronous, "must not be an async function")],
)
def test_what_is_not_a_function_is_refused(om: Client, function: Any, message: str) -> None:
    with pytest.raises(BadArguments, match=message):
        om.map(function, om.tables.list())


def test_lists_of_another_server_and_of_no_collection_are_refused(om: Client) -> None:
    from dynclient.dispatch.pagination import Listing, Page
    from dynclient.settings import Settings
    from tests.support.fake_transport import FakeTransport, reply

    transport: Any = FakeTransport(lambda _: reply())
    other = Client("http://other/api", transport, Settings(), release_named(RELEASE))
    with pytest.raises(BadArguments, match="is a list of http://other, and this client is of http"):
        om.map(number_of, other.tables.list())
    with pytest.raises(BadArguments, match="must be the list of a collection"):
        om.map(number_of, Listing(lambda _: Page([])))
