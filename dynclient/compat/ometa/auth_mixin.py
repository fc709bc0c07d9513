"""The token of the connection and the secrets of the server, as the official client has them.

This client does not need them: its transport adds the token to requests, and servers resolve the
secrets that they store. Scripts and the tests of the official client use them.
"""

from __future__ import annotations

import base64
import json
from functools import cached_property
from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.errors import DynclientError

if TYPE_CHECKING:
    from dynclient.compat.ometa.auth_providers import OpenMetadataAuthenticationProvider
    from dynclient.compat.utils.secrets_managers import SecretsManager


def _decoded(text: str) -> bytes:
    """Return a part of a token, which is base64 without padding."""
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


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

    @cached_property
    def _auth_provider(self) -> OpenMetadataAuthenticationProvider:
        from dynclient.compat.ometa.auth_providers import OpenMetadataAuthenticationProvider

        return OpenMetadataAuthenticationProvider(self.config)

    @cached_property
    def secrets_manager_client(self) -> SecretsManager:
        """The secrets manager of the connection's ``secretsManagerProvider``.

        Raises:
            NotImplementedError: the provider is not supported.
        """
        from dynclient.compat.utils.secrets_managers import secrets_manager

        return secrets_manager(schema_classes.payload(self.config).get("secretsManagerProvider"))
