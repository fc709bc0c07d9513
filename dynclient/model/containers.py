"""Lists in entities: real ``list`` objects whose items are wrapped, lazily, and written through.

A list starts as a :class:`LazyList`, which holds raw items and wraps what is asked for. The second
access wraps the rest and turns the object into a plain :class:`FieldList`, whose reading is that of
``list`` itself. So ``t.columns[3]`` of a thousand columns wraps one, and later reading is as fast
as Python's.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any, SupportsIndex

from dynclient.model.entity import keep_original

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from dynclient.model.entity import Entity
    from dynclient.schema import Node


class FieldMap(MutableMapping[str, Any]):
    """A map in an entity; every change reaches the entity's JSON. It equals a dict of the same."""

    __slots__ = ("_entity", "_kept", "_node", "_raw", "_wrap")

    def __init__(
        self,
        raw: dict[str, Any],
        node: Node | None,
        wrap: Callable[[Any, Any], Any],
        entity: Entity,
    ) -> None:
        self._raw = raw
        self._node = node
        self._wrap = wrap
        self._entity = entity
        self._kept: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._kept:
            self._kept[name] = self._wrap(self._raw[name], self._entity)
        return self._kept[name]

    def __setitem__(self, name: str, value: Any) -> None:
        from dynclient.model.conversion import attach

        keep_original(self._entity)
        raw, held = attach(self._entity, self._node, value)
        self._raw[name] = raw
        self._kept.pop(name, None)
        if held is not None:
            self._kept[name] = held

    def __delitem__(self, name: str) -> None:
        if name in self._raw:
            keep_original(self._entity)
        del self._raw[name]
        self._kept.pop(name, None)

    def __iter__(self) -> Iterator[str]:
        return iter(self._raw)

    def __len__(self) -> int:
        return len(self._raw)

    def __eq__(self, other: object) -> bool:
        if isinstance(other, FieldMap):
            return self._raw == other._raw
        return self._raw == other if isinstance(other, dict) else NotImplemented

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __repr__(self) -> str:
        from dynclient.model.masking import masked

        return repr(masked(None, self._raw))

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._raw)

    def __reduce__(self) -> tuple[Any, ...]:
        from dynclient.model.masking import sealed

        return dict, (sealed(None, self._raw),)

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        from dynclient.model.entity import clone

        copied: dict[str, Any] = clone(self._raw)
        return copied


