"""What a response contains: decoded JSON, or the typed error of its status."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import errors
from dynclient.schema.pointers import MAX_DEPTH, is_deeper
from dynclient.transport.request import LOST

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.operations import Operation
    from dynclient.schema import EntityType
    from dynclient.transport.request import Request, Response

_ERRORS: dict[int, type[errors.ServerError]] = {
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
_MESSAGE_KEYS = ("message", "responseMessage", "error", "errorMessage")
"""Where servers of any release, and proxies before them, put their message."""
_NO_MESSAGE = {404: "the 404 has no message of an OpenMetadata server"}
_REQUEST_ID_HEADERS = ("X-Request-Id", "X-Correlation-Id", "X-Amzn-Trace-Id")
_MARKUP = (b"<", b"{", b"[", b"")
"""How HTML, XML and JSON begin that a text is not; a body that does and is not JSON is an error."""
_WHITESPACE = dict.fromkeys(map(ord, "\t\r\n"))
_KINDS = frozenset({"entity", "page", "history", "object"})
"""Kinds of results whose shape is checked."""
_CHANGE_EVENT = "type/changeEvent.json"
_UUID_LENGTH = 36
_MESSAGE_LENGTH = 2000
"""Characters of a message or a body that an error keeps."""
_PAGE_LENGTH = 20_000
"""Bytes of a page that are searched for a reason."""

_UNAVAILABLE = (
    "The server, or a proxy in front of it, is not available now: it may be starting, overloaded or"
    " down. Try again later."
)
_HINTS = {
    403: "The token is valid, but its user lacks the permission.",
    407: "The proxy requires a user and a password in the URL of HTTPS_PROXY or HTTP_PROXY.",
    415: "The server expects a content type that dynclient does not know.",
    502: _UNAVAILABLE,
    503: _UNAVAILABLE,
    504: _UNAVAILABLE,
}
_UNKNOWN_OUTCOME = " The request may have been carried out; read the entity before you repeat it."
_MAY_BE_DONE = (
    "An earlier attempt got no response. It may have been carried out, and this error be a"
    " consequence of that; read the entity to find out."
)
_NO_TAG = "tag instance for "
"""How servers begin the message about a label whose tag does not exist."""
_NO_ROUTE = (
    "This server has no such route; its release may differ from the one that the client uses."
)
_PROXY = (
    "The response does not come from an OpenMetadata server. Check the host, and the proxy if there"
    " is one."
)
_WEB_INTERFACE = (
    "This is the web interface of OpenMetadata. host= must be the URL of the server, without the"
    " path of a page."
)
_PROXY_SLASH = (
    "The response does not come from an OpenMetadata server. Check the host, and whether a proxy"
    " rejects names with encoded slashes; entities can be read by id as well."
)


def to_error(request: Request, response: Response, transport: Any = None) -> errors.ServerError:
    """Return the error of a response.

    Args:
        request: the request that was sent.
        response: its status is not 2xx.
        transport: what sent it; the hint of a 401 says where its token comes from.

    Some servers send 500 and write the intended status into the message. The error's ``code`` and
    its class are those of the intended status.
    """
    body = _decoded(response)
    text = "" if isinstance(body, dict) else _beginning(response)
    message = _message(body) if isinstance(body, dict) else text
    parts: dict[str, Any] = {
        "status": response.status,
        "method": request.method,
        "url": response.url,
        "request_id": _request_id(response, body),
        "body": body if isinstance(body, dict) else text[:_MESSAGE_LENGTH],
    }
    if request.is_write and (response.may_be_done or response.status in LOST):
        parts["may_be_done"] = True
    if not isinstance(body, dict) and _is_page(response, text):
        return _of_proxy(text, parts)
    code = _intended_status(response.status, message)
    if code == 404 and request.method != "HEAD" and not _is_refusal(body):
        # An entity that does not exist is created by many scripts, so only a server's word counts.
        return _of_proxy(_message(body) if isinstance(body, dict) else text, parts)
    kind = _ERRORS.get(code)
    if kind is None:
        kind = errors.ServerFault if code >= 500 else errors.ServerError
    hint = _hint(request, response, code, message)
    if code == 401:
        from dynclient.transport.refusal import refusal_hint

        hint = refusal_hint(transport)
    if hint:
        parts["hint"] = hint
    if code == 429:
        from dynclient.transport.request import retry_after

        parts["retry_after"] = retry_after(response.headers.get("Retry-After"))
    return kind(_short(message) or f"status {response.status}, no message", code=code, **parts)


def _beginning(response: Response) -> str:
    """Return the beginning of a body as text; a page may be large."""
    return response.body[:_PAGE_LENGTH].decode("utf-8", "replace").strip()


def _hint(request: Request, response: Response, code: int, message: str) -> str | None:
    if code in {404, 405} and is_route(message):
        return _NO_ROUTE
    if response.may_be_done and request.is_write:
        return _MAY_BE_DONE
    is_label = message.startswith(_NO_TAG) and not request.path.startswith("/v1/tags")
    if code == 404 and request.is_write and is_label:
        return "A name stands for a tag; pass a glossary term itself, or source='Glossary' with it."
    hint = _HINTS.get(code)
    return hint + _UNKNOWN_OUTCOME if hint and code in LOST and request.is_write else hint


def is_deleted(request: Request, error: errors.ServerError) -> bool:
    """Return whether an error says that a repeated DELETE had deleted the entity before."""
    return (
        error.may_be_done
        and request.method == "DELETE"
        and isinstance(error, errors.NotFound)
        and not is_route(error.message)
    )


def is_route(message: str) -> bool:
    """Return whether a message says that the route does not exist, rather than the entity."""
    return message.startswith("HTTP 40") or "[HTTP 40" in message


def decode(request: Request, response: Response) -> Any:
    """Return the JSON of a successful response; None without a body.

    Raises:
        NotOpenMetadata: the body is not JSON.
    """
    if not response.body:
        return None
    try:
        return loads(response.body)
    except ValueError:
        text = _beginning(response)
    raise _of_proxy(
        text,
        {
            "status": response.status,
            "method": request.method,
            "url": response.url,
            "request_id": _request_id(response, None),
            "body": text[:_MESSAGE_LENGTH],
            "may_be_done": request.is_write,
        },
    )


def check_shape(request: Request, data: Any, entity: EntityType | None) -> None:
    """Check that a response is the entity, page, history or change event that is due.

    A proxy or another server may respond with 200 and ``{}``. Read as an entity it would be an
    empty one, read as a page the end of a list.

    Args:
        request: the request, with its operation.
        data: the decoded body; None without a body.
        entity: the entity type or time series of the result; None if it is neither.

    Raises:
        ResponseInvalid: it is something else.
    """
    operation: Operation | None = request.operation
    kind = None if operation is None else operation.result_kind
    if operation is None or kind not in _KINDS:
        return
    if kind == "page":
        _check_page(request, data, _identified(operation, entity))
    elif kind == "history":
        if not isinstance(data, dict) or not isinstance(data.get("versions"), list):
            raise _wrong_shape(request, data, "a JSON object with a list of 'versions'")
    elif kind == "object":
        is_event = operation.result == _CHANGE_EVENT
        if (
            not isinstance(data, dict)
            or not data
            or (is_event and not isinstance(data.get("entityId"), str))
        ):
            what = "a JSON object with an 'entityId' (ChangeEvent)" if is_event else "a JSON object"
            raise _wrong_shape(request, data, what)
    elif operation.documented:
        # What a server's document declares is often wrong: some changes respond without a body,
        # or with the change instead of the entity.
        if data is not None and not isinstance(data, dict):
            raise _wrong_shape(request, data, "a JSON object")
    elif entity is not None and (
        not isinstance(data, dict)
        or not data
        or (_identified(operation, entity) and not isinstance(data.get("id"), str))
    ):
        what = " with an 'id'" if _identified(operation, entity) else ""
        raise _wrong_shape(request, data, f"a JSON object{what} ({entity.type_name})")
    elif entity is not None and "/{id}" in operation.route and "id" in data:
        _check_id(request, operation.route, data["id"])


def _check_id(request: Request, route: str, received: Any) -> None:
    """Check that an entity is the one that the path names: a cache may return another one."""
    steps, names = request.path.split("/"), route.split("/")
    requested = steps[names.index("{id}")] if len(steps) == len(names) else ""
    if len(requested) == _UUID_LENGTH and str(received).casefold() != requested.casefold():
        from dynclient.dispatch.shapes import another_entity

        raise another_entity(request, received, requested)


def _identified(operation: Operation, entity: EntityType | None) -> bool:
    """Return whether every result has an id: time series need none."""
    return (
        entity is not None
        and entity.kind == "entity"
        and not operation.documented
        and "id" in entity.properties
    )


def _check_page(request: Request, data: Any, identified: bool) -> None:
    items = data.get("data") if isinstance(data, dict) else None
    if not isinstance(items, list):
        raise _wrong_shape(request, data, "a page, a JSON object with a list 'data'")
    for number, item in enumerate(items):
        if not isinstance(item, dict) or (identified and not isinstance(item.get("id"), str)):
            what = "a JSON object with an 'id'" if identified else "a JSON object"
            raise _wrong_shape(request, item, what, f"data[{number}]")
    if items:
        return
    paging = data.get("paging")
    total = paging.get("total") if isinstance(paging, dict) else None
    if isinstance(total, int) and total > 0 and _is_first_page(request):
        from dynclient.dispatch.shapes import empty_first_page

        raise empty_first_page(request, total)


def _is_first_page(request: Request) -> bool:
    """Return whether a page begins a list, and should have items."""
    query = dict(request.query)
    return query.get("limit") != "0" and not query.keys() & {"after", "before", "offset"}


def _wrong_shape(
    request: Request, value: Any, expected: str, path: str = ""
) -> errors.ResponseInvalid:
    from dynclient.dispatch.shapes import wrong_shape

    return wrong_shape(request, value, expected, path)


def by_media_type(request: Request, response: Response) -> Any:
    """Return the body of a successful response by its media type: decoded JSON, text, or bytes.

    Servers return some texts, such as passwords and messages, as JSON without quotes; such a text
    is returned too.

    Raises:
        NotOpenMetadata: the body is HTML, or declared as JSON and neither JSON nor text.
    """
    media = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not media or media.endswith("json") or media == "text/html":
        try:
            return decode(request, response)
        except errors.NotOpenMetadata:
            if not media.endswith("json") or not _is_plain_text(response.body):
                raise
            return response.body.decode()
    return response.body.decode("utf-8", "replace") if media.startswith("text/") else response.body


def _is_plain_text(body: bytes) -> bool:
    """Return whether a body is a text that begins neither as JSON nor as HTML."""
    try:
        return (
            body.lstrip()[:1] not in _MARKUP and body.decode().translate(_WHITESPACE).isprintable()
        )
    except UnicodeDecodeError:
        return False


def routes_in(data: dict[str, Any], entity: str) -> dict[str, str]:
    """Return routes of collections by entity type, from an entity and the references in it.

    Args:
        data: the JSON of the entity.
        entity: its type.

    Only the path of an address is used: the host may be one that only the server can reach.
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
_ORJSON_FROM = 200_000
"""Bytes that the standard library decodes before orjson is imported, which takes 5 ms."""


