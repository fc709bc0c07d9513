"""What the names in a script are: imports, attributes of modules, clients and collections."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING, Any

from dynclient.compat.missing_modules import missing_name
from dynclient.compat.models.class_names import classes
from dynclient.compat.models.class_registry import PACKAGE, class_registry, module_of, path_of
from dynclient.compat.sdk.facade_names import find_type
from dynclient.data import data_file
from dynclient.drift import table
from dynclient.errors import AmbiguousName, SchemaNotFound
from dynclient.explore.places import find_spec
from dynclient.extensions import registry
from dynclient.schema.type_names import stem
from dynclient.suggestions import did_you_mean, nearest
from dynclient.upgrade.findings import ERROR, WARNING, Changed, changed
from dynclient.upgrade.values import (
    UNKNOWN,
    Class,
    Collection,
    Method,
    Module,
    Named,
    NativeClient,
    Types,
    Value,
)

if TYPE_CHECKING:
    from dynclient.schema import Node, Release
    from dynclient.upgrade.field_checks import Report

_SDK = ("metadata.sdk", "metadata.sdk.entities", "metadata.sdk.api")


class ScriptNames:
    """Looks up names in one release, and reports those that it does not have.

    Args:
        release: the release.
        report: takes what is found.
    """

    def __init__(self, release: Release, report: Report) -> None:
        self.release = release
        self._report = report

    # -- imports -----------------------------------------------------------------------------------

    def module(self, at: ast.AST, name: str) -> Value:
        """Return an imported module; report one that the release does not have."""
        self._document(at, name)
        return Module(name)

    def imported(self, at: ast.AST, module: str, name: str) -> Value:
        """Return what ``from module import name`` imports, or the attribute of a module."""
        if module.startswith(f"{PACKAGE}.") or module == PACKAGE:
            path = self._document(at, module)
            if path is not None:
                return self._class(at, path, path_of(module), name)
            return Module(f"{module}.{name}") if self._is_package(module) else UNKNOWN
        if module.startswith(_SDK):
            found = self._facade(at, name)
            if found is not None:
                return found
        return Named(f"{module}.{name}")

    def _is_package(self, module: str) -> bool:
        if module == PACKAGE:
            return True
        folder = path_of(module).removesuffix(".json") + "/"
        return any(path.startswith(folder) for path in self.release.paths)

    def _document(self, at: ast.AST, module: str) -> str | None:
        """Return the document of a module of ``metadata.generated.schema``, or None."""
        if not module.startswith(f"{PACKAGE}."):
            return None
        path, release = path_of(module), self.release
        if path in release.paths:
            return path
        if self._is_package(module):
            return None
        moved = table.moved(path, release.paths)
        period = changed(release, lambda other: path in other.paths)
        if moved is not None:
            own = module_of(moved)
            message = f"{module} is called {own} in release {release.name}"
            self._report(at, WARNING, "module", module, message, (own,), period.since)
        else:
            own_modules = [
                module_of(other)
                for other in release.paths
                if other.rpartition("/")[2].lower() == path.rpartition("/")[2].lower()
            ]
            message = f"release {release.name} has no module {module}{period.elsewhere}"
            if own_modules:
                message += f"; it has {', '.join(own_modules)}"
            self._report(at, ERROR, "module", module, message, tuple(own_modules), period.since)
        return moved

    def _class(self, at: ast.AST, path: str, requested: str, name: str) -> Value:
        release = self.release
        if name == "*":
            return UNKNOWN
        known = classes(release, path)
        found = known.get(name)
        if found is not None:
            return Class(found.node, name)
        if name.casefold() == stem(requested).casefold():
            return Class(release.node(path), name)
        message = missing_name(release, path, name)
        since = changed(
            release, lambda other: path in other.paths and name in classes(other, path)
        ).since
        self._report(at, ERROR, "class", name, message, nearest(name, known), since)
        return UNKNOWN

    def _facade(self, at: ast.AST, name: str) -> Value | None:
        """Return a facade of ``metadata.sdk``; report that of a type that the release lacks."""
        kind = find_type(self.release, name)
        if kind is None:
            return None
        spec = find_spec(self.release, kind)
        if spec is not None and spec.entity.name == kind:
            return Collection(name, self.release.node(spec.entity.path), is_facade=True)
        self._missing_collection(at, name, kind)
        return UNKNOWN

    # -- classes -----------------------------------------------------------------------------------

    def class_of(self, at: ast.AST, name: str) -> Value:
        """Return ``om.types.NAME``; report a type that the release does not have."""
        release = self.release
        try:
            return Class(release.find(name).target, name)
        except AmbiguousName:
            return UNKNOWN
        except SchemaNotFound as error:
            since = changed(release, lambda other: _has_type(other, name)).since
            self._report(
                at, ERROR, "class", name, str(error), nearest(name, release.type_names), since
            )
            return UNKNOWN

    def member(self, at: ast.AST, found: Class, name: str) -> Value:
        """Return an attribute of a class; report one that an enumeration does not have."""
        node = found.node
        if not node.enum or name.startswith("_"):
            return UNKNOWN
        members = _members(node)
        if name in members or name in dir(str) or not members:
            return UNKNOWN
        release = self.release
        period = changed(release, lambda other: name in _members_in(other, node.path, node.pointer))
        near = nearest(name, members)
        message = f"{found.name} of release {release.name} has no {name}"
        message += period.elsewhere or did_you_mean(near)
        self._report(at, ERROR, "enum-value", name, message, near, period.since)
        return UNKNOWN

    # -- the native client -------------------------------------------------------------------------

    def of_client(self, at: ast.AST, name: str) -> Value:
        """Return an attribute of the native client; report what the release does not have."""
        release = self.release
        if name == "types":
            return Types()
        spec = find_spec(release, name)
        if spec is not None and spec.attribute == name:
            return Collection(name, release.node(spec.entity.path))
        if registry.is_client_name(name):
            if name not in registry.client_names(release, None):
                period = changed(release, lambda o: name in registry.client_names(o, None))
                self._missing(at, f"om.{name}", period)
            return UNKNOWN
        self._missing_collection(at, f"om.{name}", name)
        return Method(NativeClient(), name)

    def method(self, at: ast.AST, collection: Collection, name: str) -> Value:
        """Return a method of a collection; report one that the release does not have."""
        release = self.release
        spec = None if collection.is_facade else find_spec(release, collection.name)
        if spec is not None and registry.is_method_name(name):
            if name in registry.method_names(release, spec, None):
                return Method(collection, name)

            def has(other: Release) -> bool:
                there = find_spec(other, collection.name)
                return there is not None and name in registry.method_names(other, there, None)

            self._missing(at, f"{collection.name}.{name}", changed(release, has))
        return Method(collection, name)

    def of_official_client(self, at: ast.AST, name: str) -> None:
        """Report a method of the official client that dynclient does not have."""
        row = _official_methods().get(name)
        if row is not None and row["how"] == "absent":
            message = f"dynclient does not implement {name}(); use instead: {row['instead']}"
            self._report(at, ERROR, "method", name, message)

    def _missing(self, at: ast.AST, name: str, period: Changed) -> None:
        """Report what some other release has; a name that none has may be the script's."""
        if period.having:
            message = f"release {self.release.name} does not have {name}{period.elsewhere}"
            self._report(at, ERROR, "method", name, message, (), period.since)

    def _missing_collection(self, at: ast.AST, written: str, name: str) -> None:
        """Report a collection that some other release has."""
        release = self.release
        period = changed(release, lambda other: has_collection(other, name))
        if period.having:
            message = f"release {release.name} has no collection {written}{period.elsewhere}"
            self._report(at, ERROR, "collection", written, message, (), period.since)


def has_collection(release: Release, name: str) -> bool:
    """Return whether a release has a collection of a name."""
    spec = find_spec(release, name)
    return spec is not None and name in {spec.attribute, spec.entity.name}


def _has_type(release: Release, name: str) -> bool:
    try:
        release.find(name)
    except AmbiguousName:
        return True
    except SchemaNotFound:
        return False
    return True


def _members(node: Node) -> set[str]:
    """Return the names of an enumeration's members in both kinds of classes."""
    official = class_registry(node.release).class_at(node)
    return {*getattr(official, "__members__", ()), *(str(each) for each in node.enum or ())}


def _members_in(release: Release, path: str, pointer: str) -> set[str]:
    try:
        node = release.node(table.moved(path, release.paths) or path, pointer)
    except SchemaNotFound:
        return set()
    return _members(node)


def _official_methods() -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in data_file("official_methods.json")}
