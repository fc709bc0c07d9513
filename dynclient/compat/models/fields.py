"""The fields of a model: name, shape, default, and how it is told on the wire."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.scalar_types import FieldType

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Node

UNDEFINED: Any = type("PydanticUndefined", (), {"__repr__": lambda _: "PydanticUndefined"})()
"""Default of a field that has none."""

_TAKEN = frozenset({"construct", "copy", "dict", "from_orm", "json", "parse_file",
                    "parse_obj", "parse_raw", "schema", "schema_json", "update_forward_refs",
                    "validate"})  # fmt: skip
"""Methods of models, so that no field can have their names."""


class FieldInfo:
    """One field of a model; on the class it documents it, on an instance it gives the value.

    It is a non-data descriptor: once a value lies in the instance's ``__dict__``, it is found
    there first.
    """

    __slots__ = ("_late", "_shape", "default", "key", "name", "node", "required")

    def __init__(
        self, key: str, node: Node, required: bool, shape: Callable[[], FieldType]
    ) -> None:
        self.key = key
        self.name = field_name(key)
        self.node = node
        self.required = required
        self.default = UNDEFINED if required else _default(node)
        self._late = shape
        self._shape: FieldType | None = None

    @property
    def shape(self) -> FieldType:
        """What the field holds."""
        found = self._shape
        if found is None:
            found = self._shape = self._late()
        return found

    @property
    def alias(self) -> str | None:
        """Its name on the wire, where that is another one."""
        return self.key if self.key != self.name else None

    @property
    def description(self) -> str | None:
        """The schema's description."""
        text = self.node.schema.get("description")
        return text if isinstance(text, str) else None

    @property
    def title(self) -> str | None:
        """The schema's title."""
        text = self.node.schema.get("title")
        return text if isinstance(text, str) else None

    @property
    def annotation(self) -> Any:
        """The class of the field where it has one, else what it is called."""
        return getattr(self.shape, "cls", self.shape.label)

    def is_required(self) -> bool:
        """Tell whether it must be given."""
        return self.required

    def get_default(self, *, call_default_factory: bool = True) -> Any:
        """Return a fresh default."""
        del call_default_factory
        if self.default is UNDEFINED or self.default is None:
            return self.default
        return self.shape.take(_copy(self.default))

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return instance._look_up(self)

    def __repr__(self) -> str:
        told = "" if self.required else f", default={self.default!r}"
        return f"FieldInfo(annotation={self.annotation!r}, required={self.required}{told})"


def _default(node: Node) -> Any:
    """Return the default of a place: its own, or that of the enumeration it refers to."""
    if "default" not in node.schema and "$ref" in node.schema:
        place = node.release.resolve(node.schema["$ref"], node.path)
        return place.schema.get("default") if "enum" in place.schema else None
    return node.schema.get("default")


def field_name(key: str) -> str:
    """Return what the official SDK calls a field: its name on the wire where that is possible."""
    name = re.sub(r"\W", "_", key)
    if not name or name[0].isnumeric():
        name = f"field_{name}"
    elif name.startswith("_"):
        name = f"field{name}"
    return f"{name}_" if iskeyword(name) or name in _TAKEN else name


def _copy(value: Any) -> Any:
    from dynclient.model.entity import clone

    return clone(value)
