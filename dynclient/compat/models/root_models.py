"""Root types: one value that is no object, with the official face (``.root``).

A text, a number, a list or a map is a ``str``, ``int``, ``float``, ``list`` or ``dict`` itself, so
it works where the official root types must be opened first; ``.root`` opens it all the same.
"""

from __future__ import annotations

import json
from datetime import date, time
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.field_types import ListType, MapType
from dynclient.compat.models.pydantic_api import PydanticApi
from dynclient.compat.models.pydantic_interop import refusal
from dynclient.compat.models.scalar_types import (
    BoolType,
    FloatType,
    IntType,
    Parsed,
    ScalarType,
    SecretType,
)
from dynclient.compat.models.serialization import Options, dump, payload, plain
from dynclient.compat.models.validation_errors import FieldError

if TYPE_CHECKING:
    from dynclient.compat.models.scalar_types import FieldType
    from dynclient.schema import Node


class RootApi(PydanticApi):
    """Methods of root types."""

    __slots__ = ()

    _shape: FieldType
    _kinds: tuple[type, ...] = ()
    """What the value is in JSON; none for what may be anything."""
    _plain = False
    """Whether instances are the JSON itself, so that nothing below is to be made of it."""
    root: Any

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Return JSON text, secrets masked; for options see :meth:`model_dump`."""
        told = self.model_dump(**{**options, "mode": "json"})
        separators = None if indent else (",", ":")
        return json.dumps(told, indent=indent, separators=separators, ensure_ascii=False)

    @property
    def __root__(self) -> Any:
        return self.root

    @classmethod
    def _given(cls, value: Any, named: dict[str, Any]) -> Any:
        """Return the judged value of a constructor's arguments.

        Raises:
            ValidationError: it does not fit, or other names than ``root`` are given.
        """
        faults: list[FieldError] = []
        if value is None and named:
            # Named otherwise, they are the fields of the one object that the root is.
            value = named.get("root", named.get("__root__", named))
        taken = value
        if type(value) is not cls:
            taken = cls._shape.check(value, (), faults)
        if faults:
            raise refusal(cls.__name__, faults)
        return taken

    @classmethod
    def _wrapped(cls, value: Any) -> Any:
        """Return an instance around a value that is judged already."""
        raise NotImplementedError

    @classmethod
    def _take(cls, raw: Any) -> Any:
        """Return an instance for a server's JSON; what cannot be one stays as it is."""
        if cls._kinds and type(raw) not in cls._kinds:
            return raw
        return cls._wrapped(raw if cls._plain else cls._shape.take(raw))

    @classmethod
    def _check(cls, value: Any, loc: Any, faults: list[FieldError]) -> Any:
        if type(value) is cls:
            return value
        if isinstance(value, RootApi) and not value._kinds:
            value = value.root
        before = len(faults)
        taken = cls._shape.check(value, loc, faults)
        return taken if len(faults) > before else cls._wrapped(taken)

    def _dump(self, options: Options, include: Any, exclude: Any) -> Any:
        value = self.root
        return dump(_open(self) if value is self else value, options, include, exclude)

    def _wire(self) -> Any:
        value = _open(self)
        return payload(self.root if value is self else value)

    @classmethod
    def model_construct(cls, root: Any = None, _fields_set: Any = None) -> Any:
        """Return an instance around a value that is not judged."""
        return cls._wrapped(root)

    construct = model_construct

    @property
    def model_fields_set(self) -> set[str]:
        """The one name that is given."""
        return {"root"}

    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        value = _open(self)
        return _restored, (self._registry, self._node, self.root if value is self else value)


def _restored(registry: Any, node: Node, value: Any) -> Any:
    return registry.class_at(node)._wrapped(value)


def _open(value: Any) -> Any:
    """Return the plain list, dict, string or number that a root type is; itself if it is none."""
    if isinstance(value, (list, dict)):
        return [*value] if isinstance(value, list) else {**value}
    return plain(value) if isinstance(value, (str, int, float)) else value


