"""Checks of fields and values that a script writes or reads, against the schemas of a release."""

from __future__ import annotations

import ast
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from dynclient.drift import table
from dynclient.drift.aliases import Alias, RenamedAlias, aliases_of, removed_field_message
from dynclient.errors import SchemaNotFound
from dynclient.explore.places import owners
from dynclient.suggestions import did_you_mean, nearest
from dynclient.upgrade.findings import ERROR, WARNING, changed
from dynclient.upgrade.values import (
    UNKNOWN,
    Constant,
    Items,
    ListOf,
    Mapping,
    Value,
    value_of,
)

if TYPE_CHECKING:
    from dynclient.schema import Node, Release


class Report(Protocol):
    """Takes a finding at a place in a syntax tree."""

    def __call__(
        self, at: ast.AST, level: str, rule: str, name: str, message: str,
        replacement: tuple[str, ...] = (), since: str = "",
    ) -> None:  # fmt: skip
        """Report a finding."""


class FieldChecks:
    """Checks of fields against the schemas of one release.

    Args:
        release: the release.
        report: takes what is found.
    """

    def __init__(self, release: Release, report: Report) -> None:
        self.release = release
        self._report = report

    # -- what a script writes ----------------------------------------------------------------------

    def written(self, at: ast.AST, node: Node, given: Mapping, *, is_new: bool = True) -> None:
        """Check the fields of an object that a script writes.

        Args:
            at: where the object is written.
            node: the schema of its type.
            given: its fields.
            is_new: whether required fields must be there.
        """
        found = list(owners(node))
        if not found:
            return
        names = set()
        for name, (place, value) in given.fields.items():
            names.add(self._written_field(place, found, name, value))
        target = node.target
        if not is_new or not given.is_complete or target.kind != "object":
            return
        for name in sorted(target.required - names - set(given.fields)):
            message = f"{target.type_name} of release {self.release.name} requires {name}"
            since = changed(self.release, partial(_optional, node=target, name=name)).since
            self._report(at, ERROR, "required-field", name, message, (name,), since)

    def _written_field(self, at: ast.AST, found: list[Node], name: str, value: Value) -> str:
        """Check one field; return the name that the release has for it."""
        nodes = [own for owner in found if (own := _own(owner, name)) is not None]
        if nodes:
            if len(nodes) == 1:
                self.value(at, nodes[0], value)
            return name
        if isinstance(value, Constant) and value.value is None:
            return name
        alias = self._foreign(at, found, name)
        if alias is None:
            return name
        if isinstance(alias, RenamedAlias):
            self.value(at, alias.node.properties[alias.own_name], value)
        return alias.own_names[0]

    def value(self, at: ast.AST, node: Node, value: Value) -> None:
        """Check a value that a script writes, as far as it is known, with all that is in it."""
        target = node.target
        if isinstance(value, Items) and target.items is not None:
            for item in value.items:
                self.value(at, target.items, item)
        elif isinstance(value, Mapping):
            is_union = target.kind == "union"
            self.written(at, node, value, is_new=not is_union)
        elif isinstance(value, Constant) and isinstance(value.value, str):
            values = target.enum
            if values and target.kind != "array" and value.value not in values:
                self.enum_value(at, target, value.value)

    def enum_value(self, at: ast.AST, node: Node, text: str) -> None:
        """Report a value that an enumeration of the release does not have."""
        values = [str(each) for each in node.enum or ()]
        since = changed(self.release, lambda other: text in _enum(other, node)).since
        near = nearest(text, values)
        message = (
            f"{node.type_name} of release {self.release.name} has no value"
            f" {text!r}{did_you_mean(near)}"
        )
        self._report(at, ERROR, "enum-value", text, message, near, since)

    # -- what a script reads -----------------------------------------------------------------------

    def read(self, at: ast.AST, node: Node, name: str) -> Value:
        """Check a field that a script reads from an entity or sets; return what is known of it."""
        found = list(owners(node))
        for owner in found:
            own = _own(owner, name)
            if own is not None:
                return value_of(own)
        if not found:
            return UNKNOWN
        has = self._has(found, name)
        if (
            not any(name in aliases_of(owner) for owner in found)
            and not changed(self.release, has).having
        ):
            return UNKNOWN  # a method, or a name of this script
        alias = self._foreign(at, found, name)
        if not isinstance(alias, RenamedAlias):
            return UNKNOWN
        value = value_of(alias.node.properties[alias.own_name])
        if alias.conversion == "wrap":
            return value.item if isinstance(value, ListOf) else UNKNOWN
        return ListOf(value) if alias.conversion == "unwrap" else value

    def requested(self, at: ast.AST, node: Node, value: Value) -> None:
        """Check the names in ``fields=``."""
        if isinstance(value, Constant) and isinstance(value.value, str):
            names = [name.strip() for name in value.value.split(",")]
        elif isinstance(value, Items):
            names = [str(v.value) for v in value.items if isinstance(v, Constant)]
        else:
            return
        for name in names:
            if name and name != "*" and name not in node.properties:
                self.read(at, node, name)

    def _foreign(self, at: ast.AST, found: list[Node], name: str) -> Alias | None:
        """Report a field that no type has; return what the release has instead."""
        for owner in found:
            alias = aliases_of(owner).get(name)
            if alias is not None:
                since = _since(alias) or changed(self.release, self._has(found, name)).since
                self._report(at, WARNING, "field", name, alias.sentence, alias.own_names, since)
                return alias
        owner = found[0]
        for each in found:
            removed = removed_field_message(each, name)
            if removed is not None:
                row = table.removed_field(name, each.target.path)
                message = f"{each.type_name}.{name} {removed}"
                since = row.since if row is not None else ""
                self._report(at, ERROR, "field", name, message, (), since)
                return None
        period = changed(self.release, self._has(found, name))
        if not period.having and (not all(each.closed for each in found) or _is_encoded(name)):
            return None
        near = nearest(name, [field for each in found for field in each.properties])
        message = f"{owner.type_name} of release {self.release.name} has no field {name}"
        message += period.elsewhere or did_you_mean(near)
        self._report(at, ERROR, "field", name, message, near, period.since)
        return None

    def _has(self, found: list[Node], name: str) -> Callable[[Release], bool]:
        return lambda other: any(
            (there := _there(other, each)) is not None and _own(there, name) is not None
            for each in found
        )


