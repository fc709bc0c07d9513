"""Enumerations with the official face: members named as the official SDK names them."""

from __future__ import annotations

import re
from enum import Enum
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.validation_errors import FieldError, Loc

if TYPE_CHECKING:
    from dynclient.schema import Node

_RESERVED = frozenset({"mro"})


class OfficialEnum(str, Enum):  # noqa: UP042 -- pickles and prints as the official enums
    """One value of an enumeration; equal to its string, and printed as official members are."""

    def __str__(self) -> str:
        return f"{type(self).__name__}.{self.name}"

    def __format__(self, spec: str) -> str:
        return format(str(self), spec)

    def __hash__(self) -> int:
        return hash(self.value)

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        return _restored, (type(self)._schema_node, self.value)  # type: ignore[attr-defined]

    @classmethod
    def _take(cls, raw: Any) -> Any:
        # A value of a newer server is readable as the string it is.
        return cls._value2member_map_.get(raw, raw) if isinstance(raw, str) else raw

    @classmethod
    def _check(cls, value: Any, loc: Loc, faults: list[FieldError]) -> Any:
        if isinstance(value, cls):
            return value
        plain = value.value if isinstance(value, Enum) else value
        found = cls._value2member_map_.get(plain) if isinstance(plain, str) else None
        if found is None:
            known = tuple(str(known) for known in cls._value2member_map_)
            listed = ", ".join(map(repr, known[:12])) + (" …" if len(known) > 12 else "")
            faults.append(FieldError("enum", loc, f"is none of {listed}", value, known))
            return value
        return found


def _restored(node: Node, value: str) -> Any:
    from dynclient.compat.models.class_registry import class_registry

    return class_registry(node.release).class_at(node)(value)


def member_names(values: list[Any]) -> dict[str, str]:
    """Return what the official SDK calls the members of an enumeration, in order.

    A member is called as its value; what no identifier can hold turns into underscores, what starts
    wrongly gets ``field_`` in front, and what Python or ``str`` needs itself one underscore behind.
    """
    members: dict[str, str] = {}
    for value in dict.fromkeys(value for value in values if isinstance(value, str)):
        name = re.sub(r"\W", "_", value)
        if not name or name[0].isnumeric():
            name = f"field_{name}"
        elif name.startswith("_"):
            name = f"field{name}"
        if iskeyword(name) or name in _RESERVED:
            name = f"{name}_"
        count = 0
        free = name
        while free in members:
            count += 1
            free = f"{name}_{count}"
        members[free] = value
    return members


def enum_class(name: str, module: str, node: Node) -> type:
    """Build the class of an enumeration.

    Args:
        name: of the class.
        module: that it is imported from.
        node: its place.
    """
    members = member_names(node.schema["enum"])
    made: Any = OfficialEnum(  # type: ignore[call-overload]  # the functional form of Enum
        name, list(members.items()), module=module, qualname=name
    )
    made.__doc__ = node.description or name
    type.__setattr__(made, "_schema_node", node)  # `Enum` itself takes no new attributes
    cls: type = made
    return cls
