"""The modules ``metadata.sdk``, ``metadata.sdk.entities`` and those of single entity types.

Their names follow from the collections of the release in use; see :mod:`.facade_names`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat.models.class_registry import class_registry
from dynclient.compat.sdk.facade_names import (
    entity_types,
    facade_name,
    find_type,
    is_singular,
    rows,
    twin_name,
)
from dynclient.compat.sdk.facades import facade, list_params, place_of
from dynclient.compat.sdk.script_release import find_collection, script_release
from dynclient.data import data_file
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Iterable

    from dynclient.schema import Release

_PARAMS = "ListParams"


class Root:
    """The names of ``metadata.sdk``: the facades and their lower-case twins."""

    @staticmethod
    def get(module: str, name: str) -> Any:
        """Return what a name of the module means.

        Raises:
            AttributeError: there is no such name; the message has the nearest one.
        """
        is_module = f"{module}.{name}" in data_file("official_modules.json")
        kind = None if is_module or name.startswith("_") else find_type(_release(), name)
        if kind is None:
            raise _missing(module, name, Root.names())
        return facade(kind)

    @staticmethod
    def names() -> list[str]:
        """Return the names for the release in use."""
        kinds = entity_types(_release())
        return [name for kind in kinds for name in (facade_name(kind), twin_name(kind))]

    @staticmethod
    def submodule(module: str, name: str) -> None:
        """Raise ImportError, as the package has no more submodules than those listed."""
        raise _import_error(module, _missing(module, name, Root.names()))


class Entities:
    """The names of ``metadata.sdk.entities``: facades, and a module for each entity type."""

    @staticmethod
    def get(module: str, name: str) -> Any:
        """Return a facade by its name in the plural or singular, or parameters of a list."""
        kind = find_type(_release(), name.removesuffix(_PARAMS)) if name[:1].isupper() else None
        if kind is None:
            raise _missing(module, name, Entities.names())
        return list_params(name) if name.endswith(_PARAMS) else facade(kind)

    @staticmethod
    def names() -> list[str]:
        """Return the names of the facades for the release in use."""
        return [facade_name(kind) for kind in entity_types(_release())]

    @staticmethod
    def submodule(module: str, name: str) -> OfType:
        """Return the names of the module of an entity type.

        Raises:
            ImportError: there is no such type.
        """
        kind = find_type(_release(), name) if name.islower() else None
        if kind is None:
            known = map(twin_name, entity_types(_release()))
            raise _import_error(module, _missing(module, name, [*Entities.names(), *known]))
        return OfType(kind, is_singular=is_singular(kind, name))


class OfType:
    """The names of the module of an entity type, ``metadata.sdk.entities.tables``.

    As in the official package, ``Table`` in ``tables`` is the class of entities. In ``table``, as
    the documentation has it, it is the facade.

    Args:
        kind: name of the entity type.
        is_singular: whether the module's name is a singular.
    """

    def __init__(self, kind: str, *, is_singular: bool) -> None:
        self.kind = kind
        self._is_singular = is_singular

    def get(self, module: str, name: str) -> Any:
        """Return a facade, parameters of a list, or a class of the entity type."""
        if name == facade_name(self.kind):
            return facade(self.kind)
        if name.endswith(_PARAMS):
            return list_params(name)
        more = rows().get(self.kind, {}).get("names", {})
        if name in more:
            return place_of(more[name])
        if self._is_singular and name.casefold() == self.kind.casefold():
            return facade(self.kind)
        if name[:1].isupper():
            release = script_release()
            entity = find_collection(release, self.kind).entity
            registry = class_registry(release)
            for path in (entity.path, entity.create):
                named = registry.names(path).get(name) if path else None
                if named is not None:
                    return registry.class_at(named.node)
        raise _missing(module, name, self.names())

    def names(self) -> list[str]:
        """Return the name of the facade."""
        return [facade_name(self.kind)]

    @property
    def doc(self) -> str:
        """The docstring of the module."""
        return f"The facade of entities of the type {self.kind}."


def _release() -> Release:
    """Return the release in use, which need not be settled to know names of facades."""
    from dynclient import compat

    hook = compat.installed()
    return compat.find_release() if hook is None else hook.release


def _missing(module: str, name: str, names: Iterable[str]) -> AttributeError:
    close = did_you_mean(nearest(name, names))
    message = f"{module} has no {name!r} in release {_release().name}{close}"
    return AttributeError(message, name=name)


def _import_error(module: str, error: AttributeError) -> ImportError:
    del module
    # Without name=: `from package import name` would replace the message.
    return ImportError(str(error))
