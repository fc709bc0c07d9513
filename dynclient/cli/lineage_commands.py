"""``dynclient lineage``: where the data of an entity come from, and where they go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.cli.exit_codes import DONE
from dynclient.cli.output import Format, Output, escaped, show_blocks, show_object, show_rows
from dynclient.cli.targets import Target

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynclient.client.client import Client
    from dynclient.extensions.lineage_graph import Lineage

DRAWINGS = {"mermaid": "to_mermaid", "dot": "to_dot"}
"""Languages of drawings, and the methods that write them."""
_COLUMNS = ("source", "target", "origin", "columns")


def lineage(
    output: Output,
    om: Client,
    target: Target,
    up: int = 1,
    down: int = 1,
    drawing: str | None = None,
) -> int:
    """Print the entities and edges around an entity.

    Args:
        output: where and how.
        om: a client.
        target: the entity.
        up: number of edges to follow to where data come from.
        down: number of edges to follow to where data go.
        drawing: ``mermaid`` or ``dot`` for the text of a drawing, or None.

    Raises:
        NotFound: it does not exist.
    """
    kind = target.entity_type(om)
    graph: Lineage = om.lineage(target.key, upstream=up, downstream=down, type=kind)
    if drawing is not None:
        output.write(escaped(getattr(graph, DRAWINGS[drawing])()))
    elif output.is_table and not output.columns:
        show_blocks(output, graph._blocks())
    elif output.format in {Format.JSON, Format.YAML} and not output.columns:
        data: dict[str, Any] = {
            "entity": model.asdict(graph.entity),
            "nodes": [model.asdict(node) for node in graph.nodes.values()],
            "edges": list(_edges(graph)),
            "isComplete": graph.is_complete,
        }
        show_object(output, data)
    elif output.format is Format.NAME and not output.columns:
        show_rows(output, map(model.asdict, graph.nodes.values()), ())
    else:
        show_rows(output, _edges(graph), _COLUMNS)
    return DONE


def _edges(graph: Lineage) -> Iterator[dict[str, Any]]:
    from dynclient.extensions.lineage_graph import label

    for edge in graph.edges:
        yield {
            "source": label(edge.source),
            "target": label(edge.target),
            "origin": edge.origin,
            "sql": edge.sql,
            "columns": [f"{link.source} → {link.target}" for link in edge.columns],
        }
