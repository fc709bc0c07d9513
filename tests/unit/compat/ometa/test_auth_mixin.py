"""The token and the secrets manager of the official client."""

from __future__ import annotations

import base64
import json
import logging
from pathlib import Path
from typing import Any

import pytest

from dynclient.compat.ometa.auth_providers import OpenMetadataAuthenticationProvider
from dynclient.compat.ometa.ometa_api import OpenMetadata
from dynclient.compat.utils.secrets_managers import DBSecretsManager, SecretsManager
from dynclient.errors import UsageError

HOST = "http://127.0.0.1:1/api"


def token_of(**claims: Any) -> str:
    """Return a token without a valid signature."""
    parts = [base64.urlsafe_b64encode(json.dumps(each).encode()) for each in ({}, claims)]
    return ".".join(part.decode().rstrip("=") for part in parts) + ".signature"


def connected(**security: Any) -> OpenMetadata:
    return OpenMetadata({"hostPort": HOST, "securityConfig": security})


def test_the_provider_returns_the_token_that_is_valid_now(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text("first")
    with connected(jwtToken=str(file)) as metadata:
        provider = metadata._auth_provider
        assert isinstance(provider, OpenMetadataAuthenticationProvider)
        assert f"Bearer {provider.get_access_token()[0]}" == "Bearer first"
        file.write_text("second")
        assert type(provider).create(metadata.config).get_access_token()[0] == "second"
        assert "second" not in repr(provider)


def test_there_may_be_no_token() -> None:
    with OpenMetadata({"hostPort": HOST, "authProvider": "no-auth"}) as metadata:
        assert metadata._auth_provider.get_access_token()[0] is None
    with connected(username="ada@example.com", password="open-sesame") as metadata:
        provider = metadata._auth_provider
        with pytest.raises(UsageError, match="no token before the first request"):
            provider.get_access_token()
        metadata.log_user_name_from_jwt_token()


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (token_of(sub="ingestion-bot", isBot=True), "the user of the token is ingestion-bot"),
        (token_of(iss="open-metadata.org"), "the token does not name a user"),
        ("plain", "the token does not name a user"),
        ("a.b.c", "the token does not name a user"),
    ],
)
def test_the_user_of_a_token_is_logged_and_not_the_token(
    token: str, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    with connected(jwtToken=token) as metadata, caplog.at_level(logging.DEBUG):
        metadata.log_user_name_from_jwt_token()
    assert [record.getMessage() for record in caplog.records] == [message]


def test_the_secrets_manager_may_be_replaced() -> None:
    with connected(jwtToken="token") as metadata:
        manager: Any = metadata.secrets_manager_client
        assert isinstance(manager, DBSecretsManager)
        assert isinstance(manager, SecretsManager)
        assert manager.get_string_value("a text") == "a text"
        another: Any = object()
        metadata.secrets_manager_client = another
        assert metadata.secrets_manager_client is another
