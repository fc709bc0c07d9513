"""Tokens, callables and logins: renewed after a 401, and never shown."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
import traceback
from base64 import b64decode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dynclient import errors
from dynclient.secrets import MASK, Secret
from dynclient.settings import Settings
from dynclient.transport.address import api_url, token_from_environment
from dynclient.transport.auth import Anonymous, Bearer, Login, TokenProvider, identity
from dynclient.transport.http import Transport
from dynclient.transport.request import Request, Response
from tests.support.stub import Reply, Seen, Stub

ASK = Request("GET", "/v1/x")


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        yield stub


def send(stub: Stub, auth: Anonymous, request: Request = ASK) -> int:
    transport = Transport(f"{stub.host}/api", Settings(), auth, sleep=lambda seconds: None)
    try:
        return transport.send(request).status
    finally:
        transport.close()


def who(stub: Stub) -> list[str | None]:
    return [seen.headers.get("Authorization") for seen in stub.seen]


def test_without_authentication_no_header_is_sent(stub: Stub) -> None:
    send(stub, identity(None, None, None))
    assert who(stub) == [None]


@pytest.mark.parametrize("token", ["abc", "Bearer abc", Secret("abc"), "abc\n"])
def test_a_token_is_sent_as_bearer(stub: Stub, token: str) -> None:
    send(stub, identity(token, None, None))
    assert who(stub) == ["Bearer abc"]


def test_a_refused_token_is_not_tried_twice(stub: Stub) -> None:
    stub.routes["/api/v1/x"] = Reply(401, {"code": 401, "message": "no"})
    assert send(stub, Bearer("abc")) == 401
    assert len(stub.seen) == 1


def test_a_callable_is_called_once_more_after_a_401(stub: Stub) -> None:
    stub.routes["/api/v1/x"] = lambda seen: Reply(
        200 if seen.headers["Authorization"] == "Bearer t2" else 401, {}
    )
    tokens = iter(["t1", "t2", "t3"])
    assert send(stub, TokenProvider(lambda: next(tokens))) == 200
    assert who(stub) == ["Bearer t1", "Bearer t2"]


def test_a_callable_whose_tokens_are_all_refused_ends(stub: Stub) -> None:
    stub.routes["/api/v1/x"] = Reply(401, {})
    assert send(stub, TokenProvider(lambda: "t")) == 401
    assert len(stub.seen) == 2


@pytest.mark.parametrize("token", [None, 5, ""])
def test_a_callable_must_return_a_token(stub: Stub, token: Any) -> None:
    with pytest.raises(errors.UsageError, match="must return a token, not"):
        send(stub, TokenProvider(lambda: token))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("t", "u", "p"), "cannot be combined"),
        ((None, "u", None), "requires password="),
        ((None, None, "p"), "requires username="),
        ((5, None, None), "a string or a callable"),
    ],
)
def test_contradictions_are_refused(given: Any, words: str) -> None:
    with pytest.raises(errors.UsageError, match=words):
        identity(*given)


@pytest.mark.parametrize(
    ("arguments", "cls", "shown"),
    [
        ((None, None, None), Anonymous, "no authentication"),
        (("t", None, None), Bearer, f"token {MASK}"),
        ((lambda: "t", None, None), TokenProvider, "tokens of <lambda>()"),
        ((None, "ada", "p"), Login, "user ada"),
    ],
)
def test_arguments_choose_the_authentication(arguments: Any, cls: type, shown: str) -> None:
    auth = identity(*arguments)
    assert type(auth) is cls
    assert repr(auth) == shown


# -- logins ----------------------------------------------------------------------------------------


class Accounts:
    """The login routes of a server whose tokens live for a number of requests."""

    def __init__(self, stub: Stub, *, refreshes: bool = True) -> None:
        self.issued = 0
        self.valid = ""
        self.refreshes = refreshes
        stub.routes["POST /api/v1/users/login"] = self.login
        stub.routes["POST /api/v1/users/refresh"] = self.refresh
        stub.routes["/api/v1/x"] = self.work

    def session(self) -> Reply:
        self.issued += 1
        self.valid = f"Bearer s{self.issued}"
        return Reply(200, {"accessToken": f"s{self.issued}", "refreshToken": f"r{self.issued}"})

    def login(self, seen: Seen) -> Reply:
        password = b64decode(seen.json["password"]).decode()
        if (seen.json["email"], password) != ("ada@example.com", "pässword"):
            return Reply(400, {"code": 400, "message": "You have entered an invalid password."})
        return self.session()

    def refresh(self, seen: Seen) -> Reply:
        if not self.refreshes:
            return Reply(401, {"code": 401, "message": "expired"})
        assert seen.json == {"refreshToken": f"r{self.issued}"}
        return self.session()

    def work(self, seen: Seen) -> Reply:
        return Reply(200 if seen.headers["Authorization"] == self.valid else 401, {})


def paths(stub: Stub) -> list[str]:
    return [seen.path.removeprefix("/api/v1/") for seen in stub.seen]


def test_a_user_logs_in_once(stub: Stub) -> None:
    Accounts(stub)
    transport = Transport(f"{stub.host}/api", Settings(), Login("ada@example.com", "pässword"))
    assert [transport.send(ASK).status for _ in range(3)] == [200, 200, 200]
    transport.close()
    assert paths(stub) == ["users/login", "x", "x", "x"]
    assert stub.seen[0].headers.get("Authorization") is None


@pytest.mark.parametrize(
    ("refreshes", "expected"),
    [(True, ["users/refresh"]), (False, ["users/refresh", "users/login"])],
)
def test_an_ended_session_is_renewed(stub: Stub, refreshes: bool, expected: list[str]) -> None:
    accounts = Accounts(stub, refreshes=refreshes)
    transport = Transport(f"{stub.host}/api", Settings(), Login("ada@example.com", "pässword"))
    transport.send(ASK)
    accounts.valid = "ended"
    assert transport.send(ASK).status == 200
    transport.close()
    assert paths(stub) == ["users/login", "x", "x", *expected, "x"]


def test_the_error_of_a_refused_login_hides_the_password(stub: Stub) -> None:
    Accounts(stub)
    with pytest.raises(errors.Unauthorized, match="invalid password") as caught:
        send(stub, Login("ada@example.com", "wrong-secret"))
    assert "wrong-secret" not in f"{caught.value!r} {caught.value} {caught.value.parts}"
    assert (caught.value.status, caught.value.code) == (400, 401)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, {"accessToken": None}),
        Reply(200, {"accessToken": ""}),
        Reply(202, {"accessToken": "t"}),
        Reply(200, b"x"),
        Reply(200, b"<html>Sign in</html>", (("Content-Type", "text/html"),)),
    ],
)
def test_a_login_without_a_token_does_not_come_from_openmetadata(stub: Stub, reply: Reply) -> None:
    stub.routes["/api/v1/users/login"] = reply
    with pytest.raises(errors.NotOpenMetadata, match="login of ada has no accessToken") as caught:
        send(stub, Login("ada", "p"))
    assert (caught.value.status, caught.value.code) == (reply.status, reply.status)


@pytest.mark.parametrize(
    ("status", "kind", "code", "words"),
    [
        (400, errors.Unauthorized, 401, "refused the login of ada: because"),
        (401, errors.Unauthorized, 401, "refused the login of ada: because"),
        (403, errors.Unauthorized, 401, "refused the login of ada: because"),
        (404, errors.Unauthorized, 404, "no login by password, but a sign-in elsewhere; pass tok"),
        (405, errors.Unauthorized, 405, "no login by password"),
        (501, errors.Unauthorized, 501, "no login by password"),
        (429, errors.TooManyRequests, 429, "the login of ada failed: because"),
        (500, errors.ServerFault, 500, "the login of ada failed: because"),
        (502, errors.Unavailable, 502, "the login of ada failed: because"),
        (503, errors.Unavailable, 503, "the login of ada failed: because"),
        (504, errors.Unavailable, 504, "the login of ada failed: because"),
    ],
)
def test_the_error_of_a_login_is_that_of_its_status(
    stub: Stub, status: int, kind: type[errors.ServerError], code: int, words: str
) -> None:
    stub.routes["/api/v1/users/login"] = Reply(status, {"code": status, "message": "because hush"})
    with pytest.raises(kind) as caught:
        send(stub, Login("ada", "hush"))
    assert type(caught.value) is kind
    assert (caught.value.status, caught.value.code) == (status, code)
    assert words in str(caught.value)
    assert "hush" not in str(caught.value)
    repeated = status in {429, 502, 503, 504}
    assert len(stub.seen) == (4 if repeated else 1)


@pytest.mark.parametrize(
    "reply", [Reply(503, {}), Reply(429, {}, (("Retry-After", "1"),)), Reply(0)]
)
def test_a_login_is_repeated(stub: Stub, reply: Reply) -> None:
    stub.routes["/api/v1/users/login"] = [reply, Reply(200, {"accessToken": "given"})]
    send(stub, Login("ada", "p"))
    assert who(stub)[-1] == "Bearer given"
    assert len(stub.seen) == 3


@pytest.mark.parametrize("password", ["p", Secret("p"), lambda: "p", lambda: Secret("p")])
def test_a_password_may_be_masked_or_a_function(stub: Stub, password: Any) -> None:
    stub.routes["/api/v1/users/login"] = Reply(200, {"accessToken": "given"})
    send(stub, Login("ada", password))
    assert b64decode(stub.seen[0].json["password"]) == b"p"


def test_a_function_must_return_a_password(stub: Stub) -> None:
    with pytest.raises(errors.UsageError, match="password= must be a string, not NoneType"):
        send(stub, Login("ada", lambda: None))  # type: ignore[arg-type,return-value]
    assert not stub.seen


def test_a_login_fits_into_the_deadline_of_the_call(stub: Stub) -> None:
    now = [0.0]

    def slow(seen: Any) -> Reply:
        now[0] += 8
        return Reply(200, {"accessToken": "given"})

    stub.routes["/api/v1/users/login"] = slow
    stub.routes["/api/v1/x"] = lambda seen: slow(seen)._replace(status=401)
    transport = Transport(
        f"{stub.host}/api", Settings(timeout=20), Login("ada", "p"), clock=lambda: now[0]
    )
    with pytest.raises(errors.TimedOut, match=r"within 20 s \(timeout=\)"):
        transport.send(ASK)
    transport.close()
    assert paths(stub) == ["users/login", "x", "users/login"]


# -- what is shown, and what travels ---------------------------------------------------------------


@pytest.mark.parametrize(
    "auth",
    [Bearer("open-sesame"), Login("ada", "open-sesame"), TokenProvider(lambda: "open-sesame")],
)
def test_no_repr_shows_a_secret(auth: Anonymous) -> None:
    assert "sesame" not in repr(auth) + repr(vars(auth))
    if isinstance(auth, Bearer):
        assert MASK in repr(auth)


@pytest.mark.parametrize("auth", [Bearer("open-sesame"), Login("ada", "open-sesame")])
def test_pickles_hold_no_secret_but_work_here(stub: Stub, auth: Anonymous) -> None:
    stub.routes["/api/v1/users/login"] = {"accessToken": "given"}
    data = pickle.dumps(auth)
    assert b"sesame" not in data
    send(stub, pickle.loads(data))
    assert who(stub)[-1] in {"Bearer open-sesame", "Bearer given"}


ELSEWHERE = """
import pickle, sys
from dynclient.errors import UsageError
auth = pickle.loads(bytes.fromhex(sys.argv[1]))
try:
    print("".join(auth.header(None, sys.argv[2])))
