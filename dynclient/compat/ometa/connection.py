"""A script's ``OpenMetadataConnection``: address, authentication, TLS and headers.

A connection is a model of the release or a mapping with the same fields. Fields that dynclient does
not need (``enableVersionValidation``, what to ingest) are ignored.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.client.connect import address, settings_of
from dynclient.compat.ometa.exceptions import (
    AuthenticationException,
    InvalidSSLVerificationException,
)
from dynclient.errors import UsageError
from dynclient.suggestions import nearest
from dynclient.transport.address import HOST, token_variable

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dynclient.settings import Settings
    from dynclient.transport.auth import Anonymous
    from dynclient.transport.http import Transport
    from dynclient.transport.request import Request, Response

API_VERSION = "v1"
NO_AUTH = frozenset({"no-auth"})
"""Values of ``authProvider`` with which no token is sent."""
_LOGIN = ("username", "password")
FIELDS = (
    "apiVersion",
    "authProvider",
    "caCertificate",
    "certificatePath",
    "extraHeaders",
    "hostPort",
    "jwtToken",
    "password",
    "securityConfig",
    "sslCertificate",
    "sslConfig",
    "sslKey",
    "storeServiceConnection",
    "username",
    "verifySSL",
)
"""Fields of a connection that are used."""
_PEM = "-----BEGIN"
_TEMPLATE = "%(Authorization)s"

_CLIENT_ARGUMENTS = {
    "cert": "client_certificate",
    "verify": "verify",
    "retry": "retries",
    "retry_wait": "backoff",
}
"""Keys of ``additional_client_config_arguments``, and dynclient's settings for them."""


class Connection(NamedTuple):
    """One server, and how to connect to it."""

    base: str
    """``http://localhost:8585/api``."""
    auth: Anonymous
    settings: Settings

    def transport(self) -> Transport:
        """Return a transport for the server; nothing is sent yet."""
        from dynclient.transport.http import Transport

        return Transport(self.base, self.settings, self.auth)


def read(config: Mapping[str, Any], arguments: Mapping[str, Any] | None = None) -> Connection:
    """Return the connection that a configuration describes.

    Args:
        config: the fields of an ``OpenMetadataConnection``, as JSON, secrets in clear.
        arguments: ``additional_client_config_arguments``: ``cert``, ``verify``, ``timeout`` (in
            seconds for each wait, or a pair of connect and read timeout), ``user_agent``,
            ``retry``, ``retry_wait``, and dynclient's own settings.

    Raises:
        UsageError: no address, an API version other than v1, or a file that does not exist.
        AuthenticationException: the provider needs a token, and none is given.
        InvalidSSLVerificationException: ``verifySSL: validate`` without a ``caCertificate``.
        BadArguments: an unknown argument.
    """
    if not config.get("hostPort"):
        _require_address(config)
    base = address(config.get("hostPort"))
    version = config.get("apiVersion") or API_VERSION
    if version != API_VERSION:
        raise UsageError(f"apiVersion must be {API_VERSION!r}, not {version!r}")
    headers = {
        str(name): value if isinstance(value, str) else str(value)  # str() of a secret is the mask
        for name, value in (config.get("extraHeaders") or {}).items()
    }
    settings = {**_tls(config), **_settings(arguments or {}, headers)}
    auth = authentication(config, base)
    headers, auth = _fill_template(headers, auth, base)
    settings["headers"] = headers
    settings["unread"] = "none"  # as official models have it
    return Connection(base, auth, settings_of(settings))


def _require_address(config: Mapping[str, Any]) -> None:
    """Raise an error if the environment has no address either.

    Raises:
        UsageError: there is no address; it suggests the field with the nearest name.
    """
    if os.environ.get(HOST):
        return
    close = [name for name in config if "hostPort" in nearest(name, FIELDS)]
    near = f"; is {close[0]!r} a typing error?" if close else ""
    raise UsageError(
        "the connection has no hostPort, such as 'http://localhost:8585/api', and the environment"
        f" variable {HOST} is not set{near}"
    )


def stores_connections(config: Mapping[str, Any]) -> bool:
    """Return whether a service created from a source is stored with its connection.

    Args:
        config: as for :func:`read`. Variables of the environment have ``false`` as text.
    """
    value = config.get("storeServiceConnection")
    return str(True if value is None else value).casefold() != "false"


# -- authentication --------------------------------------------------------------------------------


def authentication(config: Mapping[str, Any], base: str) -> Anonymous:
    """Return how a connection authenticates, without a header of its ``extraHeaders``.

    Args:
        config: as for :func:`read`.
        base: the address of the server.

    Raises:
        AuthenticationException: the provider needs a token, and none is given.
        UsageError: the token is the path of a file that cannot be read.
    """
    from dynclient.transport.auth import Anonymous, identity

    provider = config.get("authProvider")
    if provider in NO_AUTH:
        return Anonymous()
    security = config.get("securityConfig") or {}
    own, variable = security.get("jwtToken"), token_variable(base)
    if own:
        return identity(_token(str(own)), None, None, _origin(str(own)))
    if variable is not None:
        return identity(_token(os.environ[variable]), None, None, variable)
    if all(security.get(name) for name in _LOGIN):
        return identity(None, *(str(security[name]) for name in _LOGIN))
    if security:
        raise AuthenticationException(
            f"authProvider {provider!r} is not supported: dynclient does not sign in at"
            f" {provider or 'a provider'}; get a token from it and connect with"
            " OpenMetadataJWTClientConfig(jwtToken=…)"
        )
    return Anonymous()


