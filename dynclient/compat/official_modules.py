"""Modules of the official SDK that no schema defines: rows of ``data/official_modules.json``."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

from dynclient.compat.models.class_registry import PACKAGE
from dynclient.data import data_file

if TYPE_CHECKING:
    from importlib.machinery import ModuleSpec
    from types import ModuleType

Row = dict[str, Any]


def rows() -> dict[str, Row]:
    """Return the rows by the full names of their modules."""
    found: dict[str, Row] = data_file("official_modules.json")
    return found


def framework_part(module: str) -> str | None:
    """Return the part of the ingestion framework that a module belongs to, or None.

    Args:
        module: full name of the module.
    """
    known = rows()
    while module:
        part = known.get(module, {}).get("framework")
        if part is not None:
            return str(part)
        module = module.rpartition(".")[0]
    return None


def is_available(module: str) -> bool:
    """Return whether a module can be imported: it has names, or modules with names below it."""
    row = rows().get(module)
    if row is None or row.get("names"):
        return row is not None
    below = f"{module}."
    return any(name.startswith(below) and row.get("names") for name, row in rows().items())


class OfficialLoader:
    """Loads a module of ``official_modules.json``: objects of dynclient under official names.

    Generated classes are imported when they are first accessed, since that chooses the release of
    all classes. They are not part of ``__all__`` for the same reason.

    Args:
        row: the row of the module.
    """

    def __init__(self, row: Row) -> None:
        self._row = row

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Let Python create the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Import dynclient's objects; generated classes are imported later."""
        module.__doc__ = self._row["doc"]
        names: dict[str, str | list[str]] = self._row["names"]
        if not names:
            return
        if "rule" in self._row:
            module.__dict__.update((name, resolve(place)) for name, place in names.items())
            follow_rule(module, resolve(self._row["rule"]), [*names])
            return
        later = {name: place for name, place in names.items() if is_generated(place)}
        own = {name: place for name, place in names.items() if name not in later}
        module.__dict__.update((name, resolve(place)) for name, place in own.items())

        def get(name: str) -> Any:
            if name not in later:
                message = f"module {module.__name__!r} has no attribute {name!r}"
                raise AttributeError(message, name=name, obj=module)
            found = module.__dict__[name] = resolve(later[name])
            return found

        module.__dict__.update(__all__=[*own], __getattr__=get, __dir__=lambda: [*names])


class RuleLoader:
    """Loads a module whose names follow from the release in use.

    Args:
        rule: an object with ``get(module, name)``, which returns what a name means or raises
            AttributeError, with ``names()``, and with the docstring ``doc``.
    """

    def __init__(self, rule: Any) -> None:
        self._rule = rule

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Let Python create the module."""

    def exec_module(self, module: ModuleType) -> None:
        """Make the names readable."""
        module.__doc__ = self._rule.doc
        follow_rule(module, self._rule, [])


def rule_loader(module: str) -> RuleLoader | None:
    """Return how a module is loaded whose package has a rule, ``metadata.sdk.entities.tables``.

    Args:
        module: full name of the module.

    Raises:
        ImportError: the package has no such module; the message has the nearest one.
    """
    package, _, name = module.rpartition(".")
    rule = rows().get(package, {}).get("rule")
    if rule is not None:
        return RuleLoader(resolve(rule).submodule(package, name))
    if "rule" in rows().get(package.rpartition(".")[0], {}) and package not in rows():
        try:
            getattr(import_module(package), name)
        except AttributeError as error:
            # Without name=: `from package import name` would replace the message.
            raise ImportError(str(error)) from None
    return None


def follow_rule(module: ModuleType, rule: Any, own: list[str]) -> None:
    """Make the names of a rule readable as attributes of a module.

    Args:
        module: the module.
        rule: see :class:`RuleLoader`.
        own: the names that the module has without the rule.
    """

    def names() -> list[str]:
        return list(dict.fromkeys([*own, *rule.names()]))

    def get(name: str) -> Any:
        if name == "__all__":
            return names()
        value = module.__dict__[name] = rule.get(module.__name__, name)
        return value

    module.__dict__.update(__getattr__=get, __dir__=names)


def is_generated(place: str | list[str]) -> bool:
    """Return whether a place, or the first of several, is in ``metadata.generated``."""
    return (place if isinstance(place, str) else place[0]).startswith(PACKAGE)


def resolve(place: str | list[str]) -> Any:
    """Return the object at a place ``module:name``, or at the first of several that exists."""
    *others, last = [place] if isinstance(place, str) else place
    for each in others:
        try:
            return _object_at(each)
        except (ImportError, AttributeError):
            continue  # a document that only other releases have
    return _object_at(last)


def _object_at(place: str) -> Any:
    module, _, name = place.partition(":")
    return getattr(import_module(module), name)
