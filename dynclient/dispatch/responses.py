"""What an answer means: decoded JSON, or the typed error that it tells of."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import errors

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.transport.request import Request, Response

_KINDS: dict[int, type[errors.ServerError]] = {
    400: errors.BadRequest,
    401: errors.Unauthorized,
    403: errors.Forbidden,
    404: errors.NotFound,
    405: errors.MethodNotAllowed,
    409: errors.Conflict,
    412: errors.PreconditionFailed,
    415: errors.UnsupportedMediaType,
    422: errors.BadRequest,
    429: errors.TooManyRequests,
    502: errors.Unavailable,
    503: errors.Unavailable,
    504: errors.Unavailable,
}
_WORDS = ("message", "responseMessage", "error", "errorMessage")
"""Where servers of any release, and what stands before them, put their words."""
_IDS = ("X-Request-Id", "X-Correlation-Id", "X-Amzn-Trace-Id")
_SHOWN = 2000
"""Characters of an answer that an error keeps."""

_HINTS = {
    401: "Give a valid token to connect(): a bot's JWT, or a personal access token.",
    403: "The token is known, but its user lacks the permission.",
    415: "The server wants another content type than dynclient knows of.",
}
_NO_ROUTE = "This server has no such route: is it of the release that the client speaks?"
_PROXY = (
    "This is no answer of an OpenMetadata server. Is the host right, and does a proxy before it"
    " take names with encoded slashes? Entities can be had by their id as well."
)


def fault(request: Request, answer: Response) -> errors.ServerError:
    """Return the error that an answer tells of.

    Args:
        request: what was asked.
        answer: one whose status is no success.

    Some servers answer 500 and write the status they mean into the text; ``code`` of the error is
    that one, and so is its class.
    """
    told = _decoded(answer)
    text = "" if isinstance(told, dict) else answer.body.decode("utf-8", "replace").strip()
    message = _message(told) if isinstance(told, dict) else text
    parts: dict[str, Any] = {
        "status": answer.status,
        "method": request.method,
        "url": answer.url,
        "request_id": _request_id(answer, told),
        "body": told if isinstance(told, dict) else text[:_SHOWN],
    }
    if not isinstance(told, dict) and _is_page(answer, text):
        return _of_proxy(text, parts)
    meant = _meant(answer.status, message)
    kind = _KINDS.get(meant)
    if kind is None:
        kind = errors.ServerFault if meant >= 500 else errors.ServerError
    hint = _hint(request, answer, meant, message)
    if hint:
        parts["hint"] = hint
    if meant == 429:
        from dynclient.transport.http import retry_after

        parts["retry_after"] = retry_after(answer.headers.get("Retry-After"))
    return kind(_short(message) or f"status {answer.status}, without a word", code=meant, **parts)


def _hint(request: Request, answer: Response, meant: int, message: str) -> str | None:
    if meant in {404, 405} and is_route(message):
        return _NO_ROUTE
    if meant == 404 and request.method == "DELETE" and answer.attempts > 1:
        return "The first attempt got no answer; it may have deleted it."
    return _HINTS.get(meant)


def is_route(message: str) -> bool:
    """Tell whether a message says that there is no such route (rather than no such entity)."""
    return message.startswith("HTTP 40") or "[HTTP 40" in message


def decode(request: Request, answer: Response) -> Any:
    """Return the JSON of a success; None where it has no body.

    Raises:
        NotOpenMetadata: it holds something else.
    """
    if not answer.body:
        return None
    try:
        return loads(answer.body)
    except ValueError:
        text = answer.body.decode("utf-8", "replace").strip()
    raise _of_proxy(
        text,
        {
            "status": answer.status,
            "method": request.method,
            "url": answer.url,
            "request_id": _request_id(answer, None),
            "body": text[:_SHOWN],
        },
    )


def by_media_type(request: Request, answer: Response) -> Any:
    """Return what a success holds, as its media type says: JSON decoded, text, or bytes.

    Raises:
        NotOpenMetadata: it is a page of HTML.
    """
    media = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not media or media.endswith("json") or media == "text/html":
        return decode(request, answer)
    return answer.body.decode("utf-8", "replace") if media.startswith("text/") else answer.body


def routes_in(data: dict[str, Any], entity: str) -> dict[str, str]:
    """Return routes of collections by entity type, from an entity and the references in it.

    Args:
        data: the entity, as the server gave it.
        entity: its type.

    Addresses may name a host that only the server can reach; what counts is the path below.
    """
    found = {}
    for value in data.values():
        for each in value if isinstance(value, list) else (value,):
            if isinstance(each, dict) and isinstance(each.get("type"), str):
                route = _route_of(each)
                if route is not None:
                    found[each["type"]] = route
    own = _route_of(data)
    if own is not None:
        found[entity] = own
    return found


def _route_of(data: dict[str, Any]) -> str | None:
    """Return the route in the address of an entity: ``http://…/api/v1/tables/{its id}``."""
    href, identity = data.get("href"), data.get("id")
    if not isinstance(href, str) or not isinstance(identity, str):
        return None
    route, slash, last = href[max(href.find("/v1/"), 0) :].rpartition("/")
    return route if slash and last == identity and route.startswith("/v1/") else None


