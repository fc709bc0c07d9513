"""``metadata.sdk.api.lineage``: edges between entities, and the graph around one."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa.ometa_api import OpenMetadata as OMeta
from dynclient.compat.sdk.async_variants import in_thread, with_async_variants
from dynclient.compat.sdk.default_client import UsesClient
from dynclient.compat.sdk.identifiers import text_of
from dynclient.errors import UsageError
from dynclient.tracebacks import public_calls

_LINEAGE = "type/entityLineage.json"
_TABLE = "table"


@with_async_variants(
    "get_lineage", "get_entity_lineage", "add_lineage", "add_lineage_by_name",
    "add_lineage_request", "delete_lineage", "delete_lineage_by_name",
    "delete_lineage_by_source_by_name", "export_lineage",
)  # fmt: skip
@public_calls
class Lineage(UsesClient):
    """Lineage of the server of the process; each method has a coroutine with ``_async``."""

    @classmethod
    def get_lineage(
        cls,
        entity: Any,
        upstream_depth: int = 1,
        downstream_depth: int = 1,
        entity_type: Any = None,
    ) -> Any:
        """Return the ``EntityLineage`` of an entity by its name, or None.

        Args:
            entity: the fully qualified name.
            upstream_depth: number of edges to follow to where data come from.
            downstream_depth: number of edges to follow to where data go.
            entity_type: name or class of the entity type; a table by default.
        """
        found = cls._get_client().get_lineage_by_name(
            entity=entity_type or _TABLE,
            fqn=text_of(entity),
            up_depth=upstream_depth,
            down_depth=downstream_depth,
        )
        return cls._as_lineage(found)

    @classmethod
    def get_entity_lineage(
        cls,
        entity_type: Any,
        entity_id: Any,
        upstream_depth: int = 1,
        downstream_depth: int = 1,
    ) -> Any:
        """Return the ``EntityLineage`` of an entity by its id, or None.

        Args:
            entity_type: name or class of the entity type.
            entity_id: the id.
            upstream_depth: number of edges to follow to where data come from.
            downstream_depth: number of edges to follow to where data go.
        """
        found = cls._get_client().get_lineage_by_id(
            entity=entity_type,
            entity_id=text_of(entity_id),
            up_depth=upstream_depth,
            down_depth=downstream_depth,
        )
        return cls._as_lineage(found)

    @classmethod
    def add_lineage(
        cls,
        from_entity_id: Any,
        from_entity_type: str,
        to_entity_id: Any,
        to_entity_type: str,
        description: str | None = None,
    ) -> dict[str, Any]:
        """Add an edge between two entities; return the lineage of the first as JSON.

        Args:
            from_entity_id: id of the entity whose data flow.
            from_entity_type: its type, ``table``.
            to_entity_id: id of the entity that they flow into.
            to_entity_type: its type.
            description: describes the edge.

        Raises:
            APIError: an entity does not exist.
        """
        ends = (from_entity_id, from_entity_type), (to_entity_id, to_entity_type)
        return cls._add([_reference(one, kind) for one, kind in ends], description)

    @classmethod
    def add_lineage_by_name(
        cls,
        from_entity_fqn: Any,
        from_entity_type: str,
        to_entity_fqn: Any,
        to_entity_type: str,
        description: str | None = None,
    ) -> dict[str, Any]:
        """Add an edge between two entities by their names; see :meth:`add_lineage`."""
        ends = (from_entity_fqn, from_entity_type), (to_entity_fqn, to_entity_type)
        found = [
            cls._lineage(lambda lineage, end=end: lineage.reference(*map(text_of, end)))
            for end in ends
        ]
        return cls._add([_reference(each["id"], each["type"]) for each in found], description)

    @classmethod
    def add_lineage_request(cls, lineage_request: Any) -> dict[str, Any]:
        """Add the edge of an ``AddLineageRequest``; return the lineage of its source as JSON."""
        found: dict[str, Any] = cls._get_client().add_lineage(lineage_request)
        return found

    @classmethod
    def delete_lineage(
        cls, from_entity: Any, from_entity_type: str, to_entity: Any, to_entity_type: str
    ) -> None:
        """Delete the edge between two entities.

        Args:
            from_entity: id of the entity whose data flow.
            from_entity_type: its type, ``table``.
            to_entity: id of the entity that they flow into.
            to_entity_type: its type.
        """
        ends = (from_entity, from_entity_type), (to_entity, to_entity_type)
        source, target = (_reference(one, kind) for one, kind in ends)
        cls._lineage(lambda lineage: lineage.remove(source, target))

    @classmethod
    def delete_lineage_by_name(
        cls, from_entity_fqn: Any, from_entity_type: str, to_entity_fqn: Any, to_entity_type: str
    ) -> None:
        """Delete the edge between two entities by their names; see :meth:`delete_lineage`."""
        ends = (from_entity_type, from_entity_fqn), (to_entity_type, to_entity_fqn)
        source, target = (f"{text_of(kind)}:{text_of(fqn)}" for kind, fqn in ends)
        cls._lineage(lambda lineage: lineage.remove(source, target))

    @classmethod
    def delete_lineage_by_source_by_name(
        cls, entity_type: str, entity_fqn: Any, source: Any
    ) -> None:
        """Delete the edges of an entity that come from one source.

        Args:
            entity_type: its type, ``table``.
            entity_fqn: its fully qualified name.
            source: the source, ``QueryLineage``.
        """
        target = f"{text_of(entity_type)}:{text_of(entity_fqn)}"
        cls._lineage(lambda lineage: lineage.remove_by_source(target, text_of(source)))

    @classmethod
    def export_lineage(
        cls,
        entity_type: Any,
        entity_id: Any,
        upstream_depth: int = 3,
        downstream_depth: int = 3,
    ) -> dict[str, Any] | None:
        """Return the lineage of an entity as JSON; arguments as for :meth:`get_entity_lineage`."""
        graph = cls.get_entity_lineage(entity_type, entity_id, upstream_depth, downstream_depth)
        found: dict[str, Any] | None = graph
        return graph.model_dump(mode="json") if hasattr(graph, "model_dump") else found

    @classmethod
    def builder(cls) -> LineageBuilder:
        """Return a builder of a call."""
        return LineageBuilder()

    @classmethod
    def _add(cls, ends: list[dict[str, str]], description: str | None) -> dict[str, Any]:
        source, target = ends
        edge: dict[str, Any] = {"fromEntity": source, "toEntity": target}
        if description is not None:
            edge["lineageDetails"] = {"description": description}
        client = cls._get_client()
        if not isinstance(client, OMeta):
            return cls.add_lineage_request({"edge": edge})
        # Not add_lineage() of the client, which returns errors of the server.
        client._call_lineage("put", {}, {"edge": edge})
        found: dict[str, Any] | None = client.get_lineage_by_id(source["type"], source["id"])
        return found or {}

    @classmethod
    def _lineage(cls, call: Any) -> Any:
        gateway = cls._get_client().gateway
        return gateway.native(lambda: call(gateway.extension("lineage")))

    @classmethod
    def _as_lineage(cls, found: Any) -> Any:
        client = cls._get_client()
        return client._as_class(_LINEAGE, found) if isinstance(client, OMeta) else found


def _reference(identity: Any, kind: Any) -> dict[str, str]:
    return {"id": text_of(identity), "type": text_of(kind)}


@public_calls
class LineageBuilder:
    """Builds a call of :class:`Lineage`: with two ends it adds an edge, else it reads a graph."""

    def __init__(self) -> None:
        self._entity: Any = None
        self._entity_type: Any = None
        self._entity_id: Any = None
        self._depths = {"upstream_depth": 1, "downstream_depth": 1}
        self._ends: dict[str, Any] = {}
        self._description: str | None = None

    def entity(self, entity: Any) -> LineageBuilder:
        """Set the fully qualified name of the entity whose graph is read."""
        self._entity = entity
        return self

    def entity_type(self, entity_type: Any) -> LineageBuilder:
        """Set the type of the entity: its name, or its class."""
        self._entity_type = entity_type
        return self

    def entity_id(self, entity_id: Any) -> LineageBuilder:
        """Set the id of the entity whose graph is read."""
        self._entity_id = entity_id
        return self

    def upstream_depth(self, depth: int) -> LineageBuilder:
        """Set how many edges are followed to where data come from."""
        self._depths["upstream_depth"] = depth
        return self

    def downstream_depth(self, depth: int) -> LineageBuilder:
        """Set how many edges are followed to where data go."""
        self._depths["downstream_depth"] = depth
        return self

    def from_entity(self, entity_id: Any, entity_type: str) -> LineageBuilder:
        """Set the entity whose data flow."""
        self._ends |= {"from_entity_id": entity_id, "from_entity_type": entity_type}
        return self

    def to_entity(self, entity_id: Any, entity_type: str) -> LineageBuilder:
        """Set the entity that they flow into."""
        self._ends |= {"to_entity_id": entity_id, "to_entity_type": entity_type}
        return self

    def description(self, description: str) -> LineageBuilder:
        """Set the description of the edge."""
        self._description = description
        return self

    def execute(self) -> Any:
        """Add the edge, or return the ``EntityLineage``.

        Raises:
            UsageError: neither two ends nor an entity were set.
        """
        if len(self._ends) == 4:
            return Lineage.add_lineage(**self._ends, description=self._description)
        if self._entity is not None:
            return Lineage.get_lineage(self._entity, entity_type=self._entity_type, **self._depths)
        if self._entity_id is not None and self._entity_type is not None:
            return Lineage.get_entity_lineage(self._entity_type, self._entity_id, **self._depths)
        raise UsageError(
            "the builder needs from_entity(…) and to_entity(…), or entity(…), or entity_id(…) and"
            " entity_type(…)"
        )

    async def execute_async(self) -> Any:
        """Call :meth:`execute` in a thread."""
        return await in_thread(self.execute)
