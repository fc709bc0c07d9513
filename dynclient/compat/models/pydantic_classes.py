"""Official classes as subclasses of pydantic's, for ``isinstance(table, pydantic.BaseModel)``.

The official models are pydantic models, and scripts and libraries recognise them as such. The
classes here are not real subclasses: pydantic need not be installed, and may be imported later.
New releases of pydantic ignore ``BaseModel.register()``. So its two checks are extended once it is
loaded, for ``BaseModel`` and ``RootModel`` only, and restored when the drop-in is uninstalled.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.model import Model
from dynclient.compat.models.root_models import RootApi

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from importlib.machinery import ModuleSpec
    from types import ModuleType

_MODULES = {
    "pydantic.main": ("BaseModel", (Model, RootApi)),
    "pydantic.root_model": ("RootModel", (RootApi,)),
}
"""The modules of pydantic's classes, the names of these, and the classes that count as theirs."""
_CHECKS = ("__instancecheck__", "__subclasscheck__")


class PydanticFinder:
    """Finds the modules of pydantic's base classes as Python does, and extends these when loaded.

    An import hook for ``sys.meta_path``; modules that are loaded already are extended at once.
    """

    def __init__(self) -> None:
        self._extended: dict[type, dict[type, tuple[type, ...]]] = {}
        self._originals: list[tuple[type, str, Any]] = []
        for name in _MODULES:
            if name in sys.modules:
                self._extend(sys.modules[name])

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how one of the modules is loaded, or None for all other modules."""
        if fullname not in _MODULES:
            return None
        spec = PathFinder.find_spec(fullname, path, target)
        if spec is not None and spec.loader is not None:
            loader: Any = spec.loader
            spec.loader = _ExtendingLoader(loader, self._extend)  # type: ignore[assignment]  # duck-typed
        return spec

    def restore(self) -> None:
        """Remove what was added to pydantic's checks."""
        for metaclass, name, original in reversed(self._originals):
            setattr(metaclass, name, original)
        self._originals.clear()
        self._extended.clear()

    def _extend(self, module: ModuleType) -> None:
        name, classes = _MODULES[module.__name__]
        base = getattr(module, name, None)
        if base is None:  # pydantic 1 has no root models
            return
        metaclass: Any = type(base)
        if metaclass not in self._extended:
            self._extended[metaclass] = {}
            for check in _CHECKS:
                self._originals.append((metaclass, check, getattr(metaclass, check)))
                setattr(metaclass, check, self._check(metaclass, check))
        self._extended[metaclass][base] = classes

    def _check(self, metaclass: Any, name: str) -> Callable[[Any, Any], bool]:
        original = getattr(metaclass, name)
        builtin = isinstance if name == _CHECKS[0] else issubclass
        extended = self._extended[metaclass]

        def check(cls: Any, value: Any) -> bool:
            return original(cls, value) or (cls in extended and builtin(value, extended[cls]))

        return check


class _ExtendingLoader:
    """A loader that calls a function with the module it loaded."""

    def __init__(self, loader: Any, loaded: Callable[[ModuleType], None]) -> None:
        self._loader = loader
        self._loaded = loaded

    def __getattr__(self, name: str) -> Any:
        return getattr(self._loader, name)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Create the module as the loader does."""
        module: ModuleType | None = self._loader.create_module(spec)
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Load the module, then call the function."""
        self._loader.exec_module(module)
        self._loaded(module)
