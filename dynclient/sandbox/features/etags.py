"""Entity tags: what the newest releases send with an entity, and hold against patches of it.

Answers carry a strong tag of their body. A patch may be conditional on it, or, as clients do, on
the version alone, by the weak tag ``W/"0.2"``. The server compares a strong tag with that of the
entity as it loads it for a patch, not as the caller was shown it, so in practice only the weak tag
and ``*`` match.
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


def strong(body: Any) -> str:
    """Return the tag of an entity as it is shown."""
    return f'"{hashlib.sha256(dumps(body).encode()).hexdigest()[:32]}"'


def tagged(context: RequestContext, request: Request, result: Result) -> Result:
    """Return an answer with its tag; 304 without a body where the caller has the entity already."""
    if not context.rules.flag("etags") or result.status not in {200, 201}:
        return result
    tag = strong(result.body)
    headers = {"ETag": tag, "Cache-Control": "no-store"}
    if request.method == "GET" and tag in _tags(request, "if-none-match"):
        return result._replace(status=304, body=None, headers=headers)
    return result._replace(headers=headers)


def check(context: RequestContext, request: Request, model: EntityModel, row: Row) -> None:
    """Refuse a patch whose condition does not hold any more, with a 412."""
    wanted = _tags(request, "if-match")
    if not wanted or "*" in wanted or not context.rules.flag("etags"):
        return
    if f'W/"{row.doc["version"]}"' in wanted:
        return
    if strong(context.load_entity(model, row.doc)) not in wanted:
        raise error_response(412, _STALE)


def _tags(request: Request, header: str) -> list[str]:
    told = request.headers.get(header)
    return [tag.strip() for tag in told.split(",")] if told else []
