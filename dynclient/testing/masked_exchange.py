"""A request and its response as JSON for a file, without secrets."""

from __future__ import annotations

import base64
import gzip
import json
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.model.masking import masked, masked_patch
from dynclient.secrets import MASK, has_credential, looks_secret, printable

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.operations.operation import Operation
    from dynclient.schema import Node, Release
    from dynclient.transport.request import Request, Response

_HEADERS = ("Content-Type", "ETag", "Location", "Retry-After", "X-OpenMetadata-Change")
"""The headers of responses that a client reads."""
_READABLE_MAX = 200_000
"""Characters of a body that is kept as JSON; an OpenAPI document has millions."""


def request_json(request: Request, release: Release | None) -> dict[str, Any]:
    """Return what identifies a request, with secrets masked.

    Args:
        request: the request.
        release: the release of its client; its schemas say what is secret. None before it is known.
    """
    found: dict[str, Any] = {"method": request.method, "path": request.path}
    if request.web:
        found["web"] = True
    query: dict[str, Any] = {}
    for name, value in sorted(request.query):
        text = MASK if looks_secret(name) else _without_credentials(value)
        query[name] = [*_as_list(query[name]), text] if name in query else text
    if query:
        found["query"] = query
    if request.body is not None:
        operation: Operation | None = request.operation
        kind = None if operation is None else operation.body_kind
        node = _node(release, None if operation is None else operation.body)
        is_patch = kind == "json-patch" or any("json-patch" in text for _, text in request.headers)
        found |= _body(request.body, lambda raw: _masked(node, raw, is_patch=is_patch))
    return found


def response_json(request: Request, response: Response, release: Release | None) -> dict[str, Any]:
    """Return a response, with secrets masked; for the arguments see :func:`request_json`."""
    found: dict[str, Any] = {"status": response.status}
    headers = {name: response.headers[name] for name in _HEADERS if name in response.headers}
    if headers:
        found["headers"] = {name: _without_credentials(text) for name, text in headers.items()}
    if response.body:
        operation: Operation | None = request.operation
        node = _node(release, None if operation is None else operation.result)
        found |= _body(response.body, lambda raw: _masked_result(node, raw, operation))
    return found


def body_bytes(recorded: Mapping[str, Any]) -> bytes:
    """Return the body of a recorded response.

    Raises:
        ValueError: it is not one that :func:`response_json` returns.
    """
    if "json" in recorded:
        return json.dumps(recorded["json"]).encode()
    if "json_gzip" in recorded:
        return gzip.decompress(base64.b64decode(recorded["json_gzip"], validate=True))
    if "base64" in recorded:
        return base64.b64decode(recorded["base64"], validate=True)
    return str(recorded.get("text", "")).encode()


def _body(body: bytes, mask: Callable[[Any], Any]) -> dict[str, Any]:
    """Return a body as JSON, as text, or as bytes in base64."""
    try:
        raw = json.loads(body)
    except (ValueError, RecursionError):
        pass
    else:
        raw = mask(raw)
        text = json.dumps(raw)
        if len(text) <= _READABLE_MAX:
            return {"json": raw}
        return {"json_gzip": base64.b64encode(gzip.compress(text.encode(), mtime=0)).decode()}
    try:
        return {"text": _without_credentials(body.decode("utf-8"))}
    except UnicodeDecodeError:
        return {"base64": base64.b64encode(body).decode()}


def _node(release: Release | None, reference: str | None) -> Node | None:
    """Return the node of a reference; None where the tree does not have it."""
    if release is None or reference is None or not release.has_document(reference):
        return None
    return release.node(reference)


def _masked(node: Node | None, raw: Any, *, is_patch: bool = False) -> Any:
    if is_patch:
        return _all_without_credentials(masked_patch(node, raw))
    if isinstance(raw, list):
        return [_masked(node, each) for each in raw]
    return _all_without_credentials(masked(node, raw))


def _masked_result(node: Node | None, raw: Any, operation: Operation | None) -> Any:
    kind = "raw" if operation is None else operation.result_kind
    if kind == "page" and isinstance(raw, dict) and isinstance(raw.get("data"), list):
        rest = {name: value for name, value in raw.items() if name != "data"}
        return {**_masked(None, rest), "data": [_masked(node, each) for each in raw["data"]]}
    if kind == "history" and isinstance(raw, dict) and isinstance(raw.get("versions"), list):
        rest = {name: value for name, value in raw.items() if name != "versions"}
        versions = [_masked_version(node, each) for each in raw["versions"]]
        return {**_masked(None, rest), "versions": versions}
    return _masked(node, raw)


def _masked_version(node: Node | None, version: Any) -> Any:
    """Return a version of an entity; servers send each as a string of JSON."""
    if not isinstance(version, str):
        return _masked(node, version)
    try:
        raw = json.loads(version)
    except (ValueError, RecursionError):
        return _without_credentials(version)
    return json.dumps(_masked(node, raw))


def _all_without_credentials(raw: Any) -> Any:
    if isinstance(raw, dict):
        return {name: _all_without_credentials(value) for name, value in raw.items()}
    if isinstance(raw, list):
        return [_all_without_credentials(value) for value in raw]
    return _without_credentials(raw) if isinstance(raw, str) else raw


def _without_credentials(text: str) -> str:
    """Return a text with what looks like a credential masked, such as a JWT."""
    return printable(text) if has_credential(text) else text


def _as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def without(raw: Any, ignored: Iterable[str]) -> Any:
    """Return a copy of JSON without the fields of these names, at any depth."""
    names = frozenset(ignored)
    if not names:
        return raw
    if isinstance(raw, dict):
        kept = {name: value for name, value in raw.items() if name not in names}
        return {name: without(value, names) for name, value in kept.items()}
    if isinstance(raw, list):
        return [without(value, names) for value in raw]
    return raw
