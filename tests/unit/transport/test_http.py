"""Requests arrive unchanged, are repeated only where that is safe, and never leak who calls."""

from __future__ import annotations

import copy
import json
import logging
import os
import pickle
import re
import threading
import traceback
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
import requests

from dynclient import errors
from dynclient.secrets import MASK
from dynclient.settings import Settings
from dynclient.transport.auth import Bearer
from dynclient.transport.http import Transport
from dynclient.transport.request import Request, retry_after
from tests.support.stub import Reply, Stub


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        yield stub


class Clock:
    """Takes the place of sleep, and remembers for how long it would have."""

    def __init__(self) -> None:
        self.slept: list[float] = []

    def __call__(self, seconds: float) -> None:
        self.slept.append(seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def transport(stub: Stub, clock: Clock) -> Iterator[Transport]:
    created = Transport(
        f"{stub.host}/api", Settings(), Bearer("tok"), sleep=clock, jitter=lambda: 1.0
    )
    yield created
    created.close()


def test_a_request_arrives_unchanged(stub: Stub, transport: Transport) -> None:
    stub.routes["/api/v1/tables/name/a%2Fb"] = {"ok": True}
    request = Request(
        "PUT", "/v1/tables/name/a%2Fb", (("q", "a b&c"),), (("X-One", "1"),), b'{"a": 1}'
    )
    response = transport.send(request)
    seen = stub.seen[0]
    assert (response.status, response.body, response.attempts) == (200, b'{"ok": true}', 1)
    assert seen.path == "/api/v1/tables/name/a%2Fb?q=a%20b%26c"
    assert seen.body == b'{"a": 1}'
    assert seen.headers["Authorization"] == "Bearer tok"
    assert seen.headers["X-One"] == "1"
    assert seen.headers["User-Agent"].startswith("dynclient")


def test_requests_outside_the_api_carry_no_token(stub: Stub, transport: Transport) -> None:
    stub.routes["/swagger.json"] = {"openapi": "3.0.1"}
    response = transport.send(Request("GET", "/swagger.json", web=True))
    assert (response.status, response.url) == (200, f"{stub.host}/swagger.json")
    assert "Authorization" not in stub.seen[0].headers


def test_a_netrc_does_not_take_the_place_of_the_token(
    stub: Stub, transport: Transport, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login other password else\n")
    monkeypatch.setenv("NETRC", str(netrc))
    transport.send(Request("GET", "/v1/x"))
    assert stub.seen[0].headers["Authorization"] == "Bearer tok"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_what_is_safe_to_repeat_is_repeated(
    stub: Stub, transport: Transport, clock: Clock, method: str, status: int
) -> None:
    stub.routes["/api/v1/x"] = [Reply(status, {}), Reply(status, {}), Reply(200, {"done": 1})]
    response = transport.send(Request(method, "/v1/x"))
    assert (response.status, response.attempts) == (200, 3)
    assert clock.slept == [0.25, 0.5]


@pytest.mark.parametrize("method", ["POST", "PATCH"])
@pytest.mark.parametrize("reply", [Reply(503, {}), Reply(429, {}), Reply(0)])
def test_requests_that_may_have_been_processed_are_not_repeated(
    stub: Stub, transport: Transport, clock: Clock, method: str, reply: Reply
) -> None:
    stub.routes["/api/v1/x"] = reply
    if reply.status:
        assert transport.send(Request(method, "/v1/x", body=b"{}")).status == reply.status
    else:
        with pytest.raises(errors.OutcomeUnknown, match="may have carried out"):
            transport.send(Request(method, "/v1/x", body=b"{}"))
    assert len(stub.seen) == 1
    assert clock.slept == []


def test_a_broken_connection_is_opened_again(stub: Stub, transport: Transport) -> None:
    stub.routes["/api/v1/x"] = [Reply(0), Reply(200, {})]
    assert transport.send(Request("GET", "/v1/x")).status == 200


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH"])
def test_a_failed_connection_is_tried_again(method: str, clock: Clock) -> None:
    with Stub() as gone:
        base = f"{gone.host}/api"
    transport = Transport(base, Settings(), sleep=clock, jitter=lambda: 1.0)
    with pytest.raises(errors.ConnectFailed, match="could not connect to") as caught:
        transport.send(Request(method, "/v1/x"))
    assert clock.slept == [0.25, 0.5, 1.0]
    assert caught.value.__context__ is None
    assert pickle.loads(pickle.dumps(caught.value)).url == f"{base}/v1/x"


def test_retry_after_is_kept_to(stub: Stub, transport: Transport, clock: Clock) -> None:
    later = datetime.now(UTC) + timedelta(seconds=50)
    stub.routes["/api/v1/x"] = [
        Reply(429, {}, (("Retry-After", "7"),)),
        Reply(503, {}, (("Retry-After", format_datetime(later, usegmt=True)),)),
        Reply(200, {}),
    ]
    transport.send(Request("GET", "/v1/x"))
    assert clock.slept[0] == 7
    assert 40 < clock.slept[1] <= 50


def test_a_retry_after_beyond_the_limit_is_reported(stub: Stub, transport: Transport) -> None:
    stub.routes["/api/v1/x"] = Reply(503, {}, (("Retry-After", "9999"),))
    with pytest.raises(errors.Unavailable, match="retry_after_limit, 120 s") as caught:
        transport.send(Request("GET", "/v1/x"))
    assert caught.value.retry_after == 9999


@pytest.mark.parametrize(
    ("method", "replies", "may_be_done"),
    [
        ("PUT", [Reply(0), Reply(429, {}, (("Retry-After", "9999"),))], True),
        ("PUT", [Reply(502), Reply(503, {}, (("Retry-After", "9999"),))], True),
        ("PUT", [Reply(429, {}, (("Retry-After", "9999"),))], False),
        ("GET", [Reply(0), Reply(503, {}, (("Retry-After", "9999"),))], False),
    ],
)
def test_a_long_retry_after_says_whether_the_request_may_have_been_carried_out(
    stub: Stub, transport: Transport, method: str, replies: list[Reply], may_be_done: bool
) -> None:
    stub.default = replies[-1]
    stub.routes["/api/v1/x"] = replies
    with pytest.raises(errors.ServerError, match="Retry-After is 9999 s") as caught:
        transport.send(Request(method, "/v1/x", body=None if method == "GET" else b"{}"))
    assert caught.value.may_be_done is may_be_done


@pytest.mark.parametrize(("text", "seconds"), [(None, None), ("", None), ("3", 3), ("soon", None)])
def test_retry_after_reads_what_it_can(text: str | None, seconds: float | None) -> None:
    assert retry_after(text) == seconds


def test_a_retry_after_that_is_past_means_now() -> None:
    assert retry_after("Wed, 21 Oct 2015 07:28:00 GMT") == 0


def test_pauses_grow_to_a_limit_and_are_jittered(stub: Stub, clock: Clock) -> None:
    stub.routes["/api/v1/x"] = Reply(503, {})
    settings = Settings(retries=6, backoff=1.0, backoff_limit=8.0)
    transport = Transport(f"{stub.host}/api", settings, sleep=clock, jitter=lambda: 0.5)
    assert transport.send(Request("GET", "/v1/x")).status == 503
    transport.close()
    assert clock.slept == [0.5, 1, 2, 4, 4, 4]


def test_silence_ends_in_a_timeout(clock: Clock) -> None:
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        base = f"http://127.0.0.1:{silent.getsockname()[1]}/api"
        settings = Settings(read_timeout=0.05, retries=1)
        transport = Transport(base, settings, sleep=clock)
        with pytest.raises(errors.TimedOut, match="read_timeout"):
            transport.send(Request("GET", "/v1/x"))
        transport.close()
    assert len(clock.slept) == 1


# -- redirects -------------------------------------------------------------------------------------


def test_redirects_within_the_server_are_followed(stub: Stub, transport: Transport) -> None:
    stub.routes["/api/v1/old"] = Reply(302, b"", (("Location", "/api/v1/new"),))
    stub.routes["/api/v1/new"] = {"found": True}
    assert transport.send(Request("GET", "/v1/old")).body == b'{"found": true}'


def test_a_redirect_to_another_server_gets_no_token(stub: Stub, transport: Transport) -> None:
    with Stub() as other:
        other.routes["/steal"] = {}
        stub.routes["/api/v1/x"] = Reply(307, b"", (("Location", f"{other.host}/steal"),))
        with pytest.raises(errors.NotOpenMetadata, match="redirects to another server"):
            transport.send(Request("GET", "/v1/x"))
        assert other.seen == []


def test_a_redirect_that_would_lose_the_body_is_an_error(stub: Stub, transport: Transport) -> None:
    stub.routes["/api/v1/x"] = Reply(301, b"", (("Location", "/api/v1/y"),))
    with pytest.raises(errors.NotOpenMetadata):
        transport.send(Request("PUT", "/v1/x", body=b"{}"))
    assert len(stub.seen) == 1


def test_endless_redirects_are_an_error(stub: Stub, transport: Transport) -> None:
    stub.routes["/api/v1/a"] = Reply(302, b"", (("Location", "/api/v1/b"),))
    stub.routes["/api/v1/b"] = Reply(302, b"", (("Location", "/api/v1/a"),))
    with pytest.raises(errors.NotOpenMetadata, match="more than 5 redirects"):
        transport.send(Request("GET", "/v1/a"))


@pytest.mark.parametrize(("count", "followed"), [(5, True), (6, False)])
def test_five_redirects_are_followed(
    stub: Stub, transport: Transport, count: int, followed: bool
) -> None:
    for number in range(count):
        location = (("Location", f"/api/v1/{number + 1}"),)
        stub.routes[f"/api/v1/{number}"] = Reply(302, b"", location)
    stub.routes[f"/api/v1/{count}"] = {}
    if followed:
        assert transport.send(Request("GET", "/v1/0")).status == 200
    else:
        with pytest.raises(errors.NotOpenMetadata, match="more than 5 redirects"):
            transport.send(Request("GET", "/v1/0"))
    assert len(stub.seen) == 6


@pytest.mark.parametrize("status", [307, 308])
def test_redirects_that_keep_method_and_body_are_followed(
    stub: Stub, transport: Transport, status: int
) -> None:
    stub.routes["/api/v1/x"] = Reply(status, b"", (("Location", "/api/v1/y?a=1"),))
    stub.routes["/api/v1/y"] = {}
    response = transport.send(Request("PUT", "/v1/x", body=b"{}"))
    assert (response.status, response.url) == (200, f"{stub.host}/api/v1/y")
    assert (stub.seen[1].method, stub.seen[1].body) == ("PUT", b"{}")


@pytest.mark.parametrize(
    ("method", "status", "location", "words"),
    [
        (
            "PUT",
            302,
            "/api/v1/y?token=hush",
            "redirects to {}/api/v1/y with status 302, which drops",
        ),
        ("GET", 302, "", "{}/api redirects without a Location header$"),
        ("GET", 302, "x", "redirects {}/api/v1/x to itself"),
        (
            "GET",
            302,
            "http://elsewhere.example/y?token=hush",
            "server: http://elsewhere.example/y$",
        ),
        ("GET", 302, "https://127.0.0.1:1/api/v1/x", "to another server: https://127.0.0.1:1/"),
    ],
)
def test_a_redirect_that_is_not_followed_says_why(
    stub: Stub, transport: Transport, method: str, status: int, location: str, words: str
) -> None:
    stub.routes["/api/v1/x"] = Reply(status, b"", (("Location", location),))
    with pytest.raises(errors.NotOpenMetadata) as caught:
        transport.send(Request(method, "/v1/x", body=b"{}" if method == "PUT" else None))
    assert re.search(words.format(stub.host), caught.value.message)
    assert "hush" not in str(caught.value)
    assert (caught.value.status, caught.value.method) == (status, method)
    assert caught.value.url == f"{stub.host}/api/v1/x"


def test_the_same_host_with_tls_is_the_same_server() -> None:
    transport = Transport("http://ours.example/api", Settings())
    response: Any = requests.Response()
    response.status_code, response.headers["Location"] = 302, "https://ours.example/api/v1/x"
    url = "http://ours.example/api/v1/x"
    request = Request("GET", "/v1/x")
    assert transport._redirect_target(request, url, response) == "https://ours.example/api/v1/x"
    back = "https://ours.example/api/v1/x"
    response.headers["Location"] = url  # from https to http: the token would go out in clear
    with pytest.raises(errors.NotOpenMetadata, match="another server"):
        transport._redirect_target(request, back, response)


# -- limits, errors and logs -----------------------------------------------------------------------


@pytest.mark.parametrize(("seconds", "waits"), [(120, True), (121, False)])
def test_retry_after_up_to_the_limit_is_waited_for(
    stub: Stub, transport: Transport, clock: Clock, seconds: int, waits: bool
) -> None:
    stub.routes["/api/v1/x"] = [Reply(429, {}, (("Retry-After", str(seconds)),)), Reply(200, {})]
    if waits:
        assert transport.send(Request("GET", "/v1/x")).status == 200
        assert clock.slept == [seconds]
    else:
        with pytest.raises(errors.TooManyRequests, match="Retry-After is 121 s") as caught:
            transport.send(Request("GET", "/v1/x"))
        assert (caught.value.status, caught.value.retry_after) == (429, 121)
        assert clock.slept == []


def test_a_403_with_retry_after_is_temporary(
    stub: Stub, transport: Transport, clock: Clock
) -> None:
    stub.routes["/api/v1/x"] = [Reply(403, {}, (("Retry-After", "1"),)), Reply(403, {})]
    assert transport.send(Request("GET", "/v1/x")).status == 403
    assert clock.slept == [1]


@pytest.mark.parametrize("status", [200, 400, 401, 404, 409, 500])
def test_no_other_status_is_temporary_because_of_retry_after(
    stub: Stub, transport: Transport, clock: Clock, status: int
) -> None:
    stub.routes["/api/v1/x"] = Reply(status, {}, (("Retry-After", "1"),))
    assert transport.send(Request("GET", "/v1/x")).status == status
    assert (clock.slept, len(stub.seen)) == ([], 1)


@pytest.mark.parametrize("retries", [0, 1])
def test_there_are_as_many_retries_as_set(stub: Stub, clock: Clock, retries: int) -> None:
    stub.routes["/api/v1/x"] = Reply(503, {})
    transport = Transport(f"{stub.host}/api", Settings(retries=retries), sleep=clock)
    response = transport.send(Request("GET", "/v1/x"))
    transport.close()
    assert (response.status, response.attempts) == (503, retries + 1)
    assert len(stub.seen) == retries + 1


def test_tls_with_a_server_without_it_is_an_error_of_its_own(stub: Stub, clock: Clock) -> None:
    base = stub.host.replace("http:", "https:") + "/api"
    transport = Transport(base, Settings(), sleep=clock)
    with pytest.raises(errors.TLSFailed, match=f"^the TLS connection to {base} failed: ") as caught:
        transport.send(Request("GET", "/v1/x"))
    transport.close()
    assert f"does not use TLS on this port, so use host='{stub.host}'" in str(caught.value)
    assert clock.slept == []  # trying again would not help
    assert (caught.value.method, caught.value.url) == ("GET", f"{base}/v1/x")


def test_attempts_and_errors_are_logged(
    stub: Stub, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "dynclient")
    stub.routes["/api/v1/x"] = [Reply(0), Reply(0), Reply(200, {})]
    transport.send(Request("GET", "/v1/x", (("password", "hush"),)))
    lines = [r.getMessage() for r in caplog.records if r.name.startswith("dynclient")]
    assert f"GET /v1/x?password={MASK}: ConnectFailed" in lines
    assert f"GET /v1/x?password={MASK}: retrying in 0.25 s" in lines
    assert re.fullmatch(r"GET /v1/x\?password=\*+: 200 in \d+ ms", lines[-1])


def test_settings_reach_the_connection(stub: Stub) -> None:
    settings = Settings(headers=(("X-Gateway", "g"),), connect_timeout=1, read_timeout=2)
    transport = Transport(f"{stub.host}/api", settings)
    transport.send(Request("GET", "/v1/x"))
    assert stub.seen[0].headers["X-Gateway"] == "g"
    assert stub.seen[0].headers["Accept"] == "application/json"
    assert transport._options["verify"]
    transport.close()


def test_closing_in_a_forked_child_leaves_the_connections_of_the_parent(
    transport: Transport,
) -> None:
    class Pool:
        closed = 0

        def close(self) -> None:
            self.closed += 1

    ours, theirs = Pool(), Pool()
    transport._pool, transport._process = theirs, -1  # type: ignore[assignment]
    transport.close()
    assert theirs.closed == 0
    transport._pool, transport._process = ours, os.getpid()  # type: ignore[assignment]
    transport.close()
    assert ours.closed == 1
    assert transport.closed


# -- life ------------------------------------------------------------------------------------------


def test_connections_are_reused(stub: Stub, transport: Transport) -> None:
    for _ in range(5):
        transport.send(Request("GET", "/v1/x"))
    assert transport._pool is not None
    pools = transport._pool.poolmanager.pools
    assert [pools[key].num_connections for key in pools.keys()] == [1]  # noqa: SIM118 -- no dict


def test_many_threads_share_one_pool(stub: Stub, transport: Transport) -> None:
    stub.routes["/api/v1/x"] = {"ok": 1}
    pools: list[Any] = []

    def work() -> None:
        for _ in range(5):
            assert transport.send(Request("GET", "/v1/x")).status == 200
        pools.append(transport._pool)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(stub.seen) == 40
    assert len({id(pool) for pool in pools}) == 1


def test_a_closed_transport_sends_nothing(stub: Stub, transport: Transport) -> None:
    transport.send(Request("GET", "/v1/x"))
    transport.close()
    transport.close()
    with pytest.raises(errors.UsageError, match="closed"):
        transport.send(Request("GET", "/v1/x"))
    assert len(stub.seen) == 1


def test_a_pickled_transport_sends_again(stub: Stub, transport: Transport) -> None:
    stub.routes["/api/v1/x"] = {}
    plain = Transport(transport.base, Settings(), Bearer("hush"))
    plain.send(Request("GET", "/v1/x"))
    data = pickle.dumps(plain)
    assert b"hush" not in data
    copy = pickle.loads(data)
    copy.send(Request("GET", "/v1/x"))
    assert stub.seen[1].headers["Authorization"] == "Bearer hush"
    copy.close()
    plain.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this platform does not fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_opens_its_own_connections(stub: Stub, transport: Transport) -> None:
    stub.routes["/api/v1/x"] = {}
    transport.send(Request("GET", "/v1/x"))
    before = transport._pool
    transport._lock.acquire()  # as if another thread had locked it at the moment of the fork
    child = os.fork()
    if child == 0:
        status = 1
        try:
            fine = transport.send(Request("GET", "/v1/x")).status == 200
            status = 0 if fine and transport._pool is not before else 2
        finally:
            os._exit(status)
    transport._lock.release()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    assert transport.send(Request("GET", "/v1/x")).status == 200
    assert transport._pool is before


# -- what is shown ---------------------------------------------------------------------------------


def test_nothing_that_is_logged_or_printed_contains_a_secret(
    stub: Stub, transport: Transport, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    query = (("token", "qsecret"), ("limit", "5"))
    request = Request("POST", "/v1/x", query, (), b'{"password": "bsecret"}')
    transport.send(request)
    shown = f"{caplog.text} {request!r} {transport!r} {transport.auth!r}"
    own = "".join(r.getMessage() for r in caplog.records if r.name.startswith("dynclient"))
    assert "/v1/x" in own
    assert "tok " not in shown
    assert "bsecret" not in shown
    assert "qsecret" not in shown
    assert "urllib3" in {record.name.partition(".")[0] for record in caplog.records}
    assert MASK in repr(request)


def test_unchecked_certificates_are_warned_of() -> None:
    with pytest.warns(errors.InsecureWarning, match="not verified"):
        Transport("https://127.0.0.1:1/api", Settings(verify=False))


def test_a_redirect_to_the_same_address_is_not_followed(stub: Stub, transport: Transport) -> None:
    stub.routes["/api/v1/x"] = Reply(302, b"", (("Location", "/api/v1/x"),))
    with pytest.raises(errors.NotOpenMetadata, match=r"redirects .*/api/v1/x to itself"):
        transport.send(Request("GET", "/v1/x"))
    assert len(stub.seen) == 1


class Renewable(Bearer):
    """A token that can be renewed as often as the server asks for it."""

    def __init__(self) -> None:
        super().__init__("old")
        self.renewals = 0

    def renew(self, send: Any, used: str) -> bool:
        self.renewals += 1
        return True


@pytest.mark.parametrize(("status", "renewals"), [(200, 0), (400, 0), (401, 1), (402, 0), (403, 0)])
def test_only_a_401_renews_the_token(stub: Stub, status: int, renewals: int) -> None:
    stub.routes["/api/v1/x"] = Reply(status, {})
    auth = Renewable()
    transport = Transport(f"{stub.host}/api", Settings(), auth)
    assert transport.send(Request("GET", "/v1/x")).status == status
    transport.close()
    assert auth.renewals == renewals
    assert len(stub.seen) == 1 + renewals


@pytest.mark.parametrize("verify", [True, False])
def test_the_warning_of_urllib3_is_silenced_only_without_verification(
    stub: Stub, verify: bool
) -> None:
    from urllib3.exceptions import InsecureRequestWarning

    with warnings.catch_warnings(record=True) as caught:
        warnings.resetwarnings()
        transport = Transport(f"{stub.host}/api", Settings(verify=verify))
        transport.send(Request("GET", "/v1/x"))
        transport.close()
        warnings.warn("from urllib3", InsecureRequestWarning, stacklevel=1)
    assert ("from urllib3" in [str(each.message) for each in caught]) is verify


def test_a_failed_tls_connection_shows_the_innermost_reason_alone(stub: Stub) -> None:
    base = stub.host.replace("http:", "https:") + "/api"
    transport = Transport(base, Settings())
    with pytest.raises(errors.TLSFailed) as caught:
        transport.send(Request("GET", "/v1/x"))
    transport.close()
    assert re.search(r"failed: \[SSL", caught.value.message)
    assert "Max retries" not in caught.value.message
    assert "SSLError" not in caught.value.message


@pytest.mark.parametrize("verify", ["", 0, b"", (), 1])
def test_no_value_but_false_turns_verification_off(verify: Any) -> None:
    with pytest.raises(errors.UsageError, match="verify must be True, False or the path of a CA"):
        Transport("https://127.0.0.1:1/api", Settings(verify=verify))


@pytest.mark.parametrize("bad", ["se\r\nX-More: 1", "se\nsame", "se\x00same", "se\x7f", "se\u2026"])
def test_headers_that_http_cannot_send_are_refused_without_their_values(
    stub: Stub, transport: Transport, bad: str
) -> None:
    with pytest.raises(errors.UsageError, match=r"the header 'X-Key' contains .*nothing was sent"):
        transport.send(Request("GET", "/v1/x", (), (("X-Key", f"open-{bad}"),)))
    of_settings = Transport(transport.base, Settings(headers=(("X-Key", f"open-{bad}"),)))
    with pytest.raises(errors.UsageError, match="the header 'X-Key' contains ") as caught:
        of_settings.send(Request("GET", "/v1/x"))
    assert "open-" not in "".join(traceback.format_exception(caught.value))
    assert stub.seen == []


def test_headers_may_contain_latin_1(stub: Stub, transport: Transport) -> None:
    transport.send(Request("GET", "/v1/x", (), (("X-Team", "Zürich\t1"),)))
    assert stub.seen[0].headers["X-Team"] == "Zürich\t1"


# -- secrets in what a server sends ----------------------------------------------------------------

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("location", "words"),
    [
        ("http://me:hush@elsewhere.example/x", "redirects to another|address with a user"),
        ("//me:hush@{host}/api/v1/x", "address with a user: http://"),
        ("http://elsewhere.example/#access_token=hush", "another server: http://elsewhere"),
        ("http://elsewhere.example/?token=hush#hush", "another server: http://elsewhere"),
        ("http://[hush", "not a URL"),
        ("http://elsewhere.example:hush/", "not a URL"),
        ("http://elsewhere.example:99999/", "not a URL"),
    ],
)
def test_redirects_show_no_credentials(
    stub: Stub, transport: Transport, location: str, words: str
) -> None:
    location = location.replace("{host}", stub.host.removeprefix("http://"))
    stub.routes["/api/v1/x"] = Reply(302, b"", (("Location", location),))
    with pytest.raises(errors.NotOpenMetadata, match=words) as caught:
        transport.send(Request("GET", "/v1/x"))
    assert "hush" not in "".join(traceback.format_exception(caught.value))
    assert "hush" not in str(caught.value.parts)
    assert len(stub.seen) == 1


@pytest.mark.parametrize(
    "text", ["²", "٣", "1e9", "-1", "Thu, 99 Foo", "Mon, 01 Jan 0001 00:00:00 +2359", "\x00", "-"]
)
def test_a_retry_after_that_means_nothing_is_ignored(text: str) -> None:
    assert retry_after(text) in {None, 0.0}


def test_a_retry_after_of_many_digits_is_long() -> None:
    assert retry_after("9" * 5000) == float("9" * 15)


def test_errors_do_not_repeat_the_secrets_of_the_request(stub: Stub) -> None:
    transport = Transport(f"{stub.host}/api", Settings(), Bearer("opaque-tok"))
    body = json.dumps({"config": {"password": 'hu"sh1'}, "list": [{"apiKeys": ["hush2"]}]})
    patch = json.dumps([{"op": "replace", "path": "/connection/password", "value": "hush3"}])
    stub.default = lambda seen: Reply(
        400, {"message": f"no {seen.headers['Authorization']} {seen.path} {seen.body.decode()}"}
    )
    for text in (body, patch):
        request = Request(
            "PUT", "/v1/x", (("token", "hush4"),), (("X-Api-Key", "hush5"),), text.encode()
        )
        shown = transport.send(request).body.decode()
        assert json.loads(shown)["message"].startswith("no Bearer ")
        assert not re.search(r"hu.{0,3}sh|opaque", shown)
    stub.default = lambda seen: Reply(200, {"echo": seen.body.decode()})
    assert "hush2" in transport.send(Request("PUT", "/v1/x", body=body.encode())).body.decode()
    transport.close()


def test_pickled_requests_contain_no_secret() -> None:
    plain = Request("GET", "/v1/x", (("limit", "1"),), (("Accept", "*/*"),), b'{"a": 1}')
    assert pickle.loads(pickle.dumps(plain)) == plain
    secret = plain._replace(
        body=b'{"password": "hush", "x": "\xc3\xa4"}', headers=(("X-Key", "v"),)
    )
    for request in (secret, plain._replace(query=(("token", "hush"),))):
        data = pickle.dumps(request)
        assert b"hush" not in data
        again = pickle.loads(data)
        assert again == request
        assert type(again) is Request
        assert copy.copy(request) == request


def test_a_request_with_secrets_is_restored_by_its_own_process_only(monkeypatch: Any) -> None:
    data = pickle.dumps(Request("PUT", "/v1/x", body=b'{"password": "hush"}'))
    monkeypatch.setattr("dynclient.secrets._VAULT", {})
    with pytest.raises(errors.UsageError, match=r"PUT /v1/x was pickled in another process"):
        pickle.loads(data)
