"""Small objects of the official SDK without schemas: definitions of tests, and results.

They have the methods of pydantic models that scripts call on them.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from dynclient.errors import BadArguments, Problem
from dynclient.suggestions import nearest
from dynclient.tracebacks import public_call


class Record:
    """Base of dataclasses that can be read and written as pydantic models are."""

    @classmethod
    @public_call
    def model_validate(cls, obj: Any, **_: Any) -> Any:
        """Return an instance for a dict of its fields, or the instance itself.

        Raises:
            BadArguments: a field is missing or unknown, or it is not a dict; lists all problems.
        """
        if isinstance(obj, cls):
            return obj
        if not isinstance(obj, Mapping):
            kind = type(obj).__name__
            message = f"must be a dict of its fields, not {kind}"
            raise _bad(cls, [Problem("obj", kind, "argument", message)])
        known = {each.name: each for each in _fields(cls)}
        problems = [
            Problem(str(name), None, "argument", "is not a field", tuple(nearest(str(name), known)))
            for name in obj
            if name not in known
        ]
        problems += [
            Problem(name, None, "argument", "is missing")
            for name, each in known.items()
            if name not in obj and _is_required(each)
        ]
        if problems:
            raise _bad(cls, problems)
        return cls(**obj)

    def model_dump(
        self, *, mode: str = "python", exclude_none: bool = False, **options: Any
    ) -> dict[str, Any]:
        """Return the fields as plain data.

        Args:
            mode: ``python``, or ``json`` for types that JSON has.
            exclude_none: leave out fields that are None.
            options: as for models, which the fields may contain.
        """
        options |= {"mode": mode, "exclude_none": exclude_none}
        found = {each.name: getattr(self, each.name) for each in _fields(type(self))}
        return {
            name: _plain(value, options)
            for name, value in found.items()
            if not (exclude_none and value is None)
        }

    dict = model_dump

    def model_dump_json(self, *, indent: int | None = None, **options: Any) -> str:
        """Return the fields as JSON text."""
        return json.dumps(self.model_dump(**{**options, "mode": "json"}), indent=indent)

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Any:
        """Return a copy.

        Args:
            update: new values of fields.
            deep: copy the values, too.
        """
        from copy import deepcopy

        copied: Any = deepcopy(self) if deep else self
        return dataclasses.replace(copied, **(update or {}))


def _fields(cls: Any) -> tuple[dataclasses.Field[Any], ...]:
    return dataclasses.fields(cls)


def _is_required(each: dataclasses.Field[Any]) -> bool:
    return each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING


def _plain(value: Any, options: dict[str, Any]) -> Any:
    if hasattr(value, "model_dump"):
        return value.model_dump(**options)
    if isinstance(value, (list, tuple)):
        return [_plain(each, options) for each in value]
    if isinstance(value, Enum) and options["mode"] == "json":
        return value.value
    return value


def _bad(cls: type, problems: list[Problem]) -> BadArguments:
    from dynclient.dispatch import bad_arguments

    return bad_arguments(cls.__name__, problems)


@dataclass(kw_only=True)
class TestCaseDefinition(Record):
    """A test as configurations of test workflows have it.

    Args:
        name: the name of the test case.
        testDefinitionName: the name of its test definition.
        displayName: a name for people.
        description: what it tests.
        columnName: the column; None if it tests the table.
        parameterValues: the parameters of the definition.
        computePassedFailedRowCount: whether rows that passed and failed are counted.
    """

    __test__ = False  # it is not a test class of pytest

    name: str
    testDefinitionName: str  # noqa: N815 -- the names of this class are the official ones
    displayName: str | None = None  # noqa: N815
    description: str | None = None
    columnName: str | None = None  # noqa: N815
    parameterValues: list[Any] | None = None  # noqa: N815
    computePassedFailedRowCount: bool | None = False  # noqa: N815


@dataclass(kw_only=True)
class TestCaseResultResponse(Record):
    """A test case and its result.

    Args:
        testCaseResult: the result.
        testCase: the test case.
    """

    __test__ = False

    testCaseResult: Any  # noqa: N815
    testCase: Any  # noqa: N815


@dataclass(kw_only=True)
class TestCaseResults(Record):
    """The results of the tests of a table.

    Args:
        test_results: the results.
    """

    __test__ = False

    test_results: list[TestCaseResultResponse] | None = field(default_factory=list)
