"""Lineage: edges between entities, written, read and patched."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import log
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.request_methods import Requests
from dynclient.model.json_patch import diff
from dynclient.operations import Operation, Parameter

_DEPTH_MAX = 3
"""Servers follow edges no further."""
_COLUMNS = "columnsLineage"


class Lineage(Requests):
    """The methods of the official client for lineage that are more than one plain request."""

    def add_lineage(
        self, data: Any, check_patch: bool = False, return_lineage: bool = True
    ) -> dict[str, Any]:
        """Write one edge and return the lineage around its first end.

        Args:
            data: an ``AddLineageRequest``.
            check_patch: keep what columns the edge maps already.
            return_lineage: False to return an empty dictionary, and ask no more.

        Returns:
            Decoded JSON; ``{"error": …}`` where the server refused, as the official client does.
        """
        request = schema_classes.payload(data)
        edge = request["edge"]
        try:
            if check_patch:
                self._keep_columns(edge)
            self._lineage("PUT", "", {}, request)
        except APIError as error:
            log().error("the edge was not written: %s", error.message)
            return {"error": error.message}
        if not return_lineage:
            return {}
        first = edge["fromEntity"]
        found: dict[str, Any] = self.get_lineage_by_id(first["type"], first["id"]) or {}
        return found

    def _keep_columns(self, edge: dict[str, Any]) -> None:
        ends = (edge["fromEntity"]["id"], edge["toEntity"]["id"])
        known = (self.get_lineage_edge(*ends) or {}).get("edge") or {}  # type: ignore[attr-defined]
        held = (known.get("lineageDetails") or known).get(_COLUMNS) or []
        details = edge.setdefault("lineageDetails", {})
        added = details.get(_COLUMNS) or []
        details[_COLUMNS] = [*held, *(each for each in added if each not in held)]

    def get_lineage_by_id(
        self, entity: Any, entity_id: Any, up_depth: int = 1, down_depth: int = 1
    ) -> Any:
        """Return the lineage around an entity as decoded JSON; None where the server refuses.

        Args:
            entity: its class, or the name of its type.
            entity_id: its id.
            up_depth: how many edges to follow upstream, 3 at most.
            down_depth: how many downstream.
        """
        path = {"type": self._type_name(entity), "id": plain(entity_id)}
        return self._around("/{type}/{id}", path, up_depth, down_depth)

    def get_lineage_by_name(
        self, entity: Any, fqn: Any, up_depth: int = 1, down_depth: int = 1
    ) -> Any:
        """Return the lineage around an entity found by its name; see :meth:`get_lineage_by_id`."""
        path = {"type": self._type_name(entity), "fqn": plain(fqn)}
        return self._around("/{type}/name/{fqn}", path, up_depth, down_depth)

    def _around(self, route: str, path: dict[str, Any], up: int, down: int) -> Any:
        depths = {"upstreamDepth": min(up, _DEPTH_MAX), "downstreamDepth": min(down, _DEPTH_MAX)}
        try:
            return self._lineage("GET", route, {**path, **depths})
        except APIError as error:
            log().warning("no lineage of %s: %s", path["type"], error.message)
            return None

    def patch_lineage_edge(self, original: Any, updated: Any) -> bool | None:
        """Change the details of an edge from one request to another; tell whether that was done."""
        before, after = (
            schema_classes.payload(original)["edge"],
            schema_classes.payload(updated)["edge"],
        )
        operations = diff(before.get("lineageDetails") or {}, after.get("lineageDetails") or {})
        if not operations:
            return True
        ends = {
            "fromType": before["fromEntity"]["type"],
            "fromId": before["fromEntity"]["id"],
            "toType": before["toEntity"]["type"],
            "toId": before["toEntity"]["id"],
        }
        route = "/{fromType}/{fromId}/{toType}/{toId}"
        try:
            self._lineage("PATCH", route, ends, operations, "json-patch")
        except APIError as error:
            log().error("the edge was not changed: %s", error.message)
            return None
        return True

    def _lineage(
        self,
        method: str,
        route: str,
        arguments: dict[str, Any],
        body: Any = None,
        kind: str = "json",
    ) -> Any:
        taken = tuple(
            Parameter(name, "path" if f"{{{name}}}" in route else "query", type=_type(value))
            for name, value in arguments.items()
        )
        body_kind = None if body is None else kind
        name = f"lineage.{method.lower()}"
        operation = Operation(name, None, method, f"/v1/lineage{route}", taken, body_kind=body_kind)
        return self.gateway.call(operation, arguments, body)


def _type(value: Any) -> str:
    return "integer" if isinstance(value, int) else "string"
