"""Root types: one value that is not an object, with the official API (``.root``).

A string, number, list or map is a ``str``, ``int``, ``float``, ``list`` or ``dict`` itself, so it
works where the official root types need ``.root``; ``.root`` works all the same.
"""

from __future__ import annotations

import json
from datetime import date, time
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.constraints import limits_test
from dynclient.compat.models.field_types import ListType, MapType
from dynclient.compat.models.pydantic_api import PydanticApi
from dynclient.compat.models.pydantic_interop import validation_error
from dynclient.compat.models.scalar_types import (
    BoolType,
    FloatType,
    IntType,
    ScalarType,
    SecretType,
    StringType,
)
from dynclient.compat.models.secret_values import SecretStr, hide_names, mask, reveal
from dynclient.compat.models.serialization import Options, dump, payload, plain
from dynclient.compat.models.string_formats import ParsedType
from dynclient.compat.models.type_hints import without_hints
from dynclient.compat.models.validation_errors import FieldError
from dynclient.secrets import Secret
from dynclient.tracebacks import public_call

if TYPE_CHECKING:
    from dynclient.compat.models.scalar_types import Converter, FieldType
    from dynclient.schema import Node


LONGEST_KNOWN = 64
"""Length of the longest strings whose instances are kept: longer ones are seldom the same."""
_MOST_KNOWN = 4096
"""Instances that a class keeps."""


@without_hints
class RootApi(PydanticApi):
    """Methods of root types."""

    __slots__ = ()

    _field_type: FieldType
    _json_types: tuple[type, ...] = ()
    """Types of the value in decoded JSON; empty if it may be any."""
    _is_json = False
    """Whether an instance is the JSON value itself, with nothing in it to convert."""
    root: Any

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Return JSON text, secrets masked; for options see :meth:`model_dump`."""
        data = self.model_dump(**{**options, "mode": "json"})
        separators = None if indent else (",", ":")
        return json.dumps(data, indent=indent, separators=separators, ensure_ascii=False)

    @property
    def __root__(self) -> Any:
        return self.root

    @classmethod
    def _validated(cls, value: Any, keywords: dict[str, Any]) -> Any:
        """Return the validated value of a constructor's arguments.

        Raises:
            ValidationError: the value is not valid.
        """
        errors: list[FieldError] = []
        if value is None and keywords:
            # Keywords other than root= are the fields of the object that the root is.
            value = keywords.get("root", keywords.get("__root__", keywords))
        converted = value
        if type(value) is not cls:
            converted = cls._field_type.check(value, (), errors)
        if errors:
            raise validation_error(cls.__name__, errors)
        return converted

    @classmethod
    def _new(cls, value: Any) -> Any:
        """Return an instance with a value that is validated already."""
        raise NotImplementedError

    @classmethod
    def _from_json(cls, raw: Any) -> Any:
        """Return an instance for a server's JSON; JSON of another type stays as it is."""
        if cls._json_types and type(raw) not in cls._json_types:
            return raw
        return cls._new(raw if cls._is_json else cls._field_type.from_json(raw))

    @classmethod
    def _check(cls, value: Any, loc: Any, errors: list[FieldError]) -> Any:
        if type(value) is cls:
            return value
        if isinstance(value, RootApi) and not value._json_types:
            value = value.root
        before = len(errors)
        converted = cls._field_type.check(value, loc, errors)
        return converted if len(errors) > before else cls._new(converted)

    @classmethod
    def _converter(cls) -> Converter:
        new, convert_value = cls._new, cls._field_type.converter()

        def convert(value: Any) -> Any:
            if type(value) is cls:
                return value
            if isinstance(value, RootApi) and not value._json_types:
                value = value.root
            return new(convert_value(value))

        return convert

    def _dump(self, options: Options, include: Any, exclude: Any) -> Any:
        value = self.root
        value = _builtin(self) if value is self else value
        value = hide_names(value, mask if options.mode == "json" else SecretStr)
        return dump(value, options, include, exclude)

    def _wire(self) -> Any:
        value = _builtin(self)
        return payload(self.root if value is self else value)

    @classmethod
    def model_construct(cls, root: Any = None, _fields_set: Any = None) -> Any:
        """Return an instance with a value that is not validated."""
        return cls._new(root)

    construct = model_construct

    @property
    def model_fields_set(self) -> set[str]:
        """The one field, ``root``."""
        return {"root"}

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        value = _builtin(self)
        value = hide_names(self.root if value is self else value, Secret)
        return _restored, (self._registry, self._node, value)


def _restored(registry: Any, node: Node, value: Any) -> Any:
    return registry.class_at(node)._new(reveal(value))


def _builtin(value: Any) -> Any:
    """Return a root type as a plain list, dict, string or number; other values as they are."""
    if isinstance(value, (list, dict)):
        return [*value] if isinstance(value, list) else {**value}
    return plain(value) if isinstance(value, (str, int, float)) else value


@without_hints
class ScalarRoot(RootApi):
    """A named string or number: the value itself, which cannot be changed."""

    __slots__ = ()
    _is_json = True

    @public_call
    def __new__(cls, value: Any = None, /, **keywords: Any) -> Any:
        """Validate the value."""
        return cls._new(cls._validated(value, keywords))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(root={self.root!r})"


