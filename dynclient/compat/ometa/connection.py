"""Where a script's ``OpenMetadataConnection`` leads: address, who calls, TLS, and headers.

A connection is a model of the release or a mapping of the same fields. What the official SDK needs
and dynclient does not (``enableVersionValidation``, what to ingest) is taken and left alone.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.client.connect import HOST, address, base_of, known_token, settings_of
from dynclient.compat.ometa.exceptions import (
    AuthenticationException,
    InvalidSSLVerificationException,
)
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from dynclient.settings import Settings
    from dynclient.transport.auth import Anonymous
    from dynclient.transport.http import Transport
    from dynclient.transport.request import Request, Response

API_VERSION = "v1"
TOKENS = ("OPENMETADATA_TOKEN", "OPENMETADATA_JWT_TOKEN")
"""Environment variables that hold a token: dynclient's own, then the official one."""
NOBODY = frozenset({"no-auth"})
"""Values of ``authProvider`` that say: send no token."""
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
    "username",
    "verifySSL",
)
"""Fields of a connection that are read here."""
_PEM = "-----BEGIN"
_TEMPLATE = "%(Authorization)s"

_CLIENT_ARGUMENTS = {
    "cert": "client_certificate",
    "verify": "verify",
    "retry": "retries",
    "retry_wait": "backoff",
}
"""What ``additional_client_config_arguments`` may hold, by our names."""


class Connection(NamedTuple):
    """One server and how to talk to it."""

    base: str
    """``http://localhost:8585/api``."""
    auth: Anonymous
    settings: Settings

    def transport(self) -> Transport:
        """Return a transport to it; nothing is sent yet."""
        from dynclient.transport.http import Transport

        return Transport(self.base, self.settings, self.auth)


def read(config: Mapping[str, Any], more: Mapping[str, Any] | None = None) -> Connection:
    """Return what a connection says.

    Args:
        config: the fields of an ``OpenMetadataConnection``, as JSON, secrets in clear.
        more: ``cert``, ``verify``, ``timeout`` (seconds, or connect and read), ``user_agent``,
            ``retry``, ``retry_wait``: what the connection has no field for.

    Raises:
        UsageError: no address, an API version other than v1, a file that is not there.
        AuthenticationException: no token, where the provider needs one.
        InvalidSSLVerificationException: ``verifySSL: validate`` without a ``caCertificate``.
        BadArguments: something in ``more`` that has no meaning here.
    """
    base = address(config.get("hostPort"))
    version = config.get("apiVersion") or API_VERSION
    if version != API_VERSION:
        raise UsageError(f"apiVersion {version!r}: servers speak {API_VERSION} only")
    headers = {str(name): str(value) for name, value in (config.get("extraHeaders") or {}).items()}
    settings = {**_tls(config), **_arguments(more or {}, headers)}
    auth = _auth(config, base)
    headers, auth = _fill_template(headers, auth)
    settings["headers"] = headers
    return Connection(base, auth, settings_of(settings))


# -- who calls -------------------------------------------------------------------------------------


def _auth(config: Mapping[str, Any], base: str) -> Anonymous:
    from dynclient.transport.auth import Anonymous, identity

    provider = config.get("authProvider")
    if provider in NOBODY:
        return Anonymous()
    security = config.get("securityConfig") or {}
    token = security.get("jwtToken") or _from_environment(base)
    if token:
        return identity(_token(str(token)), None, None)
    if all(security.get(name) for name in _LOGIN):
        return identity(None, *(str(security[name]) for name in _LOGIN))
    if security:
        raise AuthenticationException(
            f"authProvider {provider!r}: dynclient does not sign in at {provider or 'a provider'};"
            " have it give you a token, and connect with OpenMetadataJWTClientConfig(jwtToken=…)"
        )
    return Anonymous()


def _from_environment(base: str) -> str | None:
    """Return the token of the environment, unless that names another server."""
    own = known_token(base)
    if own:
        return own
    meant = os.environ.get(HOST)
    if meant and base_of(meant) != base:
        return None
    return next((os.environ[name] for name in TOKENS if os.environ.get(name)), None)


