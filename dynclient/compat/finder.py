"""The import hook: finds ``metadata.*`` for scripts of the official SDK.

A module of ``metadata.generated.schema`` is built from a release's schemas when it is imported.
Every other module is a row of ``data/official_modules.json``, which says where each name is.
"""

from __future__ import annotations

from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dynclient import warn
from dynclient.compat import official_modules
from dynclient.compat.missing_modules import (
    missing_module,
    missing_name,
    missing_official_name,
    unsupported_module,
)
from dynclient.compat.models.alias_fields import warn_renamed_module
from dynclient.compat.models.class_registry import (
    PACKAGE,
    class_registry,
    module_of,
    path_of,
)
from dynclient.compat.schema_modules import SchemaLoader
from dynclient.drift import table
from dynclient.errors import DynclientError, DynclientWarning
from dynclient.schema.type_names import stem

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from dynclient.schema import Release

ROOT = "metadata"
_CONNECTION_MODULES = (
    f"{PACKAGE}.entity.services.connections.metadata",
    f"{PACKAGE}.security",
)
"""Modules that scripts import before they connect; their classes are never sent to a server."""


class Finder:
    """Import hook for the official SDK's modules, in ``sys.meta_path`` while installed.

    All classes that a script imports belong to one release: the one that was given; else that of
    the server of the environment, or of the one that the script is connected to, if it is known
    when the script imports the first class that does not describe a connection; else the one the
    finder started with.

    Args:
        release: the release to start with.
        is_fixed: whether this release was asked for by name, so that no server is asked.

    Attributes:
        release: the release whose classes are imported.
        is_fixed: see above.
    """

    def __init__(self, release: Release, *, is_fixed: bool = True) -> None:
        self.is_fixed = is_fixed
        self._servers: dict[str, Callable[[], Release]] = {}
        self._is_settled = is_fixed
        self._use(release)

    def _use(self, release: Release) -> None:
        self.release = release
        self._registry = class_registry(release)
        nearest = completing_release(release)
        self._nearest = None if nearest is None else class_registry(nearest)
        paths = dict.fromkeys([*release.paths, *(() if nearest is None else nearest.paths)])
        self._documents = {module_of(path): path for path in paths}
        others = [module_of(old) for old, _ in table.moved_documents(release.paths)]
        self._packages = {
            name.rsplit(".", depth)[0]
            for name in [*self._documents, *others]
            for depth in range(1, name.count("."))
        } | {ROOT}

    def set_server(self, server_release: Callable[[], Release], variable: str = "") -> None:
        """Use a server's release, unless the release is settled already.

        Args:
            server_release: returns the release of the server. Called at most once, when the next
                class is imported.
            variable: the environment variable that names the server, which is asked before the one
                that the script connects to.
        """
        if not self._is_settled:
            self._servers[variable] = server_release

    def chosen_release(self) -> Release:
        """Return the release of all classes, which is chosen now if no class was imported yet."""
        self._settle_release()
        return self.release

    def _settle_release(self) -> None:
        """Choose the release for good: that of the first server that reports one.

        Where the server of the environment reports none, a DynclientWarning says which release the
        classes are of. Nothing is said of the server that a script connects to: its own first call
        reports what is wrong.
        """
        if self._is_settled:
            return
        self._is_settled = True
        problems = {}
        # The empty string, for the script's own server, comes last.
        for variable in sorted(self._servers, reverse=True):
            try:
                release = self._servers[variable]()
            except DynclientError as error:
                problems[variable] = str(error).partition("\n")[0]
                continue
            if release is not self.release:
                self._use(release)
            break
        for variable, problem in problems.items():
            if variable:
                self._warn_of_server(variable, problem)

    def _warn_of_server(self, variable: str, problem: str) -> None:
        message = (
            f"the classes of metadata.generated are of release {self.release.name}: the release of"
            f" the server in {variable} is not known ({problem}). Correct {variable}, or name a"
            " release: compat.install(release=…), dynclient run --release …"
        )
        warn.warn_user(message, DynclientWarning)

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return how a module is loaded, or None for a module outside ``metadata``.

        Raises:
            ModuleNotFoundError: the release has no such module; the message names releases that do.
            ImportError: the module has no such name; the message says where the name is.
        """
        del path, target
        loader: Any
        if fullname != ROOT and not fullname.startswith(f"{ROOT}."):
            return None
        if self._needs_release(fullname):
            self._settle_release()
        if fullname in self._documents:
            # A package without submodules: Python then asks here for a name that it lacks, and
            # the ImportError can say where the name is. The same goes for official modules.
            path = self._documents[fullname]
            loader = SchemaLoader(self._registry, path, nearest=self._nearest)
            return ModuleSpec(fullname, loader, is_package=True)
        if official_modules.is_available(fullname):
            loader = official_modules.OfficialLoader(official_modules.rows()[fullname])
            return ModuleSpec(fullname, loader, is_package=True)
        loader = official_modules.rule_loader(fullname)
        if loader is not None:
            return ModuleSpec(fullname, loader, is_package=True)
        if fullname in self._packages:
            loader = _PackageLoader()
            return ModuleSpec(fullname, loader, is_package=True)
        moved = self._moved(path_of(fullname))
        if moved is not None:
            warn_renamed_module(self.release, fullname, module_of(moved))
            loader = SchemaLoader(self._registry, moved, path_of(fullname))
            return ModuleSpec(fullname, loader, is_package=True)
        if self.release.lossy and fullname.startswith(f"{PACKAGE}."):
            guessed = self._guessed(fullname)
            if guessed is not None:
                return guessed
        raise self._error(fullname)

    def _guessed(self, fullname: str) -> ModuleSpec | None:
        """Return a module of a release that was built from a server's OpenAPI document, or None.

        Such a document does not say in which folder a schema is, so the file name decides. A folder
        that no schema is in may be one of those, and is an empty package.
        """
        path = path_of(fullname)
        file = stem(path)
        same = [other for other in self.release.paths if stem(other) == file]
        loader: Any
        if len(same) == 1:
            loader = SchemaLoader(self._registry, same[0], path, self._nearest)
        elif same or file[:1].isupper() or fullname.rpartition(".")[0] in self._documents:
            return None  # names of documents and folders begin with a small letter
        else:
            loader = _PackageLoader(missing_module(self.release, fullname))
        return ModuleSpec(fullname, loader, is_package=True)

    def _moved(self, path: str) -> str | None:
        """Return the path that a document of another release has in this one, or None."""
        known = self.release.paths
        moved = table.moved_module(path, known)
        if moved is not None:
            return moved
        same = [other for other in known if other.casefold() == path.casefold()]
        return same[0] if len(same) == 1 else None

    def _error(self, fullname: str) -> ImportError:
        """Return the error for a module that there is not, or for a name that a module lacks."""
        module, _, name = fullname.rpartition(".")
        if module in self._documents:
            message = missing_name(self.release, self._documents[module], name)
            return ImportError(message, name=module)
        if official_modules.rows().get(module, {}).get("names"):
            return ImportError(missing_official_name(module, name), name=module)
        if fullname.startswith(f"{PACKAGE}."):
            message = missing_module(self.release, fullname)
        else:
            message = unsupported_module(fullname, self.release)
        # Without name=: `from package import module` would replace the message of an error that
        # names the module.
        return ModuleNotFoundError(message)

    def _needs_release(self, fullname: str) -> bool:
        """Return whether a module has classes that are sent to a server."""
        return (
            fullname.startswith(f"{PACKAGE}.")
            and not fullname.startswith(_CONNECTION_MODULES)
            and fullname not in self._packages
        )


def completing_release(release: Release) -> Release | None:
    """Return the release whose classes a release lacks that describes one server only, or None.

    A release that was built from a server's OpenAPI document alone has no connections, and many
    classes in other modules. Their names are those of the starter release then.
    """
    from dynclient.releases.cache import bundled
    from dynclient.releases.registry import starter
    from dynclient.session.openapi_release import completed_by

    if not release.lossy or completed_by(release) is not None or bundled() is None:
        return None
    return starter()


class _PackageLoader:
    """Loads an empty package.

    Args:
        message: the message of the error for anything that is read from it; None for Python's own.
    """

    def __init__(self, message: str | None = None) -> None:
        self._message = message

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Let Python create the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module empty."""
        if self._message is None:
            return
        message = self._message

        def get(name: str) -> Any:
            raise AttributeError(message, name=name, obj=module)

        module.__dict__["__getattr__"] = get
