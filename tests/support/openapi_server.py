"""A server that serves an OpenAPI document, and no more than it needs beside it.

``/swagger.json`` is at the web root, as on real servers; below ``/api`` it lists its version, its
resources and its entity types, and it keeps what is sent to the collections of its document, in
memory and without validation: enough for a client to work with.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from dynclient.schema import Release
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import shared

_FOLDER = shared("openmetadata/openapi")
DOCUMENTS: dict[str, Path] = (
    {} if _FOLDER is None else {file.stem: file for file in sorted(_FOLDER.glob("*.json"))}
)
"""Documents of real servers by release name; empty on a machine without them."""

REVISION = "0123456789abcdef0123456789abcdef01234567"
NO_ROUTE = Reply(404, {"code": 404, "message": "HTTP 404 Not Found"})


def document_of(name: str) -> dict[str, Any]:
    """Return the document of a real server, skipping the test without it."""
    if name not in DOCUMENTS:
        pytest.skip(
            f"the OpenAPI document of {name} is not available (see tests/support/openapi_server.py)"
        )
    read: dict[str, Any] = json.loads(DOCUMENTS[name].read_text("utf-8"))
    return read


def entity_types(release: Release) -> list[dict[str, Any]]:
    """Return what ``/metadata/types?category=entity`` lists on a server of a release."""
    found = []
    for path in release.paths:
        schema = release.document(path)
        if path.startswith("entity/") and schema.get("$comment") == "@om-entity-type":
            name = path.rsplit("/", 1)[-1].removesuffix(".json")
            row = {"id": str(uuid.uuid5(uuid.NAMESPACE_URL, path)), "name": name}
            row |= {"fullyQualifiedName": name, "category": "entity"}
            row |= {"nameSpace": path.split("/")[-2], "schema": json.dumps(schema, indent=2)}
            found.append(row)
    return found


class OpenAPIServer(Stub):
    """Replays one OpenAPI document; ``with`` starts and stops it.

    Args:
        document: what ``/swagger.json`` returns; None for a server that keeps it to itself.
        version: what it says it is; that of the document where None.
        revision: likewise; the second half of what its document is known by.
        resources: entity types it lists as resources.
        types: what ``/metadata/types`` lists, see :func:`entity_types`.
        hidden: collections it has although its document does not tell of them.
    """

    def __init__(
        self,
        document: dict[str, Any] | None,
        *,
        version: str | None = None,
        revision: str | None = REVISION,
        resources: Iterable[str] = (),
        types: Iterable[dict[str, Any]] = (),
        hidden: Iterable[str] = (),
    ) -> None:
        super().__init__()
        reported = version or (document or {}).get("info", {}).get("version", "1.0.0")
        paths = {} if document is None else document["paths"]
        self.collections: dict[str, dict[str, dict[str, Any]]] = {
            path: {} for path in (*paths, *hidden) if not path.endswith("}")
        }
        if document is not None:
            self.routes["/swagger.json"] = Reply(200, json.dumps(document).encode())
        self.routes["/api/v1/system/version"] = {
            "version": reported, "revision": revision, "timestamp": 0
        }  # fmt: skip
        self.routes["GET /api/v1/policies/resources"] = _page(
            [{"name": name, "operations": ["All"]} for name in resources]
        )
        self.routes["GET /api/v1/metadata/types"] = _page(list(types))
        self.default = self._reply

    def request_count(self, path: str) -> int:
        """Return how often a path was requested."""
        return sum(seen.path.partition("?")[0] == path for seen in self.seen)

    def _reply(self, seen: Seen) -> Reply:
        """Return the reply for a collection, or for one entity in it."""
        path = seen.path.partition("?")[0].removeprefix("/api")
        if path in self.collections:
            return self._collection_reply(seen, path)
        above, _, key = path.rpartition("/")
        if seen.method == "GET" and above.removesuffix("/name") in self.collections:
            entities = self.collections[above.removesuffix("/name")].values()
            wanted = "fullyQualifiedName" if above.endswith("/name") else "id"
            for entity in entities:
                if entity[wanted] == unquote(key):
                    return Reply(200, entity)
            return Reply(404, {"code": 404, "message": f"instance for {key} not found"})
        return NO_ROUTE

    def _collection_reply(self, seen: Seen, path: str) -> Reply:
        stored = self.collections[path]
        if seen.method == "GET":
            return _page(list(stored.values()))
        if seen.method not in {"POST", "PUT"} or "name" not in seen.json:
            return Reply(405, {"code": 405, "message": "HTTP 405 Method Not Allowed"})
        sent = seen.json
        name = sent["name"]
        if seen.method == "POST" and name in stored:
            return Reply(409, {"code": 409, "message": "Entity already exists"})
        identity = stored.get(name, {}).get("id") or str(uuid.uuid4())
        status = 200 if name in stored else 201
        stored[name] = {
            **sent, "id": identity, "fullyQualifiedName": name, "version": 0.1,
            "updatedAt": 0, "updatedBy": "admin", "href": f"{self.host}/api{path}/{identity}",
        }  # fmt: skip
        return Reply(status, stored[name])


def _page(data: list[Any]) -> Reply:
    return Reply(200, {"data": data, "paging": {"total": len(data)}})
