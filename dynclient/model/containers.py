"""Lists and maps in entities; their items are wrapped lazily, and changes reach the entity's JSON.

A list is a real ``list``. It starts as a :class:`LazyList`, which holds raw items and wraps the one
that is read. The second access wraps the rest and turns the object into a :class:`FieldList`, which
is read like any ``list``. So ``t.columns[3]`` of a thousand columns wraps one, and later reading is
as fast as Python's.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeVar

from dynclient.model.entity import Card, complete_parts, keep_original, read_parts_later
from dynclient.secrets import looks_secret

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from dynclient.display.blocks import Block
    from dynclient.model.entity import Entity
    from dynclient.schema import Node

ListType = TypeVar("ListType", bound="FieldList")


class FieldMap(Card, MutableMapping[str, Any]):
    """A map in an entity; changes reach the entity's JSON. It equals a dict of the same items."""

    __slots__ = ("_entity", "_node", "_raw", "_wrap", "_wrapped")

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
        self._wrapped: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._wrapped:
            raw, wrap = self._raw[name], self._wrap
            if type(raw) in {str, list} and looks_secret(name):
                wrap = self._entity._classes.wrap_secret
            self._wrapped[name] = wrap(raw, self._entity)
        return self._wrapped[name]

    def __setitem__(self, name: str, value: Any) -> None:
        keep_original(self._entity)
        raw, wrapped = self._entity._classes.attach(self._entity, self._node, value)
        self._raw[name] = raw
        self._wrapped.pop(name, None)
        if wrapped is not None:
            self._wrapped[name] = wrapped

    def __delitem__(self, name: str) -> None:
        if name in self._raw:
            keep_original(self._entity)
        del self._raw[name]
        self._wrapped.pop(name, None)

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
        from dynclient.model.masking import masked_map

        return repr(masked_map(self._node, self._raw))

    def _blocks(self) -> Iterable[Block]:
        return self._entity._classes.blocks_of(self)

    _repr_pretty_ = Card._repr_pretty_

    def _ipython_key_completions_(self) -> list[str]:
        return list(self._raw)

    def __reduce__(self) -> tuple[Any, ...]:
        from dynclient.model.masking import sealed_map

        return dict, (sealed_map(self._node, self._raw),)

    def __copy__(self) -> dict[str, Any]:
        return dict(self)

    def __deepcopy__(self, memo: dict[int, Any]) -> dict[str, Any]:
        from dynclient.model.masking import sealed_map

        return sealed_map(self._node, self._raw)


class FieldList(Card, list[Any]):
    """A list in an entity; changes reach the entity's JSON."""

    __slots__ = ("_context", "_wrapped")

    # The raw list, the entity it is in, the node of its items, and the function that wraps them.
    _context: tuple[list[Any], Entity, Node | None, Callable[[Any, Any], Any]]
    # Index of the one item of a LazyList that is wrapped, or -1.
    _wrapped: int

    @property
    def _raw(self) -> list[Any]:
        return self._context[0]

    @property
    def _entity(self) -> Entity:
        return self._context[1]

    # -- changes -----------------------------------------------------------------------------------

    def _converted(self, value: Any) -> Any:
        """Return a value as an item of this list."""
        _, entity, node, wrap = self._context
        raw, wrapped = entity._classes.attach(entity, node, value)
        return wrap(raw, entity) if wrapped is None else wrapped

    def _wrap_all(self) -> None:
        """Do nothing: the items are wrapped.

        A method of a LazyList may be looked up before the list becomes a FieldList and called after
        that: ``t.columns.remove(t.columns[2])``.
        """

    def _write(self) -> None:
        """Write the items to the entity's JSON."""
        raw_of = self._entity._classes.raw_of
        self._raw[:] = [raw_of(value) for value in list.__iter__(self)]

    def append(self, value: Any) -> None:
        """Append an item."""
        self.insert(len(self), value)

    def _keep_original(self) -> Sequence[str]:
        """Prepare a change of the order of the items; see ``read_parts_later``."""
        _, entity, node, _ = self._context
        paths = read_parts_later(entity, node)
        keep_original(entity)
        return paths

    def insert(self, index: SupportsIndex, value: Any) -> None:
        """Insert an item before an index."""
        if index == len(self):  # at the end, nothing moves
            keep_original(self._entity)
        else:
            self._keep_original()
        item = self._converted(value)
        self._raw.insert(index, self._entity._classes.raw_of(item))
        super().insert(index, item)

    def extend(self, values: Iterable[Any]) -> None:
        """Append several items."""
        for value in list(values):
            self.append(value)

    def __iadd__(self, values: Iterable[Any]) -> FieldList:  # type: ignore[misc]
        self.extend(values)
        return self

    def __imul__(self, times: SupportsIndex) -> FieldList:
        self[:] = list(self) * int(times)
        return self

    def __setitem__(self, index: Any, value: Any) -> None:
        paths = self._keep_original()
        if isinstance(index, slice):
            value = [self._converted(each) for each in value]
        else:
            value = self._converted(value)
        super().__setitem__(index, value)
        self._write()
        complete_parts(self._entity, paths)

    def __delitem__(self, index: Any) -> None:
        self._keep_original()
        super().__delitem__(index)
        self._write()

    def pop(self, index: SupportsIndex = -1) -> Any:
        """Remove and return an item."""
        self._keep_original()
        value = super().pop(index)
        self._write()
        return value

    def remove(self, value: Any) -> None:
        """Remove the first item that equals a value. Raises ValueError if there is none."""
        del self[self.index(value)]

    def clear(self) -> None:
        """Remove all items."""
        del self[:]

    def sort(self, *, key: Any = None, reverse: bool = False) -> None:
        """Sort in place."""
        self._keep_original()
        super().sort(key=key, reverse=reverse)
        self._write()

    def reverse(self) -> None:
        """Reverse in place."""
        self._keep_original()
        super().reverse()
        self._write()

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

    def _blocks(self) -> Iterable[Block]:
        return self._entity._classes.blocks_of(self)

    _repr_pretty_ = Card._repr_pretty_


