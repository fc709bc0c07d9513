"""Types of schema nodes as Python writes them: what a field returns, and what it may be set to.

A field returns what :mod:`dynclient.model.classes` wraps its JSON in. More may be assigned, see
:mod:`dynclient.model.conversion`: a dict for an object, an entity for a reference or a name …
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.drift import table
from dynclient.schema.node import class_kind
from dynclient.schema.type_names import camel
from dynclient.stubs.stub_module import BASE

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from dynclient.schema import Node
    from dynclient.stubs.schema_names import SchemaNames
    from dynclient.stubs.stub_module import StubModule

MOST_BRANCHES = 8
"""The largest union of objects that is written out: that of all connectors helps no reader."""
_BUILT_IN = {
    "string": "str",
    "integer": "int",
    "number": "float",
    "boolean": "bool",
    "null": "None",
}
_NAME_TYPE = camel("fullyQualifiedEntityName")
_TIME_TYPE = camel("timestamp")
_DATES = {"date", "date-time"}
_TIMES = {"utc-millisec"}


class Expression(NamedTuple):
    """A type as the alternatives of a union."""

    parts: tuple[str, ...]
    takes_text: bool = False
    """Whether any string is one of them. A list of such values needs care: a string is a sequence
    of strings too."""

    @property
    def text(self) -> str:
        """The union as text."""
        return "Any" if self.is_any else " | ".join(self.parts)

    @property
    def is_any(self) -> bool:
        """Whether it may be anything."""
        return not self.parts or "Any" in self.parts


class TypeExpressions:
    """Writes types of schema nodes for one module.

    Args:
        names: the names of the types of the release.
        module: the module that the types are written in.
    """

    def __init__(self, names: SchemaNames, module: StubModule) -> None:
        self._names = names
        self._module = module

    def read(self, node: Node, *, required: bool = True) -> str:
        """Return the type of the value of a field.

        Args:
            node: the schema node of the field.
            required: whether it always has a value; otherwise it may be None.
        """
        return self._optional(self._read(node, ()), required=required)

    def write(
        self, node: Node, *, required: bool = True, in_request: bool = False, by_name: bool = False
    ) -> str:
        """Return the type of what may be assigned to a field.

        Args:
            node: the schema node of the field.
            required: whether it must have a value; otherwise None may be assigned.
            in_request: whether it is a field of a create request, where texts that have no type are
                names of entities as well.
            by_name: whether the client turns names of entities into references there.
        """
        found = self._write(node, (), in_request=in_request, by_name=by_name)
        return self._optional(found, required=required)

    def class_of(self, node: Node) -> str:
        """Return the class of a node that has one."""
        names = self._names.of(node)
        return self._module.use(names.module, names.cls)

    def plain(self, node: Node) -> str:
        """Return the name of the plain values of an object or an enumeration."""
        names = self._names.of(node)
        return self._module.use(names.module, names.plain)

    def literal(self, values: Iterable[Any]) -> str:
        """Return the type of some strings, numbers or booleans."""
        found = ", ".join(map(repr, dict.fromkeys(values)))
        return f"{self._module.use('typing', 'Literal')}[{found}]"

    # -- what a field returns ----------------------------------------------------------------------

    def _read(self, node: Node, seen: tuple[str, ...]) -> Expression:
        kind, target = node.kind, node.target
        if target.ref in seen:
            return self._any()
        if kind == "array":
            items = (
                self._any() if node.items is None else self._read(node.items, (*seen, target.ref))
            )
            return Expression((f"{self._built_in('list')}[{self._text(items)}]",))
        if kind == "map":
            values = (
                self._any() if node.values is None else self._read(node.values, (*seen, target.ref))
            )
            mapping = self._module.use("collections.abc", "MutableMapping")
            return Expression((f"{mapping}[{self._built_in('str')}, {self._text(values)}]",))
        if kind == "union":
            return self._union(node, lambda each: self._read(each, (*seen, target.ref)))
        if kind == "string" and node.secret:
            return Expression((self._module.use("dynclient.secrets", "Secret"),))
        return self._single(node)

    def _single(self, node: Node) -> Expression:
        """Return the type of an object, an enumeration or a single value."""
        kind = node.kind
        if kind == "object":
            return Expression((self.class_of(node),))
        if kind == "enum":
            if class_kind(node) == "enum":
                return Expression((self.class_of(node), self.plain(node)))
            values = node.enum or ()
            is_plain = all(type(value) in {int, bool} for value in values)
            return Expression((self.literal(values),)) if values and is_plain else self._any()
        if kind in _BUILT_IN:
            name = _BUILT_IN[kind]
            return Expression((name if name == "None" else self._built_in(name),), kind == "string")
        return self._any()

    # -- what may be assigned ----------------------------------------------------------------------

    def _write(
        self, node: Node, seen: tuple[str, ...], *, in_request: bool = False, by_name: bool = False
    ) -> Expression:
        kind, target = node.kind, node.target
        if target.ref in seen:
            return self._any()
        seen = (*seen, target.ref)
        if kind == "array":
            if node.items is None:
                return self._list_of(self._any())
            return self._list_of(
                self._write(node.items, seen, in_request=in_request, by_name=by_name)
            )
        if kind == "map":
            values = self._any() if node.values is None else self._write(node.values, seen)
            return Expression(
                (f"{self._mapping()}[{self._built_in('str')}, {self._text(values)}]",)
            )
        if kind == "union":
            return self._union(node, lambda each: self._write(each, seen))
        if kind == "object":
            return self._object(node, by_name=by_name)
        if kind == "string":
            return self._string(node, in_request=in_request)
        if kind in {"integer", "number"} and (
            node.format in _TIMES or node.type_name == _TIME_TYPE
        ):
            time = self._module.use("datetime", "datetime")
            return Expression((*self._single(node).parts, time))
        return self._single(node)

    def _object(self, node: Node, *, by_name: bool) -> Expression:
        entity = self._module.use(BASE, "Entity")
        plain = self.plain(node)
        text = self._built_in("str")
        if node.type_name == table.LABEL:
            return Expression((entity, plain, text), takes_text=True)
        if node.type_name == table.REFERENCE:
            named = (text, self._uuid()) if by_name else ()
            return Expression((entity, plain, *named), takes_text=by_name)
        if table.boxed(node.target.ref) is not None:
            return Expression((entity, plain))
        return Expression((self.class_of(node), plain))

    def _string(self, node: Node, *, in_request: bool) -> Expression:
        text = self._built_in("str")
        if node.secret:
            return Expression((text,), takes_text=True)
        entity = self._module.use(BASE, "Entity")
        if node.format == "uuid":
            return Expression((text, self._uuid(), entity), takes_text=True)
        if node.format in _DATES:
            return Expression((text, self._module.use("datetime", "date")), takes_text=True)
        is_untyped = in_request and class_kind(node) == "string"
        if is_untyped or node.type_name == _NAME_TYPE:
            return Expression((text, entity), takes_text=True)
        return Expression((text,), takes_text=True)

    def _list_of(self, items: Expression) -> Expression:
        if not items.takes_text or items.is_any:
            return Expression(
                (f"{self._module.use('collections.abc', 'Sequence')}[{self._text(items)}]",)
            )
        others = [part for part in items.parts if part != self._built_in("str")]
        if not others:
            return Expression((self._module.use(BASE, "Strings"),))
        return Expression((f"{self._module.use(BASE, 'StringsOr')}[{' | '.join(others)}]",))

    # -- parts -------------------------------------------------------------------------------------

    def _union(self, node: Node, one: Callable[[Node], Expression]) -> Expression:
        """Return the type of a union.

        Args:
            node: its node.
            one: returns the type of a branch, and imports what it needs.
        """
        kinds = [branch.kind for branch in node.branches]
        if kinds.count("object") > MOST_BRANCHES or "any" in kinds:
            return self._any()
        branches = [one(branch) for branch in node.branches]
        if any(branch.is_any for branch in branches):
            return self._any()
        parts = dict.fromkeys(part for branch in branches for part in branch.parts)
        return Expression(tuple(parts), any(branch.takes_text for branch in branches))

    def _optional(self, found: Expression, *, required: bool) -> str:
        text = self._text(found)
        return text if required or found.is_any or "None" in found.parts else f"{text} | None"

    def _text(self, found: Expression) -> str:
        return self._module.use("typing", "Any") if found.is_any else found.text

    def _any(self) -> Expression:
        return Expression(("Any",))

    def _built_in(self, name: str) -> str:
        return self._module.use("builtins", name)

    def _mapping(self) -> str:
        return self._module.use("collections.abc", "Mapping")

    def _uuid(self) -> str:
        return self._module.use("uuid", "UUID")
