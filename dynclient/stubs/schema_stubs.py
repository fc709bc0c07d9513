"""The stubs of the types that one document defines: classes, dicts and enumerations."""

from __future__ import annotations

from functools import cached_property
from inspect import Parameter
from keyword import iskeyword
from typing import TYPE_CHECKING

from dynclient.drift import table
from dynclient.model.entity import RESERVED
from dynclient.model.scalars import BASES, enum_members
from dynclient.schema.node import class_kind
from dynclient.stubs.stub_module import (
    BASE,
    StubModule,
    docstring,
    is_member_name,
    parameter_list,
)
from dynclient.stubs.type_expressions import TypeExpressions

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynclient.schema import EntityType, Node
    from dynclient.stubs.schema_names import SchemaNames

_DOC_LENGTH = 400
"""Characters of a description that are kept."""


class SchemaStubs:
    """Writes the modules of documents.

    Args:
        names: the names of the types of the release.
        created: the entity type that each create request creates, by the path of its document.
    """

    def __init__(self, names: SchemaNames, created: Mapping[str, EntityType]) -> None:
        self._names = names
        self._created = created

    def module(self, name: str) -> StubModule:
        """Return the module of one document.

        Args:
            name: its dotted name, one of ``names.documents``.
        """
        nodes = self._names.documents[name]
        members = {each for node in nodes for each in node.properties}
        known = [self._names.of(node) for node in nodes]
        own = [each for names in known for each in (names.cls, names.plain) if each]
        module = StubModule(name, members, own)
        for node in nodes:
            _TypeWriter(self._names, module, node, self._created).write()
        return module


class _TypeWriter:
    """Writes one type into its module."""

    def __init__(
        self,
        names: SchemaNames,
        module: StubModule,
        node: Node,
        created: Mapping[str, EntityType],
    ) -> None:
        self._module = module
        self._node = node
        self._own = names.of(node)
        self._names = names
        self._types = TypeExpressions(names, module)
        self._created = None if node.pointer else created.get(node.path)

    def write(self) -> None:
        kind = class_kind(self._node)
        if kind == "enum":
            self._write_enumeration()
        elif kind == "scalar":
            base = self._module.use("builtins", BASES[self._node.kind].__mro__[1].__name__)
            self._write_class(base, self._doc() or ["    ..."])
        else:
            self._write_dict()
            self._write_object()

    def _write_class(self, bases: str, body: list[str]) -> None:
        self._module.write("", f"class {self._own.cls}({bases}):", *body)

    def _doc(self) -> list[str]:
        node = self._node
        return [*docstring(shortened(node.description or node.title), "    ")]

    def _write_enumeration(self) -> None:
        members = enum_members(self._node)
        alias = self._module.use("typing", "TypeAlias")
        values = self._types.literal(members.values())
        self._module.write("", f"{self._own.plain}: {alias} = {values}")
        bases = f"{self._module.use('builtins', 'str')}, {self._module.use('enum', 'Enum')}"
        # A member such as None is only found by its value.
        lines = [
            f"    {name} = {value!r}" for name, value in members.items() if not iskeyword(name)
        ]
        self._write_class(bases, [*self._doc(), *lines] or ["    ..."])

    @cached_property
    def _types_to_write(self) -> dict[str, str]:
        """What may be assigned to each field."""
        node = self._node
        return {
            name: self._types.write(
                place, required=name in node.required, in_request=self._created is not None
            )
            for name, place in node.properties.items()
        }

    def _write_dict(self) -> None:
        base = self._module.use("typing", "TypedDict")
        required = self._module.use("typing", "Required")
        is_label = self._node.type_name == table.LABEL  # the client completes those
        names = {table.LABEL_NAME} if is_label else self._node.required
        fields = {
            name: f"{required}[{text}]" if name in names else text
            for name, text in self._types_to_write.items()
        }
        plain = self._own.plain
        if all(map(is_member_name, fields)):
            lines = [f"    {name}: {text}" for name, text in fields.items()]
            self._module.write("", f"class {plain}({base}, total=False):", *(lines or ["    ..."]))
            return
        items = ", ".join(f"{name!r}: {text}" for name, text in fields.items())
        self._module.write("", f"{plain} = {base}({plain!r}, {{{items}}}, total=False)")

    def _write_object(self) -> None:
        node, module = self._node, self._module
        written = self._types_to_write
        named = [name for name in written if is_member_name(name) and name != "data"]
        ordered = sorted(named, key=lambda name: name not in node.required)
        mapping = module.use("collections.abc", "Mapping")
        any_value = module.use("typing", "Any")
        text = module.use("builtins", "str")
        data = f"{self._types.plain(node)} | {mapping}[{text}, {any_value}] | None"
        parameters = [(Parameter("data", Parameter.POSITIONAL_ONLY), data, "None")]
        for name in ordered:
            default = "..." if name in node.required else "None"
            parameters.append((Parameter(name, Parameter.KEYWORD_ONLY), written[name], default))
        body = self._doc()
        body.append(f"    def __init__({parameter_list(parameters)}) -> None: ...")
        field = module.use(BASE, "Field")
        for name, place in node.properties.items():
            if name in RESERVED or name.startswith("_") or not is_member_name(name):
                continue  # accessed as an item
            read = self._types.read(place, required=name in node.required)
            body.append(f"    {name}: {field}[{read}, {written[name]}]")
            body += docstring(shortened(place.description), "    ")
        self._write_class(self._base(), body)

    def _base(self) -> str:
        if self._created is None:
            return self._module.use(BASE, "Entity")
        entity = self._types.class_of(self._node.release.node(self._created.path))
        return f"{self._module.use(BASE, 'CreateRequest')}[{entity}]"


def shortened(text: str | None) -> str:
    """Return a description in one line, cut where it is long."""
    line = " ".join((text or "").split())
    return line if len(line) <= _DOC_LENGTH else f"{line[:_DOC_LENGTH].rpartition(' ')[0]} …"
