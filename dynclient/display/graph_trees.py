"""Graphs as trees, for output without pictures: what leads to a node, and what it leads to."""

from __future__ import annotations

from collections.abc import Mapping

from dynclient.display.blocks import Branch, Graph, GraphNode, Tree

_Steps = dict[str, dict[str, str]]
"""For each node its neighbours in one direction, with the labels of the edges."""


def neighbour_trees(graph: Graph, *, has_labels: bool = True) -> list[Tree]:
    """Return trees of what is upstream and downstream of the focus of a graph.

    A node that is reached in several ways is opened where it is reached first, and ends with ``…``
    elsewhere. Nodes that are not reached are listed in a separate tree.

    Args:
        graph: the graph.
        has_labels: whether the label of an edge is written behind the node to which it leads.

    Returns:
        Trees with the titles ``upstream``, ``downstream`` and ``others``, those that have branches;
        none without a focus.
    """
    nodes = {node.id: node for node in graph.nodes}
    focus = next((node.id for node in graph.nodes if node.is_focus), None)
    if focus is None:
        return []
    into: _Steps = {}
    out_of: _Steps = {}
    for source, target, label in graph.edges:
        if source in nodes and target in nodes:
            note = label if has_labels else ""
            out_of.setdefault(source, {}).setdefault(target, note)
            into.setdefault(target, {}).setdefault(source, note)
    found, reached = [], {focus}
    for title, steps in (("upstream", into), ("downstream", out_of)):
        branches = _opened(nodes, steps, focus, reached)
        if branches:
            found.append(Tree(branches, title))
    others = [Branch(_text(node)) for node in graph.nodes if node.id not in reached]
    return [*found, Tree(others, "others")] if others else found


def _opened(
    nodes: Mapping[str, GraphNode], steps: _Steps, start: str, reached: set[str]
) -> list[Branch]:
    """Return the branches in one direction; without recursion, since chains may be long."""
    roots: list[Branch] = []
    opened = {start}
    waiting = [(each, roots) for each in reversed(steps.get(start, {}).items())]
    while waiting:
        (name, note), siblings = waiting.pop()
        reached.add(name)
        is_repeated = name in opened and bool(steps.get(name))
        below: list[Branch] = []
        text = f"{_text(nodes[name])}{f' ({note})' if note else ''}{' …' if is_repeated else ''}"
        siblings.append(Branch(text, below))
        if name not in opened:
            opened.add(name)
            waiting += [(each, below) for each in reversed(steps.get(name, {}).items())]
    return roots


def _text(node: GraphNode) -> str:
    return f"{node.kind} {node.label}".strip()
