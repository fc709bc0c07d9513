"""Tests of data as code: a test definition with its column and parameters, as an object."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from math import isfinite
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.suggestions import did_you_mean, nearest
from dynclient.tracebacks import public_calls


@public_calls
class QualityTest:
    """A test of a table or of a column; it can be checked, added to tables, compared and printed.

    ::

        sane = dynclient.QualityTest("columnValuesToBeBetween", "total", minValue=0)
        om.quality.add_tests(table, sane)

    Args:
        definition: the test definition: its name, a reference or an entity.
        column: the column to test, ``"address.city"`` for a nested one; None to test the table.
        name: the name of the test case; by default that of the column and the definition.
        display_name: a name for people.
        description: what it tests.
        compute_row_count: whether the server counts the rows that passed and failed, where the
            release has it.
        parameters: the parameters of the definition: ``minValue=0``; lists are written as JSON.

    Raises:
        BadArguments: the definition or the column is not a name, or a value cannot be written as a
            parameter; lists all problems.
    """

    def __init__(
        self,
        definition: Any,
        column: str | None = None,
        *,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
        compute_row_count: bool = False,
        **parameters: Any,
    ) -> None:
        problems = []
        if not _name(definition):
            kind = type(definition).__name__
            message = f"must be the name of a test definition, a reference or an entity, not {kind}"
            problems.append(Problem("definition", kind, "argument", message))
        texts: dict[str, Any] = {"column": column, "name": name, "description": description}
        texts["display_name"] = display_name
        for key, value in texts.items():
            if value is not None and (not isinstance(value, str) or not value):
                message = f"must be a text that is not empty, or None, not {value!r}"
                problems.append(Problem(key, type(value).__name__, "argument", message))
        problems += parameter_problems(parameters)
        if problems:
            raise bad_arguments("QualityTest", problems)
        self._definition = definition
        self._column = column
        self._name = name
        self._display_name = display_name
        self._description = description
        self._compute_row_count = bool(compute_row_count)
        self._parameters = dict(parameters)

    @property
    def definition(self) -> str:
        """The name of the test definition."""
        return str(_name(self._definition))

    @property
    def definition_target(self) -> Any:
        """The test definition as it was given: a name, a reference or an entity."""
        return self._definition

    @property
    def column(self) -> str | None:
        """The column; None if it tests the table."""
        return self._column

    @property
    def name(self) -> str:
        """The name of the test case."""
        default = self.definition if self._column is None else f"{self._column}_{self.definition}"
        return self._name or default

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters by name, as texts, which is how servers keep them."""
        return {name: parameter_text(value) for name, value in self._parameters.items()}

    @property
    def details(self) -> dict[str, Any]:
        """The fields of the test case that were given, besides its name and parameters."""
        found = {
            "displayName": self._display_name,
            "description": self._description,
            "computePassedFailedRowCount": self._compute_row_count or None,
        }
        return {name: value for name, value in found.items() if value is not None}

    def _state(self) -> tuple[Any, ...]:
        return self.definition, self._column, self.name, self.parameters, self.details

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, QualityTest):
            return NotImplemented
        return self._state() == other._state()

    def __hash__(self) -> int:
        return hash((self.definition, self._column, self.name, *sorted(self.parameters.items())))

    def __repr__(self) -> str:
        given: dict[str, Any] = {
            "name": self._name,
            "display_name": self._display_name,
            "description": self._description,
            "compute_row_count": self._compute_row_count or None,
            **self._parameters,
        }
        parts = [repr(self.definition)]
        parts += [] if self._column is None else [repr(self._column)]
        parts += [f"{name}={value!r}" for name, value in given.items() if value is not None]
        return f"QualityTest({', '.join(parts)})"


def quality_tests(tests: Iterable[Any], call: str) -> list[QualityTest]:
    """Return tests as objects.

    Args:
        tests: tests; or mappings with the arguments of :class:`QualityTest`, such as the items of a
            YAML file.
        call: the call that takes them, for errors.

    Raises:
        BadArguments: one is neither, or its arguments are wrong; lists all problems.
    """
    found, problems = [], []
    for number, test in enumerate(tests):
        place = f"tests[{number}]"
        if isinstance(test, QualityTest):
            found.append(test)
        elif isinstance(test, Mapping) and all(isinstance(key, str) for key in test):
            if "definition" not in test:
                near = nearest("definition", test)
                message = f"needs a definition{did_you_mean(near)}"
                problems.append(Problem(place, None, "argument", message))
                continue
            found += _of_mapping(dict(test), place, problems)
        else:
            kind = type(test).__name__
            message = f"must be a dynclient.QualityTest or a dict of its arguments, not {kind}"
            problems.append(Problem(place, kind, "argument", message))
    if problems:
        raise bad_arguments(call, problems)
    return found


def _of_mapping(
    arguments: dict[str, Any], place: str, problems: list[Problem]
) -> list[QualityTest]:
    from dynclient.errors import BadArguments

    nested = arguments.pop("parameters", None) or {}
    if not isinstance(nested, Mapping):
        message = f"must be a dict, not {type(nested).__name__}"
        problems.append(Problem(f"{place}.parameters", None, "argument", message))
        return []
    try:
        return [QualityTest(**{**arguments, **nested})]
    except BadArguments as error:
        problems += [each._replace(path=f"{place}.{each.path}") for each in error.problems]
    return []


def parameter_problems(parameters: Mapping[str, Any]) -> list[Problem]:
    """Return the values that cannot be written as a parameter."""
    problems = []
    for name, value in parameters.items():
        if value is None or isinstance(value, bytes):
            is_valid = False
        else:
            is_valid = not isinstance(value, float) or isfinite(value)
        if not is_valid:
            message = f"must be a text, a finite number, a bool or a list, not {value!r}"
            problems.append(Problem(name, value, "argument", message))
    return problems


def parameter_text(value: Any) -> str:
    """Return a parameter as servers keep it: a text."""
    if isinstance(value, str):
        return value
    if isinstance(value, (set, frozenset, tuple)):
        value = sorted(value, key=str) if isinstance(value, (set, frozenset)) else list(value)
    if isinstance(value, (list, bool, dict)):
        return json.dumps(value, ensure_ascii=False, default=str)
    return str(value)


def _name(definition: Any) -> Any:
    """Return the name of a test definition, or None."""
    if isinstance(definition, str):
        return definition or None
    raw = model.json_of(definition)
    if not isinstance(raw, Mapping):
        return None
    return raw.get("fullyQualifiedName") or raw.get("name") or raw.get("id")