def _origin(text: str) -> str:
    """Return where a ``jwtToken`` comes from, for messages; it may name a variable."""
    return text[1:].strip("{}") if text.startswith("$") else "securityConfig.jwtToken"


def _token(text: str) -> str | Callable[[], str]:
    """Return a token: the text itself, ``$NAME`` of the environment, or the content of a file.

    A file is read whenever a token is needed, so that it can be replaced while a script runs.
    """
    if text.startswith("$"):
        name = text[1:].strip("{}")
        value = os.environ.get(name)
        if not value:
            raise AuthenticationException(
                f"jwtToken is {text}, but the environment variable {name} is not set"
            )
        return value
    path = os.path.expanduser(text)  # noqa: PTH111  # a token may be too long for a path
    return _TokenFile(Path(path)) if os.path.isfile(path) else text  # noqa: PTH113


class _TokenFile:
    """A file with a token; calling it returns the current token."""

    __name__ = "token_file"

    def __init__(self, path: Path) -> None:
        self._path = path
        self.origin = f"the file {str(path)!r}"

    def __call__(self) -> str:
        try:
            return self._path.read_text("utf-8").strip()
        except OSError as error:
            why = error.strerror
        except ValueError:  # outside the handler: the error of a codec contains the text
            why = "it is not UTF-8 text"
        raise UsageError(f"the token file {str(self._path)!r} cannot be read: {why}")


def _fill_template(
    headers: dict[str, str], auth: Anonymous, base: str
) -> tuple[dict[str, str], Anonymous]:
    """Return headers with ``%(Authorization)s`` replaced, and the authentication to use.

    A script's own header ``Authorization`` replaces the one with the token.
    """
    from dynclient.secrets import Secret
    from dynclient.transport.auth import Anonymous

    filled = dict(headers)
    for name, value in headers.items():
        if _TEMPLATE in value:
            token = auth.header(_no_login, base)
            plain = token.get_secret_value() if isinstance(token, Secret) else token or ""
            filled[name] = Secret(value.replace(_TEMPLATE, plain))
    if any(name.lower() == "authorization" for name in headers):
        return filled, Anonymous()
    return filled, auth


def _no_login(request: Request) -> Response:
    message = "extraHeaders: %(Authorization)s needs a token, and a login has none yet"
    raise UsageError(f"{message} (it is requested from {request.path} later)")


# -- TLS and the rest ------------------------------------------------------------------------------


def _tls(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings from ``verifySSL`` and ``sslConfig``."""
    ssl = config.get("sslConfig") or {}
    settings: dict[str, Any] = {"verify": True}
    mode = config.get("verifySSL") or "no-ssl"
    # Up to release 1.0 the field is called certificatePath.
    authority = ssl.get("caCertificate") or ssl.get("certificatePath")
    if mode == "ignore":
        settings["verify"] = False
    elif mode == "validate":
        if not authority:
            raise InvalidSSLVerificationException(
                "verifySSL is 'validate', but sslConfig has no caCertificate; set the path of the"
                " CA certificate, or verifySSL to 'no-ssl' to use the system's certificates"
            )
        settings["verify"] = _file("caCertificate", authority)
    elif mode != "no-ssl":
        raise UsageError(f"verifySSL must be 'no-ssl', 'ignore' or 'validate', not {mode!r}")
    certificate, key = ssl.get("sslCertificate"), ssl.get("sslKey")
    if key and not certificate:
        raise UsageError("sslConfig has an sslKey but no sslCertificate")
    if certificate:
        own = _file("sslCertificate", certificate)
        settings["client_certificate"] = (own, _file("sslKey", key)) if key else own
    return settings


def _file(name: str, value: Any) -> str:
    text = str(value)
    if _PEM in text:
        raise UsageError(f"sslConfig: {name} must be the path of a file, not its content")
    path = Path(text).expanduser()
    if not path.is_file():
        raise UsageError(f"sslConfig: the {name} file {text!r} does not exist")
    return str(path)


def _settings(arguments: Mapping[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """Return settings from ``additional_client_config_arguments``; add a user agent to headers."""
    settings: dict[str, Any] = {}
    for name, value in arguments.items():
        if name == "user_agent":
            headers.setdefault("User-Agent", str(value))
        elif name == "timeout":
            # As requests means it: for each wait. Its None is our default, not "for ever".
            connect, read = value if isinstance(value, (tuple, list)) else (value, value)
            waits = {"connect_timeout": connect, "read_timeout": read}
            settings |= {key: each for key, each in waits.items() if each is not None}
        else:
            settings[_CLIENT_ARGUMENTS.get(name, name)] = value
    return settings