class FieldList(list[Any]):
    """A list in an entity; every change reaches the entity's JSON."""

    __slots__ = ("_met", "_of")

    # The raw list, the entity it lies in, the place of its items, and what wraps them.
    _of: tuple[list[Any], Entity, Node | None, Callable[[Any, Any], Any]]
    # Index of the one item that is wrapped already, or -1.
    _met: int

    @property
    def _raw(self) -> list[Any]:
        return self._of[0]

    @property
    def _entity(self) -> Entity:
        return self._of[1]

    # -- changes -----------------------------------------------------------------------------------

    def _taken(self, value: Any) -> Any:
        """Return a value as this list holds it."""
        from dynclient.model.conversion import attach

        _, entity, node, wrap = self._of
        raw, held = attach(entity, node, value)
        return wrap(raw, entity) if held is None else held

    def _written(self) -> None:
        from dynclient.model.conversion import raw_of

        self._raw[:] = [raw_of(value) for value in list.__iter__(self)]

    def append(self, value: Any) -> None:
        """Add an item at the end."""
        self.insert(len(self), value)

    def insert(self, index: SupportsIndex, value: Any) -> None:
        """Add an item before an index."""
        from dynclient.model.conversion import raw_of

        keep_original(self._entity)
        held = self._taken(value)
        self._raw.insert(index, raw_of(held))
        super().insert(index, held)

    def extend(self, values: Iterable[Any]) -> None:
        """Add several items at the end."""
        for value in list(values):
            self.append(value)

    def __iadd__(self, values: Iterable[Any]) -> FieldList:  # type: ignore[misc]
        self.extend(values)
        return self

    def __imul__(self, times: SupportsIndex) -> FieldList:
        self[:] = list(self) * int(times)
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        keep_original(self._entity)
        if isinstance(index, slice):
            value = [self._taken(one) for one in value]
        else:
            value = self._taken(value)
        super().__setitem__(index, value)
        self._written()

    def __delitem__(self, index: Any) -> None:
        keep_original(self._entity)
        super().__delitem__(index)
        self._written()

    def pop(self, index: SupportsIndex = -1) -> Any:
        """Remove and return an item."""
        keep_original(self._entity)
        value = super().pop(index)
        self._written()
        return value

    def remove(self, value: Any) -> None:
        """Remove the first item that equals a value."""
        del self[self.index(value)]

    def clear(self) -> None:
        """Remove all items."""
        del self[:]

    def sort(self, *, key: Any = None, reverse: bool = False) -> None:
        """Sort in place."""
        keep_original(self._entity)
        super().sort(key=key, reverse=reverse)
        self._written()

    def reverse(self) -> None:
        """Reverse in place."""
        keep_original(self._entity)
        super().reverse()
        self._written()

    def copy(self) -> list[Any]:
        """Return a plain list of the items."""
        return list(self)

    def __reduce__(self) -> tuple[Any, ...]:
        return list, (list(self),)

    def __reduce_ex__(self, protocol: SupportsIndex) -> tuple[Any, ...]:
        return self.__reduce__()

    def __copy__(self) -> list[Any]:
        return list(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> list[Any]:
        from copy import deepcopy

        return [deepcopy(value, memo) for value in self]

    def __repr__(self) -> str:
        return f"[{', '.join(repr(value) for value in self)}]"


class LazyList(FieldList):
    """A list whose items are still raw, but for at most one; see the module."""

    __slots__ = ()

    def _settle(self) -> None:
        """Wrap what is still raw, and be a plain list from now on."""
        _, entity, _, wrap = self._of
        met = self._met
        for place, raw in enumerate(list.__iter__(self)):
            if place != met:
                list.__setitem__(self, place, wrap(raw, entity))
        self.__class__ = FieldList  # type: ignore[assignment]  # same layout, plain reading

    def __getitem__(self, index: Any) -> Any:
        if self._met >= 0 or isinstance(index, slice):
            self._settle()
            return self[index]
        _, entity, _, wrap = self._of
        value = wrap(list.__getitem__(self, index), entity)
        list.__setitem__(self, index, value)
        self._met = index if index >= 0 else index + len(self)
        return value

    def __iter__(self) -> Iterator[Any]:
        self._settle()
        return iter(self)


def _settled(name: str) -> Callable[..., Any]:
    plain = getattr(FieldList, name)

    def method(self: LazyList, *args: Any, **kwargs: Any) -> Any:
        self._settle()
        return plain(self, *args, **kwargs)

    method.__name__ = name
    method.__doc__ = plain.__doc__
    return method


for _name in (
    *("__add__", "__contains__", "__delitem__", "__eq__", "__ge__", "__gt__", "__iadd__"),
    *("__imul__", "__le__", "__lt__", "__mul__", "__ne__", "__reduce__", "__repr__"),
    *("__reversed__", "__rmul__", "__setitem__", "append", "clear", "count", "extend", "index"),
    *("insert", "pop", "remove", "reverse", "sort"),
):
    # Everything that looks at items sees wrapped ones.
    setattr(LazyList, _name, _settled(_name))


def _radd(self: FieldList, other: list[Any]) -> list[Any]:
    return other + list(self)


# `[] + lazy` would read the raw items behind our back.
LazyList.__radd__ = _radd  # type: ignore[attr-defined]


def lazy_list(
    raw: list[Any], node: Node | None, wrap: Callable[[Any, Any], Any], entity: Entity
) -> FieldList:
    """Return the list for raw items, none of them wrapped yet."""
    made = LazyList(raw)
    made._of = (raw, entity, node, wrap)
    made._met = -1
    return made


def held_list(
    raw: list[Any],
    held: list[Any],
    node: Node | None,
    wrap: Callable[[Any, Any], Any],
    entity: Entity,
) -> FieldList:
    """Return the list for raw items and what stands for them already."""
    made = FieldList(held)
    made._of = (raw, entity, node, wrap)
    made._met = -1
    return made
