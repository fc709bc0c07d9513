"""What a server knows of where data comes from and goes to: entities, and edges between them."""

from __future__ import annotations

import html
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.display.blocks import Block, Graph, GraphNode, Heading, Text
from dynclient.display.cells import one_line
from dynclient.display.displayed import Displayed, media_types
from dynclient.display.graph_trees import neighbour_trees
from dynclient.errors import Problem
from dynclient.secrets import printable
from dynclient.suggestions import did_you_mean, nearest
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from dynclient.display.blocks import Branch
    from dynclient.model import Entity

PATHS_MAX = 1_000
"""Paths between two entities that are returned, at most."""
DRAWN_MAX = 200
"""Entities that a notebook draws, at most."""


class ColumnLink(NamedTuple):
    """One column that flows into another, or into a field, a task or a feature."""

    source: str
    """Fully qualified name of the column that is read."""
    target: str
    """Fully qualified name of the column that is written."""
    function: str | None = None
    """How the value is computed, where the server knows."""


class LineageEdge(NamedTuple):
    """One edge: the data of ``source`` flow into ``target``."""

    source: Any
    """Reference to the entity that is read."""
    target: Any
    """Reference to the entity that is written."""
    details: Any = None
    """The details of the edge as the server returned them, or None."""

    @property
    def columns(self) -> tuple[ColumnLink, ...]:
        """Which columns flow into which."""
        return tuple(
            ColumnLink(source, link["toColumn"], link.get("function"))
            for link in self._raw.get("columnsLineage") or ()
            if link.get("toColumn")
            for source in link.get("fromColumns") or ()
        )

    @property
    def sql(self) -> str | None:
        """The query that moves the data, or None."""
        return self._raw.get("sqlQuery")

    @property
    def pipeline(self) -> Any:
        """Reference to the pipeline that moves the data, or None."""
        return None if self.details is None else self.details.pipeline

    @property
    def origin(self) -> str | None:
        """How the server knows the edge: ``Manual``, ``QueryLineage`` …; None on old releases."""
        return self._raw.get("source")

    @property
    def _raw(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = {} if self.details is None else model.raw(self.details)
        return found

    def __repr__(self) -> str:
        columns = len(self.columns)
        more = f", {columns} column{'s' if columns != 1 else ''}" if columns else ""
        return printable(f"<LineageEdge {label(self.source)} → {label(self.target)}{more}>")


@public_calls
class Lineage(Displayed):
    """The entities around one entity, and the edges between them, as one state of the server.

    Attributes:
        entity: reference to the entity in the middle.
        nodes: references to all entities by id, the one in the middle included.
        edges: the edges, each once.
        is_complete: whether the graph goes as far as the depths that were asked for; False if it
            has more entities than ``limit``.

    Args:
        page: returns the address of the page of an entity from its reference, without a request.
    """

    def __init__(
        self,
        entity: Entity,
        nodes: Mapping[str, Entity],
        edges: Iterable[LineageEdge],
        *,
        is_complete: bool = True,
        page: Callable[[Any], str | None] | None = None,
    ) -> None:
        self.entity = entity
        self.nodes = dict(nodes)
        self.edges = tuple(edges)
        self.is_complete = is_complete
        self._page = page
        self._into: dict[str, list[str]] = {}
        self._from: dict[str, list[str]] = {}
        for edge in self.edges:
            source, target = _id(edge.source), _id(edge.target)
            self._from.setdefault(source, []).append(target)
            self._into.setdefault(target, []).append(source)

    def upstream(self, entity: Any = None) -> list[Any]:
        """Return references to all entities whose data flow into one, the nearest first.

        Args:
            entity: an entity of the graph, see :meth:`paths`; by default the one in the middle.
        """
        return self._reached(entity, self._into)

    def downstream(self, entity: Any = None) -> list[Any]:
        """Return references to all entities that the data of one flow into, the nearest first.

        Args:
            entity: an entity of the graph, see :meth:`paths`; by default the one in the middle.
        """
        return self._reached(entity, self._from)

    def _reached(self, entity: Any, steps: Mapping[str, list[str]]) -> list[Any]:
        start = self._find(entity, "entity")
        return [self.nodes[each] for each in self._walk(start, steps)[1:]]

    def _walk(self, start: str, steps: Mapping[str, list[str]]) -> list[str]:
        """Return the ids that are reached from one, and that one, the nearest first."""
        order = {start: None}
        waiting = deque([start])
        while waiting:
            for each in steps.get(waiting.popleft(), ()):
                if each not in order:
                    order[each] = None
                    waiting.append(each)
        return list(order)

    def paths(self, source: Any, target: Any) -> list[list[Any]]:
        """Return all ways from one entity to another, the shortest first; none goes in circles.

        Args:
            source: the entity where the ways begin: an entity, a reference, an id, or a fully
                qualified name.
            target: the entity where they end.

        Raises:
            BadArguments: an entity is not in the graph; or there are more than 1,000 ways.
        """
        first, last = self._find(source, "source"), self._find(target, "target")
        found: list[list[str]] = []
        # Only entities from which the target can be reached are worth a step.
        useful = set(self._walk(last, self._into))
        waiting: deque[list[str]] = deque([[first]] if first in useful else [])
        while waiting:
            path = waiting.popleft()
            if path[-1] == last:
                found.append(path)
                if len(found) > PATHS_MAX:
                    message = f"there are more than {PATHS_MAX:,} ways; ask for nearer entities"
                    raise bad_arguments("paths", [Problem("target", None, "argument", message)])
                continue
            nexts = dict.fromkeys(self._from.get(path[-1], ()))
            waiting += [[*path, each] for each in nexts if each in useful and each not in path]
        return [[self.nodes[each] for each in path] for path in found]

    def columns(self, column: str | None = None) -> list[ColumnLink]:
        """Return which columns flow into which.

        Args:
            column: a fully qualified name; then only what flows into it, or out of it, directly or
                through other columns. Upper and lower case are the same.

        Raises:
            BadArguments: no edge names the column.
        """
        links = list(dict.fromkeys(link for edge in self.edges for link in edge.columns))
        if column is None:
            return links
        folded = column.casefold()
        names = {name.casefold(): name for link in links for name in link[:2]}
        if folded not in names:
            hint = did_you_mean(nearest(column, names.values()), "; no edge has columns")
            message = f"no edge names column {column!r}{hint}"
            raise bad_arguments("columns", [Problem("column", column, "argument", message)])
        above, below = _connected(folded, links, 1, 0), _connected(folded, links, 0, 1)
        return [
            link
            for link in links
            if {name.casefold() for name in link[:2]} <= above
            or {name.casefold() for name in link[:2]} <= below
        ]

    # -- other forms -------------------------------------------------------------------------------

    def to_mermaid(self) -> str:
        """Return the graph as a Mermaid flowchart, from left to right."""
        numbers = self._numbers()
        lines = ["flowchart LR"]
        for node, number in numbers.items():
            text = one_line(f"{_kind(self.nodes[node])}: {label(self.nodes[node])}")
            # Mermaid reads `#name;` as HTML reads `&name;`, also inside of quotes.
            escaped = html.escape(text.replace("#", "\0"), quote=True).replace("&#x27;", "'")
            escaped = escaped.replace("\0", "#35;")
            lines.append(f'    n{number}["{escaped}"]')
        lines += [
            f"    n{numbers[_id(edge.source)]} --> n{numbers[_id(edge.target)]}"
            for edge in self.edges
        ]
        lines.append(f"    style n{numbers[_id(self.entity)]} stroke-width:3px")
        return "\n".join(lines)

    def to_dot(self) -> str:
        """Return the graph in the language of Graphviz."""
        numbers = self._numbers()
        lines = ["digraph lineage {", "    rankdir=LR;", "    node [shape=box];"]
        for node, number in numbers.items():
            text = one_line(f"{_kind(self.nodes[node])}: {label(self.nodes[node])}")
            bold = ", penwidth=3" if node == _id(self.entity) else ""
            escaped = text.replace("\\", "\\\\").replace('"', '\\"')
            lines.append(f'    n{number} [label="{escaped}"{bold}];')
        lines += [
            f"    n{numbers[_id(edge.source)]} -> n{numbers[_id(edge.target)]};"
            for edge in self.edges
        ]
        return "\n".join([*lines, "}"])

    def to_networkx(self) -> Any:
        """Return a ``networkx.DiGraph``: ids as nodes with ``reference``, edges with ``edge``.

        Raises:
            ImportError: networkx is not installed; the extra ``graph`` has it.
        """
        import networkx

        graph: Any = networkx.DiGraph()
        for node, reference in self.nodes.items():
            graph.add_node(node, reference=reference, name=label(reference))
        for edge in self.edges:
            graph.add_edge(_id(edge.source), _id(edge.target), edge=edge)
        return graph

    def _numbers(self) -> dict[str, int]:
        return {node: number for number, node in enumerate(self.nodes)}

    def __str__(self) -> str:
        lines = [f"{_kind(self.entity)} {one_line(label(self.entity))}"]
        for tree in neighbour_trees(self._graph(self.nodes), has_labels=False):
            lines += [tree.title, *_indented(tree.branches)]
        if not self.is_complete:
            lines.append("… and more")
        return "\n".join(lines)

    def _graph(self, ids: Iterable[str]) -> Graph:
        """Return the graph of some entities to be drawn."""
        drawn = dict.fromkeys(ids)
        middle = _id(self.entity)
        nodes = [
            GraphNode(
                node,
                one_line(label(self.nodes[node])),
                _kind(self.nodes[node]),
                None if self._page is None else self._page(self.nodes[node]),
                is_focus=node == middle,
            )
            for node in drawn
        ]
        ends = [(_id(each.source), _id(each.target), _note(each)) for each in self.edges]
        return Graph(nodes, [each for each in ends if each[0] in drawn and each[1] in drawn])

    def _blocks(self) -> Iterator[Block]:
        name = one_line(label(self.entity))
        page = None if self._page is None else self._page(self.entity)
        yield Heading(f"lineage of {_kind(self.entity)}", name, page)
        counts = self._counts()
        if not self.is_complete:
            counts += ", not complete: there are more entities than limit="
        yield Text(counts, "quiet")
        steps = {node: [*self._into.get(node, ()), *self._from.get(node, ())]
                 for node in self.nodes}  # fmt: skip
        near = self._walk(_id(self.entity), steps)[:DRAWN_MAX]
        yield self._graph(near)
        if len(near) < len(self.nodes):
            rest = len(self.nodes) - len(near)
            yield Text(f"the nearest {len(near)} entities; lineage.nodes has {rest} more", "quiet")

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        """Return the picture as HTML, the Mermaid flowchart and the text, by media type.

        JupyterLab, Notebook and VS Code prefer HTML; Mermaid is for what has no HTML.
        """
        return media_types(self, include, exclude, {"text/vnd.mermaid": self.to_mermaid})

    def _counts(self) -> str:
        entities = "1 entity" if len(self.nodes) == 1 else f"{len(self.nodes)} entities"
        edges = "1 edge" if len(self.edges) == 1 else f"{len(self.edges)} edges"
        return f"{entities}, {edges}"

    def __repr__(self) -> str:
        more = "" if self.is_complete else ", not complete"
        name = one_line(label(self.entity))
        return f"<Lineage of {_kind(self.entity)} {name}: {self._counts()}{more}>"

    def _find(self, entity: Any, argument: str) -> str:
        """Return the id of an entity of the graph."""
        if entity is None:
            return _id(self.entity)
        raw = model.json_of(entity)
        if isinstance(raw, Mapping):
            key = str(raw.get("id"))
        else:
            text = str(raw)
            names = {label(node): each for each, node in self.nodes.items()}
            key = names.get(text.rpartition(":")[2], names.get(text, text))
        if key not in self.nodes:
            name = label(raw) if isinstance(raw, Mapping) else str(raw)
            near = nearest(name, map(label, self.nodes.values()))
            hint = did_you_mean(near, "; it has others")
            message = f"the graph does not contain {name!r}{hint}"
            raise bad_arguments("lineage", [Problem(argument, name, "argument", message)])
        return key


def label(reference: Any) -> str:
    """Return the fully qualified name of a reference, its name, or its id."""
    raw = model.json_of(reference)
    return str(raw.get("fullyQualifiedName") or raw.get("name") or raw.get("id"))


def _note(edge: LineageEdge) -> str:
    """Return what is written at an edge: its pipeline, and how many columns it has."""
    pipeline = edge._raw.get("pipeline")
    parts = [] if not pipeline else [str(pipeline.get("name") or label(pipeline))]
    count = len(edge.columns)
    if count:
        parts.append("1 column" if count == 1 else f"{count} columns")
    return one_line(", ".join(parts))


def _indented(branches: Iterable[Branch]) -> Iterator[str]:
    """Yield the lines of branches, without recursion."""
    waiting = [(each, 1) for each in reversed([*branches])]
    while waiting:
        branch, depth = waiting.pop()
        yield f"{'  ' * depth}{branch.label}"
        waiting += [(each, depth + 1) for each in reversed(branch.children)]


def _kind(reference: Any) -> str:
    return str(model.raw(reference).get("type", "entity"))


def _id(reference: Any) -> str:
    return str(model.raw(reference)["id"])


def _connected(start: str, links: Iterable[ColumnLink], here: int, there: int) -> set[str]:
    """Return the names that are reached from one over links in one direction, in lower case."""
    steps: dict[str, set[str]] = {}
    for link in links:
        steps.setdefault(str(link[here]).casefold(), set()).add(str(link[there]).casefold())
    reached, waiting = {start}, [start]
    while waiting:
        fresh = steps.get(waiting.pop(), set()) - reached
        reached |= fresh
        waiting += fresh
    return reached
