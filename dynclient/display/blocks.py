"""Blocks of content, which an object describes once and every renderer draws.

A block contains plain values and knows neither entities nor output formats. Values are escaped and
secrets in free text masked by the renderers, not by those who make blocks; a value that a schema
marks as secret is replaced by the mask before it becomes part of a block.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

Tone = Literal["plain", "quiet", "good", "bad", "warning"]
"""How a text is coloured; without colour it reads the same."""


@dataclass(frozen=True, slots=True)
class Heading:
    """The first line: what kind of thing this is, its name, and the address of its page."""

    kind: str
    name: str
    url: str | None = None


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph; line breaks are kept."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Code:
    """Lines of code or of a query, in a monospaced font."""

    text: str
    language: str = ""


@dataclass(frozen=True, slots=True)
class Label:
    """A cell or value with a tone, such as a tag or the status of a test."""

    text: str
    tone: Tone = "plain"


@dataclass(frozen=True, slots=True)
class Bar:
    """A cell that draws a share of a whole as a bar, with a text beside it.

    ``share`` lies between 0 and 1.
    """

    share: float
    text: str


@dataclass(frozen=True, slots=True)
class Link:
    """A cell or value with an address; only http and https addresses become links."""

    text: str
    url: str


Cell: TypeAlias = "str | int | float | bool | Label | Bar | Link | Sequence[Cell] | None"
"""A value in a table or a field. A sequence is drawn as a list in one line."""


@dataclass(frozen=True, slots=True)
class Fields:
    """Names and values, one pair a line."""

    rows: Sequence[tuple[str, Cell]]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under column headings.

    Attributes:
        columns: the headings.
        rows: the rows that are drawn, each as long as ``columns``.
        title: a line above the table.
        total: how many rows there are in all, if known; more than ``rows`` is said below.
        more: the call that returns the rest, in Python.
    """

    columns: Sequence[str]
    rows: Sequence[Sequence[Cell]]
    title: str = ""
    total: int | None = None
    more: str = ""


@dataclass(frozen=True, slots=True)
class Branch:
    """A node of a tree, and what is below it."""

    label: Cell
    children: Sequence[Branch] = ()


@dataclass(frozen=True, slots=True)
class Tree:
    """A hierarchy, drawn with lines."""

    branches: Sequence[Branch]
    title: str = ""


@dataclass(frozen=True, slots=True)
class GraphNode:
    """A node of a graph: an id, what is written in it, and its kind in small letters."""

    id: str
    label: str
    kind: str = ""
    url: str | None = None
    is_focus: bool = False


@dataclass(frozen=True, slots=True)
class Graph:
    """Nodes and directed edges ``(from, to, label)``, drawn from left to right."""

    nodes: Sequence[GraphNode]
    edges: Sequence[tuple[str, str, str]]


Block: TypeAlias = Heading | Text | Code | Fields | Table | Tree | Graph
"""A part of what an object looks like."""
