"""Providers of tokens, as scripts of the official SDK use them."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import pytest

from dynclient.compat.ometa.auth_providers import (
    AuthenticationProvider,
    GoogleAuthenticationProvider,
    NoOpAuthenticationProvider,
    OpenMetadataAuthenticationProvider,
)
from dynclient.compat.ometa.exceptions import AuthenticationException

TOKEN = "eyJhbGciOiJub25lIn0.e30."


def connection(token: str | None) -> dict[str, Any]:
    security = {} if token is None else {"securityConfig": {"jwtToken": token}}
    return {"hostPort": "http://localhost:8585/api", "authProvider": "openmetadata", **security}


def test_the_token_of_a_connection() -> None:
    provider = OpenMetadataAuthenticationProvider.create(connection(TOKEN))
    assert provider.jwt_token is None
    token, expiry = provider.get_access_token()
    assert token == TOKEN == provider.jwt_token
    assert expiry == provider.expiry
    assert TOKEN not in repr(vars(provider)["jwt_token"])
    assert TOKEN.encode() not in pickle.dumps(provider.jwt_token)


def test_the_token_of_a_file_or_a_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "token"
    file.write_text("first\n", "utf-8")
    provider = OpenMetadataAuthenticationProvider(connection(str(file)))
    assert provider.get_access_token()[0] == "first"
    file.write_text("second\n", "utf-8")
    assert provider.get_access_token()[0] == "second"
    monkeypatch.setenv("BOT_TOKEN", "third")
    provider = OpenMetadataAuthenticationProvider(connection("$BOT_TOKEN"))
    assert provider.get_access_token()[0] == "third"


def test_a_connection_without_a_token() -> None:
    with pytest.raises(AuthenticationException, match="has no token; set securityConfig"):
        OpenMetadataAuthenticationProvider(connection(None)).auth_token()


def test_no_token_is_needed() -> None:
    provider = NoOpAuthenticationProvider.create(connection(None))
    assert isinstance(provider, AuthenticationProvider)
    provider.auth_token()
    assert provider.get_access_token() is None


def test_a_provider_that_signs_in_says_what_to_do() -> None:
    with pytest.raises(AuthenticationException, match=r"sign in with Google; get a token"):
        GoogleAuthenticationProvider.create(connection(None)).get_access_token()
