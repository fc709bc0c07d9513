"""Secrets managers: which one a provider has, and how a value is read."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.compat.utils.secrets_managers import (
    AWSSecretsManager,
    AWSSSMSecretsManager,
    DBSecretsManager,
    NoopSecretsManager,
    SecretsManagerFactory,
    secrets_manager,
)
from dynclient.compat.utils.singleton import Singleton
from dynclient.errors import UsageError


@pytest.fixture(autouse=True)
def _no_instances() -> Iterator[None]:
    Singleton.clear_all()
    yield
    Singleton.clear_all()


@pytest.mark.parametrize(
    ("provider", "expected"),
    [
        (None, DBSecretsManager),
        ("db", DBSecretsManager),
        ("noop", NoopSecretsManager),
        ("aws", AWSSecretsManager),
        ("managed-aws", AWSSecretsManager),
        ("managed-aws-ssm", AWSSSMSecretsManager),
    ],
)
def test_a_provider_has_a_manager(provider: str | None, expected: type) -> None:
    assert type(SecretsManagerFactory(provider).get_secrets_manager()) is expected
    assert secrets_manager(provider) is secrets_manager(provider)


def test_a_provider_that_is_not_supported_is_named() -> None:
    with pytest.raises(NotImplementedError, match="'gcp' cannot be read; supported are db, noop"):
        secrets_manager("gcp")


def test_the_database_of_the_server_returns_values() -> None:
    assert DBSecretsManager().get_string_value("value") == "value"


def test_aws_is_read_with_boto3(monkeypatch: pytest.MonkeyPatch) -> None:
    class Client:
        def get_secret_value(self, SecretId: str) -> dict[str, Any]:
            binary = {"SecretBinary": b"binary"}
            return binary if SecretId == "b" else {"SecretString": f"value of {SecretId}"}

        def get_parameter(self, Name: str, WithDecryption: bool) -> dict[str, Any]:
            assert WithDecryption
            return {"Parameter": {"Value": f"parameter {Name}"}}

    asked: list[tuple[str, str | None]] = []

    def client(service: str, region_name: str | None) -> Client:
        asked.append((service, region_name))
        return Client()

    monkeypatch.setitem(sys.modules, "boto3", SimpleNamespace(client=client))
    manager = AWSSecretsManager("env", region="us-east-2")
    assert [manager.get_string_value(each) for each in ("a", "b")] == ["value of a", "binary"]
    assert AWSSSMSecretsManager().get_string_value("/p") == "parameter /p"
    assert asked == [("secretsmanager", "us-east-2"), ("ssm", None)]


def test_the_error_without_boto3_names_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "boto3", None)
    with pytest.raises(UsageError, match=r"AWSSecretsManager needs boto3: .*dynclient\[aws\]"):
        AWSSecretsManager().get_string_value("a")