def loads(body: bytes) -> Any:
    """Decode JSON, with orjson if it is installed and the amount of data is worth its import.

    Raises:
        ValueError: it is not JSON, or nested too deeply.
    """
    global _engine, _decoded_bytes  # noqa: PLW0603 -- chosen once, for all clients
    if _engine is None:
        _decoded_bytes += len(body)
        if _decoded_bytes < _ORJSON_FROM:
            return _standard(body)
        _engine = _fastest()
    try:
        return _engine(body)
    except ValueError:
        # Java writes NaN, which RFC 8259 forbids and the standard library reads.
        return _standard(body)


def _fastest() -> Callable[[bytes], Any]:
    try:
        import orjson
    except ImportError:
        return _standard
    return orjson.loads  # its own limit is 1024 levels


def _standard(body: bytes) -> Any:
    """Decode JSON with the standard library, whose own limit depends on Python's version."""
    import json

    try:
        data = json.loads(body)
        # Most bodies do not have so many containers at all.
        if body.count(b"[") + body.count(b"{") <= MAX_DEPTH or not is_deeper(data, MAX_DEPTH):
            return data
    except RecursionError:
        pass
    raise ValueError(f"the JSON is nested more than {MAX_DEPTH} levels deep")


def _decoded(response: Response) -> Any:
    try:
        return loads(response.body) if response.body else None
    except ValueError:
        return None