def _own(node: Node, name: str) -> Node | None:
    if name in node.properties:
        return node.properties[name]
    plain = name.removesuffix("_")
    if plain in node.properties:
        return node.properties[plain]
    return node.values if node.kind == "map" else None


def _is_encoded(name: str) -> bool:
    """Return whether a keyword may be the Python name of a field with another name."""
    return name.endswith("_") or name.startswith(("field_", "_")) or name == "root"


def _there(release: Release, node: Node) -> Node | None:
    """Return the same type in another release, or None."""
    path = node.path
    if path not in release.paths:
        moved = table.moved(path, release.paths)
        if moved is None:
            return None
        path = moved
    try:
        return release.node(path, node.pointer)
    except SchemaNotFound:
        return None


def _optional(release: Release, node: Node, name: str) -> bool:
    there = _there(release, node)
    return there is not None and name not in there.required


def _enum(release: Release, node: Node) -> tuple[object, ...]:
    there = _there(release, node)
    return () if there is None else there.enum or ()


def _since(alias: Alias) -> str:
    """Return the release that renamed or moved a field, as the drift table has it, or ''."""
    node = alias.node.target
    if isinstance(alias, RenamedAlias):
        found = table.find_alias(alias.name, node.properties, node.path)
        return found.rename.since if found is not None else ""
    for move in table.moves():
        if node.path in move.documents and alias.name in {move.old, move.into}:
            return move.since
    for row in table.items():
        if node.path in {row.old, row.new}:
            return row.since
    return ""