@without_hints
class StringRoot(ScalarRoot, str):
    """A named string."""

    __slots__ = ()
    _json_types = (str,)
    _known: dict[str, Any]
    """Instances by value: names and tags occur again and again, and an instance cannot change."""

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        cls._known = {}

    @classmethod
    def _remembered(cls, value: str) -> Any:
        """Return a new instance for a valid value, which is kept for the next such value."""
        if len(cls._known) >= _MOST_KNOWN:
            cls._known.clear()
        made = cls._known[value] = str.__new__(cls, value)
        return made

    @classmethod
    def _new(cls, value: Any) -> Any:
        return str.__new__(cls, value if type(value) is str else _to_string(value))

    @classmethod
    def _converter(cls) -> Converter:
        fallback = super()._converter()
        if not isinstance(cls._field_type, StringType):
            return fallback
        is_met = limits_test(cls._field_type.constraints)
        new = str.__new__

        def convert(value: Any) -> Any:
            # Not by way of the type's converter: most values of models are such strings.
            if type(value) is str and (is_met is None or is_met(value)):
                return new(cls, value)
            return fallback(value)

        return convert

    @property
    def root(self) -> Any:
        """The plain string."""
        return str.__str__(self)

    def __str__(self) -> str:
        return str.__str__(self)

    def _wire(self) -> Any:
        return str.__str__(self)


@without_hints
class ParsedRoot(StringRoot):
    """A named string in the format of a UUID, a date or a time."""

    __slots__ = ()
    _field_type: ParsedType

    @classmethod
    def _converter(cls) -> Converter:
        fallback, is_canonical = super()._converter(), cls._field_type.is_canonical

        def convert(value: Any) -> Any:
            if type(value) is str and is_canonical(value):
                return str.__new__(cls, value)
            return fallback(value)

        return convert

    @property
    def root(self) -> Any:
        """The string as a ``UUID``, ``date`` …."""
        return self._field_type.from_json(str.__str__(self))


@without_hints
class IntRoot(ScalarRoot, int):
    """A named integer."""

    __slots__ = ()
    _json_types = (int,)

    @classmethod
    def _new(cls, value: Any) -> Any:
        return int.__new__(cls, value)

    @property
    def root(self) -> int:
        """The plain number."""
        return int(self)


@without_hints
class FloatRoot(ScalarRoot, float):
    """A named number."""

    __slots__ = ()
    _json_types = (float, int)

    @classmethod
    def _new(cls, value: Any) -> Any:
        return float.__new__(cls, value)

    @property
    def root(self) -> float:
        """The plain number."""
        return float(self)


@without_hints
class ListRoot(RootApi, list[Any]):
    """A named list."""

    __slots__ = ()
    _json_types = (list,)

    @public_call
    def __init__(self, value: Any = None, /, **keywords: Any) -> None:
        super().__init__(self._validated(value, keywords))

    @classmethod
    def _new(cls, value: Any) -> Any:
        result = cls.__new__(cls)
        list.__init__(result, value)
        return result

    @property
    def root(self) -> Any:
        """The list itself."""
        return self

    @root.setter
    def root(self, value: Any) -> None:
        self[:] = self._validated(value, {})

    def __repr__(self) -> str:
        return f"{type(self).__name__}(root={hide_names(list(self), mask)!r})"


@without_hints
class MapRoot(RootApi, dict[str, Any]):
    """A named map."""

    __slots__ = ()
    _json_types = (dict,)

    @public_call
    def __init__(self, value: Any = None, /, **keywords: Any) -> None:
        super().__init__(self._validated(value, keywords) or {})

    @classmethod
    def _new(cls, value: Any) -> Any:
        result = cls.__new__(cls)
        dict.__init__(result, value)
        return result

    @property
    def root(self) -> Any:
        """The map itself."""
        return self

    @root.setter
    def root(self, value: Any) -> None:
        converted = self._validated(value, {})
        self.clear()
        self.update(converted)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(root={hide_names(dict(self), mask)!r})"


@without_hints
class ValueRoot(RootApi):
    """A named value of any other type: a boolean, one of several classes, anything."""

    __slots__ = ("__weakref__", "root")

    root: Any

    @public_call
    def __init__(self, value: Any = None, /, **keywords: Any) -> None:
        self.root = self._validated(value, keywords)

    @classmethod
    def _new(cls, value: Any) -> Any:
        result = cls.__new__(cls)
        result.root = value
        return result

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.root == other.root

    def __hash__(self) -> int:
        return hash((type(self), self.root))

    def __bool__(self) -> bool:
        return bool(self.root) if isinstance(self.root, bool) else True

    def __repr__(self) -> str:
        return f"{type(self).__name__}(root={hide_names(self.root, mask)!r})"


def _to_string(value: Any) -> str:
    if isinstance(value, str):
        return "".join(value)
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def root_base(field_type: FieldType) -> type:
    """Return the base class of a root type by the type of its value."""
    bases: tuple[tuple[type, type], ...] = (
        (SecretType, ValueRoot),
        (ParsedType, ParsedRoot),
        (BoolType, ValueRoot),
        (IntType, IntRoot),
        (FloatType, FloatRoot),
        (ScalarType, StringRoot),
        (ListType, ListRoot),
        (MapType, MapRoot),
    )
    return next((base for kind, base in bases if isinstance(field_type, kind)), ValueRoot)