except UsageError as error:
    print("refused:", error)
"""

PICKLED = "refused: this client was pickled in another process, and pickles do not contain its "
OURS = "https://ours.example/api"
THEIRS = {"OPENMETADATA_TOKEN": "open-sesame-2", "OPENMETADATA_HOST": "https://theirs.example"}


def header_elsewhere(auth: Anonymous, environment: dict[str, str]) -> str:
    """Return the header of an authentication in another process, or the error."""
    root = str(Path(__file__).resolve().parents[3])
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, pickle.dumps(auth).hex(), OURS],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root, **environment},
    )
    return done.stdout.strip()


def test_secrets_stay_in_their_process() -> None:
    token = "token. Set OPENMETADATA_TOKEN in this process, or connect with a callable as token="
    assert header_elsewhere(Bearer("open-sesame"), {}) == PICKLED + token
    password = "password. Connect again in this process"
    assert header_elsewhere(Login("ada", "open-sesame"), {}) == PICKLED + password


@pytest.mark.parametrize("host", [None, "https://ours.example", "https://ours.example/api/v1/"])
def test_in_another_process_the_token_of_the_environment_is_used(host: str | None) -> None:
    environment = {"OPENMETADATA_TOKEN": "theirs"}
    if host is not None:
        environment["OPENMETADATA_HOST"] = host
    assert header_elsewhere(Bearer("open-sesame"), environment) == "Bearer theirs"


def test_in_another_process_the_token_of_another_server_is_not_used() -> None:
    message = header_elsewhere(Bearer("open-sesame"), THEIRS)
    assert message.startswith(PICKLED)
    assert (
        "OPENMETADATA_TOKEN is not sent to https://ours.example/api,"
        " because OPENMETADATA_HOST is https://theirs.example/api." in message
    )
    assert "sesame" not in message


def test_an_unpickled_client_sends_no_token_of_another_server(
    stub: Stub, monkeypatch: pytest.MonkeyPatch
) -> None:
    auth = Bearer(Secret(MASK))  # as a pickle of another process contains it
    auth._header = Secret(MASK)
    transport = Transport(f"{stub.host}/api", Settings(), auth, sleep=lambda seconds: None)
    for name, value in THEIRS.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(errors.UsageError, match=f"not sent to {stub.host}/api") as caught:
        transport.send(ASK)
    assert "sesame" not in f"{caught.value!r}"
    assert stub.seen == []
    monkeypatch.setenv("OPENMETADATA_HOST", stub.host)
    assert transport.send(ASK)
    assert who(stub) == ["Bearer open-sesame-2"]
    transport.close()


# -- the address and the token of the environment --------------------------------------------------


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("http://localhost:8585", "http://localhost:8585/api"),
        (" https://x/api/ ", "https://x/api"),
        ("https://x/api/v1", "https://x/api"),
        ("https://x/prefix/", "https://x/prefix/api"),
        ("https://x/api/v1/", "https://x/api"),
        ("https://x./", "https://x./api"),
        ("https://b\xfccher.example", "https://b\xfccher.example/api"),
        ("http://[::1]:8585", "http://[::1]:8585/api"),
        ("https://x/explore/", "https://x/explore/api"),
    ],
)
def test_the_url_of_the_api(host: str, url: str) -> None:
    assert api_url(host) == url


@pytest.mark.parametrize(
    ("host", "words"),
    [
        (5, "must be a URL such as"),
        ("http://x:99999", "must be a URL: "),
        ("localhost:8585", "must begin with https:// or http://, not 'localhost:8585'"),
        ("ada:hush@x", "not 'x'"),
        ("http://:80", "must have a host name"),
        ("http://x:0", "a port from 1 to 65535"),
        ("http://a..b", "must contain a valid host name, not 'a..b'"),
        (f"http://{'a' * 64}.example", "must contain a valid host name"),
        ("http://a b", "must contain a valid host name, not 'a b'"),
        ("http://a\udc80b", "must contain a valid host name"),
        ("http://\u3002x", "must be a URL|must contain a valid host name"),
        ("https://x/api/v1/tables", r"without the path of a page .* did you mean https://x\?"),
        ("https://x/om/api/v1/tables/name/a", r"did you mean https://x/om\?"),
        ("https://x/my-data", r"did you mean https://x\?"),
        ("https://x/signin/", r"did you mean https://x\?"),
        ("https://x/swagger.html", r"did you mean https://x\?"),
        ("http://ada:hush@x", "must not contain a user"),
        ("http://:hush@x", "must not contain a user"),
        ("http://x?a=1", "must not contain a query"),
        ("http://x/#a", "must not contain a query"),
    ],
)
def test_what_is_not_the_url_of_a_server(host: Any, words: str) -> None:
    with pytest.raises(errors.UsageError, match=words) as caught:
        api_url(host)
    assert "hush" not in str(caught.value)


def test_the_token_of_the_environment_is_for_its_host(monkeypatch: pytest.MonkeyPatch) -> None:
    assert token_from_environment(OURS) is None
    monkeypatch.setenv("OPENMETADATA_TOKEN", "t")
    assert token_from_environment(OURS) == "t"
    monkeypatch.setenv("OPENMETADATA_HOST", "https://ours.example/")
    assert token_from_environment(OURS) == "t"
    assert token_from_environment("https://theirs.example/api") is None
    monkeypatch.setenv("OPENMETADATA_TOKEN", "")
    assert token_from_environment(OURS) is None


# -- details of arguments, logins and renewals -----------------------------------------------------


@pytest.mark.parametrize(("username", "password"), [("ada", None), (None, "p"), ("ada", "p")])
def test_a_token_excludes_a_user_and_a_password(username: str | None, password: str | None) -> None:
    with pytest.raises(errors.UsageError, match="cannot be combined"):
        identity("t", username, password)


@pytest.mark.parametrize(
    ("token", "kind"), [(None, "NoneType"), (5, "int"), ("", "an empty string")]
)
def test_the_error_names_what_a_callable_returned(token: Any, kind: str) -> None:
    with pytest.raises(errors.UsageError, match=f"must return a token, not {kind}$"):
        TokenProvider(lambda: token).header(never, "")


def never(request: Request) -> Response:
    raise AssertionError(f"{request} was sent")


@pytest.mark.parametrize(
    ("status", "code"), [(400, 401), (401, 401), (402, 402), (403, 401), (404, 404), (501, 501)]
)
def test_a_refused_login_counts_as_a_401(status: int, code: int) -> None:
    with pytest.raises(errors.Unauthorized) as caught:
        Login("ada", "p").header(lambda _: Response(status, {}, b"{}", "http://x"), "")
    assert (caught.value.status, caught.value.code) == (status, code)


def sessions(name: str) -> Response:
    body = f'{{"accessToken": "{name}", "refreshToken": "r"}}'
    return Response(200, {}, body.encode(), "http://x")


@pytest.mark.parametrize("used", ["Bearer a", "Bearer z"])
def test_a_session_that_another_thread_renewed_is_kept(used: str) -> None:
    auth = Login("ada", "p")
    assert auth.header(lambda _: sessions("m"), "") == "Bearer m"
    assert auth.renew(never, used)
    assert auth.header(never, "") == "Bearer m"
    assert auth.renew(lambda _: sessions("n"), "Bearer m")
    assert auth.header(never, "") == "Bearer n"


class HeldLock:
    """A lock that stays locked for ever, as in a child forked when another thread had it."""

    def __enter__(self) -> None:
        raise AssertionError("waited for a lock that nothing releases")

    def __exit__(self, *error: object) -> None:
        """Release nothing."""


@pytest.mark.parametrize("difference", [-1, 1])
def test_a_forked_child_does_not_wait_for_the_lock_of_its_parent(difference: int) -> None:
    auth = Login("ada", "p")
    auth._lock = HeldLock()  # type: ignore[assignment]
    auth._process = os.getpid() + difference
    assert auth.header(lambda _: sessions("m"), "") == "Bearer m"
    own = auth._lock
    auth.header(never, "")
    assert auth._lock is own


@pytest.mark.parametrize("password", ["#1", "!", "*", "zz", "***********"])
def test_passwords_that_resemble_the_mask_log_in(password: str) -> None:
    seen: list[Request] = []

    def send(request: Request) -> Response:
        seen.append(request)
        return sessions("m")

    assert Login("ada", password).header(send, "") == "Bearer m"
    encoded = json.loads(seen[0].body or b"")["password"]
    assert b64decode(encoded).decode() == password


# -- tokens that HTTP cannot send ------------------------------------------------------------------

UNSENDABLE = {
    "se\r\nX-More: 1": "contains a line break",
    "se\nsame": "contains a line break",
    "se\x00same": "contains a control character",
    "se\x85same": "contains a control character",
    "se…same": "contains characters that are not Latin-1",
    "se\ud800same": "contains characters that are not Latin-1",
}


def shown(error: BaseException) -> str:
    """Return all that a traceback says of an error."""
    return "".join(traceback.format_exception(error)) + repr(error) + str(error.__dict__)


@pytest.mark.parametrize("bad", UNSENDABLE)
def test_tokens_that_http_cannot_send_are_refused_without_their_value(
    stub: Stub, bad: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = f"open-{bad}"
    with pytest.raises(errors.UsageError, match=f"token= {UNSENDABLE[bad]}") as of_argument:
        identity(token, None, None)
    with pytest.raises(errors.UsageError, match=f"returned {UNSENDABLE[bad]}") as of_callable:
        send(stub, TokenProvider(lambda: token))
    assert stub.seen == []
    stub.routes["POST /api/v1/users/login"] = {"accessToken": token}
    with pytest.raises(errors.UsageError, match=f"login {UNSENDABLE[bad]}") as of_login:
        send(stub, Login("ada", "password"))
    assert [seen.path for seen in stub.seen] == ["/api/v1/users/login"]
    for caught in (of_argument, of_callable, of_login):
        assert "open-" not in shown(caught.value)


@pytest.mark.parametrize(
    ("username", "password", "message"),
    [
        ("ada", "open-\ud800", "password= contains a character that UTF-8 cannot encode"),
        ("a\udfff", "open-sesame", "username= contains a character that UTF-8 cannot encode"),
        ("ada", 5, "password= must be a string, not int"),
    ],
)
def test_users_that_json_cannot_contain_are_refused(
    username: Any, password: Any, message: str
) -> None:
    with pytest.raises(errors.UsageError, match=message) as caught:
        identity(None, username, password)
    assert "open-" not in shown(caught.value)
