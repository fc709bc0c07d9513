"""Types of fields for ``typing.get_type_hints``, as the official classes have them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, TypeVar

_T = TypeVar("_T")


class LazyHints(dict[str, Any]):
    """The ``__annotations__`` of an official class, built when they are read.

    They name the classes of all fields, which would have to be built together with the class.
    """

    def __init__(self, build: Callable[[], dict[str, Any]]) -> None:
        super().__init__()
        self._build: Callable[[], dict[str, Any]] | None = build

    def _complete(self) -> None:
        build, self._build = self._build, None
        if build is not None:
            self.update(build())

    def __getitem__(self, name: str) -> Any:
        self._complete()
        return super().__getitem__(name)

    def __iter__(self) -> Iterator[str]:
        self._complete()
        return super().__iter__()

    def __len__(self) -> int:
        self._complete()
        return super().__len__()

    def __contains__(self, name: object) -> bool:
        self._complete()
        return super().__contains__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """Return the type of a field."""
        self._complete()
        return super().get(name, default)

    def keys(self) -> Any:
        """Return the names of the fields."""
        self._complete()
        return super().keys()

    def values(self) -> Any:
        """Return the types of the fields."""
        self._complete()
        return super().values()

    def items(self) -> Any:
        """Return names and types of the fields."""
        self._complete()
        return super().items()


def without_hints(cls: type[_T]) -> type[_T]:
    """Remove the annotations of a base class: they are of attributes that are not fields."""
    cls.__annotations__ = {}
    return cls
