"""Mermaid flowcharts are drawn when the site is built, so that pages load no script.

What is drawn are nodes, with or without a label, and arrows between them, also of several nodes:
``a["first line<br>more"]``, ``a & b --> c``. Anything else stays as it is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from docutils import nodes

from dynclient.display.blocks import Graph, GraphNode
from dynclient.display.svg import draw_graph

if TYPE_CHECKING:
    from sphinx.application import Sphinx

_NODE = r"\w+(?:\[\"[^\"]*\"\])?"
_NODES = rf"{_NODE}(?:\s*&\s*{_NODE})*"
_LINE = re.compile(rf"\s*(?P<sources>{_NODES})(?:\s*-->\s*(?P<targets>{_NODES}))?\s*")
_PART = re.compile(r"(?P<id>\w+)(?:\[\"(?P<label>[^\"]*)\"\])?")


def setup(app: Sphinx) -> dict[str, Any]:
    """Register the extension."""
    app.connect("doctree-read", draw)
    return {"version": "1", "parallel_read_safe": True, "parallel_write_safe": True}


def draw(_app: Sphinx, doctree: nodes.document) -> None:
    """Replace flowcharts by pictures."""
    for block in list(doctree.findall(nodes.literal_block)):
        if block.get("language") == "mermaid" and (graph := flowchart(block.astext())) is not None:
            picture = f'<div class="diagram">{draw_graph(graph)}</div>'
            block.replace_self(nodes.raw("", picture, format="html"))


def flowchart(text: str) -> Graph | None:
    """Return the graph of a flowchart, or None if it has anything but nodes and arrows."""
    head, *lines = text.strip().splitlines()
    labels: dict[str, str] = {}
    edges: list[tuple[str, str, str]] = []
    if not head.startswith("flowchart"):
        return None
    for line in lines:
        match = _LINE.fullmatch(line)
        if match is None:
            return None
        ends = [list(_PART.finditer(match[name] or "")) for name in ("sources", "targets")]
        for part in [*ends[0], *ends[1]]:
            label = (part["label"] or "").partition("<br>")[0]
            labels[part["id"]] = label or labels.get(part["id"], part["id"])
        edges += [(one["id"], other["id"], "") for one in ends[0] for other in ends[1]]
    return Graph([GraphNode(id, label) for id, label in labels.items()], edges)
