"""``record`` and ``replay``: the same program, once with a server and once without."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.dispatch.dispatcher import Dispatcher
from dynclient.errors import NotFound, RequestNotRecorded, UsageError
from dynclient.testing import record, replay
from tests.support.servers import Server
from tests.support.trees import ALL_RELEASES, release_named

NEWEST = ALL_RELEASES[-1]
SECRET = "open-sesame-of-the-till"
NOWHERE = "http://recorded.invalid"


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "shop.json"


@pytest.fixture
def client(server: Server) -> Callable[[], Client]:
    running = server(NEWEST)
    return lambda: dynclient.connect(
        running.host, token=running.admin_token, release=release_named(NEWEST)
    )


def elsewhere() -> Client:
    return dynclient.connect(NOWHERE, token="none", release=release_named(NEWEST))


def build(om: Client) -> list[str]:
    """Write, read, fail and delete, with a secret among it."""
    config = {"hostPort": "x:1", "username": "x", "authType": {"password": SECRET}}
    service = om.database_services.create(
        name="recorded", serviceType="Mysql", connection={"config": config}
    )
    database = om.databases.create(name="main", service=service)
    database.description = "one"
    database = om.save(database)
    try:
        om.databases["recorded.other"]
    except NotFound as error:
        missing = type(error).__name__
    names = [each.fullyQualifiedName for each in om.databases.list(service=service)]
    om.database_services.delete(service, recursive=True, hard=True)
    return [database.description, missing, *names]


def test_a_program_runs_without_the_server(client: Callable[[], Client], file: Path) -> None:
    with record(file) as recorder:
        expected = build(client())
    assert expected == ["one", "NotFound", "recorded.main"]
    assert len(recorder.exchanges) >= 6
    text = file.read_text("utf-8")
    assert not [each for each in (SECRET, "Bearer", "eyJ") if each in text]
    with replay(file) as playback:
        assert build(elsewhere()) == expected
    assert playback.unused == []
    assert Dispatcher.interceptor is None


def test_the_file_is_readable_and_stable(client: Callable[[], Client], file: Path) -> None:
    om = client()
    for _ in range(2):
        with record(file):
            threads = [threading.Thread(target=om.users.list(limit=n).page) for n in (3, 1, 2)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
    content = json.loads(file.read_text("utf-8"))
    assert list(content) == ["dynclient-recording", "exchanges"]
    first = content["exchanges"][0]
    assert list(first) == ["request", "response"]
    assert (first["request"]["method"], first["request"]["path"]) == ("GET", "/v1/users")
    assert first["response"]["json"]["data"]


def test_functions_are_recorded_and_replayed(client: Callable[[], Client], file: Path) -> None:
    @record(file)
    def recorded() -> str:
        return str(client().me().name)

    @replay(file)
    def replayed() -> str:
        return str(elsewhere().me().name)

    name = recorded()
    assert [replayed(), replayed()] == [name, name], "each call begins anew"


def test_an_error_in_the_block_keeps_the_earlier_file(
    client: Callable[[], Client], file: Path
) -> None:
    with record(file):
        client().me()
    before = file.read_bytes()
    with pytest.raises(NotFound), record(file):
        client().users["nobody-of-this-name"]
    assert file.read_bytes() == before
    assert Dispatcher.interceptor is None


def test_a_request_that_was_not_recorded_says_what_differs(
    client: Callable[[], Client], file: Path
) -> None:
    with record(file):
        om = client()
        om.users.list(page_size=5).page()
        om.tables.op  # noqa: B018 -- completion sends nothing that a replay would lack
    with replay(file) as playback:
        om = elsewhere()
        with pytest.raises(RequestNotRecorded, match=r"query\.limit is '6', was '5'"):
            om.users.list(page_size=6).page()
        with pytest.raises(RequestNotRecorded, match="GET /v1/teams was not recorded"):
            om.teams.list().page()
        assert len(playback.unused) == 1
        om.users.list(page_size=5).page()
        with pytest.raises(RequestNotRecorded, match="was recorded once, and is requested once"):
            om.users.list(page_size=5).page()
    with replay(file, ignore="limit"):
        assert len(elsewhere().users.list(page_size=6).page()) > 0


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("", "is not JSON"),
        ("[]", "is not a recording"),
        ('{"dynclient-recording": 2}', "is not a recording"),
        ('{"dynclient-recording": 1}', "exchanges is not a list"),
        ('{"dynclient-recording": 1, "exchanges": [3]}', r"exchanges\[0\] is not an object"),
        ('{"dynclient-recording": 1, "exchanges": [{"request": {}}]}', "request has no path"),
        (
            '{"dynclient-recording": 1, "exchanges": [{"request": {"path": "/"}}]}',
            "response has no status",
        ),
    ],
)
def test_what_is_no_recording_is_refused(file: Path, content: str, said: str) -> None:
    file.write_text(content, "utf-8")
    with pytest.raises(UsageError, match=said), replay(file):
        pass
    assert Dispatcher.interceptor is None


def test_files_that_cannot_be_used_are_refused(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="there is no recording"), replay(tmp_path / "none.json"):
        pass
    with pytest.raises(UsageError, match="create it first"), record(tmp_path / "a" / "b.json"):
        pass
    with pytest.raises(UsageError, match="cannot be written"), record(tmp_path):
        pass
    with pytest.raises(UsageError, match="must be the name of a file"), record("a\0.json"):
        pass
    wrong: Any = 3
    with pytest.raises(UsageError, match="must be the name of a file"):
        record(wrong)
    with pytest.raises(UsageError, match="must be names of fields"):
        replay("x.json", ignore=wrong)


def test_only_one_is_active(file: Path) -> None:
    with record(file):
        with pytest.raises(UsageError, match="cannot begin within record"), replay(file):
            pass
        assert Dispatcher.interceptor is not None, "the outer one goes on"
    assert Dispatcher.interceptor is None


def test_a_damaged_body_is_an_error(client: Callable[[], Client], file: Path) -> None:
    with record(file):
        client().me()
    content = json.loads(file.read_text("utf-8"))
    response = content["exchanges"][0]["response"]
    del response["json"]
    response["json_gzip"] = "AAAA"
    file.write_text(json.dumps(content), "utf-8")
    with replay(file), pytest.raises(UsageError, match="damaged body"):
        elsewhere().me()


def test_the_servers_document_is_recorded_packed(client: Callable[[], Client], file: Path) -> None:
    with record(file):
        recorded = client().contract.load().openapi
    assert recorded is not None
    assert file.stat().st_size < 1_000_000
    with replay(file):
        replayed = elsewhere().contract.load().openapi
    assert replayed is not None
    assert [*replayed.operations] == [*recorded.operations]
