"""What methods for many rows send, and what they make of the responses."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dynclient.bulk import Outcome
from dynclient.errors import (
    BadArguments,
    BadRequest,
    ConnectFailed,
    NotSupported,
    OutcomeUnknown,
    RequestInvalid,
    Unauthorized,
    UsageError,
)
from dynclient.schema import Release
from dynclient.transport.request import Request, Response
from tests.replay import recordings
from tests.support.fake_transport import ID, fake_client, reply, stored
from tests.support.trees import ALL_RELEASES, real_release, release_named

COLUMNS = [{"name": "id", "dataType": "INT"}]


@pytest.fixture
def release() -> Release:
    return release_named(ALL_RELEASES[-1])


def row(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "databaseSchema": "a.b.c", "columns": COLUMNS, **fields}


def rows(count: int) -> Iterator[dict[str, Any]]:
    return (row(f"t{number}") for number in range(count))


def created(request: Request) -> Response:
    return reply(201, stored(request.json), {"X-OpenMetadata-Change": "entityCreated"})


def names(requests: list[Request]) -> list[str]:
    return [request.json["name"] for request in requests]


# -- single requests -------------------------------------------------------------------------------


@pytest.mark.parametrize(("status", "change", "kind"), [
    (201, "entityCreated", "created"),
    (200, "entityUpdated", "updated"),
    (200, "entityFieldsChanged", "updated"),
    (200, "entityRestored", "updated"),
    (200, "entityNoChange", "unchanged"),
    (200, None, "written"),
    (201, None, "created"),
])  # fmt: skip
def test_the_header_says_what_a_put_did(
    release: Release, status: int, change: str | None, kind: str
) -> None:
    headers = {} if change is None else {"X-OpenMetadata-Change": change}
    om, _ = fake_client(release, lambda request: reply(status, stored(request.json), headers))
    result = om.tables.upsert_many([row("t")], batch=1)
    assert getattr(result, kind) == ["a.b.c.t"]
    assert result.count == 1
    assert result.is_complete


def test_a_put_that_was_repeated_after_a_lost_response_is_written(release: Release) -> None:
    def respond(request: Request) -> Response:
        body = stored(request.json)
        response = reply(200, body, {"X-OpenMetadata-Change": "entityNoChange"})
        return response._replace(attempts=2, may_be_done=True)

    om, _ = fake_client(release, respond)
    assert om.tables.upsert_many([row("t")], batch=1).written == ["a.b.c.t"]


def test_every_row_is_sent_once(release: Release) -> None:
    om, transport = fake_client(release, created)
    result = om.tables.upsert_many(rows(300), batch=1)
    assert sorted(names(transport.seen)) == sorted(f"t{number}" for number in range(300))
    assert {request.method for request in transport.seen} == {"PUT"}
    assert len(result.created) == 300


def test_bad_rows_are_not_sent_and_the_others_go_on(release: Release) -> None:
    om, transport = fake_client(release, created)
    bad = [row("bad", columns=[{"name": 5}], nothing=1), "text", 7, None]
    result = om.tables.create_many([row("one"), *bad, row("two")])
    assert sorted(names(transport.seen)) == ["one", "two"]
    assert sorted(result.created) == ["a.b.c.one", "a.b.c.two"]
    assert [each.number for each in result.failed] == [1, 2, 3, 4]
    first = result.failed[0]
    assert first.row == bad[0]
    assert isinstance(first.error, RequestInvalid)
    assert len(first.error.problems) >= 3, "all problems of the row"
    assert "must be a create request or a mapping, not int" in str(result.failed[2].error)


def test_entities_requests_and_mappings_are_rows(release: Release) -> None:
    om, transport = fake_client(release, created)
    typed = om.types.CreateTableRequest(**row("typed"))
    result = om.tables.upsert_many([typed, row("plain", description=None)], batch=1)
    assert not result.failed
    assert sorted(names(transport.seen)) == ["plain", "typed"]
    assert all("description" not in request.json for request in transport.seen)


def test_a_request_of_another_type_is_refused(release: Release) -> None:
    om, transport = fake_client(release, created)
    other = om.types.CreateDatabaseRequest(name="d", service="a")
    result = om.tables.upsert_many([other], batch=1)
    assert transport.seen == []
    assert "must be a CreateTableRequest, not a CreateDatabaseRequest" in str(
        result.failed[0].error
    )


def test_errors_of_the_server_fail_their_row(release: Release) -> None:
    def respond(request: Request) -> Response:
        if request.json["name"] == "t1":
            return reply(400, {"code": 400, "message": "not today"})
        return created(request)

    om, _ = fake_client(release, respond)
    result = om.tables.upsert_many(rows(3), batch=1)
    assert sorted(result.created) == ["a.b.c.t0", "a.b.c.t2"]
    assert isinstance(result.failed[0].error, BadRequest)
    assert result.failed[0].row == row("t1")
    with pytest.raises(BadRequest, match="not today"):
        result.raise_failures()


def test_stopping_at_the_first_error(release: Release) -> None:
    def respond(request: Request) -> Response:
        return reply(400, {"code": 400, "message": "not today"})

    om, transport = fake_client(release, respond)
    result = om.tables.upsert_many(rows(1000), batch=1, workers=2, stop_on_error=True)
    assert not result.is_complete
    assert 1 <= len(transport.seen) <= 4
    assert len(result.failed) == len(transport.seen)


def test_rows_are_sent_in_order_where_asked(release: Release) -> None:
    om, transport = fake_client(release, created)
    om.tables.upsert_many(rows(50), batch=1, ordered=True)
    assert names(transport.seen) == [f"t{number}" for number in range(50)]


def test_rows_of_one_name_are_sent_one_after_the_other(release: Release) -> None:
    om, transport = fake_client(release, created)
    om.tables.upsert_many([row("same", description=str(n)) for n in range(40)], batch=1)
    sent = [request.json["description"] for request in transport.seen]
    assert sent == [str(number) for number in range(40)]


def test_workers_cap_the_requests_at_once(release: Release) -> None:
    running, highest, lock = [0], [0], threading.Lock()

    def respond(request: Request) -> Response:
        with lock:
            running[0] += 1
            highest[0] = max(highest[0], running[0])
        response = created(request)
        with lock:
            running[0] -= 1
        return response

    om, _ = fake_client(release, respond)
    om.tables.upsert_many(rows(200), batch=1, workers=3)
    assert highest[0] <= 3


def test_on_result_is_called_for_each_row_in_the_calling_thread(release: Release) -> None:
    om, _ = fake_client(release, created)
    seen: list[Outcome] = []
    threads: set[int] = set()

    def note(outcome: Outcome) -> None:
        seen.append(outcome)
        threads.add(threading.get_ident())

    om.tables.create_many([row("one"), 7], on_result=note)
    assert {outcome.kind for outcome in seen} == {"created", "failed"}
    entity = next(outcome.entity for outcome in seen if outcome.kind == "created")
    assert entity.fullyQualifiedName == "a.b.c.one"
    assert threads == {threading.get_ident()}


def test_progress_is_reported_to_a_function(release: Release) -> None:
    om, _ = fake_client(release, created)
    reports: list[tuple[int, int | None, str]] = []
    om.tables.upsert_many(
        [*rows(3)], batch=1, ordered=True,
        progress=lambda done, total, result: reports.append((done, total, str(result))),
    )  # fmt: skip
    assert reports == [(1, 3, "1 created"), (2, 3, "2 created"), (3, 3, "3 created")]


def test_nothing_is_printed_in_a_pipe(release: Release, capsys: pytest.CaptureFixture[str]) -> None:
    om, _ = fake_client(release, created)
    om.tables.upsert_many(rows(3), batch=1)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize("options", [
    {"workers": 0}, {"workers": 33}, {"workers": 2.5}, {"workers": True},
    {"batch": 0}, {"batch": "x"}, {"on_result": 5}, {"progress": "bar"}, {"journal": 5},
])  # fmt: skip
def test_bad_options_are_refused_before_a_row_is_read(
    release: Release, options: dict[str, Any]
) -> None:
    om, transport = fake_client(release, created)
    with pytest.raises(BadArguments, match=next(iter(options))):
        om.tables.upsert_many(rows(3), **options)
    assert transport.seen == []


def test_a_generator_is_read_as_it_is_sent(release: Release) -> None:
    om, transport = fake_client(release, created)
    ahead: list[int] = []

    def generate() -> Iterator[dict[str, Any]]:
        for number in range(500):
            ahead.append(number - len(transport.seen))
            yield row(f"t{number}")

    om.tables.upsert_many(generate(), batch=1, workers=4)
    assert max(ahead) <= 6


# -- the server is overloaded, or gone -------------------------------------------------------------


def test_a_429_is_waited_for_and_lowers_the_number_of_requests(release: Release) -> None:
    refused: set[str] = set()

    def respond(request: Request) -> Response:
        name = request.json["name"]
        if name not in refused and int(name[1:]) % 2:
            refused.add(name)
            return reply(429, {"code": 429, "message": "slow down"}, {"Retry-After": "3"})
        return created(request)

    om, transport = fake_client(release, respond)
    result = om.tables.create_many(rows(20))
    assert len(result.created) == 20
    assert len(transport.pauses) == 10


def test_a_429_that_does_not_end_fails_the_row(release: Release) -> None:
    om, transport = fake_client(release, lambda _: reply(429, {"code": 429, "message": "no"}))
    result = om.tables.create_many(rows(1))
    assert len(result.failed) == 1
    assert [attempt for attempt, _ in transport.pauses] == [1, 2, 3, 4, 5]


def test_a_create_is_not_repeated_after_a_503(release: Release) -> None:
    om, transport = fake_client(release, lambda _: reply(503, {"code": 503, "message": "no"}))
    assert len(om.tables.create_many(rows(1)).failed) == 1
    assert len(transport.seen) == 1


def test_an_upsert_is_repeated_after_a_503(release: Release) -> None:
    answers = [reply(503, {"code": 503, "message": "no"})]
    om, _ = fake_client(release, lambda request: answers.pop() if answers else created(request))
    assert om.tables.upsert_many(rows(1), batch=1).created == ["a.b.c.t0"]


def test_a_refused_token_ends_the_load(release: Release) -> None:
    om, transport = fake_client(release, lambda _: reply(401, {"code": 401, "message": "no"}))
    with pytest.raises(Unauthorized) as caught:
        om.tables.upsert_many(rows(1000), batch=1, workers=2)
    assert len(transport.seen) <= 4
    assert caught.value.__notes__ == ["om.tables.upsert_many was ended; until then: no rows"]


def test_a_server_that_is_gone_ends_the_load(release: Release) -> None:
    def respond(request: Request) -> Response:
        raise ConnectFailed("the server is gone", method="PUT", url="x")

    om, transport = fake_client(release, respond)
    with pytest.raises(ConnectFailed, match="gone"):
        om.tables.upsert_many(rows(1000), batch=1, workers=4)
    assert len({request.body for request in transport.seen}) < 70


@pytest.mark.parametrize("method", ["upsert_many", "create_many"])
def test_a_server_that_restarts_is_waited_for(release: Release, method: str) -> None:
    refused = [ConnectFailed("refused", method="PUT", url="x")] * 3

    def respond(request: Request) -> Response:
        if refused:
            raise refused.pop()
        return created(request)

    om, transport = fake_client(release, respond)
    assert len(getattr(om.tables, method)(rows(1), workers=1).failed) == 0
    assert [attempt for attempt, _ in transport.pauses] == [1, 2, 3]


def test_a_create_that_may_have_been_carried_out_is_not_repeated(release: Release) -> None:
    def respond(request: Request) -> Response:
        raise ConnectFailed("broke", method="POST", url="x", may_be_done=True)

    om, transport = fake_client(release, respond)
    assert len(om.tables.create_many(rows(1)).failed) == 1
    assert len(transport.seen) == 1


def test_stopping_at_the_first_error_reads_no_more_rows(release: Release) -> None:
    om, _ = fake_client(release, created)
    read: list[int] = []

    def generate() -> Iterator[Any]:
        for number in range(1000):
            read.append(number)
            yield number

    result = om.tables.create_many(generate(), stop_on_error=True)
    assert (len(read), len(result.failed), result.is_complete) == (1, 1, False)


# -- creates ---------------------------------------------------------------------------------------


def exists(body: dict[str, Any], **changes: Any) -> Any:
    """Return the responses of a server that has a table already."""

    def respond(request: Request) -> Response:
        if request.method == "GET":
            return reply(200, stored(body, **changes))
        return reply(409, {"code": 409, "message": "Entity already exists"})

    return respond


def started(path: Path, load: dict[str, Any] | None = None) -> Path:
    """Write the journal of a load that was killed before it recorded a row."""
    default = {
        "journal": 1, "call": "tables.create_many", "server": "http://server", "arguments": {},
    }  # fmt: skip
    path.write_text(json.dumps(load or default) + "\n")
    return path


def test_an_entity_that_exists_is_a_conflict(release: Release) -> None:
    om, transport = fake_client(release, exists(row("t0")))
    result = om.tables.create_many(rows(1))
    assert "409" in str(result.failed[0].error)
    assert transport.lines == ["POST /v1/tables"]


def test_after_a_crash_an_entity_that_is_the_same_counts_as_created(
    release: Release, tmp_path: Path
) -> None:
    om, _ = fake_client(release, exists(row("t0")))
    result = om.tables.create_many(rows(1), journal=started(tmp_path / "j"))
    assert result.created == ["a.b.c.t0"]


@pytest.mark.parametrize("changes", [
    {"version": 0.2}, {"description": "another"}, {"columns": [{"name": "x", "dataType": "INT"}]},
    {"databaseSchema": "x"},
])  # fmt: skip
def test_after_a_crash_an_entity_that_differs_is_a_conflict(
    release: Release, tmp_path: Path, changes: dict[str, Any]
) -> None:
    body = row("t0", description="mine")
    om, _ = fake_client(release, exists(body, **changes))
    if "databaseSchema" in changes:
        om, _ = fake_client(release, exists({**body, "databaseSchema": "other"}))
    result = om.tables.create_many([body], journal=started(tmp_path / "j"))
    assert result.created == []
    assert "409" in str(result.failed[0].error)


def test_a_create_whose_response_was_lost_is_looked_up(release: Release) -> None:
    def respond(request: Request) -> Response:
        if request.method == "GET":
            return reply(200, stored(row("t0")))
        raise OutcomeUnknown("lost", method="POST", url="x")

    om, _ = fake_client(release, respond)
    assert om.tables.create_many(rows(1)).created == ["a.b.c.t0"]


# -- a journal -------------------------------------------------------------------------------------


def test_rows_that_are_done_are_not_sent_again(release: Release, tmp_path: Path) -> None:
    journal = tmp_path / "load.journal"
    om, transport = fake_client(release, created)
    om.tables.upsert_many(rows(3), batch=1, journal=journal)
    again = om.tables.upsert_many(rows(5), batch=1, journal=journal)
    assert len(transport.seen) == 5
    assert again.continued == 3
    assert len(again.created) == 5


def test_rows_that_failed_are_sent_again(release: Release, tmp_path: Path) -> None:
    journal = tmp_path / "load.journal"
    answers = [reply(400, {"code": 400, "message": "no"})]
    om, transport = fake_client(
        release, lambda request: answers.pop() if answers else created(request)
    )
    assert len(om.tables.upsert_many(rows(1), batch=1, journal=journal).failed) == 1
    assert om.tables.upsert_many(rows(1), batch=1, journal=journal).created == ["a.b.c.t0"]
    assert len(transport.seen) == 2


def test_other_rows_are_refused(release: Release, tmp_path: Path) -> None:
    journal = tmp_path / "load.journal"
    om, transport = fake_client(release, created)
    om.tables.upsert_many(rows(3), batch=1, journal=journal)
    with pytest.raises(UsageError, match="row 0 has changed since then"):
        om.tables.upsert_many([row("other")], batch=1, journal=journal)
    with pytest.raises(UsageError, match=r"its call is 'tables\.upsert_many'"):
        om.tables.create_many(rows(3), journal=journal)
    assert len(transport.seen) == 3


def test_ctrl_c_records_what_was_sent(release: Release, tmp_path: Path) -> None:
    journal = tmp_path / "load.journal"
    om, transport = fake_client(release, created)

    def interrupted() -> Iterator[dict[str, Any]]:
        yield from rows(4)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        om.tables.upsert_many(interrupted(), batch=1, journal=journal)
    again = om.tables.upsert_many(rows(10), batch=1, journal=journal)
    assert again.continued == 4
    assert len(transport.seen) == 10


def test_a_journal_contains_no_secrets(release: Release, tmp_path: Path) -> None:
    journal = tmp_path / "load.journal"
    config = {"config": {"type": "Mysql", "username": "u", "hostPort": "h:1",
                         "authType": {"password": "hush-hush"}}}  # fmt: skip
    body = {"name": "s", "serviceType": "Mysql", "connection": config}
    om, _ = fake_client(
        release,
        lambda request: reply(201, {**request.json, "id": ID, "fullyQualifiedName": "s"}),
    )
    result = om.database_services.upsert_many([body, {**body, "name": 5}], journal=journal)
    assert result.count == 2
    assert "hush" not in journal.read_text() + repr(result) + str(result.failed)


# -- batches ---------------------------------------------------------------------------------------


@pytest.fixture
def with_batches() -> Release:
    return real_release("1.13.0")


class BulkServer:
    """A server with ``PUT …/bulk``."""

    def __init__(self, failing: tuple[str, ...] = (), unnamed: bool = False) -> None:
        self.failing = failing
        self.unnamed = unnamed

    def __call__(self, request: Request) -> Response:
        body = request.json
        if not request.path.endswith("/bulk"):
            if body["name"] in self.failing:
                return reply(404, {"code": 404, "message": "databaseSchema instance not found"})
            return created(request)
        done, failed = [], []
        for each in body:
            name = f"a.b.c.{each['name']}"
            if each["name"] in self.failing:
                failed.append({"request": each, "message": "no", "status": 404})
            else:
                done.append({"request": "?" if self.unnamed else name, "status": 200})
        found = {
            "numberOfRowsProcessed": len(body), "numberOfRowsPassed": len(done),
            "numberOfRowsFailed": len(failed), "successRequest": done, "failedRequest": failed,
        }  # fmt: skip
        return reply(200, found)


def test_rows_are_sent_in_batches_where_the_server_has_them(with_batches: Release) -> None:
    om, transport = fake_client(with_batches, BulkServer())
    result = om.tables.upsert_many(rows(250))
    assert transport.lines == ["PUT /v1/tables/bulk"] * 3
    assert sorted(len(request.json) for request in transport.seen) == [50, 100, 100]
    assert len(result.written) == 250


def test_a_batch_has_the_size_that_the_user_says(with_batches: Release) -> None:
    om, transport = fake_client(with_batches, BulkServer())
    om.tables.upsert_many(rows(25), batch=10)
    assert sorted(len(request.json) for request in transport.seen) == [5, 10, 10]


def test_rows_that_fail_in_a_batch_get_an_error_of_their_own(with_batches: Release) -> None:
    om, transport = fake_client(with_batches, BulkServer(failing=("t3",)))
    result = om.tables.upsert_many(rows(10))
    assert len(result.written) == 9
    assert [each.name for each in result.failed] == ["a.b.c.t3"]
    assert "instance not found" in str(result.failed[0].error)
    assert transport.lines == ["PUT /v1/tables/bulk", "PUT /v1/tables"]


def test_a_response_without_names_is_enough_if_all_rows_passed(with_batches: Release) -> None:
    om, transport = fake_client(with_batches, BulkServer(unnamed=True))
    assert len(om.tables.upsert_many(rows(10)).written) == 10
    assert len(transport.seen) == 1


def test_bad_rows_do_not_spoil_a_batch(with_batches: Release) -> None:
    om, transport = fake_client(with_batches, BulkServer())
    result = om.tables.upsert_many([row("one"), {"name": "bad"}, row("two")])
    assert [each["name"] for each in transport.seen[0].json] == ["one", "two"]
    assert [each.number for each in result.failed] == [1]


def test_a_batch_has_no_name_twice(with_batches: Release) -> None:
    om, transport = fake_client(with_batches, BulkServer())
    om.tables.upsert_many([row("one"), row("two"), row("one", description="new"), row("three")])
    assert [[each["name"] for each in request.json] for request in transport.seen] == [
        ["one", "two"], ["one", "three"],
    ]  # fmt: skip


@pytest.mark.parametrize("answer", [
    (405, {"code": 405, "message": "HTTP 405 Method Not Allowed"}),
    (500, {"responseMessage": "An exception with message [HTTP 405 Method Not Allowed] was thrown"
                              " while processing request."}),
    (404, {"code": 404, "message": "HTTP 404 Not Found"}),
])  # fmt: skip
def test_a_server_without_the_route_gets_single_requests(
    with_batches: Release, answer: tuple[int, Any]
) -> None:
    bulk: list[Request] = []

    def respond(request: Request) -> Response:
        if request.path.endswith("/bulk"):
            bulk.append(request)
            return reply(*answer)
        return created(request)

    om, _ = fake_client(with_batches, respond)
    result = om.tables.upsert_many(rows(30), batch=5, workers=1)
    assert len(result.created) == 30
    assert len(bulk) == 1, "it is not tried again"


RECORDED = "flows_bulk"


@pytest.mark.parametrize("version", ["1.0.4", "1.2.0", "1.6.0"])
def test_recorded_servers_without_the_route_get_single_requests(
    with_batches: Release, version: str
) -> None:
    """What we send has the form of the recorded request, and its response is understood."""
    if version not in recordings.releases() or RECORDED not in recordings.scenarios(version):
        pytest.skip("the recording is not available (see tests/replay/recordings.py)")
    exchange = next(each for each in recordings.load(version, RECORDED) if each["step"] == "bulk")
    recorded, answer = exchange["request"], exchange["response"]

    def respond(request: Request) -> Response:
        if not request.path.endswith("/bulk"):
            return created(request)
        assert (request.method, request.path) == (recorded["method"], recorded["path"])
        assert request.json == recorded["body"]
        return reply(answer["status"], answer["body"])

    om, transport = fake_client(with_batches, respond)
    body = [*recorded["body"], {**recorded["body"][0], "name": "b2"}]
    recorded["body"] = body  # of one row, it would be a single request
    assert len(om.tables.upsert_many(body).created) == 2
    assert transport.lines == ["PUT /v1/tables/bulk", "PUT /v1/tables", "PUT /v1/tables"]


def test_a_batch_that_is_refused_as_a_whole_is_sent_row_by_row(with_batches: Release) -> None:
    def respond(request: Request) -> Response:
        if request.path.endswith("/bulk"):
            return reply(400, {"code": 400, "message": "one of them"})
        if request.json["name"] == "t1":
            return reply(400, {"code": 400, "message": "this one"})
        return created(request)

    om, _ = fake_client(with_batches, respond)
    result = om.tables.upsert_many(rows(3))
    assert sorted(result.created) == ["a.b.c.t0", "a.b.c.t2"]
    assert "this one" in str(result.failed[0].error)


def test_a_batch_without_a_response_fails_its_rows(with_batches: Release) -> None:
    def respond(request: Request) -> Response:
        raise ConnectFailed("the connection broke", method="PUT", url="x")

    om, _ = fake_client(with_batches, respond)
    result = om.tables.upsert_many(rows(200))  # one failure, and not one for each row
    assert len(result.failed) == 200
    assert result.is_complete


def test_releases_without_batches_get_single_requests() -> None:
    om, transport = fake_client(real_release("1.6.0"), created)
    om.tables.upsert_many(rows(3))
    assert set(transport.lines) == {"PUT /v1/tables"}


def test_override_metadata_needs_a_release_that_has_it(with_batches: Release) -> None:
    om, transport = fake_client(with_batches, BulkServer())
    with pytest.raises(BadArguments, match=r"override_metadata: is a parameter .* since 2\.0"):
        om.tables.upsert_many(rows(3), override_metadata=True)
    assert transport.seen == []


# -- mixed kinds -----------------------------------------------------------------------------------


def test_parents_are_sent_before_children(release: Release) -> None:
    def respond(request: Request) -> Response:
        raw = request.json
        body = raw[0] if isinstance(raw, list) else raw
        return reply(201, {"name": body["name"], "id": ID, "fullyQualifiedName": body["name"]})

    om, transport = fake_client(release, respond)
    types = om.types
    result = om.upsert_many(
        [
            types.CreateTableRequest(**row("t")),
            ("databaseSchema", {"name": "c", "database": "a.b"}),
            types.CreateDatabaseRequest(name="b", service="a"),
            ("database_services", {"name": "a", "serviceType": "Mysql"}),
        ],
        batch=1,
    )
    assert not result.failed
    assert transport.lines == [
        "PUT /v1/services/databaseServices", "PUT /v1/databases", "PUT /v1/databaseSchemas",
        "PUT /v1/tables",
    ]  # fmt: skip


def test_a_row_of_mixed_kinds_must_say_its_kind(release: Release) -> None:
    om, transport = fake_client(release, created)
    result = om.upsert_many([row("t"), ("tabel", row("t")), 5])
    assert transport.seen == []
    texts = [str(each.error) for each in result.failed]
    assert "a pair of a kind and a mapping" in texts[0]
    assert "did you mean table" in texts[1]
    assert len(texts) == 3


def test_children_wait_for_parents_also_if_rows_in_between_are_not_sent(release: Release) -> None:
    """The first row of the next level is not valid, or done before."""
    finished: list[str] = []
    together = threading.Barrier(3)

    def respond(request: Request) -> Response:
        if request.path == "/v1/databases":
            together.wait(30)  # the databases are sent at once, and end in no order
            finished.append(request.json["name"])
        else:
            assert len(finished) == 3
        name = request.json["name"]
        return reply(201, {"name": name, "id": ID, "fullyQualifiedName": name})

    om, _ = fake_client(release, respond)
    result = om.upsert_many(
        [
            *(("database", {"name": f"d{n}", "service": "a"}) for n in range(3)),
            ("databaseSchema", {"name": "not valid"}),
            *(("databaseSchema", {"name": f"s{n}", "database": "a.d0"}) for n in range(3)),
        ],
        batch=1,
    )
    assert len(result.created) == 6
    assert [each.number for each in result.failed] == [3]


def test_an_entity_of_another_server_is_refused_where_its_id_would_be_sent(
    release: Release,
) -> None:
    def user(request: Request) -> Response:
        return reply(200, {"id": ID, "name": "ada", "fullyQualifiedName": "ada", "email": "a@b.c"})

    om, transport = fake_client(release, created)
    other, _ = fake_client(release, user)
    other.session.host = "http://other"
    owner = other.users[ID]
    field = "owners" if "owners" in om.types.CreateTableRequest.__doc__ else "owner"
    result = om.tables.create_many([row("t", **{field: [owner]})])
    assert transport.seen == []
    assert "was returned by http://other" in str(result.failed[0].error)


# -- saves, deletions, reads -----------------------------------------------------------------------


def table_of(om: Any, name: str, number: int = 1) -> Any:
    body = stored(row(name), id=f"00000000-0000-4000-8000-{number:012}", updatedAt=number)
    return om.types.Table(body)


def test_saves_send_guarded_patches(release: Release) -> None:
    from dynclient import model

    def respond(request: Request) -> Response:
        return reply(200, {**stored(row("t")), "description": "new"})

    om, transport = fake_client(release, respond)
    changed = model.load(om.types.Table, stored(row("t"), updatedAt=5))
    changed.description = "new"
    same = model.load(om.types.Table, stored(row("u"), updatedAt=5))
    result = om.tables.save_many([changed, same, "text", om.types.Column(name="c", dataType="INT")])
    assert result.updated == ["a.b.c.t"]
    assert result.unchanged == ["a.b.c.u"]
    assert [each.number for each in result.failed] == [2, 3]
    assert transport.lines == [f"PATCH /v1/tables/{ID}"]
    assert [each["op"] for each in transport.seen[0].json][:1] == ["test"]


def test_deletions_take_anything_that_identifies_an_entity(release: Release) -> None:
    def respond(request: Request) -> Response:
        return reply(200, stored(row("t")))

    om, transport = fake_client(release, respond)
    result = om.tables.delete_many(
        [ID, {"id": ID, "type": "table"}, "a.b.c.t"], hard=True, recursive=True, ordered=True
    )
    assert not result.failed
    assert result.deleted == ["a.b.c.t"] * 3
    deletions = [each for each in transport.seen if each.method == "DELETE"]
    assert {each.path for each in deletions} == {f"/v1/tables/{ID}"}
    query = dict(deletions[0].query)
    assert query == {"hardDelete": "true", "recursive": "true"}


def test_a_deletion_of_what_does_not_exist_fails(release: Release) -> None:
    om, _ = fake_client(release, lambda _: reply(404, {"code": 404, "message": "not found"}))
    assert "404" in str(om.tables.delete_many([ID]).failed[0].error)


def test_after_a_crash_what_does_not_exist_counts_as_deleted(
    release: Release, tmp_path: Path
) -> None:
    om, _ = fake_client(release, lambda _: reply(404, {"code": 404, "message": "not found"}))
    load = {"journal": 1, "call": "tables.delete_many", "server": "http://server",
            "arguments": {"recursive": None, "hard": None}}  # fmt: skip
    result = om.tables.delete_many([ID], journal=started(tmp_path / "j", load))
    assert result.deleted == [ID]


def test_reads_are_in_the_order_of_the_keys(release: Release) -> None:
    def respond(request: Request) -> Response:
        name = request.path.rpartition(".")[2]
        if name == "t3":
            return reply(404, {"code": 404, "message": "table instance for t3 not found"})
        return reply(200, stored(row(name)))

    om, transport = fake_client(release, respond)
    found = list(om.tables.get_many((f"a.b.c.t{n}" for n in range(50)), fields=["tags"]))
    assert [each and each.name for each in found] == [
        None if n == 3 else f"t{n}" for n in range(50)
    ]
    assert all(("fields", "tags") in each.query for each in transport.seen)
    found = list(om.tables.get_many((f"a.b.c.t{n}" for n in range(20)), ordered=False))
    assert {each and each.name for each in found} == {None, *(f"t{n}" for n in range(20))} - {"t3"}


def test_reads_that_fail_raise_or_are_replaced(release: Release) -> None:
    def respond(request: Request) -> Response:
        if request.path.endswith("bad"):
            return reply(403, {"code": 403, "message": "not yours"})
        return reply(200, stored(row("t")))

    om, _ = fake_client(release, respond)
    keys = ["a.b.c.t", "a.b.c.bad", 5]
    with pytest.raises(Exception, match="not yours"):
        list(om.tables.get_many(keys[:2]))
    found = list(om.tables.get_many(keys, on_error=lambda key, error: (key, type(error).__name__)))
    assert found[1:] == [("a.b.c.bad", "Forbidden"), (5, "BadArguments")]


def test_reads_are_requested_as_they_are_used(release: Release) -> None:
    om, transport = fake_client(release, lambda _: reply(200, stored(row("t"))))
    endless = (f"a.b.c.t{n}" for n in iter(int, 1))
    found = om.tables.get_many(endless, workers=4)
    assert next(found).name == "t"
    found.close()
    assert len(transport.seen) <= 6


def test_one_key_is_refused_with_the_way_out(release: Release) -> None:
    om, _ = fake_client(release, created)
    with pytest.raises(BadArguments, match="must be an iterable"):
        om.tables.get_many("a.b.c.t")


# -- what is stale ---------------------------------------------------------------------------------


def test_stale_entities_need_a_scope_and_something_that_is_kept(release: Release) -> None:
    om, transport = fake_client(release, created)
    with pytest.raises(BadArguments) as caught:
        om.tables.delete_stale([], {})
    assert [problem.path for problem in caught.value.problems] == ["keep", "scope"]
    assert transport.seen == []


# -- capability ------------------------------------------------------------------------------------


def test_collections_have_the_methods_whose_operation_they_have(release: Release) -> None:
    om, _ = fake_client(release, created)
    methods = {"upsert_many", "create_many", "save_many", "delete_many", "get_many"}
    assert methods <= set(dir(om.tables))
    assert om.supports("tables.upsert_many")
    assert om.supports("upsert_many")
    assert "parents before children" in om.upsert_many.__doc__


def test_a_collection_without_the_operation_says_so(release: Release) -> None:
    om, _ = fake_client(release, created)
    lacking = next(spec for spec in om.catalogue if "upsert" not in spec.operations)
    with pytest.raises(NotSupported):
        om[lacking.entity.name].upsert_many([])


def test_time_series_have_no_such_methods(release: Release) -> None:
    om, _ = fake_client(release, created)
    assert not om.supports("test_case_results.create_many")
    assert "create_many" not in dir(om.test_case_results)