class LazyList(FieldList):
    """A list whose items are raw, except for one at most; see the module."""

    __slots__ = ()

    def _wrap_all(self) -> None:
        """Wrap the raw items and become a FieldList."""
        _, entity, _, wrap = self._context
        wrapped = self._wrapped
        for index, raw in enumerate(list.__iter__(self)):
            if index != wrapped:
                list.__setitem__(self, index, wrap(raw, entity))
        self.__class__ = FieldList  # type: ignore[assignment]  # same layout, plain reading

    def __getitem__(self, index: Any) -> Any:
        if self._wrapped >= 0 or isinstance(index, slice):
            self._wrap_all()
            return self[index]
        _, entity, _, wrap = self._context
        value = wrap(list.__getitem__(self, index), entity)
        list.__setitem__(self, index, value)
        self._wrapped = index if index >= 0 else index + len(self)
        return value

    def __iter__(self) -> Iterator[Any]:
        self._wrap_all()
        return iter(self)


def _wrapping_all(name: str) -> Callable[..., Any]:
    plain = getattr(FieldList, name)

    def method(self: LazyList, *args: Any, **kwargs: Any) -> Any:
        self._wrap_all()
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
    # Everything that reads items gets wrapped ones.
    setattr(LazyList, _name, _wrapping_all(_name))
LazyList._repr_pretty_ = Card._repr_pretty_  # beside its __repr__


def _radd(self: FieldList, other: list[Any]) -> list[Any]:
    return other + list(self)


# `[] + lazy` would read the raw items.
LazyList.__radd__ = _radd  # type: ignore[attr-defined]


def lazy_list(
    raw: list[Any], node: Node | None, wrap: Callable[[Any, Any], Any], entity: Entity
) -> FieldList:
    """Return the list for raw items, none of which is wrapped yet.

    Args:
        raw: the items; shared with the entity's JSON.
        node: the schema node of an item, or None.
        wrap: takes a raw item and the entity; returns the item as users get it.
        entity: the entity that the list is in.
    """
    items = LazyList(raw)
    items._context = (raw, entity, node, wrap)
    items._wrapped = -1
    return items


def wrapped_list(
    cls: type[ListType],
    values: list[Any],
    raw: list[Any],
    node: Node | None,
    wrap: Callable[[Any, Any], Any],
    entity: Entity,
) -> ListType:
    """Return a list of a class for raw items that are wrapped already.

    Args:
        cls: FieldList or a subclass.
        values: the wrapped items.
        raw: see :func:`lazy_list`; likewise the others.
        node: the schema node of an item, or None.
        wrap: the function that wraps an item.
        entity: the entity that the list is in.
    """
    items = cls(values)
    items._context = (raw, entity, node, wrap)
    items._wrapped = -1
    return items
