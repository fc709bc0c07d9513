"""The base URL of a server's API, and the server and token that the environment names."""

from __future__ import annotations

import os
import re

from dynclient.errors import UsageError

HOST = "OPENMETADATA_HOST"
PROFILE = "OPENMETADATA_PROFILE"
"""Variable with the name of a profile of the configuration file."""
TOKENS = ("OPENMETADATA_TOKEN", "OPENMETADATA_JWT_TOKEN")
"""Variables with a token; the first one that is set is used."""
_PAGE = re.compile(r"/(?:api/v1/.|(?:signin|my-data)(?:/|$)|[^/]*\.html$)")
"""What follows the URL of a server in the address bar of a browser, and never belongs to it."""


def api_url(host: str) -> str:
    """Return the base URL of the API of a server: ``http://localhost:8585/api``.

    Args:
        host: URL of the server, with or without ``/api``, ``/api/v1`` and a trailing slash.

    Raises:
        UsageError: it has no scheme or host name, or contains a user, a query, or the path of a
            page.
    """
    from urllib.parse import urlsplit

    if not isinstance(host, str):
        raise _not_text(host)
    try:
        parts = urlsplit(host.strip())
        port = parts.port
    except ValueError as error:
        raise UsageError(f"host= must be a URL: {error}") from None
    if parts.scheme not in {"http", "https"}:
        name = host.strip().rpartition("@")[2]
        hint = "" if "://" in name else f"; did you mean 'http://{name}' or 'https://{name}'?"
        raise UsageError(f"host= must begin with https:// or http://, not {name!r}{hint}")
    if not parts.hostname or port == 0:
        raise UsageError("host= must have a host name, and a port from 1 to 65535 if any")
    if parts.username is not None or parts.password is not None:
        raise UsageError("host= must not contain a user; use username= and password=, or token=")
    if parts.query or parts.fragment:
        raise UsageError("host= must not contain a query ('?') or a fragment ('#')")
    path = parts.path.rstrip("/").removesuffix("/v1").removesuffix("/api").rstrip("/")
    page = _PAGE.search(path)
    if page is not None:
        server = f"{parts.scheme}://{parts.netloc}{path[: page.start()]}"
        raise UsageError(
            "host= must be the URL of the server, without the path of a page or a collection; did"
            f" you mean {server}?"
        )
    _check_name(parts.hostname)
    return f"{parts.scheme}://{parts.netloc}{path}/api"


def _check_name(name: str) -> None:
    """Raise UsageError for a host name that cannot exist; requests reports it much later."""
    labels = name.removesuffix(".").split(".")
    is_name = all(0 < len(label) < 64 for label in labels) and not any(map(str.isspace, name))
    if is_name and not name.isascii():
        try:
            name.encode("idna")
        except UnicodeError:
            is_name = False
    if not is_name:
        raise UsageError(f"host= must contain a valid host name, not {name!r}")


def _not_text(host: object) -> UsageError:
    url = getattr(host, "host", None)
    hint = f"; did you mean its host, {url!r}?" if isinstance(url, str) else ""
    return UsageError(f"host= must be a URL such as 'http://localhost:8585', not {host!r}{hint}")


def without_credentials(url: str) -> str:
    """Return a URL without user, query and fragment, each of which may contain a credential."""
    scheme, mark, rest = url.partition("#")[0].partition("?")[0].partition("://")
    if not mark:
        return scheme
    host, slash, path = rest.partition("/")
    return f"{scheme}://{host.rpartition('@')[2]}{slash}{path}"


def token_variable(base: str) -> str | None:
    """Return the name of the variable whose token is sent to a server, or None.

    ``OPENMETADATA_TOKEN`` comes before ``OPENMETADATA_JWT_TOKEN``. If ``OPENMETADATA_HOST`` names
    another server, neither is sent.

    Args:
        base: base URL of the API that the token would be sent to.

    Raises:
        UsageError: ``OPENMETADATA_HOST`` is not a URL.
    """
    name = next((name for name in TOKENS if os.environ.get(name)), None)
    host = os.environ.get(HOST)
    return None if name is None or (host and api_url(host) != base) else name


def token_from_environment(base: str) -> str | None:
    """Return the token of the environment for a server, or None; see :func:`token_variable`."""
    name = token_variable(base)
    return None if name is None else os.environ[name]


def unsent_variable(base: str) -> str | None:
    """Return why the token of a variable is not sent to a server, as a sentence, or None."""
    name = next((name for name in TOKENS if os.environ.get(name)), None)
    if name is None or token_variable(base) is not None:
        return None
    other = api_url(os.environ[HOST])
    return f"{name} is not sent to {base}, because {HOST} is {other}."
