"""``metadata.ingestion.ometa.auth_provider``: the token of a connection."""

from __future__ import annotations

from abc import ABC, abstractmethod
from datetime import UTC, datetime, timedelta
from typing import Any

from dynclient.client.connect import address
from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.connection import NO_AUTH, authentication
from dynclient.compat.ometa.exceptions import AuthenticationException
from dynclient.secrets import Secret


class AuthenticationProvider(ABC):
    """What a client gets its token from.

    Args:
        config: an ``OpenMetadataConnection``, or a mapping of its fields.
    """

    def __init__(self, config: Any) -> None:
        self.config = config

    @classmethod
    def create(cls, config: Any) -> Any:
        """Return the provider of a connection."""
        return cls(config)

    @abstractmethod
    def auth_token(self) -> None:
        """Get a token, and keep it."""

    @abstractmethod
    def get_access_token(self) -> Any:
        """Return the token and when it expires."""


class NoOpAuthenticationProvider(AuthenticationProvider):
    """No token: for servers without authentication."""

    def auth_token(self) -> None:
        """Do nothing."""

    def get_access_token(self) -> None:
        """Return None."""


class OpenMetadataAuthenticationProvider(AuthenticationProvider):
    """The token of ``securityConfig.jwtToken``, which may also name a variable or a file.

    Attributes:
        jwt_token: the token; None before :meth:`auth_token`.
        expiry: always in the past, so that a file is read whenever a token is needed.
    """

    def __init__(self, config: Any) -> None:
        super().__init__(config)
        self.jwt_token: Secret | None = None
        self.expiry = datetime.now(tz=UTC).replace(tzinfo=None) - timedelta(days=365)

    def auth_token(self) -> None:
        """Read the token; :attr:`jwt_token` stays None if the connection is without authentication.

        Raises:
            AuthenticationException: the connection has no token, or the variable is not set.
            UsageError: the file with the token cannot be read.
        """
        config = schema_classes.payload(self.config)
        base = address(config.get("hostPort"))
        header = authentication(config, base).header(_no_login, base)
        if header is not None:
            plain = header.get_secret_value() if isinstance(header, Secret) else header
            self.jwt_token = Secret(plain.removeprefix("Bearer "))
        elif config.get("authProvider") not in NO_AUTH:
            raise AuthenticationException(
                "the connection has no token; set securityConfig to"
                " OpenMetadataJWTClientConfig(jwtToken=…)"
            )

    def get_access_token(self) -> tuple[str | None, datetime]:
        """Return the token in clear text and when it expires, see :meth:`auth_token`."""
        self.auth_token()
        token = self.jwt_token
        return (None if token is None else token.get_secret_value()), self.expiry

    def __repr__(self) -> str:
        return f"<{type(self).__name__}>"  # the configuration may contain the token


def _no_login(request: Any) -> Any:
    raise AuthenticationException(
        f"a user name and a password have no token before the first request;"
        f" {request.path} was not called"
    )


class SignInProvider(AuthenticationProvider):
    """A provider that signs in elsewhere, which dynclient does not do."""

    def auth_token(self) -> None:
        """Raise an error that says how to connect.

        Raises:
            AuthenticationException: always.
        """
        name = type(self).__name__.removesuffix("AuthenticationProvider")
        raise AuthenticationException(
            f"dynclient does not sign in with {name}; get a token from it and connect with"
            " OpenMetadataJWTClientConfig(jwtToken=…)"
        )

    def get_access_token(self) -> Any:
        """Raise the same error."""
        self.auth_token()


class GoogleAuthenticationProvider(SignInProvider):
    """Google, in releases before 1.4."""


class OktaAuthenticationProvider(SignInProvider):
    """Okta, in releases before 1.4."""


class Auth0AuthenticationProvider(SignInProvider):
    """Auth0, in releases before 1.4."""


class AzureAuthenticationProvider(SignInProvider):
    """Azure AD, in releases before 1.4."""


class CustomOIDCAuthenticationProvider(SignInProvider):
    """An own OpenID Connect provider, in releases before 1.4."""