def _token(given: str) -> str | Callable[[], str]:
    """Return a token: given as it is, as ``$NAME`` of the environment, or as the path of a file.

    A file is read whenever a token is needed, so it may be replaced while a script runs.
    """
    if given.startswith("$"):
        name = given[1:].strip("{}")
        value = os.environ.get(name)
        if not value:
            raise AuthenticationException(f"jwtToken names {given}, which the environment lacks")
        return value
    path = os.path.expanduser(given)  # noqa: PTH111  # a token may be too long for a path
    return _File(Path(path)) if os.path.isfile(path) else given  # noqa: PTH113


class _File:
    """A file that holds a token; called, it gives the token of the moment."""

    __name__ = "token_file"

    def __init__(self, path: Path) -> None:
        self._path = path

    def __call__(self) -> str:
        return self._path.read_text("utf-8").strip()


def _fill_template(headers: dict[str, str], auth: Anonymous) -> tuple[dict[str, str], Anonymous]:
    """Return headers with ``%(Authorization)s`` filled in, and who calls beside them.

    A header ``Authorization`` of the script's own takes the place of the token's.
    """
    from dynclient.secrets import Secret
    from dynclient.transport.auth import Anonymous

    filled = dict(headers)
    for name, value in headers.items():
        if _TEMPLATE in value:
            token = auth.header(_no_login)
            plain = token.get_secret_value() if isinstance(token, Secret) else token or ""
            filled[name] = Secret(value.replace(_TEMPLATE, plain))
    if any(name.lower() == "authorization" for name in headers):
        return filled, Anonymous()
    return filled, auth


def _no_login(request: Request) -> Response:
    message = "extraHeaders: %(Authorization)s needs a token, and a login has none beforehand"
    raise UsageError(f"{message} (it would have to ask {request.path})")


# -- TLS and the rest ------------------------------------------------------------------------------


def _tls(config: Mapping[str, Any]) -> dict[str, Any]:
    """Return settings from ``verifySSL`` and ``sslConfig``."""
    ssl = config.get("sslConfig") or {}
    settings: dict[str, Any] = {"verify": True}
    mode = config.get("verifySSL") or "no-ssl"
    # Up to 1.0 the only field was called certificatePath.
    authority = ssl.get("caCertificate") or ssl.get("certificatePath")
    if mode == "ignore":
        settings["verify"] = False
    elif mode == "validate":
        if not authority:
            raise InvalidSSLVerificationException(
                "verifySSL is 'validate', and sslConfig names no caCertificate to check with;"
                " give its path, or write 'no-ssl' to check with the usual authorities"
            )
        settings["verify"] = _file("caCertificate", authority)
    elif mode != "no-ssl":
        raise UsageError(f"verifySSL {mode!r} is none of no-ssl, ignore, validate")
    certificate, key = ssl.get("sslCertificate"), ssl.get("sslKey")
    if key and not certificate:
        raise UsageError("sslConfig has an sslKey, and no sslCertificate that it belongs to")
    if certificate:
        own = _file("sslCertificate", certificate)
        settings["client_certificate"] = (own, _file("sslKey", key)) if key else own
    return settings


def _file(name: str, given: Any) -> str:
    text = str(given)
    if _PEM in text:
        raise UsageError(f"sslConfig: {name} takes the path of a file, not what is in it")
    path = Path(text).expanduser()
    if not path.is_file():
        raise UsageError(f"sslConfig: {name} names {text!r}, and there is no such file")
    return str(path)


def _arguments(more: Mapping[str, Any], headers: dict[str, str]) -> dict[str, Any]:
    """Return settings from ``additional_client_config_arguments``; a user agent goes to headers."""
    settings: dict[str, Any] = {}
    for name, value in more.items():
        if name == "user_agent":
            headers.setdefault("User-Agent", str(value))
        elif name == "timeout":
            connect, read = value if isinstance(value, (tuple, list)) else (value, value)
            settings |= {"connect_timeout": connect, "read_timeout": read}
        else:
            settings[_CLIENT_ARGUMENTS.get(name, name)] = value
    return settings
