"""The fields of a model: name, type, default, and name in JSON."""

from __future__ import annotations

import re
from keyword import iskeyword
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.scalar_types import FieldType

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.compat.models.scalar_types import Converter
    from dynclient.schema import Node

UNDEFINED: Any = type("PydanticUndefined", (), {"__repr__": lambda _: "PydanticUndefined"})()
"""Default of a field that has none."""

_METHODS = frozenset({"construct", "copy", "dict", "from_orm", "json", "parse_file",
                    "parse_obj", "parse_raw", "schema", "schema_json", "update_forward_refs",
                    "validate"})  # fmt: skip
"""Methods of models; no field can have one of these names."""


class FieldInfo:
    """One field of a model: on the class, its description; on an instance, the value.

    It is a non-data descriptor: a value in the instance's ``__dict__`` takes precedence.

    Attributes:
        key: name in JSON.
        name: name in Python.
        node: the field's schema.
        required: whether a value must be given.
        default: the default; ``PydanticUndefined`` if there is none.
    """

    __slots__ = (
        *("_converter", "_field_type", "_lazy_type", "default", "key", "name", "node", "required"),
    )

    def __init__(
        self, key: str, node: Node, required: bool, field_type: Callable[[], FieldType]
    ) -> None:
        self.key = key
        self.name = field_name(key)
        self.node = node
        self.required = required
        self.default = UNDEFINED if required else _default(node)
        self._lazy_type = field_type
        self._field_type: FieldType | None = None
        self._converter: Converter | None = None

    @property
    def field_type(self) -> FieldType:
        """The type of the field's values."""
        found = self._field_type
        if found is None:
            found = self._field_type = self._lazy_type()
        return found

    @property
    def converter(self) -> Converter:
        """The converter of the field's values."""
        found = self._converter
        if found is None:
            found = self._converter = self.field_type.converter()
        return found

    @property
    def alias(self) -> str | None:
        """Its name in JSON, if that differs from its name in Python."""
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
        """The type of the field's values; ``Optional[…]`` if none has to be given."""
        hint = self.field_type.hint
        return hint if self.required else hint | None

    def is_required(self) -> bool:
        """Return whether a value must be given."""
        return self.required

    def get_default(self, *, call_default_factory: bool = True) -> Any:
        """Return a new copy of the default."""
        del call_default_factory
        if self.default is UNDEFINED or self.default is None:
            return self.default
        return self.field_type.from_json(_copy(self.default))

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        if instance is None:
            return self
        return instance._look_up(self)

    def __repr__(self) -> str:
        default = "" if self.required else f", default={self.default!r}"
        return f"FieldInfo(annotation={self.annotation!r}, required={self.required}{default})"


def _default(node: Node) -> Any:
    """Return the default of a schema: its own, or that of the enumeration it refers to."""
    if "default" not in node.schema and "$ref" in node.schema:
        target = node.release.resolve(node.schema["$ref"], node.path)
        return target.schema.get("default") if "enum" in target.schema else None
    return node.schema.get("default")


def field_name(key: str) -> str:
    """Return the official SDK's name of a field: its name in JSON if that is possible."""
    name = re.sub(r"\W", "_", key)
    if not name or name[0].isnumeric():
        name = f"field_{name}"
    elif name.startswith("_"):
        name = f"field{name}"
    return f"{name}_" if iskeyword(name) or name in _METHODS else name


def _copy(value: Any) -> Any:
    from dynclient.model.entity import clone

    return clone(value)
