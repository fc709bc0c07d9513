"""What is known of a value in a script without running it."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dynclient.schema import Node


class Value:
    """A value of which nothing is known; subclasses know more."""


UNKNOWN = Value()


@dataclass(frozen=True)
class Constant(Value):
    """A string, a number, True, False or None."""

    value: Any


@dataclass
class Mapping(Value):
    """A dict, or the keywords of a call: the values by name, and where each name is written."""

    fields: dict[str, tuple[ast.AST, Value]] = field(default_factory=dict)
    is_complete: bool = True
    """Whether there are no other fields, such as those of ``**other``."""


@dataclass
class Items(Value):
    """A list or tuple whose items are known."""

    items: list[Value]


@dataclass(frozen=True)
class ListOf(Value):
    """A list of values of one kind."""

    item: Value


@dataclass(frozen=True)
class Page(Value):
    """A page of the official client, whose ``entities`` are a list."""

    item: Value


@dataclass(frozen=True)
class Class(Value):
    """A class of a schema."""

    node: Node
    name: str


@dataclass(frozen=True)
class Instance(Value):
    """An instance of a schema's class."""

    node: Node


@dataclass(frozen=True)
class Module(Value):
    """An imported module."""

    name: str


@dataclass(frozen=True)
class Named(Value):
    """An object that a module other than those of schemas has: ``dynclient.connect``."""

    name: str


@dataclass(frozen=True)
class NativeClient(Value):
    """What ``dynclient.connect()`` returns."""


@dataclass(frozen=True)
class Types(Value):
    """``om.types``."""


@dataclass(frozen=True)
class Collection(Value):
    """``om.tables``; or a facade of ``metadata.sdk``, which has other methods."""

    name: str
    node: Node
    is_facade: bool = False


@dataclass(frozen=True)
class Method(Value):
    """A method of a collection or of a client."""

    of: Value
    name: str


@dataclass(frozen=True)
class OfficialClient(Value):
    """The official client, ``OpenMetadata(…)``."""


@dataclass(frozen=True)
class Function(Value):
    """A function of the script."""

    definition: ast.FunctionDef | ast.AsyncFunctionDef


def value_of(node: Node) -> Value:
    """Return what is known of a value that a schema describes."""
    target = node.target
    if target.kind == "array":
        return ListOf(value_of(target.items)) if target.items is not None else UNKNOWN
    return Instance(target) if target.kind == "object" else UNKNOWN


def items_of(value: Value) -> Iterator[Value]:
    """Yield the values that iterating yields; one for a list of unknown length."""
    if isinstance(value, Items):
        yield from value.items
    elif isinstance(value, (ListOf, Page)):
        yield value.item
    else:
        yield UNKNOWN
