"""Lineage: where the data of an entity come from, and where they go."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.dispatch.responses import is_route
from dynclient.errors import NotFound, Problem
from dynclient.extensions.base import Extension
from dynclient.extensions.entity_parts import Part, column_fields, columns_of, find_part
from dynclient.extensions.lineage_graph import Lineage, LineageEdge
from dynclient.session.page_addresses import known_page
from dynclient.suggestions import nearest

DEPTH = 3
"""Edges that a server follows in one request, at most."""
COLUMNS = "columnsLineage"
"""The property of the details of an edge that has its columns."""


class LineageExtension(Extension):
    """The lineage of a server: ``om.lineage(table)``, ``om.lineage.add(source, target)``."""

    name = "lineage"
    operations = "lineage"

    # -- reading -----------------------------------------------------------------------------------

    def __call__(
        self,
        entity: Any,
        *,
        upstream: int = 1,
        downstream: int = 1,
        limit: int = 1_000,
        type: Any = None,
    ) -> Lineage:
        """Return the entities and edges around an entity.

        Servers follow three edges in one request; the others are requested from the entities where
        the first ones end.

        Args:
            entity: an entity, a reference, ``"table:a.b.c.d"``; or a name or an id with ``type``.
            upstream: number of edges to follow to where data come from.
            downstream: number of edges to follow to where data go.
            limit: number of entities after which no more are requested; ``is_complete`` is False
                then.
            type: the type of a name or an id: ``"table"``.

        Raises:
            NotFound: the entity does not exist.
            BadArguments: a depth or limit is too small, or the argument does not say which entity
                it is.
        """
        numbers: dict[str, tuple[Any, int]] = {
            "upstream": (upstream, 0),
            "downstream": (downstream, 0),
            "limit": (limit, 1),
        }
        problems = [
            Problem(name, value, "argument", f"must be an integer of at least {least}")
            for name, (value, least) in numbers.items()
            if not isinstance(value, int) or isinstance(value, bool) or value < least
        ]
        if problems:
            raise bad_arguments("lineage", problems)
        walk = _Walk(self, self.reference(entity, type), limit)
        walk.follow("upstreamEdges", upstream)
        walk.follow("downstreamEdges", downstream)
        return walk.graph()

    def edge(self, source: Any, target: Any) -> LineageEdge | None:
        """Return the edge from one entity to another, or None if it does not exist.

        Args:
            source: the entity whose data flow, as for ``om.lineage(…)``.
            target: the entity that they flow into.
        """
        self._check_ends(source, target)
        return self._edge(self._named(source), self._named(target))

    def _check_ends(self, source: Any, target: Any) -> None:
        for end in (source, target):
            self.check_target(end)

    def _edge(self, source: Mapping[str, Any], target: Mapping[str, Any]) -> LineageEdge | None:
        """Return the edge between two references, which it then has as its ends."""
        if self.has_operation("edge"):
            try:
                found = self.call("edge", {"fromId": source["id"], "toId": target["id"]})
            except NotFound as error:
                if is_route(error.message):
                    raise
                return None
            details = found.get("edge") or {}
            # Some releases return the edge here, others only its details.
            details = details.get("lineageDetails", details)
            return self._load_edge(source, target, details)
        graph = self(target, upstream=1, downstream=0)
        ends = (source["id"], target["id"])
        return next(
            (
                each
                for each in graph.edges
                if (model.raw(each.source)["id"], model.raw(each.target)["id"]) == ends
            ),
            None,
        )

    def _named(self, target: Any) -> dict[str, Any]:
        """Return the reference to an entity, with its names as far as they are known."""
        reference = self.reference(target)
        known = self.session.resolver.resolve(target) if isinstance(target, str) else target
        raw = model.json_of(known)
        names = _given(name=raw.get("name"), fullyQualifiedName=raw.get("fullyQualifiedName"))
        return {**reference, **names}

    def _load_edge(
        self, source: Mapping[str, Any], target: Mapping[str, Any], details: Mapping[str, Any]
    ) -> LineageEdge:
        """Return an edge of JSON; without details, they are None."""
        node = self.session.release.node
        ends = [
            model.load(node("type/entityReference.json"), dict(each)) for each in (source, target)
        ]
        place = node("type/entityLineage.json", "/definitions/lineageDetails")
        return LineageEdge(ends[0], ends[1], model.load(place, dict(details)) if details else None)

    # -- writing -----------------------------------------------------------------------------------

    def add(
        self,
        source: Any,
        target: Any,
        *,
        columns: Mapping[str, str | Iterable[str]] | None = None,
        sql: str | None = None,
        pipeline: Any = None,
        description: str | None = None,
        origin: str | None = None,
    ) -> LineageEdge:
        """Add an edge from one entity to another, or add to the edge that is there.

        What an edge has already stays: columns are added to it, and what is not given here is kept.

        Args:
            source: the entity whose data flow: an entity, a reference, ``"table:a.b.c.d"``.
            target: the entity that they flow into.
            columns: the columns of the target with what flows into each: one column of the source
                or several. Names are those of columns, fields, tasks or features, with dots for
                nested ones, or fully qualified.
            sql: the query that moves the data.
            pipeline: the pipeline that moves the data.
            description: describes the edge, in Markdown.
            origin: how the edge is known: ``"Manual"``, ``"QueryLineage"``, ``"ViewLineage"`` …

        Returns:
            The edge as it is now.

        Raises:
            NotFound: an entity does not exist.
            BadArguments: a column does not exist; lists all of them.
            RequestInvalid: the details are not valid by the schema.
        """
        self._check_ends(source, target)
        named = (self._named(source), self._named(target))
        ends = [{"id": each["id"], "type": each["type"]} for each in named]
        current = self._edge(*named)
        known = {} if current is None or current.details is None else model.raw(current.details)
        details = {**known, **_given(sqlQuery=sql, description=description, source=origin)}
        place = pipeline if pipeline is not None else known.get("pipeline")
        if place is not None:
            details["pipeline"] = self.reference(place, "pipeline")
        if columns:
            links = self._links(ends, columns)
            details[COLUMNS] = merged_columns(known.get(COLUMNS) or (), links)
        edge = {"fromEntity": ends[0], "toEntity": ends[1]}
        body = {"edge": {**edge, "lineageDetails": details} if details else edge}
        self.call("put", {}, body)
        return self._load_edge(*named, details)

    def _links(
        self, ends: Iterable[Mapping[str, Any]], columns: Mapping[str, Any]
    ) -> list[dict[str, Any]]:
        """Return the links of columns, with the full names that the entities have."""
        problems: list[Problem] = []
        parts = [_Parts(self, each) for each in ends]
        links = []
        for name, sources in _column_names(columns).items():
            links.append(
                {
                    "fromColumns": [parts[0].find(each, problems) for each in sources],
                    "toColumn": parts[1].find(name, problems),
                }
            )
        if problems:
            raise bad_arguments("lineage.add", problems)
        return links

    def remove(self, source: Any, target: Any) -> None:
        """Remove the edge from one entity to another.

        Args:
            source: the entity whose data flow, as for ``om.lineage(…)``.
            target: the entity that they flow into.

        Raises:
            NotFound: there is no such edge, or no such entity.
        """
        self._check_ends(source, target)
        start, end = self.reference(source), self.reference(target)
        path = {"fromType": start["type"], "fromId": start["id"]}
        self.call("delete", {**path, "toType": end["type"], "toId": end["id"]})

    def remove_by_source(self, entity: Any, origin: str) -> None:
        """Remove all edges into an entity that are known in one way.

        Args:
            entity: the entity that data flow into, as for ``om.lineage(…)``.
            origin: how the edges are known: ``"QueryLineage"``.

        Raises:
            NotSupported: the release does not have it.
            BadArguments: the release does not have that origin; a server would remove nothing.
        """
        self.operation("delete_by_source")
        place = self.session.release.node("type/entityLineage.json", "/definitions/lineageDetails")
        known = place.properties["source"].enum or ()
        if known and origin not in known:
            near = nearest(origin, known)
            listed = "" if near else f" ({', '.join(map(str, known))})"
            message = f"{origin!r} is not an origin of edges{listed}"
            problem = Problem("origin", origin, "enum", message, near)
            raise bad_arguments("lineage.remove_by_source", [problem])
        reference = self.reference(entity)
        self.call("delete_by_source", {**reference, "source": origin})

    def from_sql(
        self,
        sql: str,
        *,
        service: Any,
        dialect: str | None = None,
        database: str | None = None,
        schema: str | None = None,
        origin: str | None = "QueryLineage",
    ) -> list[LineageEdge]:
        """Add the edges of a query: from the tables that it reads to the table that it writes.

        The query is parsed by sqlglot. Columns are added where the query names them.

        Args:
            sql: one or more statements: ``INSERT``, ``CREATE TABLE … AS``, ``CREATE VIEW``,
                ``MERGE``. Others have no lineage.
            service: the database service of the tables: an entity, or its name.
            dialect: the dialect of sqlglot, ``"snowflake"``; by default the type of the service.
            database: the database of tables that are written without one.
            schema: the schema of tables that are written without one.
            origin: how the edges are known.

        Raises:
            BadArguments: the query cannot be parsed, or a table does not exist or is ambiguous;
                lists all of them, and nothing is added.
            ImportError: sqlglot is not installed; the extra ``sql`` has it.
        """
        from dynclient.extensions.lineage_sql import add_query

        place = (service, database, schema)
        return add_query(self, sql, place, dialect=dialect, origin=origin)

    def from_mlmodel(self, mlmodel: Any, description: str | None = None) -> list[LineageEdge]:
        """Add the edges of a machine learning model: from the sources of its features to it.

        Args:
            mlmodel: the model: an entity, a reference, an id or a name.
            description: describes the edges.

        Returns:
            One edge for each source, with the features that each column flows into.
        """
        state = self.read(mlmodel, "mlmodel")
        sources: dict[str, tuple[Any, dict[str, list[str]]]] = {}
        for feature in model.raw(state).get("mlFeatures") or ():
            for each in feature.get("featureSources") or ():
                place = each.get("dataSource")
                if place:
                    _, columns = sources.setdefault(place["id"], (place, {}))
                    columns.setdefault(feature["name"], []).append(each["name"])
        return [
            self.add(place, state, columns=self._existing(place, columns), description=description)
            for place, columns in sources.values()
        ]

    def _existing(self, place: Any, columns: Mapping[str, list[str]]) -> dict[str, list[str]]:
        """Return the columns of features that their source has; names of sources are free text."""
        parts = _Parts(self, self.reference(place)).parts
        found: dict[str, list[str]] = {}
        for feature, names in columns.items():
            known = [name for name in names if isinstance(find_part(parts, name), Part)]
            if known:
                found[feature] = known
        return found


class _Walk:
    """A graph that grows with each response."""

    def __init__(self, extension: LineageExtension, start: dict[str, Any], limit: int) -> None:
        self._extension = extension
        self._start = start
        self._limit = limit
        self._entity: Any = None
        self._nodes: dict[str, Any] = {}
        self._edges: dict[tuple[str, str], Any] = {}
        self._complete = True

    def follow(self, side: str, depth: int) -> None:
        """Request what is on one side, up to a depth."""
        if depth == 0 and self._entity is None:
            self._request(self._start, side, 0)
        seen = {self._start["id"]}
        frontier = [self._start["id"]]
        for left in range(depth, 0, -DEPTH):
            step = min(left, DEPTH)
            for node in frontier:
                if len(self._nodes) >= self._limit:
                    self._complete = False
                    return
                known = self._nodes.get(node)
                self._request(self._start if known is None else model.raw(known), side, step)
            for _ in range(step):
                frontier = self._beyond(frontier, seen, side)

    def _beyond(self, frontier: Iterable[str], seen: set[str], side: str) -> list[str]:
        """Return the entities that are one edge further, and note them as seen."""
        here, there = (1, 0) if side == "upstreamEdges" else (0, 1)
        inner = set(frontier)
        found = dict.fromkeys(
            ends[there]
            for ends in self._edges
            if ends[here] in inner and ends[there] in self._nodes and ends[there] not in seen
        )
        seen.update(found)
        return list(found)

    def _request(self, reference: Mapping[str, Any], side: str, depth: int) -> None:
        depths = {
            "upstreamDepth": depth if side == "upstreamEdges" else 0,
            "downstreamDepth": depth if side == "downstreamEdges" else 0,
        }
        path = {"type": reference["type"], "id": reference["id"]}
        found = self._extension.call("get", {**path, **depths})
        if self._entity is None:
            self._entity = found.entity
        for node in (found.entity, *(found.nodes or ())):
            self._nodes.setdefault(str(model.raw(node)["id"]), node)
        for edge in getattr(found, side) or ():
            raw = model.raw(edge)
            self._edges.setdefault((raw["fromEntity"], raw["toEntity"]), edge)

    def graph(self) -> Lineage:
        """Return what was found."""
        edges = [
            LineageEdge(self._nodes[source], self._nodes[target], edge.lineageDetails)
            for (source, target), edge in self._edges.items()
            if source in self._nodes and target in self._nodes
        ]
        page = partial(known_page, self._extension.session)
        return Lineage(self._entity, self._nodes, edges, is_complete=self._complete, page=page)


class _Parts:
    """The columns of an entity, or what else has names in it: fields, tasks, features."""

    def __init__(self, extension: LineageExtension, reference: Mapping[str, Any]) -> None:
        release = extension.session.release
        entity = extension.session.find(reference["type"]).entity
        state = model.raw(extension.read(reference, fields=column_fields(release, entity)))
        self.fqn = str(state["fullyQualifiedName"])
        self.parts = columns_of(release, entity, state)

    def find(self, name: str, problems: list[Problem]) -> str:
        """Return the full name of a part; an unknown one is added to the problems."""
        found = find_part(self.parts, name, "columns", self.fqn)
        if isinstance(found, Problem):
            problems.append(found)
            return str(name)
        return str(found.value.get("fullyQualifiedName") or f"{self.fqn}.{found.name}")


def _column_names(columns: Any) -> dict[str, list[str]]:
    """Return the columns of an edge: the names of source columns by that of the target column."""
    message = "must be a name of a source column or several, by the name of the target column"
    if not isinstance(columns, Mapping):
        problem = Problem("columns", columns, "argument", f"{message}, not {columns!r}")
        raise bad_arguments("lineage.add", [problem])
    problems = []
    found: dict[str, list[str]] = {}
    for name, sources in columns.items():
        listed = [sources] if isinstance(sources, str) else sources
        if isinstance(listed, Iterable) and not isinstance(listed, Mapping):
            found[name] = list(listed)
        else:
            problem = Problem(
                f"columns[{name!r}]", sources, "argument", f"{message}, not {sources!r}"
            )
            problems.append(problem)
    if problems:
        raise bad_arguments("lineage.add", problems)
    return found


def _given(**values: Any) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def merged_columns(known: Iterable[Any], added: Iterable[Any]) -> list[dict[str, Any]]:
    """Return links of columns: what is known, and what is added to it."""
    merged: dict[str, dict[str, Any]] = {str(each.get("toColumn")): dict(each) for each in known}
    for link in added:
        there = merged.setdefault(link["toColumn"], {"toColumn": link["toColumn"]})
        before = there.get("fromColumns") or []
        there["fromColumns"] = list(dict.fromkeys([*before, *link["fromColumns"]]))
    return list(merged.values())
