"""The import hook: finds ``metadata.*`` for scripts of the official SDK.

A module of ``metadata.generated.schema`` is built from a release's schemas when it is imported.
Every other module is a row of ``data/official_modules.json``, which says where each name is.
"""

from __future__ import annotations

from importlib import import_module
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from dynclient import warn
from dynclient.compat.missing_modules import missing_module, missing_name, unsupported_module
from dynclient.compat.models.alias_fields import warn_renamed_module
from dynclient.compat.models.class_registry import (
    PACKAGE,
    ClassRegistry,
    class_registry,
    module_of,
    path_of,
)
from dynclient.data import data_file
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
        self._documents = {module_of(path): path for path in release.paths}
        self._packages = {
            name.rsplit(".", depth)[0]
            for name in self._documents
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

    def settled_release(self) -> Release:
        """Return the release whose classes are imported, which does not change any more."""
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
            # the ImportError can say where the name is.
            loader = _SchemaLoader(self._registry, self._documents[fullname])
            return ModuleSpec(fullname, loader, is_package=True)
        rows = data_file("official_modules.json")
        official = rows.get(fullname)
        if official is not None:
            loader = _OfficialLoader(official)
            is_package = "rule" in official or "package" in official or not official["names"]
            return ModuleSpec(fullname, loader, is_package=is_package)
        package, _, name = fullname.rpartition(".")
        if "rule" in rows.get(package, {}):
            loader = _RuleLoader(_object(rows[package]["rule"]).submodule(package, name))
            return ModuleSpec(fullname, loader)
        if fullname in self._packages:
            loader = _PackageLoader()
            return ModuleSpec(fullname, loader, is_package=True)
        moved = table.moved(path_of(fullname), self.release.paths)
        if moved is not None:
            warn_renamed_module(self.release, fullname, module_of(moved))
            loader = _SchemaLoader(self._registry, moved, path_of(fullname))
            return ModuleSpec(fullname, loader, is_package=True)
        module, _, name = fullname.rpartition(".")
        if module in self._documents:
            message = missing_name(self.release, self._documents[module], name)
            raise ImportError(message, name=module)
        if fullname.startswith(f"{PACKAGE}."):
            message = missing_module(self.release, fullname)
        else:
            message = unsupported_module(fullname)
        # Without name=: `from package import module` would replace the message of an error that
        # names the module.
        raise ModuleNotFoundError(message)

    def _needs_release(self, fullname: str) -> bool:
        """Return whether a module has classes that are sent to a server."""
        return (
            fullname.startswith(f"{PACKAGE}.")
            and not fullname.startswith(_CONNECTION_MODULES)
            and fullname not in self._packages
        )


class _PackageLoader:
    """Loads an empty package."""

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Let Python create the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Leave the module empty."""


class _OfficialLoader(_PackageLoader):
    """Loads a module of ``official_modules.json``: dynclient's objects under official names."""

    def __init__(self, row: dict[str, Any]) -> None:
        self._row = row

    def exec_module(self, module: ModuleType) -> None:
        """Import what the names stand for."""
        row = self._row
        module.__doc__ = row["doc"]
        for name, place in row["names"].items():
            setattr(module, name, _object(place))
        if row["names"]:
            module.__dict__["__all__"] = [*row["names"]]
        if "rule" in row:
            _set_rule(module, _object(row["rule"]))


class _RuleLoader(_PackageLoader):
    """Loads a module whose names follow from a release, see ``official_modules.json``."""

    def __init__(self, rule: Any) -> None:
        self._rule = rule

    def exec_module(self, module: ModuleType) -> None:
        """Make the names readable."""
        module.__doc__ = self._rule.doc
        _set_rule(module, self._rule)


def _set_rule(module: ModuleType, rule: Any) -> None:
    """Make the names of a rule readable as attributes of a module, in addition to its own.

    Args:
        module: the module.
        rule: an object with ``get(module, name)``, which returns the value of a name or raises
            AttributeError, and ``names()``.
    """
    own = [*module.__dict__.pop("__all__", ())]

    def names() -> list[str]:
        return list(dict.fromkeys([*own, *rule.names()]))

    def get(name: str) -> Any:
        if name == "__all__":
            return names()
        value = module.__dict__[name] = rule.get(module.__name__, name)
        return value

    module.__dict__.update(__getattr__=get, __dir__=names)


def _object(place: str) -> Any:
    """Return what ``module:attribute`` names."""
    source, _, attribute = place.partition(":")
    return getattr(import_module(source), attribute)


class _SchemaLoader(_PackageLoader):
    """Loads the module of a schema document; each class is built when it is first accessed."""

    def __init__(self, registry: ClassRegistry, path: str, requested: str | None = None) -> None:
        """Set what is loaded.

        Args:
            registry: the classes of the release.
            path: path of the document.
            requested: the path of the document in another release, after which that release names
                its class.
        """
        self._registry = registry
        self._path = path
        self._stem = stem(requested or path).casefold()

    def exec_module(self, module: ModuleType) -> None:
        """Set the module's names."""
        registry, path = self._registry, self._path
        classes = registry.names(path)

        def get(name: str) -> Any:
            found = classes.get(name)
            if found is None and name.casefold() == self._stem:
                found = registry.named(registry.release.node(path))
            if found is None:
                message = missing_name(registry.release, path, name)
                raise AttributeError(message, name=name, obj=module)
            cls = registry.class_at(found.node)
            module.__dict__[name] = cls
            return cls

        module.__dict__.update(
            __doc__=f"Types of {path}, release {registry.release.name}.",
            __all__=list(classes),
            __getattr__=get,
            __dir__=lambda: [*classes],
        )
