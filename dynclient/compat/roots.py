"""Root types: one value that is no object, with the official face (``.root``).

A text, a number, a list or a map is a ``str``, ``int``, ``float``, ``list`` or ``dict`` itself, so
it works where the official root types must be opened first; ``.root`` opens it all the same.
"""

from __future__ import annotations

from datetime import date, time
from typing import TYPE_CHECKING, Any

from dynclient.compat.leaves import (
    Leaf,
    RealShape,
    SecretShape,
    TruthShape,
    WholeShape,
)
from dynclient.compat.moments import Parsed
from dynclient.compat.root import RootFace
from dynclient.compat.shapes import ListShape, MapShape

if TYPE_CHECKING:
    from dynclient.compat.leaves import Shape


class TextRoot(RootFace, str):
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


class WholeRoot(RootFace, int):
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


class RealRoot(RootFace, float):
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


class ListRoot(RootFace, list[Any]):
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


class MapRoot(RootFace, dict[str, Any]):
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


class ValueRoot(RootFace):
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


def root_base(shape: Shape) -> type:
    """Return the base of a root class by the shape of its value."""
    bases: tuple[tuple[type, type], ...] = (
        (SecretShape, ValueRoot),
        (Parsed, ParsedRoot),
        (TruthShape, ValueRoot),
        (WholeShape, WholeRoot),
        (RealShape, RealRoot),
        (Leaf, TextRoot),
        (ListShape, ListRoot),
        (MapShape, MapRoot),
    )
    return next((base for kind, base in bases if isinstance(shape, kind)), ValueRoot)