_engine: Callable[[bytes], Any] | None = None
_decoded_bytes = 0
_WORTH = 200_000
"""Bytes decoded by the standard library before orjson is imported, which takes 5 ms."""


def loads(body: bytes) -> Any:
    """Decode JSON, by orjson where it is installed and worth its import.

    Raises:
        ValueError: it is none.
    """
    global _engine, _decoded_bytes  # noqa: PLW0603 -- found once, when it pays
    import json

    if _engine is None:
        _decoded_bytes += len(body)
        if _decoded_bytes < _WORTH:
            return json.loads(body)
        _engine = _fastest()
    try:
        return _engine(body)
    except ValueError:
        # What Java writes and RFC 8259 forbids (NaN) is read all the same.
        return json.loads(body)


def _fastest() -> Callable[[bytes], Any]:
    try:
        import orjson
    except ImportError:
        import json

        return json.loads
    return orjson.loads


def _decoded(answer: Response) -> Any:
    try:
        return loads(answer.body) if answer.body else None
    except ValueError:
        return None


def _message(told: dict[str, Any]) -> str:
    for key in _WORDS:
        word = told.get(key)
        if isinstance(word, dict):
            word = _message(word)
        if isinstance(word, str) and word:
            return word
    return ""


def _short(message: str) -> str:
    message = " ".join(message.split())
    return message if len(message) <= _SHOWN else message[: _SHOWN - 1] + "…"


def _meant(status: int, message: str) -> int:
    """Return the status that is meant: a 500 may say ``HTTP 404 Not Found`` in its text."""
    if status != 500 or "HTTP 4" not in message:
        return status
    digits = message[message.index("HTTP 4") + 5 :][:3]
    return int(digits) if digits.isdigit() and int(digits) in _KINDS else status


def _request_id(answer: Response, told: Any) -> str | None:
    for name in _IDS:
        if answer.headers.get(name):
            return str(answer.headers[name])
    known = told.get("requestId") if isinstance(told, dict) else None
    return known if isinstance(known, str) else None


def _is_page(answer: Response, text: str) -> bool:
    kind = answer.headers.get("Content-Type", "")
    return "html" in kind.lower() or text[:1] == "<" or not 400 <= answer.status < 600


def _of_proxy(text: str, parts: dict[str, Any]) -> errors.ServerError:
    """Return the error for a page that no OpenMetadata server writes."""
    import re

    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    words = title[1] if title else re.sub(r"<[^>]+>", " ", text)[:200]
    status: int = parts["status"]
    kind = _KINDS[status] if status in {502, 503, 504} else errors.NotOpenMetadata
    message = _short(words) or "an answer without JSON"
    return kind(message, code=status, hint=_PROXY, **parts)
