"""Graphs as pictures in SVG, which browsers draw inside HTML without a script.

Colours are those of the text around the picture with some transparency, so that it fits light and
dark pages, and nothing in it has an id, so that any number of pictures may be on one page.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from html import escape
from itertools import pairwise

from dynclient.display.blocks import Graph, GraphNode
from dynclient.display.cells import one_line, web_address
from dynclient.display.layout import Box, Layout, Point, Route, Size, arrange

_NODE_HEIGHT = 40.0
_LOOP = 22.0
"""Space above a node for an edge that leads back to it."""
_LABEL = 34
"""Characters of a label of a node; the middle of a longer one is left out."""
_KIND = 30
_EDGE_LABEL = 24
_GAP = 60.0
_FOCUS = "#2f7fd6"
_QUIET = 'stroke="currentColor" stroke-opacity="0.45"'


def draw_graph(graph: Graph) -> str:
    """Return a graph as an ``<svg>`` element, from left to right.

    It has its natural size in pixels, so that a text has the same size in small and in large
    graphs; what is around it scrolls. All texts are escaped, and credentials in them masked. Edges
    that close a cycle are dashed and point from right to left. Edges of nodes that the graph does
    not have are left out.

    Args:
        graph: the nodes and edges.
    """
    nodes = {node.id: node for node in graph.nodes}
    labels: dict[tuple[str, str], list[str]] = {}
    for source, target, label in graph.edges:
        if source in nodes and target in nodes:
            labels.setdefault((source, target), []).append(one_line(label))
    loops = {source for source, target in labels if source == target}
    texts = {id: (_cut(one_line(n.label), _LABEL), _cut(one_line(n.kind), _KIND))
             for id, n in nodes.items()}  # fmt: skip
    sizes = {id: _size(*text, has_loop=id in loops) for id, text in texts.items()}
    notes = {edge: _cut(" · ".join(dict.fromkeys(filter(None, each))), _EDGE_LABEL)
             for edge, each in labels.items()}  # fmt: skip
    widest = max((_width(text, 10) for text in notes.values()), default=0.0)
    gap = max(_GAP, widest + 30) if widest else _GAP
    layout = arrange(sizes, labels, column_gap=gap)
    width, height = layout.width, layout.height
    start = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}"'
        f' viewBox="0 0 {width:.0f} {height:.0f}" role="img" aria-label="{_summary(graph)}"'
        ' font-family="system-ui, -apple-system, \'Segoe UI\', sans-serif" fill="none"'
        f' style="max-width: none; height: {height:.0f}px">'
    )
    parts = [start, *_edges(layout, labels, notes)]
    for id, node in nodes.items():
        parts += _node(node, layout.boxes[id], *texts[id])
    parts.append("</svg>")
    return "".join(parts)


def _summary(graph: Graph) -> str:
    focus = next((node.label for node in graph.nodes if node.is_focus), "")
    around = f" around {escape(one_line(focus))}" if focus else ""
    counts = [
        f"{len(found)} {word}{'' if len(found) == 1 else 's'}"
        for found, word in ((graph.nodes, "node"), (graph.edges, "edge"))
    ]
    return f"Graph of {' and '.join(counts)}{around}"


# -- nodes -----------------------------------------------------------------------------------------


def _size(label: str, kind: str, *, has_loop: bool) -> Size:
    width = max(_width(label, 12), _width(kind, 10), 40.0) + 22
    return Size(width, _NODE_HEIGHT, _LOOP if has_loop else 0.0)


def _node(node: GraphNode, box: Box, label: str, kind: str) -> Iterator[str]:
    x, y, width, height = box.x, box.y, box.width, box.height
    url = web_address(node.url)
    if url:
        yield f'<a href="{escape(url)}" target="_blank" rel="noopener noreferrer"'
        yield ' style="color: inherit; text-decoration: none">'
    yield f"<g><title>{escape(' '.join(filter(None, (one_line(node.kind), one_line(node.label)))))}"
    yield "</title>"
    look = f'fill="{_FOCUS}" fill-opacity="0.16" stroke="{_FOCUS}" stroke-width="2"'
    if not node.is_focus:
        look = f'fill="currentColor" fill-opacity="0.05" {_QUIET}'
    yield (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}" rx="6" {look}/>'
    )
    # A separate box cuts a text that the fonts of the reader draw wider than expected.
    yield f'<svg x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">'
    base = 17 if kind else 0
    if kind:
        yield (
            f'<text x="11" y="15" font-size="10" fill="currentColor" fill-opacity="0.65">'
            f"{escape(kind)}</text>"
        )
    weight = ' font-weight="600"' if node.is_focus else ""
    yield (
        f'<text x="11" y="{base + 13 if kind else 24}" font-size="12"{weight} fill="currentColor">'
        f"{escape(label)}</text></svg></g>"
    )
    if url:
        yield "</a>"


# -- edges -----------------------------------------------------------------------------------------


def _edges(
    layout: Layout,
    labels: dict[tuple[str, str], list[str]],
    notes: dict[tuple[str, str], str],
) -> Iterator[str]:
    used: list[Box] = []
    for edge, texts in labels.items():
        route = layout.routes.get(edge)
        title = " · ".join(dict.fromkeys(filter(None, texts)))
        yield "<g>" if not title else f"<g><title>{escape(title)}</title>"
        if route is None:
            yield from _loop(layout.boxes[edge[0]])
        else:
            yield from _curve(route)
            yield from _note(route, notes[edge], used)
        yield "</g>"


def _curve(route: Route) -> Iterator[str]:
    points = [*route.points]
    head = points[0] if route.is_reversed else points[-1]
    # The line ends at the base of the arrowhead.
    if route.is_reversed:
        points[0] = (head[0] + 6, head[1])
    else:
        points[-1] = (head[0] - 6, head[1])
    path = f"M{_at(points[0])}"
    for number, (start, end) in enumerate(pairwise(points)):
        if number % 2:  # the straight way across a layer
            path += f"L{_at(end)}"
            continue
        bend = max((end[0] - start[0]) / 2, 12.0)
        path += f"C{_at((start[0] + bend, start[1]))} {_at((end[0] - bend, end[1]))} {_at(end)}"
    dashes = ' stroke-dasharray="5 4"' if route.is_reversed else ""
    yield f'<path d="{path}" {_QUIET} stroke-width="1.3"{dashes}/>'
    back = 7 if route.is_reversed else -7
    yield _arrowhead(head, (back, -4), (back, 4))


def _loop(box: Box) -> Iterator[str]:
    """Yield an edge from a node to itself: an arc above its right end."""
    right, left, top = box.x + box.width - 10, box.x + box.width - 34, box.y
    arc = f"M{_at((left, top))}C{_at((left, top - 24))} {_at((right, top - 24))}"
    yield f'<path d="{arc} {_at((right, top - 6))}" {_QUIET} stroke-width="1.3"/>'
    yield _arrowhead((right, top), (-4, -7), (4, -7))


def _arrowhead(tip: Point, one: Point, other: Point) -> str:
    corners = [tip, *((tip[0] + x, tip[1] + y) for x, y in (one, other))]
    path = "L".join(map(_at, corners))
    return f'<path d="M{path}Z" fill="currentColor" fill-opacity="0.6"/>'


def _note(route: Route, text: str, used: list[Box]) -> Iterator[str]:
    """Yield the label of an edge where there is room for it; its title has it anyhow."""
    if not text:
        return
    width = _width(text, 10)
    start, end = route.points[0], route.points[1]
    for share in (0.5, 0.35, 0.65, 0.2, 0.8):
        x = start[0] + (end[0] - start[0]) * share
        half = width / 2 / max(end[0] - start[0], 1.0)
        y = min(_height(start, end, each) for each in (share - half, share + half)) - 3
        place = Box(x - width / 2, y - 9, width, 11)
        is_between = start[0] <= place.x and place.x + width <= end[0]
        if is_between and not any(_overlap(place, each) for each in used):
            used.append(place)
            yield (
                f'<text x="{x:.1f}" y="{y:.1f}" font-size="10" text-anchor="middle"'
                f' fill="currentColor" fill-opacity="0.75">{escape(text)}</text>'
            )
            return


def _height(start: Point, end: Point, share: float) -> float:
    """Return about how high a curve is at a share of its way."""
    way = min(max(share, 0.0), 1.0)
    return start[1] + (end[1] - start[1]) * way * way * (3 - 2 * way)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.x < other.x + other.width
        and other.x < one.x + one.width
        and one.y < other.y + other.height
        and other.y < one.y + one.height
    )


def _at(point: Point) -> str:
    return f"{point[0]:.1f},{point[1]:.1f}"


# -- texts -----------------------------------------------------------------------------------------


def _cut(text: str, most: int) -> str:
    """Return a text without its middle if it is long: names differ at their ends."""
    if len(text) <= most:
        return text
    first = most // 3
    return f"{text[:first]}…{text[first + 1 - most :]}"


def _width(text: str, size: float) -> float:
    """Return about how wide a text is in a font without serifs, rather too wide."""
    return sum(map(_share, text)) * size


def _share(char: str) -> float:
    """Return the width of a character in ems."""
    if unicodedata.combining(char):
        return 0.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.05
    if char in "iljft.,:;'|!I()[] ":
        return 0.38
    return 0.86 if char in "mwMW@%…" else 0.72 if char.isupper() else 0.6
