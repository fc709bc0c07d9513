"""``metadata.ingestion.ometa.client``: requests by path, as ``metadata.client.get("/tables")``.

They have the retries, errors and hooks of all other calls.
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
from dynclient.dispatch.responses import loads
from dynclient.operations import Operation
from dynclient.tracebacks import public_calls
from dynclient.transport.request import Request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_SAFE = "/%:@!$&'()*+,;=~"
"""Characters that are not percent-encoded in a path; an existing encoding is kept."""
_KINDS = {"PATCH": "application/json-patch+json"}


class ClientConfig(NamedTuple):
    """Server, authentication and options of a :class:`REST` client."""

    base_url: str
    """``http://localhost:8585/api``."""
    api_version: str | None = API_VERSION
    auth_token: Callable[[], Any] | None = None
    """Returns the token, or a tuple of the token and its expiry."""
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


@public_calls
class REST:
    """Requests by path, relative to ``/api/v1``.

    Args:
        config: server and options.
    """

    def __init__(self, config: ClientConfig) -> None:
        self.config = config
        self._gateway = Gateway(_client(config))

    @classmethod
    def over(cls, gateway: Gateway) -> REST:
        """Return a client that shares the connections of another client."""
        client = cls.__new__(cls)
        client._gateway = gateway
        return client

    def get(self, path: str, data: Any = None) -> Any:
        """Send a GET request and return the decoded body of the response.

        Args:
            path: path below ``/api/v1``, with or without a query.
            data: more query parameters, as a mapping.

        Raises:
            APIError: the server returned an error.
        """
        return self._request("GET", path, query=data)

    def post(
        self,
        path: str,
        data: Any = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a POST request and return the decoded body of the response.

        Args:
            path: path below ``/api/v1``.
            data: the body, as text or as data to encode as JSON. A text that is not JSON, such as
                a CSV file, is sent as ``text/plain``.
            json: the body, as data to encode as JSON.
            headers: more headers; ``Content-Type`` replaces the one that fits the body.
        """
        return self._write("POST", path, data, json, headers)

    def put(
        self,
        path: str,
        data: Any = None,
        json: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        """Send a PUT request; arguments and result as for :meth:`post`."""
        return self._write("PUT", path, data, json, headers)

    def patch(self, path: str, data: Any = None) -> Any:
        """Send a PATCH request with a JSON Patch; result as for :meth:`post`."""
        return self._request("PATCH", path, data)

    def delete(self, path: str, data: Any = None) -> Any:
        """Send a DELETE request; ``data`` is a mapping of query parameters."""
        return self._request("DELETE", path, query=data)

    def close(self) -> None:
        """Close the connections."""
        self._gateway.client.close()

    def _write(
        self, method: str, path: str, data: Any, json: Any, headers: Mapping[str, str] | None
    ) -> Any:
        body = data if json is None else encoding.dumps(json)
        return self._request(method, path, body, headers=headers)

    def _request(
        self,
        method: str,
        path: str,
        data: Any = None,
        query: Any = None,
        headers: Mapping[str, str] | None = None,
    ) -> Any:
        parts = urlsplit(path if path.startswith("/") else f"/{path}")
        pairs = parse_qsl(parts.query, keep_blank_values=True)
        pairs += [(name, _text(value)) for name, value in (query or {}).items()]
        target = f"/{API_VERSION}{quote(parts.path, safe=_SAFE)}"
        body = _body(data)
        sent = {"Accept": "application/json, text/plain;q=0.9"}
        if body is not None:
            sent["Content-Type"] = _KINDS.get(method) or _media_type(body)
        for name, value in (headers or {}).items():
            sent[name.title()] = value
        operation = Operation(f"{method} {parts.path}", None, method, target, result_kind="text")
        text = self._gateway.send(
            Request(method, target, tuple(pairs), tuple(sent.items()), body, operation)
        )
        return _decoded(text, method, target)


def _client(config: ClientConfig) -> Any:
    """Return dynclient's client for a configuration."""
    from dynclient.client.client import Client
    from dynclient.compat.ometa.connection import read

    token = config.access_token
    if config.auth_token is not None:
        result = config.auth_token()
        token = result[0] if isinstance(result, tuple) else result
    fields = {
        "hostPort": config.base_url,
        "apiVersion": config.api_version,
        "extraHeaders": config.extra_headers,
        "authProvider": "openmetadata" if token else "no-auth",
        "securityConfig": {"jwtToken": token},
    }
    names = ("verify", "cert", "timeout", "retry", "retry_wait", "user_agent")
    arguments = {name: getattr(config, name) for name in names if getattr(config, name) is not None}
    connection = read(fields, arguments)
    return Client(connection.base, connection.transport(), connection.settings)


def _body(data: Any) -> bytes | None:
    if data is None or isinstance(data, bytes):
        return data
    return data.encode() if isinstance(data, str) else encoding.dumps(data).encode()


def _media_type(body: bytes) -> str:
    """Return the media type of a body: JSON if it is JSON, else text."""
    try:
        encoding.loads(body)
    except (ValueError, RecursionError):
        return "text/plain"
    return "application/json"


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (list, tuple)):
        return ",".join(map(_text, value))
    return str(plain(value))


def _decoded(text: str, method: str, path: str) -> Any:
    """Return decoded JSON, the text if it is not JSON, or None if it is empty.

    Raises:
        HtmlResponseError: the text is an HTML page.
    """
    if not text:
        return None
    try:
        return loads(text.encode())
    except ValueError:
        if text.lstrip()[:1] != "<":
            return text
    parts = {"status": 200, "code": 200, "method": method, "url": path, "request_id": None}
    message = "the response is an HTML page, not JSON; check that hostPort ends in /api"
    raise HtmlResponseError(message, body=text[:2000], **parts)


__all__ = [
    "REST",
    "APIError",
    "ClientConfig",
    "HtmlResponseError",
    "LimitsException",
    "RetryException",
]
