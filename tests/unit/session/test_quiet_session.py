"""A session for completion sends one request for each call, without a login or a look-up."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.errors import NotFound, Unauthorized, Unavailable
from dynclient.operations.operation import Plan
from dynclient.session.quiet_session import QuietSession, quiet_session
from dynclient.session.session import Session
from tests.support.stub import Reply, Stub


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        yield stub


@pytest.fixture
def om(stub: Stub) -> Iterator[Client]:
    with dynclient.connect(stub.host, token="t", release="starter") as om:
        yield om


def list_tables(session: Session) -> None:
    session.call(Plan(session.find("table").operations["list"], {}))


def quiet(om: Client) -> QuietSession:
    found = quiet_session(om.session, om.release, 2.0)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (Reply(404, {"code": 404, "message": "HTTP 404 Not Found"}), NotFound),
        (Reply(401, {"code": 401, "message": "expired"}), Unauthorized),
        (Reply(503, {}), Unavailable),
    ],
)
def test_one_request_is_sent_whatever_the_answer(
    stub: Stub, om: Client, reply: Reply, error: type[Exception]
) -> None:
    stub.default = reply
    with pytest.raises(error):
        list_tables(quiet(om))
    assert [seen.path for seen in stub.seen] == ["/api/v1/tables"]


def test_it_gives_up_early_and_leaves_the_client_as_it_is(om: Client) -> None:
    session = quiet(om)
    settings = session.transport.settings
    assert (settings.retries, settings.timeout, settings.read_timeout) == (0, 2.0, 2.0)
    assert (om.settings.retries, om.settings.read_timeout) == (3, 60.0)
    assert session.known_release is om.release


def test_the_connections_are_those_of_the_client(stub: Stub, om: Client) -> None:
    stub.default = {"data": [], "paging": {"total": 0}}
    list_tables(om.session)
    list_tables(quiet(om))
    list_tables(om.session)
    assert len(stub.seen) == 3
    assert quiet(om).transport._open() is om.session.transport._open()


def test_the_login_of_a_user_is_not_repeated(stub: Stub) -> None:
    tokens = {"accessToken": "first", "refreshToken": "r"}
    stub.routes["/api/v1/users/login"] = tokens
    stub.routes["/api/v1/tables"] = {"data": [], "paging": {"total": 0}}
    with dynclient.connect(stub.host, username="ada", password="p", release="starter") as om:
        assert quiet_session(om.session, om.release, 2.0) is None
        assert len(om.tables) == 0
        stub.default = stub.routes["/api/v1/tables"] = Reply(401, {"code": 401, "message": "no"})
        stub.seen.clear()
        with pytest.raises(Unauthorized):
            list_tables(quiet(om))
    (seen,) = stub.seen
    assert seen.headers["Authorization"] == "Bearer first"


def test_a_closed_client_sends_nothing(stub: Stub, om: Client) -> None:
    om.close()
    assert quiet_session(om.session, om.release, 2.0) is None
    assert stub.seen == []
