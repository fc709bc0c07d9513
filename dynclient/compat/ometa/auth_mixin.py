"""The token of the connection and the secrets of the server, as the official client has them.

This client does not need them: its transport adds the token to requests, and servers resolve the
secrets that they store. Scripts and the tests of the official client use them.
"""

from __future__ import annotations

import base64
import json
from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.connection import read
from dynclient.errors import DynclientError, UsageError
from dynclient.secrets import Secret

_UNLIMITED = 0
"""The time at which a token expires, if that is not known."""


class AuthProvider:
    """The token of a connection, as ``client._auth_provider`` returns it.

    Args:
        config: an ``OpenMetadataConnection``, or a mapping of its fields.
    """

    def __init__(self, config: Any) -> None:
        self.config = config

    @classmethod
    def create(cls, config: Any) -> AuthProvider:
        """Return the provider of a connection."""
        return cls(config)

    def auth_token(self) -> None:
        """Do nothing: the token is read whenever it is needed."""

    def get_access_token(self) -> tuple[str | None, int]:
        """Return the token in clear text, and the time at which it expires, which is not known.

        Raises:
            UsageError: the connection has a user name and a password, and there is no token yet.
        """
        connection = read(schema_classes.payload(self.config))
        header = connection.auth.header(_no_login, connection.base)
        text = header.get_secret_value() if isinstance(header, Secret) else header
        return (None if text is None else text.removeprefix("Bearer ")), _UNLIMITED

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"  # the configuration may contain the token


def _decoded(text: str) -> bytes:
    """Return a part of a token, which is base64 without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _no_login(request: Any) -> Any:
    raise UsageError(f"there is no token before the first request; {request.path} was not called")


class SecretsManager:
    """Secrets that are kept in the server's database, so that values are what they are."""

    def get_string_value(self, secret_id: str) -> str:
        """Return a secret by its name: the text itself."""
        return secret_id


class AuthMixin:
    """The official client's token, and its secrets manager."""

    config: Any
    """The script's ``OpenMetadataConnection``."""

    def log_user_name_from_jwt_token(self) -> None:
        """Write the name of the user that the token belongs to into the log, for debugging.

        Nothing is sent, and the token is not verified.
        """
        from dynclient.compat.ometa.loggers import ometa_logger

        try:
            token = self._auth_provider.get_access_token()[0] or ""
            claims = json.loads(_decoded(token.split(".")[1]))
            ometa_logger().debug("the user of the token is %s", claims["sub"])
        except (DynclientError, LookupError, TypeError, ValueError):  # such as a token of no user
            ometa_logger().debug("the token does not name a user")

    @property
    def _auth_provider(self) -> AuthProvider:
        return AuthProvider(self.config)

    @property
    def secrets_manager_client(self) -> SecretsManager:
        """The secrets manager of the server's database."""
        return self.__dict__.get("_secrets_manager") or SecretsManager()

    @secrets_manager_client.setter
    def secrets_manager_client(self, manager: Any) -> None:
        self.__dict__["_secrets_manager"] = manager
