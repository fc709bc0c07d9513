"""The import hook: serves ``metadata.*`` as the official SDK lays it out.

``metadata.generated.schema.<path>`` is made from the schemas of a release, when it is imported;
every other module is found in ``dynclient.compat.metadata``, which mirrors the official tree.
"""

from __future__ import annotations

import sys
from importlib import import_module
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dynclient.compat.absent import lost_module, lost_name
from dynclient.compat.family import PACKAGE, Family, family, module_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dynclient.schema import Release

ROOT = "metadata"
MIRROR = "dynclient.compat.metadata"
"""Where the modules are that no schema makes."""


class Finder:
    """Finds the modules of the official SDK; stands in ``sys.meta_path`` while installed."""

    def __init__(self, release: Release, *, named: bool = True) -> None:
        """Serve a release.

        Args:
            release: whose schemas make the classes.
            named: a user named it; otherwise the release of a server that is met later wins.
        """
        self.named = named
        self._server: Callable[[], Release] | None = None
        self._serve(release)

    def _serve(self, release: Release) -> None:
        self.release = release
        self._family = family(release)
        self._documents = {module_of(path): path for path in release.paths}
        self._folders = {
            name.rsplit(".", depth)[0]
            for name in self._documents
            for depth in range(1, name.count("."))
        } | {ROOT}

    def meet(self, server: Callable[[], Release]) -> None:
        """Serve a server's release from now on, unless a user named one.

        Modules that were imported stay what they are; their classes are taken by the others.

        Args:
            server: gives the release; called when the next module is imported.
        """
        if not self.named:
            self._server = server

    def _follow(self) -> None:
        if self._server is not None:
            server, self._server = self._server, None
            self._serve(server())

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how a module is loaded, or None for a module that is no business of this hook.

        Raises:
            ModuleNotFoundError: the release has no such module; the message tells which has.
            ImportError: the module has no such name; the message tells where it is.
        """
        del path, target
        loader: Any
        if fullname != ROOT and not fullname.startswith(f"{ROOT}."):
            return None
        self._follow()
        if fullname in self._documents:
            # A package without folders: so Python asks here for a name that the module lacks, and
            # the answer can tell where the name went.
            loader = _Schema(self._family, self._documents[fullname])
            return ModuleSpec(fullname, loader, is_package=True)
        mirrored = MIRROR + fullname.removeprefix(ROOT)
        if fullname != ROOT and _exists(mirrored):
            loader = _Mirrored(mirrored)
            return ModuleSpec(fullname, loader, is_package=_is_package(mirrored))
        if fullname in self._folders:
            loader = _Folder()
            return ModuleSpec(fullname, loader, is_package=True)
        module, _, name = fullname.rpartition(".")
        if module in self._documents:
            raise ImportError(lost_name(self.release, self._documents[module], name), name=module)
        if fullname.startswith(f"{PACKAGE}."):
            raise ModuleNotFoundError(lost_module(self.release, fullname), name=fullname)
        return None


class _Folder:
    """Makes an empty package."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Let Python make it."""

    def exec_module(self, module: ModuleType) -> None:
        """Fill it with nothing."""


class _Mirrored:
    """Gives a module of the mirror under its official name; it is one and the same module."""

    def __init__(self, name: str) -> None:
        self._name = name

    def create_module(self, spec: ModuleSpec) -> ModuleType:  # noqa: ARG002  # Python's form
        """Import it by its own name."""
        module = import_module(self._name)
        self._spec = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Leave it as it is: it keeps its own name and origin."""
        module.__spec__ = self._spec


class _Schema:
    """Makes the module of a schema document; its classes are made when they are asked for."""

    def __init__(self, owner: Family, path: str) -> None:
        self._family = owner
        self._path = path

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Let Python make it."""

    def exec_module(self, module: ModuleType) -> None:
        """Give it its names."""
        owner, path = self._family, self._path
        named = owner.names(path)

        def get(name: str) -> Any:
            found = named.get(name)
            if found is None:
                message = lost_name(owner.release, path, name)
                raise AttributeError(message, name=name, obj=module)
            cls = owner.class_at(found.node)
            module.__dict__[name] = cls
            return cls

        module.__dict__.update(
            __doc__=f"Types of {path}, release {owner.release.name}.",
            __all__=list(named),
            __getattr__=get,
            __dir__=lambda: [*named],
        )


def _exists(name: str) -> bool:
    if name in sys.modules:
        return True
    parent = name.rpartition(".")[0]
    return (parent == "dynclient.compat" or _exists(parent)) and find_spec(name) is not None


def _is_package(name: str) -> bool:
    spec = find_spec(name)
    return spec is not None and spec.submodule_search_locations is not None
