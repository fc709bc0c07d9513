"""Named scalars and enumerations: strings and numbers with the types of their schemas.

They are ``str``, ``int`` and ``float`` and equal plain ones; the class is the definition in the
schemas (``FullyQualifiedEntityName``, ``Uuid``, ``Timestamp``).
"""

from __future__ import annotations

import re
from enum import Enum, EnumMeta
from typing import TYPE_CHECKING, Any

from dynclient.errors import UnknownField
from dynclient.model.class_docs import ClassDoc, class_doc

if TYPE_CHECKING:
    from dynclient.schema import Node


class ScalarMeta(type):
    """The type of named scalars: they pickle by their schema node."""

    __doc__ = class_doc

    _node: Node


class NamedStr(str, metaclass=ScalarMeta):
    """A string of a named definition."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), ("".join(self),)


class NamedInt(int, metaclass=ScalarMeta):
    """An integer of a named definition."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (int(self),)


class NamedFloat(float, metaclass=ScalarMeta):
    """A number of a named definition."""

    __slots__ = ()

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (float(self),)


class NamedEnumMeta(EnumMeta):
    """The type of enumerations: they pickle by their schema node."""

    def __getattr__(cls, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name, name=name, obj=cls)
        from dynclient.suggestions import did_you_mean, nearest

        near = nearest(name, cls.__members__)
        message = f"{cls.__name__} has no member {name!r}{did_you_mean(near)}"
        raise UnknownField(message, name=name, obj=cls, nearest=near)


class NamedEnum(str, Enum, metaclass=NamedEnumMeta):  # noqa: UP042 -- its str() is its value
    """A value of an enumeration; it equals its string and prints as it."""

    def __str__(self) -> str:
        return str(self.value)

    def __format__(self, spec: str) -> str:
        return format(self.value, spec)

    def __repr__(self) -> str:
        return f"<{type(self).__name__}.{self.name}: {self.value!r}>"

    def __hash__(self) -> int:
        return hash(self.value)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return type(self), (self.value,)

    def __deepcopy__(self, memo: Any) -> NamedEnum:
        return self

    def __copy__(self) -> NamedEnum:
        return self


BASES: dict[str, type] = {"string": NamedStr, "integer": NamedInt, "number": NamedFloat}
"""Base class of the named scalars by JSON type."""


def scalar_class(node: Node) -> type:
    """Build the class of a named scalar."""
    namespace = {
        "__slots__": (),
        "__module__": "dynclient.types",
        "__qualname__": node.type_name,
        "__doc__": ClassDoc(node),
        "_node": node,
    }
    return ScalarMeta(node.type_name, (BASES[node.kind],), namespace)


def enum_members(node: Node) -> dict[str, str]:
    """Return the values of an enumeration of strings by the names of its members.

    A member has the name of its value. Characters that an identifier cannot have are replaced by
    underscores (``"a-b"`` is ``a_b``). A name that begins with a digit or an underscore gets a
    ``v`` in front (``"1.0"`` is ``v1_0``); one that is reserved or a repetition gets an underscore
    at its end.
    """
    members: dict[str, str] = {}
    values = [value for value in node.enum or () if isinstance(value, str)]
    for value in dict.fromkeys(values):
        name = re.sub(r"\W", "_", value) or "EMPTY"
        if not name.isidentifier() or name.startswith("_") or name in _RESERVED:
            name = f"v{name}" if name[0] in "_0123456789" else f"{name}_"
        while name in members:
            name += "_"
        members[name] = value
    return members


def enum_class(node: Node) -> type:
    """Build the class of an enumeration of strings."""
    members = enum_members(node)
    cls: Any = NamedEnum(  # type: ignore[call-overload]  # the functional form of Enum
        node.type_name, list(members.items()), module="dynclient.types", qualname=node.type_name
    )
    cls.__doc__ = "\n".join(
        [
            node.description or node.type_name,
            "",
            f"One of {', '.join(map(repr, members.values()))}.",
        ]
    )
    type.__setattr__(cls, "_schema_node", node)
    found: type = cls
    return found


_RESERVED = frozenset({"mro", "name", "value", *dir(str)})
