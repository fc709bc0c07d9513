"""``metadata.sdk.config``: the configuration of the global client."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from dynclient.compat.conversion import entity_class, wrap
from dynclient.errors import SchemaNotFound, UsageError
from dynclient.secrets import Secret
from dynclient.transport.address import HOST, TOKENS

if TYPE_CHECKING:
    from collections.abc import Mapping

HOSTS = (HOST, "OPENMETADATA_SERVER_URL")
"""Variables with the address of the server; the first one that is set is used."""
KEYS = ("OPENMETADATA_JWT_TOKEN", "OPENMETADATA_API_KEY", TOKENS[0])
"""Variables with a token; the first one that is set is used."""
_VERIFY = "OPENMETADATA_VERIFY_SSL"
_BUNDLE = "OPENMETADATA_CA_BUNDLE"
_TIMEOUT = "OPENMETADATA_CLIENT_TIMEOUT"
_SECRETS = ("jwt_token", "api_key")
_YES, _NO = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off"})
_CONNECTION = "entity/services/connections/metadata/openMetadataConnection.json"
_JWT = "security/client/openMetadataJWTClientConfig.json"
_CERTIFICATES = "security/ssl/validateSSLClientConfig.json"
_SSL = "security/ssl/verifySSLConfig.json"


class ConfigurationMissing(UsageError, ValueError, RuntimeError):
    """The global client has no address or no token, or ``configure()`` was not called."""


@dataclass(repr=False)
class OpenMetadataConfig:
    """Address, token and options of the global client.

    Attributes:
        server_url: URL of the server, with or without ``/api``.
        jwt_token: the token; always masked.
        api_key: another name for the token, which is used if ``jwt_token`` is not set.
        verify_ssl: False to accept any certificate.
        ca_bundle: path of a file with the certificates to verify with.
        client_timeout: seconds to wait for a connection, and for a response.

    Raises:
        ConfigurationMissing: there is no address.
        UsageError: the timeout is not a number of seconds.
    """

    server_url: str
    jwt_token: str | None = None
    api_key: str | None = None
    verify_ssl: bool = True
    ca_bundle: str | None = None
    client_timeout: int = 30

    def __post_init__(self) -> None:
        if not self.server_url:
            raise ConfigurationMissing(
                "the address of the server is missing; use configure(host=…, jwt_token=…), or set"
                f" the environment variable {HOSTS[0]}"
            )
        seconds: Any = self.client_timeout  # a script may pass anything
        if isinstance(seconds, bool) or not isinstance(seconds, (int, float)) or seconds < 0:
            raise UsageError(
                f"client_timeout must be a number of seconds, 0 or more, not {seconds!r}"
            )
        self.server_url = self.server_url.rstrip("/")
        if self.jwt_token is None:
            self.jwt_token = self.api_key

    @classmethod
    def builder(cls) -> OpenMetadataConfigBuilder:
        """Return a builder: ``OpenMetadataConfig.builder().server_url(…).build()``."""
        return OpenMetadataConfigBuilder()

    @classmethod
    def from_env(cls) -> OpenMetadataConfig:
        """Return the configuration that environment variables describe.

        ``OPENMETADATA_HOST`` or ``OPENMETADATA_SERVER_URL``, ``OPENMETADATA_JWT_TOKEN`` or
        ``OPENMETADATA_API_KEY``, ``OPENMETADATA_VERIFY_SSL`` (true unless it is set),
        ``OPENMETADATA_CA_BUNDLE``, ``OPENMETADATA_CLIENT_TIMEOUT`` (seconds).

        Raises:
            ConfigurationMissing: no variable has an address.
            UsageError: a variable has a value that is not valid.
        """
        return cls(**fields_of_environment())

    def to_ometa_config(self) -> Any:
        """Return the token as an ``OpenMetadataJWTClientConfig``.

        Raises:
            ConfigurationMissing: there is no token.
        """
        return wrap(_class(_JWT), {"jwtToken": self._token()})

    def to_ssl_config(self) -> Any:
        """Return the certificates to verify with as an ``SslConfig``; None for the system's."""
        if not self.ca_bundle:
            return None
        certificates = {"caCertificate": self.ca_bundle}
        try:
            return wrap(_class(_SSL), certificates)
        except SchemaNotFound:  # before release 1.1
            return certificates

    def connection(self) -> Any:
        """Return the connection for the client of ``metadata.ingestion.ometa``.

        Raises:
            ConfigurationMissing: there is no token.
        """
        fields: dict[str, Any] = {
            "hostPort": self.server_url,
            "authProvider": "openmetadata",
            "securityConfig": {"jwtToken": self._token()},
            "verifySSL": _verification(self),
        }
        if self.ca_bundle:
            fields["sslConfig"] = {"caCertificate": self.ca_bundle}
        return wrap(_class(_CONNECTION), fields)

    def _token(self) -> str:
        token = self.jwt_token or self.api_key
        if not token:
            raise ConfigurationMissing(
                f"the token for {self.server_url} is missing; use configure(host=…, jwt_token=…),"
                f" or set the environment variable {KEYS[0]} or {KEYS[1]}"
            )
        return token

    def __repr__(self) -> str:
        fields = {name: value for name, value in vars(self).items() if value is not None}
        hidden = {name: Secret(fields[name]) for name in _SECRETS if name in fields}
        arguments = ", ".join(f"{name}={value!r}" for name, value in (fields | hidden).items())
        return f"OpenMetadataConfig({arguments})"

    def __getstate__(self) -> dict[str, Any]:
        """Return the fields for pickle, which stores a handle instead of the token."""
        state = dict(vars(self))
        return state | {name: Secret(state[name]) for name in _SECRETS if state[name]}

    def __setstate__(self, state: dict[str, Any]) -> None:
        plain = {
            name: value.get_secret_value() if isinstance(value, Secret) else value
            for name, value in state.items()
        }
        vars(self).update(plain)


