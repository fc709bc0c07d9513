"""Requests as another release has them, in plain JSON, turned into requests of this one.

Only what was refused comes here, so that a request that fits costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.drift import table
from dynclient.errors import Problem, RequestInvalid
from dynclient.model.alias_descriptors import with_own_names
from dynclient.model.classes import class_for
from dynclient.model.entity import EntityMeta
from dynclient.schema.release import ERROR
from dynclient.schema.unions import Union
from dynclient.validation import validator
from dynclient.validation.messages import where

if TYPE_CHECKING:
    from dynclient.schema import Node

_REFERENCE = "EntityReference"
_NAME = "fullyQualifiedName"
Path = tuple[str | int, ...]


def bridged(node: Node, raw: Any, what: str) -> Any:
    """Return data that was not ``accepted`` as this release has it.

    Args:
        node: the place it is for.
        raw: decoded JSON; it is not changed.
        what: how to call the data in the error.

    Raises:
        RequestInvalid: it is not valid even so; ``problems`` lists everything that is wrong.
    """
    translation = _Translation()
    made = translation.convert_value(node, raw, (), None)
    told = translation.problems
    judging = validator(node.release)
    faults = [] if judging.accepts(node, made) else judging.faults(node, made)
    if not told and not faults:
        return made
    problems = [told.pop(fault.path, fault) for fault in faults]
    raise RequestInvalid(what=what, problems=[*problems, *told.values()])


class _Translation:
    """One piece of data on its way, with what could not be said."""

    def __init__(self) -> None:
        self.problems: dict[str, Problem] = {}

    def convert_value(self, node: Node | None, raw: Any, path: Path, around: Any) -> Any:
        """Return data as the release has it, as far as that can be.

        Args:
            node: its place; None where the schema knows none.
            raw: the data.
            path: where it lies in the whole.
            around: the service type that was told around it, if any.
        """
        if node is None or not isinstance(raw, (dict, list)):
            return raw
        if isinstance(raw, list):
            return [
                self.convert_value(node.items, each, (*path, number), around)
                for number, each in enumerate(raw)
            ]
        if node.kind == "union":
            return self.convert_value(Union(node).branch(raw, lambda: around), raw, path, around)
        if node.kind == "map":
            return {
                name: self.convert_value(node.values, value, (*path, name), around)
                for name, value in raw.items()
            }
        if node.kind == "string":
            return self._name(node, raw, path)
        return self._object(node, raw, path, around) if node.kind == "object" else raw

    def _object(self, node: Node, raw: dict[str, Any], path: Path, around: Any) -> Any:
        cls = class_for(node)
        if not isinstance(cls, EntityMeta):
            return raw
        made, problems = with_own_names(cls, raw)
        for name, problem in problems.items():
            place = where((*path, name))
            self.problems[place] = problem._replace(path=place)
        around = made.get("serviceType", around)
        rows = [row for row in table.items() if row.document == node.path and not node.pointer]
        for row in rows:
            if isinstance(made.get(row.field), list):
                made[row.field] = [_item(row, node, each) for each in made[row.field]]
        return {
            name: self.convert_value(node.properties.get(name), value, (*path, name), around)
            for name, value in made.items()
        }

    def _name(self, node: Node, raw: dict[str, Any], path: Path) -> Any:
        """Return the name that a reference carries, where this release wants just that."""
        if not {"id", "type"} <= raw.keys():
            return raw
        place, release = where(path), node.release
        if release.drift == ERROR or not isinstance(raw.get(_NAME), str):
            message = f"release {release.name} wants the {_NAME} here, not a reference"
            self.problems[place] = Problem(place, "an EntityReference", "drift", message)
            return raw
        message = f"{place} is a {_NAME} in release {release.name}, not a reference"
        table.warn_drift(release, message)
        return raw[_NAME]


def _item(row: table.Items, node: Node, item: Any) -> Any:
    """Return an item of a list as the release has it: bare, or in an object."""
    if not isinstance(item, dict) or node.release.drift == ERROR:
        return item
    wanted = node.properties[row.field].items
    boxed = row.inner in item
    if wanted is None or boxed == (row.inner in wanted.properties):
        return item
    if boxed:
        others = {name: value for name, value in item.items() if name != row.inner}
        fits = all(row.others.get(name) == value for name, value in others.items())
        # What the release cannot say is left, and told by judging it.
        made = item[row.inner] if fits else item
    else:
        made = {row.inner: item}
    if made is not item:
        _say_item(row, node)
    return made


def _say_item(row: table.Items, node: Node) -> None:
    shape = "objects" if row.new in node.release.paths else "bare references"
    message = f"items of {node.type_name}.{row.field} are {shape} in release {node.release.name}"
    table.warn_drift(node.release, message)
