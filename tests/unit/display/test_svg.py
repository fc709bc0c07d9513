"""Graphs as pictures in SVG."""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from xml.etree import ElementTree

import pytest

from dynclient.display.blocks import Graph, GraphNode
from dynclient.display.svg import draw_graph

_SVG = "{http://www.w3.org/2000/svg}"
_TOKEN = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJl"


def _graph(*labels: str, edges: Sequence[tuple[str, str, str]] = (), focus: str = "") -> Graph:
    nodes = [GraphNode(label, label, "table", is_focus=label == focus) for label in labels]
    return Graph(nodes, edges)


def _parsed(graph: Graph) -> ElementTree.Element:
    return ElementTree.fromstring(draw_graph(graph))


def _texts(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{_SVG}text")]


def _titles(root: ElementTree.Element) -> list[str]:
    return [each.text or "" for each in root.iter(f"{_SVG}title")]


def _rectangles(root: ElementTree.Element) -> list[tuple[float, ...]]:
    names = ("x", "y", "width", "height")
    return [tuple(float(each.attrib[n]) for n in names) for each in root.iter(f"{_SVG}rect")]


def test_nodes_have_their_kind_and_label():
    root = _parsed(_graph("shop.orders", "shop.sales", edges=[("shop.orders", "shop.sales", "")]))
    assert _texts(root) == ["table", "shop.orders", "table", "shop.sales"]
    assert _titles(root) == ["table shop.orders", "table shop.sales"]


def test_a_graph_without_nodes_is_a_picture_too():
    assert _parsed(Graph([], [])).tag == f"{_SVG}svg"


def test_the_picture_says_what_it_is_to_screen_readers():
    root = _parsed(_graph("a", "b", edges=[("a", "b", "")], focus="b"))
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "Graph of 2 nodes and 1 edge around b"


def test_fifty_nodes_do_not_overlap_and_keep_their_size():
    names = [f"shop.db.sales.orders_{number}" for number in range(50)]
    edges = [(names[(n - 1) // 3], names[n], "2 columns") for n in range(1, 50)]
    root = _parsed(_graph(*names, edges=edges, focus=names[7]))
    found = _rectangles(root)
    assert len(found) == 50
    for (x, y, w, h), (x2, y2, w2, h2) in itertools.combinations(found, 2):
        assert x + w <= x2 or x2 + w2 <= x or y + h <= y2 or y2 + h2 <= y
    width, height = root.attrib["width"], root.attrib["height"]
    assert root.attrib["viewBox"] == f"0 0 {width} {height}"  # not shrunk
    assert float(width) > 400
    assert {each.attrib["font-size"] for each in root.iter(f"{_SVG}text")} == {"10", "12"}


def test_a_cycle_has_a_dashed_edge():
    edges = [("a", "b", ""), ("b", "c", ""), ("c", "a", "")]
    root = _parsed(_graph("a", "b", "c", edges=edges))
    dashed = [each for each in root.iter(f"{_SVG}path") if "stroke-dasharray" in each.attrib]
    assert len(dashed) == 1


def test_an_edge_from_a_node_to_itself_is_an_arc_above_it():
    root = _parsed(_graph("a", edges=[("a", "a", "merge")]))
    (_, y, _, _) = _rectangles(root)[0]
    arc, arrow = list(root.iter(f"{_SVG}path"))
    assert y > 20
    assert f",{y:.1f}" in arc.attrib["d"]
    assert arrow.attrib["fill"] == "currentColor"
    assert "merge" in _titles(root)


def test_edges_of_unknown_nodes_are_left_out():
    root = _parsed(_graph("a", edges=[("a", "z", "")]))
    assert not list(root.iter(f"{_SVG}path"))


def test_a_long_label_loses_its_middle_and_keeps_its_title():
    name = f"warehouse.{'x' * 100}.orders"
    root = _parsed(_graph(name))
    (label,) = _texts(root)[1:]
    assert len(label) == 34
    assert label.startswith("warehouse.")
    assert label.endswith("x.orders")
    assert _titles(root) == [f"table {name}"]


def test_labels_of_edges_are_drawn_where_they_have_room():
    edges = [("a", "b", "4 columns"), ("a", "c", "etl_nightly_with_a_long_name")]
    root = _parsed(_graph("a", "b", "c", edges=edges))
    texts = _texts(root)
    assert "4 columns" in texts
    assert "etl_nigh…ith_a_long_name" in texts
    assert "etl_nightly_with_a_long_name" in _titles(root)


def test_repeated_edges_are_one_line_with_all_labels():
    edges = [("a", "b", "one"), ("a", "b", "two"), ("a", "b", "one")]
    root = _parsed(_graph("a", "b", edges=edges))
    assert len(list(root.iter(f"{_SVG}path"))) == 2  # the line and its arrowhead
    assert "one · two" in _titles(root)


@pytest.mark.parametrize(
    "name",
    [
        "<script>alert(1)</script>",
        '"><img src=x onerror=alert(1)>',
        "]]></text></svg><b>",
        "a & b &amp; c",
        "two\nlines\tand tabs",
        "\x1b[31mred\x00\x07",
        "invoice\u202egnp.exe",
        "数据仓库.订单",
        "\ud800lonely",
    ],
)
def test_hostile_names_are_texts(name: str):
    root = _parsed(_graph(name, "b", edges=[(name, "b", name)], focus=name))
    tags = {each.tag.removeprefix(_SVG) for each in root.iter()}
    assert tags <= {"svg", "g", "title", "rect", "text", "path"}
    shown = "".join([*_texts(root), *_titles(root), root.attrib["aria-label"]])
    assert not set(shown) & set("\x1b\x00\x07\n\t\u202e\ud800")
    draw_graph(_graph(name)).encode()


def test_credentials_are_masked():
    text = draw_graph(_graph(_TOKEN, "b", edges=[(_TOKEN, "b", "https://me:geheim@db")]))
    assert _TOKEN not in text
    assert "geheim" not in text


def test_only_web_addresses_are_links():
    nodes = [
        GraphNode("a", "a", url="https://catalogue.example/table/a?x=1&y='\""),
        GraphNode("b", "b", url="javascript:alert(1)"),
    ]
    root = _parsed(Graph(nodes, []))
    (link,) = root.iter(f"{_SVG}a")
    assert link.attrib["href"] == "https://catalogue.example/table/a?x=1&y='\""
    assert "javascript" not in draw_graph(Graph(nodes, []))


def test_pictures_share_no_ids_and_no_styles():
    text = draw_graph(_graph("a", "b", edges=[("a", "b", "x")], focus="a"))
    assert " id=" not in text
    assert "<style" not in text
    assert "url(" not in text


def test_colours_are_those_of_the_page_except_for_the_focus():
    root = _parsed(_graph("a", "b", edges=[("a", "b", "x")], focus="a"))
    used = {each.attrib.get(n) for each in root.iter() for n in ("fill", "stroke")}
    assert used == {None, "none", "currentColor", "#2f7fd6"}