def _message(body: dict[str, Any], *, is_nested: bool = False) -> str:
    for key in _MESSAGE_KEYS:
        text = body.get(key)
        if isinstance(text, dict) and not is_nested:
            text = _message(text, is_nested=True)
        if isinstance(text, str) and text:
            return text
    return ""


def _is_refusal(body: Any) -> bool:
    """Return whether a body is an error of an OpenMetadata server.

    Those are objects with ``code`` and ``message``, or with ``responseMessage``.
    """
    if not isinstance(body, dict):
        return False
    if isinstance(body.get("responseMessage"), str):
        return True
    return isinstance(body.get("code"), int) and isinstance(body.get("message"), str)


def _short(message: str) -> str:
    message = " ".join(message.split())
    return message if len(message) <= _MESSAGE_LENGTH else message[: _MESSAGE_LENGTH - 1] + "…"


def _intended_status(status: int, message: str) -> int:
    """Return the intended status: a 500 may say ``HTTP 404 Not Found`` in its message."""
    if status != 500 or "HTTP 4" not in message:
        return status
    digits = message[message.index("HTTP 4") + 5 :][:3]
    return int(digits) if digits.isdigit() and int(digits) in _ERRORS else status


def _request_id(response: Response, body: Any) -> str | None:
    for name in _REQUEST_ID_HEADERS:
        if response.headers.get(name):
            return str(response.headers[name])
    known = body.get("requestId") if isinstance(body, dict) else None
    return known if isinstance(known, str) else None


