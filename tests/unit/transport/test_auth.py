"""Tokens, callables and logins: renewed when refused, shown to nobody."""

from __future__ import annotations

import pickle
import subprocess
import sys
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from dynclient import errors
from dynclient.secrets import MASK, Secret
from dynclient.settings import Settings
from dynclient.transport.auth import Anonymous, Bearer, Fresh, Login, identity
from dynclient.transport.http import Transport
from dynclient.transport.request import Request
from tests.support.stub import Reply, Seen, Stub

ASK = Request("GET", "/v1/x")


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        yield stub


def sent(stub: Stub, auth: Anonymous, request: Request = ASK) -> int:
    transport = Transport(f"{stub.host}/api", Settings(), auth)
    try:
        return transport.send(request).status
    finally:
        transport.close()


def who(stub: Stub) -> list[str | None]:
    return [seen.headers.get("Authorization") for seen in stub.seen]


def test_nobody_sends_no_header(stub: Stub) -> None:
    sent(stub, identity(None, None, None))
    assert who(stub) == [None]


@pytest.mark.parametrize("token", ["abc", "Bearer abc", Secret("abc"), "abc\n"])
def test_a_token_is_sent_as_bearer(stub: Stub, token: str) -> None:
    sent(stub, identity(token, None, None))
    assert who(stub) == ["Bearer abc"]


def test_a_refused_token_is_not_tried_twice(stub: Stub) -> None:
    stub.routes["/api/v1/x"] = Reply(401, {"code": 401, "message": "no"})
    assert sent(stub, Bearer("abc")) == 401
    assert len(stub.seen) == 1


def test_a_callable_is_called_once_more_after_a_401(stub: Stub) -> None:
    stub.routes["/api/v1/x"] = lambda seen: Reply(
        200 if seen.headers["Authorization"] == "Bearer t2" else 401, {}
    )
    tokens = iter(["t1", "t2", "t3"])
    assert sent(stub, Fresh(lambda: next(tokens))) == 200
    assert who(stub) == ["Bearer t1", "Bearer t2"]


def test_a_callable_whose_tokens_are_all_refused_ends(stub: Stub) -> None:
    stub.routes["/api/v1/x"] = Reply(401, {})
    assert sent(stub, Fresh(lambda: "t")) == 401
    assert len(stub.seen) == 2


@pytest.mark.parametrize("token", [None, 5, ""])
def test_a_callable_that_gives_no_token_is_told(stub: Stub, token: Any) -> None:
    with pytest.raises(errors.UsageError, match="was called and gave"):
        sent(stub, Fresh(lambda: token))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (("t", "u", "p"), "not both"),
        ((None, "u", None), "needs password="),
        ((None, None, "p"), "needs username="),
        ((5, None, None), "a string or a callable"),
    ],
)
def test_contradictions_are_refused(given: Any, words: str) -> None:
    with pytest.raises(errors.UsageError, match=words):
        identity(*given)


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
    ("refreshes", "road"), [(True, ["users/refresh"]), (False, ["users/refresh", "users/login"])]
)
def test_an_ended_session_is_renewed(stub: Stub, refreshes: bool, road: list[str]) -> None:
    accounts = Accounts(stub, refreshes=refreshes)
    transport = Transport(f"{stub.host}/api", Settings(), Login("ada@example.com", "pässword"))
    transport.send(ASK)
    accounts.valid = "ended"
    assert transport.send(ASK).status == 200
    transport.close()
    assert paths(stub) == ["users/login", "x", "x", *road, "x"]


def test_a_refused_login_is_told_without_the_password(stub: Stub) -> None:
    Accounts(stub)
    with pytest.raises(errors.Unauthorized, match="invalid password") as caught:
        sent(stub, Login("ada@example.com", "wrong-secret"))
    assert "wrong-secret" not in f"{caught.value!r} {caught.value} {caught.value.parts}"
    assert (caught.value.status, caught.value.code) == (400, 401)


# -- what is shown, and what travels ---------------------------------------------------------------


@pytest.mark.parametrize(
    "auth", [Bearer("open-sesame"), Login("ada", "open-sesame"), Fresh(lambda: "open-sesame")]
)
def test_no_repr_tells_a_secret(auth: Anonymous) -> None:
    assert "sesame" not in repr(auth) + repr(vars(auth))
    if isinstance(auth, Bearer):
        assert MASK in repr(auth)


@pytest.mark.parametrize("auth", [Bearer("open-sesame"), Login("ada", "open-sesame")])
def test_pickles_hold_no_secret_but_work_here(stub: Stub, auth: Anonymous) -> None:
    stub.routes["/api/v1/users/login"] = {"accessToken": "given"}
    data = pickle.dumps(auth)
    assert b"sesame" not in data
    sent(stub, pickle.loads(data))
    assert who(stub)[-1] in {"Bearer open-sesame", "Bearer given"}


ELSEWHERE = """
import pickle, sys
from dynclient.errors import UsageError
auth = pickle.loads(bytes.fromhex(sys.argv[1]))
try:
    print("".join(auth.header(None)))
except UsageError as error:
    print("refused:", error)
"""


@pytest.mark.parametrize(
    ("auth", "environment", "said"),
    [
        (Bearer("open-sesame"), {}, "refused: this client was pickled by another process"),
        (Bearer("open-sesame"), {"OPENMETADATA_TOKEN": "theirs"}, "Bearer theirs"),
        (Login("ada", "open-sesame"), {}, "refused: this client was pickled by another process"),
    ],
)
def test_in_another_process_the_secret_is_missing(
    auth: Anonymous, environment: dict[str, str], said: str
) -> None:
    import os
    from pathlib import Path

    root = str(Path(__file__).resolve().parents[3])
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE, pickle.dumps(auth).hex()],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": root, **environment},
    )
    assert done.stdout.startswith(said)
