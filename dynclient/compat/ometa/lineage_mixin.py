"""Lineage edges between entities: add, read and patch."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import log
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.official_changes import has_change
from dynclient.compat.ometa.request_methods import RequestMethods
from dynclient.extensions.lineage import COLUMNS, DEPTH, merged_columns
from dynclient.model.json_patch import diff


class LineageMixin(RequestMethods):
    """The official client's methods for lineage that are more than one request."""

    def add_lineage(
        self, data: Any, check_patch: bool = False, return_lineage: bool = True
    ) -> dict[str, Any]:
        """Add an edge and return the lineage of its source entity.

        Args:
            data: an ``AddLineageRequest``.
            check_patch: keep the column lineage and the pipeline that the edge has already.
            return_lineage: False to return an empty dict without another request.

        Returns:
            Decoded JSON; ``{"error": …}`` if the server rejects the request, from release 1.7 on.

        Raises:
            APIError: the server rejects the request, and its release is older than 1.7; both as in
                the official client.
        """
        request = schema_classes.payload(data)
        edge = request["edge"]
        try:
            if check_patch:
                self._keep_details(edge)
            self._call_lineage("put", {}, request)
        except APIError as error:
            log().error("the lineage edge could not be added: %s", error.message)
            if not has_change(self.gateway.release, "add_lineage_returns_errors"):
                raise
            return {"error": error.message}
        if not return_lineage:
            return {}
        source = edge["fromEntity"]
        lineage: dict[str, Any] = self.get_lineage_by_id(source["type"], source["id"]) or {}
        return lineage

    def _keep_details(self, edge: dict[str, Any]) -> None:
        ends = (edge["fromEntity"]["id"], edge["toEntity"]["id"])
        known = (self.get_lineage_edge(*ends) or {}).get("edge") or {}  # type: ignore[attr-defined]
        details = edge.setdefault("lineageDetails", {})
        current = known.get("lineageDetails") or known
        details[COLUMNS] = merged_columns(current.get(COLUMNS) or [], details.get(COLUMNS) or ())
        pipeline = current.get("pipeline")
        if pipeline and not details.get("pipeline"):
            details["pipeline"] = {name: pipeline[name] for name in ("id", "type")}

    def add_lineage_by_query(
        self,
        database_service: Any,
        sql: str,
        database_name: str | None = None,
        schema_name: str | None = None,
        timeout: int = 10,  # noqa: ARG002 - part of the official signature
        check_patch: bool = False,  # noqa: ARG002 - what an edge has is always kept
    ) -> None:
        """Add the lineage of a query, see ``om.lineage.from_sql``.

        Args:
            database_service: the service of the tables.
            sql: the query.
            database_name: the database of tables that are written without one.
            schema_name: the schema of tables that are written without one.
            timeout: ignored; parsing takes milliseconds.
            check_patch: ignored; the column lineage that an edge has is always kept.
        """
        lineage = self.gateway.extension("lineage")
        service = plain(database_service.fullyQualifiedName or database_service.name)
        places = {"database": plain(database_name), "schema": plain(schema_name)}
        self.gateway.native(lambda: lineage.from_sql(sql, service=service, **places))

    def add_mlmodel_lineage(self, model: Any, description: str | None = None) -> dict[str, Any]:
        """Add the lineage of a model from its features, and return the model's lineage.

        Args:
            model: the model; its features name their sources.
            description: describes the edges.
        """
        lineage = self.gateway.extension("lineage")
        identity = str(plain(model.id))
        self.gateway.native(lambda: lineage.from_mlmodel(identity, description))
        found: dict[str, Any] = self.get_lineage_by_id("mlmodel", identity) or {}
        return found

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
        return self._get_lineage("get", path, up_depth, down_depth)

    def get_lineage_by_name(
        self, entity: Any, fqn: Any, up_depth: int = 1, down_depth: int = 1
    ) -> Any:
        """Return the lineage of an entity by its name; see :meth:`get_lineage_by_id`."""
        path = {"type": self._type_name(entity), "fqn": plain(fqn)}
        return self._get_lineage("get_by_name", path, up_depth, down_depth)

    def _get_lineage(self, name: str, path: dict[str, Any], up: int, down: int) -> Any:
        depths = {"upstreamDepth": min(up, DEPTH), "downstreamDepth": min(down, DEPTH)}
        try:
            return self._call_lineage(name, {**path, **depths})
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
        try:
            self._call_lineage("patch", ends, operations)
        except APIError as error:
            log().error("the lineage edge could not be patched: %s", error.message)
            return None
        return True

    def patch_lineage_edge_by_name(
        self,
        from_entity_fqn: str,
        from_entity_type: str,
        to_entity_fqn: str,
        to_entity_type: str,
        original: Any,
        updated: Any,
    ) -> bool | None:
        """Patch the details of an edge between two names; see :meth:`patch_lineage_edge`."""
        ends = {
            "fromEntity": self._reference(from_entity_type, from_entity_fqn),
            "toEntity": self._reference(to_entity_type, to_entity_fqn),
        }
        edges = [schema_classes.payload(each)["edge"] for each in (original, updated)]
        states = [{"edge": {**edge, **ends}} for edge in edges]
        return self.patch_lineage_edge(*states)

    def _reference(self, kind: str, fqn: str) -> Any:
        lineage = self.gateway.extension("lineage")
        return self.gateway.native(lambda: lineage.reference(fqn, kind))

    def _call_lineage(self, name: str, arguments: dict[str, Any], body: Any = None) -> Any:
        operation = self.gateway.extension("lineage").operation(name)
        return self.gateway.call(operation, arguments, body)
