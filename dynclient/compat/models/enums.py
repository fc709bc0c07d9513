"""Enumerations of the official SDK, their members named as the official generator names them."""

from __future__ import annotations

import re
from enum import Enum
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.scalar_types import check_converter, list_converter
from dynclient.compat.models.validation_errors import FieldError, Loc, expected_values

if TYPE_CHECKING:
    from dynclient.compat.models.scalar_types import Converter
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
        cls: Any = type(self)
        return _restored, (cls._registry, cls._schema_node, self.value)

    @classmethod
    def _from_json(cls, raw: Any) -> Any:
        # A value of a newer server stays a plain string.
        return cls._value2member_map_.get(raw, raw) if isinstance(raw, str) else raw

    @classmethod
    def _converter(cls) -> Converter:
        members, fallback = cls._value2member_map_, check_converter(cls._check)

        def convert(value: Any) -> Any:
            try:
                return members[value]  # members are equal to their strings, and found as well
            except (KeyError, TypeError):
                return fallback(value)

        return convert

    @classmethod
    def _list_converter(cls) -> Converter:
        return list_converter(cls._converter())

    @classmethod
    def _check(cls, value: Any, loc: Loc, errors: list[FieldError]) -> Any:
        if isinstance(value, cls):
            return value
        plain = value.value if isinstance(value, Enum) else value
        found = cls._value2member_map_.get(plain) if isinstance(plain, str) else None
        if found is None:
            known = tuple(str(known) for known in cls._value2member_map_)
            message = f"Input should be {expected_values(known)}"
            errors.append(FieldError("enum", loc, message, value, known))
            return value
        return found


def _restored(registry: Any, node: Node, value: str) -> Any:
    return registry.class_at(node)(value)


def member_names(values: list[Any]) -> dict[str, str]:
    """Return the members of an enumeration in order: official name and value.

    A member is named after its value. Characters that are not allowed in an identifier become
    underscores; a name that starts with another character than a letter gets the prefix ``field_``;
    keywords and methods of ``str`` get an underscore appended.
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
        unique = name
        while unique in members:
            count += 1
            unique = f"{name}_{count}"
        members[unique] = value
    return members


def enum_class(name: str, module: str, node: Node) -> type:
    """Build the class of an enumeration.

    Args:
        name: name of the class.
        module: module that it is imported from.
        node: the schema.
    """
    members = member_names(node.schema["enum"])
    cls: Any = OfficialEnum(  # type: ignore[call-overload]  # the functional form of Enum
        name, list(members.items()), module=module, qualname=name
    )
    cls.__doc__ = node.description or name
    type.__setattr__(cls, "_schema_node", node)  # `Enum` itself does not allow new attributes
    result: type = cls
    return result
