"""Texts that can be shown: credentials masked, control characters escaped."""

from __future__ import annotations

import pytest

from dynclient import errors
from dynclient.errors import Problem
from dynclient.secrets import MASK, Secret, has_credential, looks_secret, printable

JWT = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        (f"token {JWT} refused", f"token {MASK} refused"),
        ("at https://me:hush@mirror/x", f"at https://{MASK}@mirror/x"),
        ("at mysql+pymysql://me:hush@h:1/db", f"at mysql+pymysql://{MASK}@h:1/db"),
        ("to /x?a=1&access_token=hush&b=2", f"to /x?a=1&access_token={MASK}&b=2"),
        ("to /x#id_token=hush", f"to /x#id_token={MASK}"),
        ("Authorization: Bearer hushhush", f"Authorization: Bearer {MASK}"),
        ("Authorization: Basic aHVzaDpodXNo", f"Authorization: Basic {MASK}"),
        ("-----BEGIN RSA PRIVATE KEY-----\nhush\n-----END RSA PRIVATE KEY-----.", f"{MASK}."),
        ("with ghp_hushhushhushhush", f"with {MASK}"),
    ],
)
def test_credentials_are_masked(text: str, shown: str) -> None:
    assert has_credential(text)
    assert printable(text) == shown
    assert printable(shown) == shown


@pytest.mark.parametrize(
    "text",
    [
        *("", "a\tb\nc", "mail ada@example.com", "see https://docs.example/x?a=1", "Zürich – 東京"),
        *("the bearer of news", "a basic type", "must be 'a' or 'b'", "http://h/@x", "eyJ"),
    ],
)
def test_other_texts_are_shown_as_they_are(text: str) -> None:
    assert not has_credential(text)
    assert printable(text) == text


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        ("a\rb\x00\x7f\x9b31m", r"a\rb\x00\x7f\x9b31m"),
        ("\u202egnp.exe", r"\u202egnp.exe"),
        ("a\ud800", r"a\ud800"),
    ],
)
def test_control_characters_are_escaped(text: str, shown: str) -> None:
    assert printable(text) == shown


def test_errors_can_be_shown_whatever_they_quote() -> None:
    problem = Problem("a\x1b", JWT, "type", f"must be a number, not {JWT!r}", ("\x1bb",))
    error = errors.RequestInvalid(what="x\x1b[2J", problems=[problem])
    server = errors.BadRequest(
        f"no \x1b[31m {JWT}", status=400, code=400, method="GET", url="http://me:hush@h/",
        request_id="\x1b", body={"message": [JWT, {"a": "\x1b"}]}, hint="\x9b",
    )  # fmt: skip
    for each in (error, server):
        text = f"{each}{each!r}{each.__dict__}{each.parts}"
        assert JWT not in text
        assert "hush" not in text
        assert "\x1b" not in f"{each}"
    assert server.message == rf"no \x1b[31m {MASK}"
    assert error.problems[0].nearest == (r"\x1bb",)


def test_names_of_secrets() -> None:
    for name in ("password", "dbPwd", "api_key", "private key", "secretKey", "user_pass", "Cookie"):
        assert looks_secret(name), name
    for name in ("name", "primaryKey", "passengers", "compass", "key", "keyword"):
        assert not looks_secret(name), name


def test_a_secret_of_a_secret_has_the_same_value() -> None:
    secret = Secret(Secret("open-sesame"))
    assert secret.get_secret_value() == "open-sesame"
    assert str(secret) == MASK