class TextRoot(RootApi, str):
    """A named string."""

    __slots__ = ()
    _kinds = (str,)
    _plain = True

    def __new__(cls, value: Any = None, /, **named: Any) -> Any:
        """Judge the value; see ``_given``."""
        return cls._wrapped(cls._given(value, named))

    @classmethod
    def _wrapped(cls, value: Any) -> Any:
        return str.__new__(cls, value if type(value) is str else _text(value))

    @property
    def root(self) -> Any:
        """The plain string."""
        return "".join(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(root={self.root!r})"

    def __str__(self) -> str:
        return "".join(self)


class ParsedRoot(TextRoot):
    """A named string that stands for an identifier, a date or a time."""

    __slots__ = ()

    @property
    def root(self) -> Any:
        """The ``UUID``, ``date`` … that the string stands for."""
        return self._shape.take("".join(self))


class WholeRoot(RootApi, int):
    """A named whole number."""

    __slots__ = ()
    _kinds = (int,)
    _plain = True

    def __new__(cls, value: Any = None, /, **named: Any) -> Any:
        """Judge the value; see ``_given``."""
        return cls._wrapped(cls._given(value, named))

    @classmethod
    def _wrapped(cls, value: Any) -> Any:
        return int.__new__(cls, value)

    @property
    def root(self) -> int:
        """The plain number."""
        return int(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(root={int(self)})"


class RealRoot(RootApi, float):
    """A named number."""

    __slots__ = ()
    _kinds = (float, int)
    _plain = True

    def __new__(cls, value: Any = None, /, **named: Any) -> Any:
        """Judge the value; see ``_given``."""
        return cls._wrapped(cls._given(value, named))

    @classmethod
    def _wrapped(cls, value: Any) -> Any:
        return float.__new__(cls, value)

    @property
    def root(self) -> float:
        """The plain number."""
        return float(self)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(root={float(self)})"


class ListRoot(RootApi, list[Any]):
    """A named list."""

    __slots__ = ()
    _kinds = (list,)

    def __init__(self, value: Any = None, /, **named: Any) -> None:
        super().__init__(self._given(value, named))

    @classmethod
    def _wrapped(cls, value: Any) -> Any:
        made = cls.__new__(cls)
        list.__init__(made, value)
        return made

    @property
    def root(self) -> Any:
        """The list itself."""
        return self

    @root.setter
    def root(self, value: Any) -> None:
        self[:] = self._given(value, {})

    def __repr__(self) -> str:
        return f"{type(self).__name__}(root={list.__repr__(self)})"


class MapRoot(RootApi, dict[str, Any]):
    """A named map."""

    __slots__ = ()
    _kinds = (dict,)

    def __init__(self, value: Any = None, /, **named: Any) -> None:
        super().__init__(self._given(value, named) or {})

    @classmethod
    def _wrapped(cls, value: Any) -> Any:
        made = cls.__new__(cls)
        dict.__init__(made, value)
        return made

    @property
    def root(self) -> Any:
        """The map itself."""
        return self

    @root.setter
    def root(self, value: Any) -> None:
        taken = self._given(value, {})
        self.clear()
        self.update(taken)

    def __repr__(self) -> str:
        return f"{type(self).__name__}(root={dict.__repr__(self)})"


class ValueRoot(RootApi):
    """A named value of any other shape: a boolean, one of several classes, anything."""

    __slots__ = ("__weakref__", "root")

    root: Any

    def __init__(self, value: Any = None, /, **named: Any) -> None:
        self.root = self._given(value, named)

    @classmethod
    def _wrapped(cls, value: Any) -> Any:
        made = cls.__new__(cls)
        made.root = value
        return made

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and self.root == other.root

    def __hash__(self) -> int:
        return hash((type(self), self.root))

    def __bool__(self) -> bool:
        return bool(self.root) if isinstance(self.root, bool) else True

    def __repr__(self) -> str:
        return f"{type(self).__name__}(root={self.root!r})"


def _text(value: Any) -> str:
    if isinstance(value, str):
        return "".join(value)
    return value.isoformat() if isinstance(value, (date, time)) else str(value)


def root_base(shape: FieldType) -> type:
    """Return the base of a root class by the shape of its value."""
    bases: tuple[tuple[type, type], ...] = (
        (SecretType, ValueRoot),
        (Parsed, ParsedRoot),
        (BoolType, ValueRoot),
        (IntType, WholeRoot),
        (FloatType, RealRoot),
        (ScalarType, TextRoot),
        (ListType, ListRoot),
        (MapType, MapRoot),
    )
    return next((base for kind, base in bases if isinstance(shape, kind)), ValueRoot)
