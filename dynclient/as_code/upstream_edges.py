"""The edges into many entities, with as few requests as a server's graphs allow."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.extensions.lineage import DEPTH, LineageExtension

if TYPE_CHECKING:
    from dynclient.session.session import Session


class Edge(NamedTuple):
    """One edge, as JSON."""

    source: dict[str, Any]
    """Reference to the entity whose data flow."""
    target: dict[str, Any]
    """Reference to the entity that they flow into."""
    details: dict[str, Any] | None

    @property
    def pipeline(self) -> str | None:
        """Id of the pipeline that moves the data, if there is one."""
        found = (self.details or {}).get("pipeline") or {}
        return found.get("id")


class UpstreamEdges:
    """Reads the edges into entities of a server.

    No server lists edges; a graph is requested for one entity. It also has the edges into what is
    one or two edges above that entity, for which no other graph is requested.

    Args:
        session: the session of the server.
    """

    def __init__(self, session: Session) -> None:
        self._lineage = LineageExtension(session)
        self._read: set[str] = set()

    def into(self, entity_type: str, id: str) -> Iterator[Edge]:
        """Yield edges into an entity and above it; none if an earlier graph had them.

        Args:
            entity_type: the type of the entity.
            id: its id.
        """
        if id in self._read:
            return
        graph = self._lineage({"id": id, "type": entity_type}, upstream=DEPTH, downstream=0)
        above: dict[str, list[str]] = {}
        for edge in graph.edges:
            source, target = model.raw(edge.source), model.raw(edge.target)
            details = None if edge.details is None else model.raw(edge.details)
            pipeline = ((details or {}).get("pipeline") or {}).get("id")
            if pipeline in (source["id"], target["id"]):
                continue  # an edge between others, to which a graph adds what moves the data
            above.setdefault(target["id"], []).append(source["id"])
            yield Edge(source, target, details)
        level = {id}
        for _ in range(DEPTH if graph.is_complete else 1):
            self._read |= level
            level = {each for known in level for each in above.get(known, ())} - self._read
