"""Arguments bound to an operation: path, query and headers; all problems in one error."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING, Any

from dynclient import fqn, model
from dynclient.data import data_file
from dynclient.drift.aliases import own_field_names, unknown_field_problem
from dynclient.errors import BadArguments, BadName, Problem
from dynclient.operations import LIMIT_MAX, attribute_name
from dynclient.operations.operation import is_id
from dynclient.operations.standard import LIST_PARAMETERS
from dynclient.secrets import MASK, looks_secret

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynclient.operations import Operation, Parameter
    from dynclient.schema import EntityType, Release

_INTEGER_BITS = 64
"""Java's longest integer has 63 bits and a sign."""
_IDS = ("id", "user")
"""Parameters that take the id of an entity; all others take its name."""


def nearest(name: str, known: Any) -> tuple[str, ...]:
    """Return up to three names close to one, best first."""
    from dynclient.suggestions import nearest  # imported by calls that fail only

    return nearest(name, known)


def _is_requested_of_parts(entity: EntityType, release: Release | None, name: str) -> bool:
    """Return whether servers take a name in ``fields=`` that only parts of the entity have.

    Tables of 1.0 have no custom metrics, their columns do.
    """
    rows = data_file("requested_fields.json")["releases"].values()
    if release is None or not any(
        name in row.get(entity.name, {}).get("on_request", ()) for row in rows
    ):
        return False
    fields = release.node(entity.path).properties.values()
    return any(name in field.items.properties for field in fields if field.items is not None)


def label(operation: Operation) -> str:
    """Return an operation as users write it: ``tables.create``."""
    if operation.entity_type is None:
        return operation.name
    return f"{attribute_name(operation.entity_type.name)}.{operation.name}"