def _is_page(response: Response, text: str) -> bool:
    kind = response.headers.get("Content-Type", "")
    return "html" in kind.lower() or text[:1] == "<" or not 400 <= response.status < 600


def _of_proxy(text: str, parts: dict[str, Any]) -> errors.ServerError:
    """Return the error of a page that does not come from an OpenMetadata server."""
    import re

    title = re.search(r"<title[^>]*>(.*?)</title>", text, re.IGNORECASE | re.DOTALL)
    words = title[1] if title else re.sub(r"<[^>]+>", " ", text)[:200]
    status: int = parts["status"]
    kind = _ERRORS[status] if status in {502, 503, 504} else errors.NotOpenMetadata
    message = _short(words) or _NO_MESSAGE.get(status, "the response is not JSON")
    return kind(message, code=status, hint=_page_hint(text, parts), **parts)


def _page_hint(text: str, parts: dict[str, Any]) -> str:
    """Return what a page in place of a response means, and what to do."""
    import re

    status, lost = parts["status"], parts.get("may_be_done")
    if status in _HINTS and status not in {401, 403, 415}:
        return _HINTS[status] + (_UNKNOWN_OUTCOME if lost and status in LOST else "")
    if re.search(r"HTTPS? (?:port|server)|SSL-enabled", text) and parts["url"].startswith("http:"):
        return "This port uses TLS; host= must begin with https://."
    title = re.search(r"<title[^>]*>\s*(?:OpenMetadata|Collate)\b", text, re.IGNORECASE)
    if title is not None and status == 200:
        return _WEB_INTERFACE
    from dynclient.transport.failures import SIGN_IN, is_sign_in

    if is_sign_in(text):
        return SIGN_IN
    return _PROXY_SLASH if "%2f" in parts["url"].lower() else _PROXY
