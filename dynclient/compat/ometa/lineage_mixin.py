"""Lineage edges between entities: add, read and patch."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import log
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.request_methods import RequestMethods
from dynclient.model.json_patch import diff
from dynclient.operations import Operation, Parameter

_DEPTH_MAX = 3
"""The largest depth that servers accept."""
_COLUMNS = "columnsLineage"


class LineageMixin(RequestMethods):
    """The official client's methods for lineage that are more than one request."""

    def add_lineage(
        self, data: Any, check_patch: bool = False, return_lineage: bool = True
    ) -> dict[str, Any]:
        """Add an edge and return the lineage of its source entity.

        Args:
            data: an ``AddLineageRequest``.
            check_patch: keep the column lineage that the edge has already.
            return_lineage: False to return an empty dict without another request.

        Returns:
            Decoded JSON; ``{"error": …}`` if the server rejects the request, as in the official
            client.
        """
        request = schema_classes.payload(data)
        edge = request["edge"]
        try:
            if check_patch:
                self._keep_columns(edge)
            self._call_lineage("PUT", "", {}, request)
        except APIError as error:
            log().error("the lineage edge could not be added: %s", error.message)
            return {"error": error.message}
        if not return_lineage:
            return {}
        source = edge["fromEntity"]
        lineage: dict[str, Any] = self.get_lineage_by_id(source["type"], source["id"]) or {}
        return lineage

    def _keep_columns(self, edge: dict[str, Any]) -> None:
        ends = (edge["fromEntity"]["id"], edge["toEntity"]["id"])
        known = (self.get_lineage_edge(*ends) or {}).get("edge") or {}  # type: ignore[attr-defined]
        current = (known.get("lineageDetails") or known).get(_COLUMNS) or []
        details = edge.setdefault("lineageDetails", {})
        added = details.get(_COLUMNS) or []
        details[_COLUMNS] = [*current, *(each for each in added if each not in current)]

    def get_lineage_by_id(
        self, entity: Any, entity_id: Any, up_depth: int = 1, down_depth: int = 1
    ) -> Any:
        """Return the lineage of an entity as decoded JSON, or None if the server returns an error.

        Args:
            entity: the entity class, or the name of the entity type.
            entity_id: id of the entity.
            up_depth: number of edges to follow upstream, at most 3.
            down_depth: number of edges to follow downstream, at most 3.
        """
        path = {"type": self._type_name(entity), "id": plain(entity_id)}
        return self._get_lineage("/{type}/{id}", path, up_depth, down_depth)

    def get_lineage_by_name(
        self, entity: Any, fqn: Any, up_depth: int = 1, down_depth: int = 1
    ) -> Any:
        """Return the lineage of an entity by its name; see :meth:`get_lineage_by_id`."""
        path = {"type": self._type_name(entity), "fqn": plain(fqn)}
        return self._get_lineage("/{type}/name/{fqn}", path, up_depth, down_depth)

    def _get_lineage(self, route: str, path: dict[str, Any], up: int, down: int) -> Any:
        depths = {"upstreamDepth": min(up, _DEPTH_MAX), "downstreamDepth": min(down, _DEPTH_MAX)}
        try:
            return self._call_lineage("GET", route, {**path, **depths})
        except APIError as error:
            log().warning(
                "the lineage of the %s could not be read: %s", path["type"], error.message
            )
            return None

    def patch_lineage_edge(self, original: Any, updated: Any) -> bool | None:
        """Patch the details of an edge from one request to another.

        Args:
            original: an ``AddLineageRequest`` with the current details.
            updated: an ``AddLineageRequest`` with the new details.

        Returns:
            True if the edge has the new details, None if the server rejects the patch.
        """
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
            self._call_lineage("PATCH", route, ends, operations, "json-patch")
        except APIError as error:
            log().error("the lineage edge could not be patched: %s", error.message)
            return None
        return True

    def _call_lineage(
        self,
        method: str,
        route: str,
        arguments: dict[str, Any],
        body: Any = None,
        kind: str = "json",
    ) -> Any:
        parameters = tuple(
            Parameter(name, "path" if f"{{{name}}}" in route else "query", type=_type(value))
            for name, value in arguments.items()
        )
        body_kind = None if body is None else kind
        name = f"lineage.{method.lower()}"
        operation = Operation(
            name,
            None,
            method,
            f"/v1/lineage{route}",
            parameters,
            body_kind=body_kind,
            result_kind="object" if method == "GET" else "raw",
        )
        return self.gateway.call(operation, arguments, body)


def _type(value: Any) -> str:
    return "integer" if isinstance(value, int) else "string"
