"""Graphs as trees, for output without pictures."""

from __future__ import annotations

import itertools
from collections.abc import Sequence

from dynclient.display.blocks import Branch, Graph, GraphNode
from dynclient.display.graph_trees import neighbour_trees


def _graph(focus: str, *edges: str, more: str = "") -> Graph:
    ends = [(edge[0], edge[1], "") for edge in edges]
    names = dict.fromkeys([focus, *(name for edge in ends for name in edge[:2]), *more])
    return Graph([GraphNode(n, n.upper(), "table", is_focus=n == focus) for n in names], ends)


def _texts(branches: Sequence[Branch], indent: str = "") -> list[str]:
    found = []
    for each in branches:
        found += [f"{indent}{each.label}", *_texts(each.children, f"{indent}  ")]
    return found


def test_what_is_upstream_and_downstream_are_two_trees():
    trees = neighbour_trees(_graph("b", "ab", "bc", "cd"))
    assert [(tree.title, _texts(tree.branches)) for tree in trees] == [
        ("upstream", ["table A"]),
        ("downstream", ["table C", "  table D"]),
    ]


def test_a_node_on_two_ways_is_opened_once():
    (tree,) = neighbour_trees(_graph("a", "ab", "ac", "bd", "cd", "de"))
    assert _texts(tree.branches) == [
        "table B", "  table D", "    table E", "table C", "  table D …",
    ]  # fmt: skip


def test_cycles_and_loops_end():
    up, down = neighbour_trees(_graph("a", "ab", "ba", "aa"))
    assert _texts(up.branches) == ["table B", "  table A …", "table A …"]
    assert _texts(down.branches) == ["table B", "  table A …", "table A …"]


def test_nodes_that_are_not_reached_are_listed():
    trees = neighbour_trees(_graph("a", "ab", "cb", more="z"))
    assert [tree.title for tree in trees] == ["downstream", "others"]
    assert _texts(trees[1].branches) == ["table C", "table Z"]


def test_a_graph_without_a_focus_has_no_trees():
    assert neighbour_trees(Graph([GraphNode("a", "a")], [])) == []


def test_a_long_chain_needs_no_recursion():
    names = [str(number) for number in range(5_000)]
    nodes = [GraphNode(name, name, is_focus=name == "0") for name in names]
    (tree,) = neighbour_trees(Graph(nodes, [(a, b, "") for a, b in itertools.pairwise(names)]))
    branch, depth = tree.branches[0], 1
    while branch.children:
        branch, depth = branch.children[0], depth + 1
    assert depth == 4_999
