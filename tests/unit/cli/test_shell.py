"""What ``dynclient shell`` says first, and what the history of IPython keeps."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from typing import Any

import pytest

import dynclient
from dynclient.cli.shell import banner, mask_history, masked_input
from dynclient.client.client import Client
from tests.support.command_line import run
from tests.support.stub import Reply, Stub

ME = "/api/v1/users/loggedInUser"


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        stub.routes["/api/v1/system/version"] = {"version": "starter"}
        yield stub


def connect(stub: Stub, **settings: Any) -> Client:
    return dynclient.connect(stub.host, token="open-sesame", release="starter", **settings)


@pytest.mark.parametrize(
    ("me", "text"),
    [
        ({"name": "ada"}, "user ada"),
        ({"name": "ada", "isAdmin": True}, "administrator ada"),
        ({"name": "ingestion-bot", "isBot": True, "isAdmin": True}, "bot ingestion-bot"),
        ({"name": "\x1b[2Jada"}, r"user \x1b[2Jada"),
        (Reply(401, {"code": 401, "message": "Token not present"}), "not signed in (401 Token"),
        (Reply(403, {"code": 403, "message": "no"}), "not signed in (403 no"),
    ],
)
def test_the_banner_says_where_and_who_the_user_is(stub: Stub, me: Any, text: str) -> None:
    stub.routes[ME] = me
    if isinstance(me, dict):
        stub.routes[ME] = {"id": "00000000-0000-4000-8000-000000000001", "email": "a@b.c", **me}
    shown = banner(connect(stub))
    assert f"OpenMetadata starter at {stub.host}" in shown
    assert f"release starter, {text}" in shown
    assert "read-only" not in shown
    assert ", read-only\n" in banner(connect(stub, read_only=True))
    assert "sesame" not in shown
    assert "\x1b" not in shown


def test_a_server_that_does_not_respond_ends_the_command(
    capsys: pytest.CaptureFixture[str],
) -> None:
    arguments = ("shell", "--host", "http://127.0.0.1:9", "--token", "open-sesame")
    code, out, err = run(capsys, *arguments, "--release", "starter")
    assert (code, out) == (1, "")
    assert "127.0.0.1:9" in err
    assert "sesame" not in err


def test_without_ipython_the_extra_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in [name for name in sys.modules if name.partition(".")[0] == "IPython"]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "IPython", None)
    code, out, err = run(capsys, "shell", "--host", "http://127.0.0.1:9")
    assert (code, out) == (2, "")
    assert "pip install 'dynclient[shell]'" in err


def test_the_profile_is_passed_to_connect(capsys: pytest.CaptureFixture[str]) -> None:
    code, _, err = run(capsys, "shell", "--profile", "no-such-profile")
    assert code == 1
    assert "no-such-profile" in err


JWT = "eyJhbGciOiJub25lIn0.eyJzdWIiOiJhIn0.c2ln"


@pytest.mark.parametrize(
    ("source", "kept"),
    [
        (
            'om = connect(h, token="abc", retries=1)',
            'om = connect(h, token="**********", retries=1)',
        ),
        ("token = 'a\\'b'", "token = '**********'"),
        ('os.environ["OM_TOKEN"] = "abc"', 'os.environ["OM_TOKEN"] = "**********"'),
        ("{'password': r'abc'}", "{'password': r'**********'}"),
        ('password="not closed', 'password="**********"'),
        (f"f('{JWT}')", "f('**********')"),
        ('name="orders"', 'name="orders"'),
        ('om.tables["a.b"].tags = "x"', 'om.tables["a.b"].tags = "x"'),
        ("x = 'zwölf\u202e'", "x = 'zwölf\u202e'"),
    ],
)
def test_inputs_are_kept_without_secrets(source: str, kept: str) -> None:
    assert masked_input(source) == kept


def test_the_history_gets_masked_inputs() -> None:
    class History:
        kept: list[Any] = []

        def store_inputs(self, *parts: Any) -> None:
            self.kept.append(parts)

    history = History()
    mask_history(history)
    history.store_inputs(1, "token='abc'", "token='abc'\n")
    history.store_inputs(2, "1 + 1")
    masked = "token='**********'"
    assert history.kept == [(1, masked, f"{masked}\n"), (2, "1 + 1", None)]
