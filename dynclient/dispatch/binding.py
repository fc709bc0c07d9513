"""Arguments bound to an operation: path, query and body, with everything wrong told at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import fqn, model
from dynclient.drift import table
from dynclient.errors import BadArguments, BadName, Problem
from dynclient.operations import LIMIT_MAX, attribute_name
from dynclient.schema.release import ERROR
from dynclient.secrets import MASK, looks_secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from dynclient.operations import Operation, Parameter
    from dynclient.schema import EntityType, Release

_IDS = ("id", "user")
"""Parameters that want the id of an entity; where another takes one, it wants its name."""


def nearest(name: str, known: Any) -> tuple[str, ...]:
    """Return up to three known names close to one."""
    from dynclient.suggestions import nearest  # only calls that fail look for names

    return nearest(name, known)


def label(operation: Operation) -> str:
    """Return how an operation is written: ``tables.create``."""
    if operation.entity_type is None:
        return operation.name
    return f"{attribute_name(operation.entity_type.name)}.{operation.name}"


class Bound:
    """The arguments of one call, on their way into a request."""

    __slots__ = ("_left", "_operation", "_problems", "_release", "headers", "query", "values")

    def __init__(
        self,
        operation: Operation,
        arguments: Mapping[str, Any],
        release: Release | None = None,
    ) -> None:
        self._operation = operation
        self._release = release
        self._left = {name: value for name, value in arguments.items() if value is not None}
        self._problems: list[Problem] = []
        self.query: list[tuple[str, str]] = []
        self.headers: list[tuple[str, str]] = []
        self.values: dict[str, str] = {}
        for parameter in operation.parameters:
            self._bind(parameter)
        for name, value in self._left.items():
            self._unknown(name, value)
        if self._problems:
            raise bad_arguments(label(operation), self._problems)

    @property
    def path(self) -> str:
        """The route with its parameters put in, encoded."""
        route = self._operation.route
        for name, value in self.values.items():
            route = route.replace(f"{{{name}}}", fqn.encode(value))
        return route

    def _bind(self, parameter: Parameter) -> None:
        name = parameter.name
        if name not in self._left:
            if parameter.required:
                self._problem(name, None, "required", "is missing")
            return
        value = self._left.pop(name)
        wire = parameter.wire or name
        if parameter.type == "array":
            self.query += [(wire, text) for text in self._array(parameter, value)]
            return
        text = self._text(parameter, value)
        if text is None:
            return
        if parameter.place == "path":
            try:
                fqn.encode(text)
            except BadName as error:
                self._problem(name, value, "path", str(error))
            self.values[wire] = text
        else:
            (self.headers if parameter.place == "header" else self.query).append((wire, text))

    def _text(self, parameter: Parameter, value: Any) -> str | None:
        """Return an argument as it goes out, or None after noting what is wrong with it."""
        if parameter.type == "boolean":
            return self._boolean(parameter, value)
        if parameter.type == "integer":
            return self._integer(parameter, value)
        if parameter.type == "number":
            return self._number(parameter, value)
        if parameter.type == "list":
            return self._list(parameter, value)
        return self._string(parameter, value)

    def _boolean(self, parameter: Parameter, value: Any) -> str | None:
        if isinstance(value, bool):
            return "true" if value else "false"
        self._problem(parameter.name, value, "type", f"is {value!r}, not True or False")
        return None

    def _integer(self, parameter: Parameter, value: Any) -> str | None:
        if not isinstance(value, int) or isinstance(value, bool):
            self._problem(parameter.name, value, "type", f"is {value!r}, not a whole number")
            return None
        if parameter.name == "limit" and not 0 <= value <= LIMIT_MAX:
            self._problem(parameter.name, value, "range", f"is {value}, not in 0 to {LIMIT_MAX}")
            return None
        return str(int(value))

    def _number(self, parameter: Parameter, value: Any) -> str | None:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            self._problem(parameter.name, value, "type", f"is {value!r}, not a number")
            return None
        # Most are times in ms, which Java does not read with a point.
        return str(int(value) if float(value).is_integer() else value)

    def _array(self, parameter: Parameter, value: Any) -> list[str]:
        """Return the texts of several values; one alone will do."""
        several = isinstance(value, (list, tuple, set, frozenset))
        texts = [self._string(parameter, each) for each in (value if several else [value])]
        return [text for text in texts if text is not None]

    def _list(self, parameter: Parameter, value: Any) -> str | None:
        given = value.split(",") if isinstance(value, str) else value
        try:
            words = [str(word).strip() for word in given]
        except TypeError:
            self._problem(parameter.name, value, "type", f"is {value!r}, not a list of names")
            return None
        entity = self._operation.entity_type
        if entity is not None and parameter.name == "fields":
            words = own_fields(entity, self._release, words)
            for word in words:
                if word and word != "*" and word not in entity.properties:
                    self._problems.append(_no_field(entity, self._release, word))
        return ",".join(words)

    def _string(self, parameter: Parameter, value: Any) -> str | None:
        text = self._named(parameter, value) if isinstance(value, model.Entity) else _plain(value)
        if text is None:
            kind = type(value).__name__
            self._problem(parameter.name, value, "type", f"is a {kind}, which names nothing")
        elif parameter.choices and text not in parameter.choices:
            message = f"{text!r} is none of {', '.join(parameter.choices)}"
            near = nearest(text, parameter.choices)
            self._problem(parameter.name, value, "enum", message, near)
            return None
        return text

    @staticmethod
    def _named(parameter: Parameter, entity: Any) -> str | None:
        raw: dict[str, Any] = model.raw(entity)
        wants_id = parameter.name in _IDS or parameter.name.endswith("Id")
        keys = ("id",) if wants_id else ("fullyQualifiedName", "name")
        return next((str(raw[key]) for key in keys if key in raw), None)

    def _unknown(self, name: str, value: Any) -> None:
        known = [parameter.name for parameter in self._operation.parameters]
        value = MASK if looks_secret(name) else value
        message = "is not taken here"
        if self._operation.name == "list":
            message = "is not taken here; a server would ignore it and list everything"
        self._problem(name, value, "unknown", message, nearest(name, known))

    def _problem(
        self, name: str, value: Any, rule: str, message: str, near: tuple[str, ...] = ()
    ) -> None:
        self._problems.append(Problem(name, value, rule, message, near))


def own_fields(
    entity: EntityType, release: Release | None, given: str | Iterable[object]
) -> list[str]:
    """Return names of fields as a release has them; what it has under no name stays.

    Args:
        entity: whose fields they are.
        release: of the entity type; None where no names of other releases count.
        given: the names, or one text with commas between them.
    """
    words = given.split(",") if isinstance(given, str) else given
    found = [_own_field(entity, release, str(word).strip()) for word in words]
    return [*dict.fromkeys(found)]


def _own_field(entity: EntityType, release: Release | None, word: str) -> str:
    if word in entity.properties or release is None or release.drift == ERROR:
        return word
    found = table.find_alias(word, entity.properties, entity.path)
    if found is None:
        return word
    message = f"{entity.type_name}.{word} is called {found.name} in release {release.name}"
    table.warn_drift(release, message)
    return found.name


def _no_field(entity: EntityType, release: Release | None, word: str) -> Problem:
    found = table.find_alias(word, entity.properties, entity.path)
    if found is not None and release is not None:
        message = f"{entity.type_name}.{word} is called {found.name} in release {release.name}"
        return Problem("fields", word, "drift", message, (found.name,))
    message = f"{word!r} is no field of {entity.type_name}"
    return Problem("fields", word, "enum", message, nearest(word, entity.properties))


def _plain(value: Any) -> str | None:
    """Return what stands for a name, an id or a number as a string."""
    from enum import Enum
    from uuid import UUID

    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, (bool, bytes)) or not isinstance(value, (str, int, float, UUID)):
        return None
    return "".join(value) if isinstance(value, str) else str(value)


def bad_arguments(what: str, problems: list[Problem]) -> BadArguments:
    """Return the error that tells all problems of a call."""
    lines = "".join(f"\n  {problem}" for problem in problems)
    count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    return BadArguments(f"{what}: {count} with the arguments{lines}", problems=tuple(problems))
