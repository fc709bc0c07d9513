"""Maps in entities: objects without named fields, such as ``extension`` or connection options."""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from typing import TYPE_CHECKING, Any

from dynclient.model.entity import touch

if TYPE_CHECKING:
    from collections.abc import Callable

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
        from dynclient.model.convert import adopt

        touch(self._entity)
        raw, held = adopt(self._entity, self._node, value)
        self._raw[name] = raw
        self._kept.pop(name, None)
        if held is not None:
            self._kept[name] = held

    def __delitem__(self, name: str) -> None:
        if name in self._raw:
            touch(self._entity)
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
