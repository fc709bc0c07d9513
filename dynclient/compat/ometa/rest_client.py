"""``metadata.ingestion.ometa.client``: requests by path, as ``metadata.client.get("/tables")``.

They pass through the same dispatcher as everything else: same retries, same errors, same hooks.
"""

from __future__ import annotations

import json as encoding
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qsl, quote, urlsplit

from dynclient.compat.ometa.connection import API_VERSION
from dynclient.compat.ometa.exceptions import (
    APIError,
    HtmlResponseError,
    LimitsException,
    RetryException,
)
from dynclient.compat.ometa.gateway import Gateway, plain
from dynclient.operations import Operation
from dynclient.transport.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable

_SAFE = "/%:@!$&'()*+,;=~"
"""What stays as it is in a path given by hand; a percent sign is taken for an encoding."""
_KINDS = {"PATCH": "application/json-patch+json"}


class ClientConfig(NamedTuple):
    """Where a :class:`REST` client sends, and as whom."""

    base_url: str
    """``http://localhost:8585/api``."""
    api_version: str | None = API_VERSION
    auth_token: Callable[[], Any] | None = None
    """Gives the token, or the token and its age."""
    access_token: str | None = None
    auth_header: str | None = "Authorization"
    extra_headers: dict[str, str] | None = None
    verify: bool | str | None = None
    cert: str | tuple[str, str] | None = None
    timeout: Any = None
    retry: int | None = None
    retry_wait: int | None = None
    raw_data: bool | None = False
    allow_redirects: bool | None = False
    user_agent: str | None = None
    cookies: Any = None
    ttl_cache: int | None = None


class REST:
    """Requests by path, relative to ``/api/v1``.

    Args:
        config: what to connect to.
    """

    def __init__(self, config: ClientConfig) -> None:
        self.config = config
        self._gateway = Gateway(_client(config))

    @classmethod
    def over(cls, gateway: Gateway) -> REST:
        """Return one that shares the connections of another client."""
        made = cls.__new__(cls)
        made._gateway = gateway
        return made

    def get(self, path: str, data: Any = None) -> Any:
        """Send a GET and return the decoded answer.

        Args:
            path: below ``/api/v1``, with or without a query.
            data: a mapping of more parameters of the query.

        Raises:
            APIError: the server refused.
        """
        return self._sent("GET", path, query=data)

    def post(self, path: str, data: Any = None, json: Any = None) -> Any:
        """Send a POST and return the decoded answer.

        Args:
            path: below ``/api/v1``.
            data: the body as text, or what JSON can be made of.
            json: the body, to be encoded.
        """
        return self._sent("POST", path, data if json is None else encoding.dumps(json))

    def put(self, path: str, data: Any = None, json: Any = None) -> Any:
        """Send a PUT and return the decoded answer; arguments as for ``post``."""
        return self._sent("PUT", path, data if json is None else encoding.dumps(json))

    def patch(self, path: str, data: Any = None) -> Any:
        """Send a PATCH, ``data`` a JSON Patch, and return the decoded answer."""
        return self._sent("PATCH", path, data)

    def delete(self, path: str, data: Any = None) -> Any:
        """Send a DELETE and return the decoded answer; ``data`` are parameters of the query."""
        return self._sent("DELETE", path, query=data)

    def close(self) -> None:
        """Close the connections."""
        self._gateway.client.close()

    def _sent(self, method: str, path: str, data: Any = None, query: Any = None) -> Any:
        parts = urlsplit(path if path.startswith("/") else f"/{path}")
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        pairs += [(name, _text(value)) for name, value in (query or {}).items()]
        target = f"/{API_VERSION}{quote(parts.path, safe=_SAFE)}"
        body = _body(data)
        kind = _KINDS.get(method, "application/json")
        accepted = ("Accept", "application/json, text/plain;q=0.9")
        headers = (accepted,) if body is None else (accepted, ("Content-Type", kind))
        operation = Operation(f"{method} {parts.path}", None, method, target, result_kind="text")
        answer = self._gateway.send(Request(method, target, tuple(pairs), headers, body, operation))
        return _decoded(answer, method, target)


def _client(config: ClientConfig) -> Any:
    """Return a native client for a configuration made by hand."""
    from dynclient.client.client import Client
    from dynclient.compat.ometa.connection import read

    token = config.access_token
    if config.auth_token is not None:
        given = config.auth_token()
        token = given[0] if isinstance(given, tuple) else given
    fields = {
        "hostPort": config.base_url,
        "apiVersion": config.api_version,
        "extraHeaders": config.extra_headers,
        "authProvider": "openmetadata" if token else "no-auth",
        "securityConfig": {"jwtToken": token},
    }
    named = ("verify", "cert", "timeout", "retry", "retry_wait", "user_agent")
    more = {name: getattr(config, name) for name in named if getattr(config, name) is not None}
    found = read(fields, more)
    return Client(found.base, found.transport(), found.settings)


def _body(data: Any) -> bytes | None:
    if data is None or isinstance(data, bytes):
        return data
    return data.encode() if isinstance(data, str) else encoding.dumps(data).encode()


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(map(_text, value))
    return str(plain(value))


def _decoded(text: str, method: str, path: str) -> Any:
    """Return decoded JSON, the text where it is none, and None for nothing.

    Raises:
        HtmlResponseError: it is a page for people.
    """
    if not text:
        return None
    try:
        return encoding.loads(text)
    except ValueError:
        if text.lstrip()[:1] != "<":
            return text
    told = {"status": 200, "code": 200, "method": method, "url": path, "request_id": None}
    message = "a page for people came back; does hostPort lack its /api?"
    raise HtmlResponseError(message, body=text[:2000], **told)


__all__ = [
    "REST",
    "APIError",
    "ClientConfig",
    "HtmlResponseError",
    "LimitsException",
    "RetryException",
]
