"""Where the nodes and edges of a directed graph are drawn: layers from left to right.

The steps of Sugiyama, Tagawa and Toda: edges that close a cycle are turned round, nodes get layers
by their longest path, an edge across several layers gets a place in each of them, neighbours order
the nodes of a layer, and each node moves towards its neighbours without overlapping others.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

Point = tuple[float, float]

_SWEEPS = 12
"""How often the layers are ordered, in turns from the left and from the right."""
_PLACES_MAX = 2_000
"""Places of long edges in layers between; an edge without places is drawn across them."""
_LANE = 10.0
"""Height of the place of an edge in a layer that it crosses."""


@dataclass(frozen=True, slots=True)
class Size:
    """The width and height of a node in pixels, and the space above it that it needs."""

    width: float
    height: float
    above: float = 0.0


@dataclass(frozen=True, slots=True)
class Box:
    """The rectangle of a node: its upper left corner and its size, in pixels."""

    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Route:
    """The way of an edge: points in the direction in which it is drawn, left to right.

    Attributes:
        points: where it leaves a node, its places in layers between (two for each, the left and
            the right end), and where it reaches the other node.
        is_reversed: whether it points from right to left, because it closes a cycle.
    """

    points: tuple[Point, ...]
    is_reversed: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """A drawn graph.

    Attributes:
        boxes: the rectangles by node.
        routes: the ways by edge; none for an edge from a node to itself.
        width: the width of the drawing.
        height: its height.
    """

    boxes: Mapping[str, Box]
    routes: Mapping[tuple[str, str], Route]
    width: float
    height: float


@dataclass(slots=True)
class _Place:
    """A node, or the place of a long edge in a layer between."""

    layer: int
    size: Size
    left: list[int] = field(default_factory=list)
    right: list[int] = field(default_factory=list)
    y: float = 0.0
    """The middle."""


def arrange(
    sizes: Mapping[str, Size],
    edges: Iterable[tuple[str, str]],
    *,
    column_gap: float = 60.0,
    row_gap: float = 16.0,
    margin: float = 8.0,
) -> Layout:
    """Return where nodes and edges are drawn.

    Args:
        sizes: the nodes.
        edges: pairs of nodes; repeated ones, those from a node to itself and those of nodes that
            are not in ``sizes`` do not matter.
        column_gap: pixels between two layers.
        row_gap: pixels between two nodes of a layer.
        margin: pixels around everything.
    """
    names = list(sizes)
    numbers = {name: number for number, name in enumerate(names)}
    pairs = dict.fromkeys(
        (numbers[source], numbers[target])
        for source, target in edges
        if source != target and source in numbers and target in numbers
    )
    turned = _closing_cycles(len(names), pairs)
    forward = dict.fromkeys(pair[::-1] if pair in turned else pair for pair in pairs)
    layers = _layers(len(names), forward)
    places = [_Place(layer, sizes[name]) for layer, name in zip(layers, names, strict=True)]
    chains = _with_places_between(places, forward)
    columns = _ordered(places)
    _set_heights(places, columns, row_gap)

    top = min((each.y - each.size.height / 2 - each.size.above for each in places), default=0.0)
    for place in places:
        place.y += margin - top
    bottom = max((each.y + each.size.height / 2 for each in places), default=margin)
    starts, ends, right = [], [], margin
    for column in columns:
        starts.append(right)
        ends.append(right + max(places[each].size.width for each in column))
        right = ends[-1] + column_gap
    # Nodes of a layer are equally wide, so that no edge passes in front of a wider one.
    boxes = {
        name: Box(
            starts[place.layer], place.y - place.size.height / 2,
            ends[place.layer] - starts[place.layer], place.size.height,
        )
        for name, place in zip(names, places, strict=False)
    }  # fmt: skip
    routes = _routes(names, pairs, turned, chains, places, boxes, (starts, ends))
    return Layout(boxes, routes, max(right - column_gap, margin) + margin, bottom + margin)


def _closing_cycles(count: int, pairs: Iterable[tuple[int, int]]) -> set[tuple[int, int]]:
    """Return the edges that lead back to a node from which they are reached."""
    after: list[list[int]] = [[] for _ in range(count)]
    entered = [False] * count
    for source, target in pairs:
        after[source].append(target)
        entered[target] = True
    found: set[tuple[int, int]] = set()
    state = [0] * count  # 1: on the way to the present node, 2: done
    # From nodes into which nothing leads, so that what is drawn backwards is really a way back.
    for start in sorted(range(count), key=entered.__getitem__):
        if state[start]:
            continue
        state[start] = 1
        stack = [(start, iter(after[start]))]
        while stack:
            node, rest = stack[-1]
            for target in rest:
                if state[target] == 1:
                    found.add((node, target))
                elif not state[target]:
                    state[target] = 1
                    stack.append((target, iter(after[target])))
                    break
            else:
                state[node] = 2
                stack.pop()
    return found


def _layers(count: int, forward: Iterable[tuple[int, int]]) -> list[int]:
    """Return the layer of each node: its longest path from the left, then as near as possible."""
    before: list[list[int]] = [[] for _ in range(count)]
    after: list[list[int]] = [[] for _ in range(count)]
    for source, target in forward:
        after[source].append(target)
        before[target].append(source)
    waiting = [len(each) for each in before]
    order = [node for node in range(count) if not waiting[node]]
    layers = [0] * count
    for node in order:  # grows while it is read
        for target in after[node]:
            layers[target] = max(layers[target], layers[node] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                order.append(target)
    # A source of something far to the right is drawn beside it, not in the first layer.
    for node in reversed(order):
        if after[node] and len(after[node]) >= len(before[node]):
            layers[node] = min(layers[target] for target in after[node]) - 1
    numbers = {layer: number for number, layer in enumerate(sorted(set(layers)))}
    return [numbers[layer] for layer in layers]


def _with_places_between(
    places: list[_Place], forward: Iterable[tuple[int, int]]
) -> dict[tuple[int, int], list[int]]:
    """Add a place for each layer that an edge crosses; return the places of each edge."""
    chains: dict[tuple[int, int], list[int]] = {}
    budget = _PLACES_MAX
    for source, target in forward:
        crossed = range(places[source].layer + 1, places[target].layer)
        chain = [source]
        if len(crossed) <= budget:
            budget -= len(crossed)
            for layer in crossed:
                chain.append(len(places))
                places.append(_Place(layer, Size(0.0, _LANE)))
        chain.append(target)
        for left, right in pairwise(chain):
            places[left].right.append(right)
            places[right].left.append(left)
        chains[source, target] = chain
    return chains


def _ordered(places: Sequence[_Place]) -> list[list[int]]:
    """Return the places of each layer from top to bottom, so that few edges cross."""
    columns: list[list[int]] = [[] for _ in range(1 + max((p.layer for p in places), default=-1))]
    for number, place in enumerate(places):
        columns[place.layer].append(number)
    best, fewest = [*map(list, columns)], _crossings(places, columns)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        from_left = sweep % 2 == 0
        for column in columns if from_left else reversed(columns):
            _sort(places, columns, column, from_left=from_left)
        crossings = _crossings(places, columns)
        if crossings < fewest:
            best, fewest = [*map(list, columns)], crossings
    return best


def _sort(
    places: Sequence[_Place], columns: list[list[int]], column: list[int], *, from_left: bool
) -> None:
    """Sort a layer by the mean position of the neighbours on one side; others stay in between."""
    layer = places[column[0]].layer + (-1 if from_left else 1)
    if not 0 <= layer < len(columns):
        return
    positions = {number: position for position, number in enumerate(columns[layer])}
    means = {}
    for present, number in enumerate(column):
        near = places[number].left if from_left else places[number].right
        found = [positions[each] for each in near if each in positions]
        share = present * len(positions) / len(column)
        means[number] = sum(found) / len(found) if found else share
    column.sort(key=means.__getitem__)


def _crossings(places: Sequence[_Place], columns: Sequence[Sequence[int]]) -> int:
    """Return how many pairs of edges between neighbouring layers cross."""
    count = 0
    for column, following in pairwise(columns):
        positions = {number: position for position, number in enumerate(following)}
        ends: list[int] = []
        for number in column:
            targets = sorted(positions[e] for e in places[number].right if e in positions)
            # Those that end above the ends of edges which begin higher cross them.
            count += sum(len(ends) - bisect_left(ends, each + 1) for each in targets)
            for each in targets:
                insort(ends, each)
    return count


def _set_heights(
    places: Sequence[_Place], columns: Sequence[Sequence[int]], row_gap: float
) -> None:
    """Set the middle of each place: near its neighbours, in order, without overlaps."""
    offsets = [_offsets(places, column, row_gap) for column in columns]
    for column, distances in zip(columns, offsets, strict=True):
        for number, distance in zip(column, distances, strict=True):
            places[number].y = distance - distances[-1] / 2
    steps = [*range(1, len(columns)), *reversed(range(len(columns) - 1))]
    for layer in steps * 3:
        column, distances = columns[layer], offsets[layer]
        desired = []
        for number in column:
            place = places[number]
            near = [places[each].y for each in (*place.left, *place.right)]
            desired.append(sum(near) / len(near) if near else place.y)
        pulls = [wish - distance for wish, distance in zip(desired, distances, strict=True)]
        for number, start, distance in zip(column, _ascending(pulls), distances, strict=True):
            places[number].y = start + distance


def _offsets(places: Sequence[_Place], column: Sequence[int], row_gap: float) -> list[float]:
    """Return how far below the middle of the first place each other must be at least."""
    found = [0.0]
    for upper, lower in pairwise(column):
        sizes = places[upper].size, places[lower].size
        gap = row_gap if sizes[0].width and sizes[1].width else row_gap / 2
        found.append(found[-1] + (sizes[0].height + sizes[1].height) / 2 + sizes[1].above + gap)
    return found


def _ascending(values: Sequence[float]) -> list[float]:
    """Return the ascending numbers with the least squared distance from some numbers.

    Neighbours in the wrong order get their mean, until none are.
    """
    groups: list[tuple[float, int]] = []
    for value in values:
        mean, size = value, 1
        while groups and groups[-1][0] >= mean:
            above, count = groups.pop()
            mean = (mean * size + above * count) / (size + count)
            size += count
        groups.append((mean, size))
    return [mean for mean, size in groups for _ in range(size)]


def _routes(
    names: Sequence[str],
    pairs: Iterable[tuple[int, int]],
    turned: set[tuple[int, int]],
    chains: Mapping[tuple[int, int], Sequence[int]],
    places: Sequence[_Place],
    boxes: Mapping[str, Box],
    bounds: tuple[Sequence[float], Sequence[float]],
) -> dict[tuple[str, str], Route]:
    """Return the way of each edge; edges of one side of a node begin at different heights."""
    ways = {pair: chains[pair[::-1] if pair in turned else pair] for pair in pairs}
    leaving: dict[int, list[tuple[float, tuple[int, int]]]] = {}
    entering: dict[int, list[tuple[float, tuple[int, int]]]] = {}
    for pair, way in ways.items():
        leaving.setdefault(way[0], []).append((places[way[1]].y, pair))
        entering.setdefault(way[-1], []).append((places[way[-2]].y, pair))
    first, last = _ports(leaving, places), _ports(entering, places)
    starts, ends = bounds
    routes = {}
    for pair, way in ways.items():
        box = boxes[names[way[0]]]
        points: list[Point] = [(box.x + box.width, first[pair])]
        for number in way[1:-1]:
            place = places[number]
            points += [(starts[place.layer], place.y), (ends[place.layer], place.y)]
        points.append((boxes[names[way[-1]]].x, last[pair]))
        routes[names[pair[0]], names[pair[1]]] = Route(tuple(points), pair in turned)
    return routes


def _ports(
    sides: Mapping[int, list[tuple[float, tuple[int, int]]]], places: Sequence[_Place]
) -> dict[tuple[int, int], float]:
    """Return the height at which each edge touches a side of its node."""
    found = {}
    for number, edges in sides.items():
        place = places[number]
        step = min(8.0, (place.size.height - 12) / len(edges))
        for position, (_, pair) in enumerate(sorted(edges)):
            found[pair] = place.y + (position - (len(edges) - 1) / 2) * step
    return found
