"""``metadata.utils.secrets``: where the values of secrets are kept.

Servers keep secrets in their own database (``db``, ``noop``) or in a service of a cloud. A client
gets the values from the server in both cases; the classes are for scripts that read a cloud's
service themselves.
"""

from __future__ import annotations

from abc import abstractmethod
from enum import Enum
from importlib import import_module
from typing import Any, ClassVar

from dynclient.compat.utils.singleton import Singleton
from dynclient.errors import UsageError

DATABASE = "db"
_AWS_SERVICES = {"aws": "secretsmanager", "aws-ssm": "ssm"}


class SecretsManager(metaclass=Singleton):
    """A place where values of secrets are kept; each class has one instance.

    Attributes:
        provider: the value of ``secretsManagerProvider``.
    """

    provider: ClassVar[str]

    @abstractmethod
    def get_string_value(self, secret_id: str) -> str:
        """Return the value of a secret.

        Args:
            secret_id: identifier of the secret.
        """


class DBSecretsManager(SecretsManager):
    """Secrets in the database of the server, which returns values instead of identifiers."""

    provider = DATABASE

    def get_string_value(self, secret_id: str) -> str:
        """Return the argument, which is the value."""
        return secret_id


class NoopSecretsManager(DBSecretsManager):
    """Secrets in the database of the server, as releases before 1.1 call it."""

    provider = "noop"


class _AWSBasedSecretsManager(SecretsManager):
    """Secrets in a service of AWS; credentials and region come from boto3's own configuration.

    Args:
        loader: a ``SecretsManagerClientLoader``; accepted and ignored.
        region: region of AWS; None for that of the environment.
    """

    def __init__(self, loader: Any = None, region: str | None = None) -> None:
        del loader
        self._region = region
        self._client: Any = None

    @property
    def client(self) -> Any:
        """The client of boto3; it is created when it is first needed.

        Raises:
            UsageError: boto3 is not installed.
        """
        if self._client is None:
            try:
                boto3 = import_module("boto3")
            except ImportError:
                message = f"{type(self).__name__} needs boto3: pip install 'dynclient[aws]'"
                raise UsageError(message) from None
            service = _AWS_SERVICES[self.provider]
            self._client = boto3.client(service, region_name=self._region)
        return self._client


class AWSSecretsManager(_AWSBasedSecretsManager):
    """Secrets in AWS Secrets Manager."""

    provider = "aws"

    def get_string_value(self, secret_id: str) -> str:
        """Return the value of a secret.

        Args:
            secret_id: name or ARN of the secret.
        """
        answer = self.client.get_secret_value(SecretId=secret_id)
        if "SecretString" in answer:
            return str(answer["SecretString"])
        return bytes(answer["SecretBinary"]).decode()


class AWSSSMSecretsManager(_AWSBasedSecretsManager):
    """Secrets in the AWS Systems Manager Parameter Store."""

    provider = "aws-ssm"

    def get_string_value(self, secret_id: str) -> str:
        """Return the decrypted value of a parameter.

        Args:
            secret_id: name of the parameter.
        """
        answer = self.client.get_parameter(Name=secret_id, WithDecryption=True)
        return str(answer["Parameter"]["Value"])


_MANAGERS: dict[str, type[SecretsManager]] = {
    cls.provider: cls
    for cls in (DBSecretsManager, NoopSecretsManager, AWSSecretsManager, AWSSSMSecretsManager)
}


class SecretsManagerFactory(metaclass=Singleton):
    """The secrets manager of a provider.

    Args:
        secrets_manager_provider: a ``SecretsManagerProvider`` or its value; None for ``db``.
        secrets_manager_loader: accepted and ignored.
    """

    def __init__(
        self, secrets_manager_provider: Any = None, secrets_manager_loader: Any = None
    ) -> None:
        self.secrets_manager_provider = secrets_manager_provider
        self.secrets_manager_loader = secrets_manager_loader

    def get_secrets_manager(self) -> SecretsManager:
        """Return the secrets manager.

        Raises:
            NotImplementedError: the provider is not supported.
        """
        return secrets_manager(self.secrets_manager_provider)


def secrets_manager(provider: Any) -> SecretsManager:
    """Return the secrets manager of a provider.

    Args:
        provider: a ``SecretsManagerProvider`` or its value; None for ``db``.

    Raises:
        NotImplementedError: the provider is not supported.
    """
    value = provider.value if isinstance(provider, Enum) else provider
    name = str(value or DATABASE).removeprefix("managed-")
    if name not in _MANAGERS:
        known = ", ".join(_MANAGERS)
        raise NotImplementedError(f"secrets of {name!r} cannot be read; supported are {known}")
    return _MANAGERS[name]()
