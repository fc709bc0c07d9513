"""The hint of a 401: where the token comes from, and whether it has expired."""

from __future__ import annotations

import json
from base64 import urlsafe_b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.compat.ometa.ometa_api import OpenMetadata
from dynclient.errors import Unauthorized
from dynclient.transport.address import token_from_environment, token_variable
from tests.support.stub import Reply, Stub
from tests.support.trees import release_named


def jwt(payload: Any) -> str:
    parts = ({"alg": "RS256"}, payload)
    encoded = (urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=") for part in parts)
    return b".".join([*encoded, b"hush"]).decode()


EXPIRED = jwt({"sub": "ingestion-bot", "exp": 1_600_000_000})
VALID = jwt({"sub": "ingestion-bot", "exp": 32_503_680_000})
REMEDY = (
    "to connect(): the JWT of a bot, or a personal access token; or set OPENMETADATA_TOKEN or"
    " OPENMETADATA_JWT_TOKEN in the environment."
)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        stub.default = Reply(401, {"code": 401, "message": "Token not valid"})
        stub.routes["/api/v1/users/login"] = {"accessToken": EXPIRED}
        yield stub


def hint(stub: Stub, **arguments: Any) -> str:
    om = dynclient.connect(stub.host, release=release_named("starter"), **arguments)
    with pytest.raises(Unauthorized) as caught:
        om.tables.get("a.b.c.d")
    om.close()
    assert EXPIRED not in str(caught.value)
    return str(caught.value.parts["hint"])


def test_the_hint_says_where_the_token_comes_from(stub: Stub) -> None:
    assert hint(stub) == f"No token was sent. Pass token= {REMEDY}"
    sent = "The token that was sent is from"
    valid = f"Pass a valid token= {REMEDY}"
    assert hint(stub, token="opaque") == f"{sent} token=. {valid}"

    def vault() -> str:
        return "opaque"

    assert hint(stub, token=vault) == f"{sent} vault(), passed as token=. {valid}"
    login = hint(stub, username="ada@example.com", password="p")
    assert login.startswith(f"{sent} the login of ada@example.com, and expired on 2020-09-13")
    header = hint(stub, headers={"Authorization": "Bearer x"})
    assert header == "The header Authorization of headers= was not accepted; use token= instead."


@pytest.mark.parametrize("name", ["OPENMETADATA_TOKEN", "OPENMETADATA_JWT_TOKEN"])
def test_the_hint_names_the_variable_of_the_token(
    stub: Stub, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv(name, "opaque")
    assert hint(stub).startswith(f"The token that was sent is from {name}. Pass")
    assert stub.seen[-1].headers["Authorization"] == "Bearer opaque"
    monkeypatch.setenv("OPENMETADATA_HOST", "http://elsewhere")
    assert f"No token was sent: {name} is not sent to {stub.host}/api, because" in hint(stub)
    assert "Authorization" not in stub.seen[-1].headers


def test_a_jwt_says_whether_it_has_expired(stub: Stub) -> None:
    assert "token=, and expired on 2020-09-13 12:26 UTC. Pass" in hint(stub, token=EXPIRED)
    assert "and has not expired (it is valid until 3000-01-01 00:00 UTC)" in hint(stub, token=VALID)
    for payload in ({}, {"exp": None}, {"exp": "soon"}, {"exp": 1e300}, [], "text"):
        assert "from token=. Pass" in hint(stub, token=jwt(payload))
    for token in ("a.b.c", "a.%%.c", "..", "eyJ.é.x"):
        assert "from token=. Pass" in hint(stub, token=token)


def test_the_hint_of_the_drop_in_names_its_own_places(
    stub: Stub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "token"
    file.write_text("opaque")
    monkeypatch.setenv("MY_TOKEN", "opaque")
    for value, origin in (
        ("opaque", "securityConfig.jwtToken"),
        (str(file), f"the file {str(file)!r}"),
        ("${MY_TOKEN}", "MY_TOKEN"),
    ):
        metadata = OpenMetadata(
            {
                "hostPort": f"{stub.host}/api",
                "authProvider": "openmetadata",
                "securityConfig": {"jwtToken": value},
            }
        )
        metadata.native.session.use_release(release_named("starter"))
        with pytest.raises(Unauthorized) as caught:
            metadata.client.get("/tables")
        assert f"sent is from {origin}" in str(caught.value)
        metadata.close()


def test_the_first_variable_that_is_set_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert token_variable("http://h/api") is None
    monkeypatch.setenv("OPENMETADATA_JWT_TOKEN", "second")
    assert token_from_environment("http://h/api") == "second"
    monkeypatch.setenv("OPENMETADATA_TOKEN", "first")
    assert token_from_environment("http://h/api") == "first"
    monkeypatch.setenv("OPENMETADATA_TOKEN", "")
    assert token_variable("http://h/api") == "OPENMETADATA_JWT_TOKEN"
    monkeypatch.setenv("OPENMETADATA_HOST", "http://other")
    assert token_variable("http://h/api") is None