class BoundArguments:
    """The arguments of one call as parts of a request.

    Args:
        operation: the operation to call.
        arguments: by the names of its parameters; None means "not given".
        release: whose names of fields are used; None leaves names as they are.

    Attributes:
        query: pairs of names and values, not encoded.
        headers: pairs of names and values.
        values: values of the path, not encoded, by the names in the route.

    Raises:
        BadArguments: the operation does not take these arguments; lists all problems.
    """

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
        for name, text in self.query:
            if not text.isascii() and any("\ud800" <= char <= "\udfff" for char in text):
                message = "contains a lone surrogate, which UTF-8 cannot encode"
                self._problem(name, text, "encoding", message)
        if self._problems:
            raise bad_arguments(label(operation), self._problems)

    @property
    def path(self) -> str:
        """The route with the values of its parameters, encoded."""
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
        elif parameter.place != "client":
            (self.headers if parameter.place == "header" else self.query).append((wire, text))

    def _text(self, parameter: Parameter, value: Any) -> str | None:
        """Return an argument as it is sent, or None after noting what is wrong with it."""
        if parameter.type == "boolean":
            return self._boolean(parameter, value)
        if parameter.type == "integer":
            return self._integer(parameter, value)
        if parameter.type == "number":
            return self._number(parameter, value)
        if parameter.type == "list":
            return self._list(parameter, value)
        text = self._string(parameter, value)
        if parameter.type == "uuid" and text is not None and not is_id(text):
            message = f"must be the id of an entity, a UUID, not {text!r}"
            self._problem(parameter.name, value, "uuid", message)
            return None
        return text

    def _boolean(self, parameter: Parameter, value: Any) -> str | None:
        if isinstance(value, bool):
            return _boolean_text(value)
        message = f"must be True or False, not {_shown(value)!r}"
        self._problem(parameter.name, value, "type", message)
        return None

    def _integer(self, parameter: Parameter, value: Any) -> str | None:
        if hasattr(value, "timestamp") and callable(value.timestamp) and _is_time(parameter):
            value = round(value.timestamp() * 1000)
        if not isinstance(value, int) or isinstance(value, bool):
            message = f"must be an integer, not {_shown(value)!r}"
            self._problem(parameter.name, value, "type", message)
            return None
        if value.bit_length() >= _INTEGER_BITS:
            self._problem(parameter.name, value, "range", "must be an integer of 64 bits")
            return None
        if (parameter.wire or parameter.name) == "limit":
            most = None if parameter.place == "client" else LIMIT_MAX
            if value < 0 or (most is not None and value > most):
                allowed = "0 or more" if most is None else f"from 0 to {most}"
                message = f"must be {allowed}, not {value}"
                self._problem(parameter.name, value, "range", message)
                return None
        return str(int(value))

    def _number(self, parameter: Parameter, value: Any) -> str | None:
        if not isinstance(value, (int, float)) or isinstance(value, bool):
            message = f"must be a number, not {_shown(value)!r}"
            self._problem(parameter.name, value, "type", message)
            return None
        if isinstance(value, int):
            return self._integer(parameter, value)
        if not isfinite(value):
            self._problem(parameter.name, value, "range", f"must be a finite number, not {value}")
            return None
        # Most are times in ms, which Java does not parse with a decimal point.
        return str(int(value) if value.is_integer() else value)

    def _array(self, parameter: Parameter, value: Any) -> list[str]:
        """Return several values as text; a single value is one of one."""
        several = isinstance(value, (list, tuple, set, frozenset))
        texts = [self._string(parameter, each) for each in (value if several else [value])]
        return [text for text in texts if text is not None]

    def _list(self, parameter: Parameter, value: Any) -> str | None:
        try:
            names = value.split(",") if isinstance(value, str) else [*value]
        except TypeError:
            message = f"must be a list of names, not {_shown(value)!r}"
            self._problem(parameter.name, value, "type", message)
            return None
        words = [str(_shown(name)).strip() for name in names]
        entity = self._operation.entity_type
        if entity is not None and parameter.name == "fields":
            words = own_field_names(entity, self._release, words)
            for word in words:
                is_known = word in entity.properties or word in {"", "*"}
                if not is_known and not _is_requested_of_parts(entity, self._release, word):
                    problem = unknown_field_problem(entity, self._release, word)
                    self._problems.append(problem)
        return ",".join(words)

    def _string(self, parameter: Parameter, value: Any) -> str | None:
        is_filter = self._operation.name == "list" and parameter.place == "query"
        is_filter = is_filter and parameter.name not in LIST_PARAMETERS and not parameter.choices
        if is_filter and self._release is not None:
            return self._filter(parameter, value, self._release)
        text = self._key(parameter, value) if isinstance(value, model.Entity) else _plain(value)
        is_free = self._operation.name.startswith("op.") and parameter.name not in LIST_PARAMETERS
        if isinstance(value, bool) and is_free and parameter.place == "query":
            text = _boolean_text(value)  # documents declare some booleans as strings
        if text is None:
            kind = type(value).__name__
            self._problem(
                parameter.name, value, "type", f"must be a name, an id or an entity, not {kind}"
            )
        elif parameter.choices and text not in parameter.choices:
            message = f"must be one of {', '.join(map(repr, parameter.choices))}, not {text!r}"
            near = nearest(text, parameter.choices)
            self._problem(parameter.name, value, "enum", message, near)
            return None
        return text

    def _filter(self, parameter: Parameter, value: Any, release: Release) -> str | None:
        """Return the value of a filter, or None after noting what is wrong with it."""
        from dynclient.dispatch.filter_values import filter_value
        from dynclient.operations.entity_filters import entity_filter

        accepted = entity_filter(self._operation, parameter, release)
        plain = None if isinstance(value, model.Entity) else _plain(value)
        if isinstance(value, bool) and not accepted.known and not accepted.types:
            plain = _boolean_text(value)
        text, problem = filter_value(parameter.name, accepted, value, plain)
        if problem is not None:
            self._problems.append(problem)
        return text

    @staticmethod
    def _key(parameter: Parameter, entity: Any) -> str | None:
        raw: dict[str, Any] = model.raw(entity)
        takes_id = parameter.name in _IDS or parameter.name.endswith("Id")
        keys = ("id",) if takes_id else ("fullyQualifiedName", "name")
        return next((str(raw[key]) for key in keys if key in raw), None)

    def _unknown(self, name: str, value: Any) -> None:
        known = [parameter.name for parameter in self._operation.parameters]
        value = MASK if looks_secret(name) else value
        message = "is not a parameter of this call"
        if self._operation.name == "list":
            message = "is not a filter of this list; a server would ignore it and list everything"
        near = self._other_names(name) or nearest(name, known)
        self._problem(name, value, "unknown", message, near)

    def _other_names(self, name: str) -> tuple[str, ...]:
        """Return the parameters that servers call so, or of which it is a value.

        ``hardDelete`` and ``hard_delete`` are ``hard``, ``deleted`` is a value of ``include``.
        """
        plain = _plain_name(name)
        return tuple(
            each.name
            for each in self._operation.parameters
            if plain in map(_plain_name, (each.wire, *each.choices))
        )

    def _problem(
        self, name: str, value: Any, rule: str, message: str, near: tuple[str, ...] = ()
    ) -> None:
        self._problems.append(Problem(name, _shown(value), rule, message, near))


def _is_time(parameter: Parameter) -> bool:
    """Return whether a parameter is a time in milliseconds."""
    return parameter.name == "timestamp" or parameter.wire in {"startTs", "endTs"}


def _plain_name(name: str) -> str:
    return name.replace("_", "").casefold()


def _shown(value: Any) -> Any:
    """Return a value as errors show it: a scalar itself, of anything else its type."""
    if isinstance(value, int) and value.bit_length() >= _INTEGER_BITS:
        return "an integer of more than 64 bits"
    is_scalar = value is None or isinstance(value, (str, int, float))
    return value if is_scalar else type(value).__name__


def _boolean_text(value: bool) -> str:
    return "true" if value else "false"


def _plain(value: Any) -> str | None:
    """Return a name, an id or a number as a string; None for other types."""
    from enum import Enum
    from uuid import UUID

    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, (bool, bytes)) or not isinstance(value, (str, int, float, UUID)):
        return None
    if isinstance(value, int) and value.bit_length() >= _INTEGER_BITS:
        return None
    return "".join(value) if isinstance(value, str) else str(value)


def bad_arguments(what: str, problems: list[Problem]) -> BadArguments:
    """Return the error that lists all problems of a call.

    Args:
        what: the call as users write it, ``tables.create``.
        problems: its problems, one or more.
    """
    lines = "".join(f"\n  {problem}" for problem in problems)
    count = f"{len(problems)} problem{'' if len(problems) == 1 else 's'}"
    return BadArguments(f"{what}: {count} with the arguments{lines}", problems=tuple(problems))
