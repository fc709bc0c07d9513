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

from dynclient.compat.missing_modules import lost_module, lost_name, unserved
from dynclient.compat.models.alias_fields import say_moved
from dynclient.compat.models.class_registry import (
    PACKAGE,
    ClassRegistry,
    class_registry,
    module_of,
    path_of,
)
from dynclient.drift import table
from dynclient.errors import DynclientError
from dynclient.schema.type_names import stem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dynclient.schema import Release

ROOT = "metadata"
MIRROR = "dynclient.compat.metadata"
"""Where the modules are that no schema makes."""
_CONNECTING = (
    f"{PACKAGE}.entity.services.connections.metadata",
    f"{PACKAGE}.security",
)
"""What scripts import before they connect: it describes the way to a server, and is never sent."""


class Finder:
    """Finds the modules of the official SDK; stands in ``sys.meta_path`` while installed.

    All classes that a script imports are of one release: the one that was named; else that of the
    server, where it is known when the first class is imported that is not about connecting; else
    the one that it started with.

    Args:
        release: to start with.
        named: whether a user named it, so that no server is asked.

    Attributes:
        release: whose classes are given.
        named: whether a user named it.
    """

    def __init__(self, release: Release, *, named: bool = True) -> None:
        self.named = named
        self._ask: Callable[[], Release] | None = None
        self._settled = named
        self._open(release)

    def _open(self, release: Release) -> None:
        self.release = release
        self._family = class_registry(release)
        self._documents = {module_of(path): path for path in release.paths}
        self._folders = {
            name.rsplit(".", depth)[0]
            for name in self._documents
            for depth in range(1, name.count("."))
        } | {ROOT}

    def meet(self, ask: Callable[[], Release]) -> None:
        """Be told of a server, before it is settled whose classes are given.

        Args:
            ask: asks the server for its release; it is called at the next import, or never.
        """
        if not self._settled:
            self._ask = ask

    def _settle(self) -> None:
        """Settle the release for good: the server's, where there is one that tells it."""
        if self._settled:
            return
        self._settled = True
        try:
            release = self.release if self._ask is None else self._ask()
        except DynclientError:
            return  # the script's own first call will tell what is wrong with its server
        if release is not self.release:
            self._open(release)

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
        if self._is_of_release(fullname):
            self._settle()
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
        moved = table.moved(path_of(fullname), self.release.paths)
        if moved is not None:
            say_moved(self.release, fullname, module_of(moved))
            loader = _Schema(self._family, moved, path_of(fullname))
            return ModuleSpec(fullname, loader, is_package=True)
        module, _, name = fullname.rpartition(".")
        if module in self._documents:
            raise ImportError(lost_name(self.release, self._documents[module], name), name=module)
        if fullname.startswith(f"{PACKAGE}."):
            told = lost_module(self.release, fullname)
        else:
            told = unserved(fullname)
        # Without its name: `from package import module` would put a message of its own in the place
        # of one that names the module.
        raise ModuleNotFoundError(told)

    def _is_of_release(self, fullname: str) -> bool:
        """Tell whether a module is more than a folder, and not about connecting."""
        return (
            fullname.startswith(f"{PACKAGE}.")
            and not fullname.startswith(_CONNECTING)
            and fullname not in self._folders
        )


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

    def __init__(self, owner: ClassRegistry, path: str, asked: str | None = None) -> None:
        """Say what is served.

        Args:
            owner: of the classes.
            path: of the document.
            asked: the path that another release has it under, and names its class after.
        """
        self._family = owner
        self._path = path
        self._stem = stem(asked or path).casefold()

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Let Python make it."""

    def exec_module(self, module: ModuleType) -> None:
        """Give it its names."""
        owner, path = self._family, self._path
        named = owner.names(path)

        def get(name: str) -> Any:
            found = named.get(name)
            if found is None and name.casefold() == self._stem:
                found = owner.named(owner.release.node(path))
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
