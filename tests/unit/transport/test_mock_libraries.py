"""Libraries that mock requests intercept the client's requests, as those of other programs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

import dynclient
from dynclient.errors import NotFound, TransportError
from tests.support.stub import Stub

HOST = "http://metadata.test:8585"
URL = f"{HOST}/api/v1"
ID = "2f0a4bd1-2e2f-4a5e-9d7e-0a6c54ad3f0a"
USER = {"id": ID, "name": "ada", "email": "ada@example.com"}
Register = Callable[..., None]


@contextmanager
def by_responses() -> Iterator[tuple[Register, Callable[[], list[str]]]]:
    responses = pytest.importorskip("responses")
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:

        def register(method: str, path: str, body: Any, status: int = 200) -> None:
            mock.add(method, f"{URL}{path}", json=body, status=status)

        yield register, lambda: [call.request.headers["Authorization"] for call in mock.calls]


@contextmanager
def by_requests_mock() -> Iterator[tuple[Register, Callable[[], list[str]]]]:
    requests_mock = pytest.importorskip("requests_mock")
    with requests_mock.Mocker() as mock:

        def register(method: str, path: str, body: Any, status: int = 200) -> None:
            mock.request(method, f"{URL}{path}", json=body, status_code=status)

        yield register, lambda: [call.headers["Authorization"] for call in mock.request_history]


@pytest.fixture(params=[by_responses, by_requests_mock])
def mocked(request: pytest.FixtureRequest) -> Iterator[Any]:
    with request.param() as mock:
        yield mock


def client() -> dynclient.Client:
    return dynclient.connect(HOST, token="eyJ.for.tests", release="starter", retries=0)


def test_a_mocked_response_is_the_response(mocked: Any) -> None:
    register, sent = mocked
    register("GET", "/system/version", {"version": "1.13.0", "revision": "r", "timestamp": 0})
    register("GET", "/users/name/ada", USER)
    register("GET", "/users/name/eve", {"code": 404, "message": "no such user"}, 404)
    register(
        "GET", "/users", {"data": [], "paging": {"total": 0}}
    )  # looked through for close names
    with client() as om:
        assert om.users["ada"].email == "ada@example.com"
        with pytest.raises(NotFound):
            om.users["eve"]
    assert set(sent()) == {"Bearer eyJ.for.tests"}


def test_a_request_that_is_not_mocked_is_not_sent(mocked: Any) -> None:
    del mocked
    # The error of requests_mock is one of tests, and leaves the client as it is.
    with client() as om, pytest.raises(Exception, match=r"metadata\.test:8585") as refused:
        om.users.get("ada")
    assert isinstance(refused.value, TransportError) or "NoMockAddress" in repr(refused.type)


def test_a_redirect_of_a_mock_is_not_followed_to_another_server() -> None:
    requests_mock = pytest.importorskip("requests_mock")
    with requests_mock.Mocker() as mock, client() as om:
        elsewhere = {"Location": "http://elsewhere.test/api/v1/users/name/ada"}
        mock.get(requests_mock.ANY, status_code=302, headers=elsewhere)
        with pytest.raises(dynclient.errors.NotOpenMetadata, match="another server"):
            om.users.get("ada")


def test_other_hosts_are_reached_beside_a_mock() -> None:
    requests_mock = pytest.importorskip("requests_mock")
    with Stub() as stub, requests_mock.Mocker(real_http=True):
        stub.routes["/api/v1/system/version"] = {"version": "1.13.0", "revision": "r"}
        with dynclient.connect(stub.host, token="eyJ.for.tests", release="starter") as om:
            assert om.version == "1.13.0"