class OpenMetadataConfigBuilder:
    """Builds an :class:`OpenMetadataConfig` step by step; each method returns the builder."""

    def __init__(self) -> None:
        self._fields: dict[str, Any] = {}

    def _set(self, name: str, value: Any) -> OpenMetadataConfigBuilder:
        self._fields[name] = value
        return self

    def server_url(self, url: str) -> OpenMetadataConfigBuilder:
        """Set the URL of the server."""
        return self._set("server_url", url)

    def jwt_token(self, token: str) -> OpenMetadataConfigBuilder:
        """Set the token."""
        return self._set("jwt_token", token)

    def api_key(self, key: str) -> OpenMetadataConfigBuilder:
        """Set the token, under another name."""
        return self._set("api_key", key)

    def verify_ssl(self, verify: bool) -> OpenMetadataConfigBuilder:
        """Set whether certificates are verified."""
        return self._set("verify_ssl", verify)

    def ca_bundle(self, bundle: str) -> OpenMetadataConfigBuilder:
        """Set the path of the file with the certificates to verify with."""
        return self._set("ca_bundle", bundle)

    def client_timeout(self, timeout: int) -> OpenMetadataConfigBuilder:
        """Set how many seconds to wait for a connection, and for a response."""
        return self._set("client_timeout", timeout)

    def build(self) -> OpenMetadataConfig:
        """Return the configuration.

        Raises:
            ConfigurationMissing: ``server_url`` was not set.
        """
        return OpenMetadataConfig(**{"server_url": "", **self._fields})

    def __repr__(self) -> str:
        return f"<OpenMetadataConfigBuilder of {', '.join(self._fields) or 'nothing'}>"


def read_config(
    config: OpenMetadataConfig | Mapping[str, Any] | None, fields: Mapping[str, Any]
) -> OpenMetadataConfig:
    """Return a configuration from the arguments of ``configure()``.

    Args:
        config: a whole configuration, or a mapping of its fields; None for the environment.
        fields: single fields, which replace those of ``config``; ``host`` is ``server_url``.

    Raises:
        ConfigurationMissing: there is no address.
        UsageError: there is no field of a name.
    """
    named = _checked(fields)
    if isinstance(config, OpenMetadataConfig):
        known = dict(vars(config))
    elif config is None:
        known = fields_of_environment()
    else:
        known = {"server_url": "", **_checked(config)}
    if "api_key" in named and "jwt_token" not in named:
        known.pop("jwt_token", None)
    return OpenMetadataConfig(**{**known, **named})


def _checked(fields: Mapping[str, Any]) -> dict[str, Any]:
    from dynclient.suggestions import did_you_mean, nearest

    known = OpenMetadataConfig.__dataclass_fields__
    named: dict[str, Any] = {}
    for name, value in fields.items():
        proper = "server_url" if name == "host" else name
        if proper not in known:
            close = did_you_mean(nearest(name, [*known, "host"]))
            raise UsageError(f"configure() has no argument {name!r}{close}")
        if value is not None:
            named[proper] = value
    return named


def fields_of_environment() -> dict[str, Any]:
    """Return the fields of a configuration that environment variables have."""
    fields: dict[str, Any] = {"server_url": _first(HOSTS) or ""}
    token, bundle, timeout = _first(KEYS), os.environ.get(_BUNDLE), os.environ.get(_TIMEOUT)
    if token:
        fields["jwt_token"] = token
    if bundle:
        fields["ca_bundle"] = bundle
    verify = os.environ.get(_VERIFY)
    if verify:
        fields["verify_ssl"] = _is_true(_VERIFY, verify)
    if timeout:
        try:
            fields["client_timeout"] = int(timeout)
        except ValueError:
            message = f"{_TIMEOUT} must be a number of seconds, not {timeout!r}"
            raise UsageError(message) from None
    return fields


def _first(variables: tuple[str, ...]) -> str | None:
    return next((value for name in variables if (value := os.environ.get(name))), None)


def _is_true(variable: str, text: str) -> bool:
    word = text.strip().casefold()
    if word not in _YES | _NO:
        raise UsageError(f"{variable} must be true or false, not {text!r}")
    return word in _YES


def verify_ssl_mode(config: OpenMetadataConfig) -> Any:
    """Return how certificates are verified, as a member of ``VerifySSL``.

    Args:
        config: the configuration.

    Returns:
        ``ignore`` (any certificate), ``validate`` (by ``ca_bundle``), ``no_ssl`` (by the
        certificates of the system).
    """
    return _class(f"{_SSL}#/definitions/verifySSL")(_verification(config))


def _verification(config: OpenMetadataConfig) -> str:
    if not config.verify_ssl:
        return "ignore"
    return "validate" if config.ca_bundle else "no-ssl"


def _class(path: str) -> Any:
    """Return a class of the connection, which does not settle the release of a script."""
    from dynclient import compat

    hook = compat.installed()
    return entity_class(compat.find_release() if hook is None else hook.release, path)
