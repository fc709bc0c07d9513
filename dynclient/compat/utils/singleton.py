"""``metadata.utils.singleton``: a metaclass of classes with one instance."""

from __future__ import annotations

from abc import ABCMeta
from typing import Any, ClassVar


class Singleton(ABCMeta):
    """Metaclass of classes that have one instance, which the first call creates."""

    _instances: ClassVar[dict[type, Any]] = {}

    def __call__(cls, *args: Any, **kwargs: Any) -> Any:
        """Return the instance of a class; the first call creates it from the arguments."""
        if cls not in cls._instances:
            cls._instances[cls] = super().__call__(*args, **kwargs)
        return cls._instances[cls]

    @classmethod
    def clear_all(cls) -> None:
        """Forget all instances, so that the next call of each class creates another one."""
        cls._instances.clear()
