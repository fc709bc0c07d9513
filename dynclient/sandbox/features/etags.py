"""Entity tags: the newest releases send them with an entity, and check them before a patch.

A response has a strong tag of its body. A patch can be conditional on it or, as clients do, on the
version alone, by the weak tag ``W/"0.2"``. The server compares a strong tag with that of the entity
as it is loaded for a patch, not as it was sent to the caller, so in practice only the weak tag and
``*`` match.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.http_errors import error_response
from dynclient.sandbox.json_codec import dumps

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel
    from dynclient.sandbox.entities.request_context import RequestContext
    from dynclient.sandbox.routing import Request, Result
    from dynclient.sandbox.storage.store import Row

_STALE = "The entity has been modified since it was read. Read it again and repeat the change."


def strong_tag(body: Any) -> str:
    """Return the strong tag of a response body."""
    return f'"{hashlib.sha256(dumps(body).encode()).hexdigest()[:32]}"'


def with_tag(context: RequestContext, request: Request, result: Result) -> Result:
    """Return a result with its tag; a 304 without a body if the caller already has the entity."""
    if not context.rules.flag("etags") or result.status not in {200, 201}:
        return result
    tag = strong_tag(result.body)
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    if request.method == "GET" and tag in _tags(request, "if-none-match"):
        return result._replace(status=304, body=None, headers=headers)
    return result._replace(headers=headers)


def check_precondition(
    context: RequestContext, request: Request, model: EntityModel, row: Row
) -> None:
    """Raise a 412 if the ``If-Match`` header of a patch does not match the entity."""
    conditions = _tags(request, "if-match")
    if not conditions or "*" in conditions or not context.rules.flag("etags"):
        return
    if f'W/"{row.doc["version"]}"' in conditions:
        return
    if strong_tag(context.load_entity(model, row.doc)) not in conditions:
        raise error_response(412, _STALE)


def _tags(request: Request, header: str) -> list[str]:
    value = request.headers.get(header)
    return [tag.strip() for tag in value.split(",")] if value else []
