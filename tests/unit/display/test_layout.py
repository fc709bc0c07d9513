"""Where nodes and edges of graphs are drawn."""

from __future__ import annotations

import itertools
import random

import pytest

from dynclient.display.layout import Box, Layout, Size, arrange

_SIZE = Size(120, 40)


def _arrange(count: int, edges: list[tuple[int, int]], size: Size = _SIZE) -> Layout:
    return arrange({str(n): size for n in range(count)}, [(str(a), str(b)) for a, b in edges])


def _overlaps(one: Box, other: Box) -> bool:
    is_beside = one.x + one.width <= other.x or other.x + other.width <= one.x
    return not is_beside and one.y < other.y + other.height and other.y < one.y + one.height


def _random_edges(count: int, seed: int, *, cyclic: bool = False) -> list[tuple[int, int]]:
    chance = random.Random(seed)
    edges = [
        (max(0, n - chance.randint(1, 9)), n) for n in range(1, count) for _ in range(1 + n % 2)
    ]
    if cyclic:
        edges += [(chance.randrange(count), chance.randrange(count)) for _ in range(count // 3)]
    return edges


def test_a_graph_without_nodes_has_no_boxes():
    layout = arrange({}, [])
    assert not layout.boxes
    assert layout.width > 0
    assert layout.height > 0


def test_a_single_node_fills_the_drawing():
    layout = arrange({"a": _SIZE}, [("a", "a")], margin=8)
    assert layout.boxes == {"a": Box(8, 8, 120, 40)}
    assert (layout.width, layout.height) == (136, 56)
    assert not layout.routes


def test_the_loop_of_a_node_has_space_above_it():
    layout = arrange({"a": Size(120, 40, above=22)}, [("a", "a")], margin=8)
    assert layout.boxes["a"].y == 30


def test_edges_lead_from_left_to_right():
    layout = _arrange(5, [(0, 1), (1, 2), (0, 2), (2, 3), (4, 3)])
    x = {name: box.x for name, box in layout.boxes.items()}
    assert x["0"] < x["1"] < x["2"] < x["3"]
    assert x["4"] == x["2"]  # beside what it leads to, not in the first layer
    for (source, target), route in layout.routes.items():
        assert not route.is_reversed
        assert route.points[0][0] == layout.boxes[source].x + layout.boxes[source].width
        assert route.points[-1][0] == layout.boxes[target].x


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("cyclic", [False, True])
def test_no_two_of_fifty_nodes_overlap(seed: int, cyclic: bool):
    layout = _arrange(50, _random_edges(50, seed, cyclic=cyclic))
    assert len(layout.boxes) == 50
    pairs = itertools.combinations(layout.boxes.values(), 2)
    assert not [pair for pair in pairs if _overlaps(*pair)]
    for box in layout.boxes.values():
        assert box.x >= 0
        assert box.y >= 0
        assert box.x + box.width <= layout.width
        assert box.y + box.height <= layout.height


@pytest.mark.parametrize("seed", range(4))
def test_edges_cross_no_node(seed: int):
    layout = _arrange(50, _random_edges(50, seed, cyclic=True))
    for route in layout.routes.values():
        # The straight parts of an edge; its curves lie between the layers.
        for (x, y), (end, _) in zip(route.points[1::2], route.points[2::2], strict=False):
            across = Box(x, y, end - x, 0)
            assert not [box for box in layout.boxes.values() if _overlaps(across, box)]


def test_a_cycle_is_drawn_with_one_edge_backwards():
    layout = _arrange(3, [(0, 1), (1, 2), (2, 0)])
    assert {edge for edge, route in layout.routes.items() if route.is_reversed} == {("2", "0")}
    route = layout.routes["2", "0"]
    assert route.points[0][0] < route.points[-1][0]


def test_an_edge_back_into_a_chain_is_the_one_that_is_turned():
    layout = _arrange(4, [(2, 1), (0, 1), (1, 2), (2, 3)])
    assert {edge for edge, route in layout.routes.items() if route.is_reversed} == {("2", "1")}


def test_edges_in_both_directions_have_ways_of_their_own():
    layout = _arrange(2, [(0, 1), (1, 0)])
    there, back = layout.routes["0", "1"], layout.routes["1", "0"]
    assert back.is_reversed
    assert there.points != back.points


def test_neighbours_order_a_layer_so_that_edges_do_not_cross():
    layout = _arrange(6, [(0, 5), (1, 4), (2, 3)])
    ys = {name: box.y for name, box in layout.boxes.items()}
    assert ys["0"] < ys["1"] < ys["2"]
    assert ys["5"] < ys["4"] < ys["3"]


def test_repeated_edges_and_edges_of_unknown_nodes_do_not_matter():
    layout = _arrange(2, [(0, 1), (0, 1), (0, 7), (8, 9)])
    assert list(layout.routes) == [("0", "1")]


def test_a_node_is_drawn_in_the_middle_of_its_neighbours():
    layout = _arrange(4, [(0, 1), (0, 2), (0, 3)])
    assert layout.boxes["0"].y == pytest.approx(layout.boxes["2"].y)


def test_a_graph_with_many_long_edges_stays_small():
    count = 200
    edges = [(n, n + 1) for n in range(count - 1)] + [(n, count - 1) for n in range(count - 2)]
    layout = _arrange(count, edges)
    points = sum(len(route.points) for route in layout.routes.values())
    assert points < 20_000
    assert len(layout.routes) == len(edges)
