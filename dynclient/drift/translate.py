"""Requests written for another release, as plain JSON, translated to requests of this one.

Only data that is not accepted as it is gets translated, so a request that fits costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.drift import table
from dynclient.drift.aliases import aliases_of, with_own_names
from dynclient.errors import Problem, RequestInvalid
from dynclient.schema.release import ERROR

if TYPE_CHECKING:
    from dynclient.schema import Node

_NAME = "fullyQualifiedName"
Path = tuple[str | int, ...]


def is_accepted(node: Node, raw: Any) -> bool:
    """Return whether data is valid at a place and has no field of another release.

    A schema that allows additional properties accepts such a field, but a server would drop it.

    Args:
        node: the schema node of the place.
        raw: decoded JSON.
    """
    from dynclient.validation import validator

    if not validator(node.release).is_valid(node, raw):
        return False
    if node.kind != "object" or not isinstance(raw, dict):
        return True
    return node.properties.keys() >= raw.keys() or not aliases_of(node)


def translate(node: Node, raw: Any, what: str) -> Any:
    """Return data that :func:`is_accepted` refuses as this release has it.

    Args:
        node: the schema node of the place.
        raw: decoded JSON; not changed.
        what: what the data is called in the error: ``CreateTableRequest``.

    Raises:
        RequestInvalid: the translated data is not valid either; ``problems`` lists everything that
            is wrong.
    """
    from dynclient.validation import validator

    translation = _Translation()
    translated = translation.value(node, raw, (), None)
    found = translation.problems
    faults = validator(node.release).check(node, translated)
    if not found and not faults:
        return translated
    problems = [found.pop(fault.path, fault) for fault in faults]
    raise RequestInvalid(what=what, problems=[*problems, *found.values()])


def translate_partly(node: Node, raw: Any) -> tuple[Any, list[Problem], list[Problem]]:
    """Return data of another release as this one has it, without what it has no place for.

    Args:
        node: the schema node of the place.
        raw: decoded JSON; not changed.

    Returns:
        The data; what was left out of it, with paths in the translated data; and what is wrong
        with the data nevertheless, such as a required field that has no valid value.
    """
    from copy import deepcopy

    from dynclient.validation import validator

    translation = _Translation()
    data = translation.value(node, deepcopy(raw), (), None)
    left_out: dict[str, Problem] = {}
    for name in [name for name in data if name not in node.properties]:
        known = translation.problems.get(name)
        message = f"{node.type_name} has no field {name} in release {node.release.name}"
        left_out[name] = known or Problem(name, None, "additionalProperties", message)
        del data[name]
    while faults := validator(node.release).check(node, data):
        # From the end, so that the places of items before a removed one stay the same.
        removed = [fault for fault in reversed(faults) if remove(data, fault.path)]
        if not removed:
            return data, [*left_out.values()], faults
        for fault in removed:
            left_out.setdefault(fault.path, translation.problems.get(fault.path, fault))
    return data, [*left_out.values()], []


def remove(data: Any, path: str) -> bool:
    """Remove a value from data, or if it is missing there, what it is missing in.

    Args:
        data: decoded JSON, which is changed.
        path: the place in Python syntax.

    Returns:
        Whether something was removed; the whole data cannot be.
    """
    from dynclient.validation.messages import parse_path

    found: list[tuple[Any, str | int]] = []
    inner = data
    for step in parse_path(path):
        is_there = (
            isinstance(inner, dict) and step in inner
            if isinstance(step, str)
            else isinstance(inner, list) and step < len(inner)
        )
        if not is_there:
            break
        found.append((inner, step))
        inner = inner[step]
    if not found:
        return False
    container, step = found[-1]
    del container[step]
    return True


class _Translation:
    """The translation of one piece of data.

    Attributes:
        problems: what cannot be represented in the release, by path.
    """

    def __init__(self) -> None:
        self.problems: dict[str, Problem] = {}

    def value(self, node: Node | None, raw: Any, path: Path, service_type: Any) -> Any:
        """Return a value as the release has it, as far as it can be represented.

        Args:
            node: the schema node of its place; None where the schema does not know it.
            raw: the value.
            path: where it is in the data.
            service_type: the ``serviceType`` of the objects around it, or None.
        """
        if node is None or not isinstance(raw, (dict, list)):
            return _label(node, raw)
        if isinstance(raw, list):
            return [
                self.value(node.items, item, (*path, index), service_type)
                for index, item in enumerate(raw)
            ]
        if node.kind == "union":
            from dynclient.schema.unions import Union

            branch = Union(node).branch(raw, lambda: service_type)
            return self.value(branch, raw, path, service_type)
        if node.kind == "map":
            return {
                name: self.value(node.values, value, (*path, name), service_type)
                for name, value in raw.items()
            }
        if node.kind in {"string", "enum"}:
            return self._name(node, raw, path)
        if node.kind != "object":
            return raw
        return self._object(node, _label(node, raw), path, service_type)

    def _object(self, node: Node, raw: dict[str, Any], path: Path, service_type: Any) -> Any:
        fields, problems = with_own_names(node, raw)
        for name, problem in problems.items():
            place = _written((*path, name))
            self.problems[place] = problem._replace(path=place)
        service_type = fields.get("serviceType", service_type)
        rows = [row for row in table.items() if row.document == node.path and not node.pointer]
        for row in rows:
            if isinstance(fields.get(row.field), list):
                fields[row.field] = [_item(row, node, item) for item in fields[row.field]]
        return {
            name: self.value(node.properties.get(name), value, (*path, name), service_type)
            for name, value in fields.items()
        }

    def _name(self, node: Node, raw: dict[str, Any], path: Path) -> Any:
        """Return the name in a reference, where this release takes a name."""
        if not {"id", "type"} <= raw.keys():
            return raw
        place, release = _written(path), node.release
        if release.drift == ERROR or not isinstance(raw.get(_NAME), str):
            message = f"must be a {_NAME} in release {release.name}, not a reference"
            self.problems[place] = Problem(place, "an EntityReference", "drift", message)
            return raw
        if node.format == "uuid":
            return raw["id"]
        message = f"{place} is a {_NAME} in release {release.name}, not a reference"
        table.warn_drift(release, message)
        return raw[_NAME]


def _label(node: Node | None, raw: Any) -> Any:
    """Return a complete label if a label of which only the name is given; else the value."""
    if node is None or not isinstance(raw, (str, dict)) or node.type_name != table.LABEL:
        return raw
    from dynclient.drift.labels import completed_label, named_label

    return named_label(node, raw) if isinstance(raw, str) else completed_label(node, raw)


def _written(path: Path) -> str:
    from dynclient.validation.messages import format_path

    return format_path(path)


def _item(row: table.Items, node: Node, item: Any) -> Any:
    """Return a list item as the release has it: bare, or in an object."""
    if not isinstance(item, dict) or node.release.drift == ERROR:
        return item
    own = node.properties[row.field].items
    is_boxed = row.inner in item
    if own is None or is_boxed == (row.inner in own.properties):
        return item
    if not is_boxed:
        translated: Any = {row.inner: item}
    elif all(row.others.get(name) == item[name] for name in item if name != row.inner):
        translated = item[row.inner]
    else:
        return item  # the release has no place for the rest; validation reports it
    form = "objects" if row.new in node.release.paths else "bare references"
    place = f"{node.type_name}.{row.field}"
    message = f"items of {place} are {form} in release {node.release.name}"
    table.warn_drift(node.release, message)
    return translated
