"""Base classes of tests as code: what is tested, under which name, with which parameters."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Self

from dynclient.compat.sdk.data_quality.case_models import parameter_value
from dynclient.compat.sdk.data_quality.records import TestCaseDefinition
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.quality_tests import parameter_problems


class BaseTest:
    """A test of a table or a column.

    Args:
        test_definition_name: the name of the test definition.
        name: the name of the test case; one that no other test has by default.
        display_name: a name for people.
        description: what it tests.
        compute_passed_failed_row_count: whether to count the rows that pass and fail.

    Attributes:
        parameters: the parameters of the definition, ``TestCaseParameterValue``; own subclasses
            append to it.

    Raises:
        BadArguments: a name is not a text; lists all problems.
    """

    def __init__(
        self,
        test_definition_name: str,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
        compute_passed_failed_row_count: bool = False,
    ) -> None:
        self._require_texts(
            {"test_definition_name": test_definition_name},
            {"name": name, "display_name": display_name, "description": description},
        )
        self.test_definition_name = test_definition_name
        self.parameters: list[Any] = []
        self.name = name
        self.display_name = display_name
        self.description = description
        self.compute_passed_failed_row_count = compute_passed_failed_row_count

    def with_name(self, name: str) -> Self:
        """Set the name of the test case."""
        self._require_texts({"name": name}, {})
        self.name = name
        return self

    def with_display_name(self, display_name: str) -> Self:
        """Set a name for people."""
        self._require_texts({"display_name": display_name}, {})
        self.display_name = display_name
        return self

    def with_description(self, description: str) -> Self:
        """Set what it tests."""
        self._require_texts({"description": description}, {})
        self.description = description
        return self

    def with_compute_row_count(self, compute: bool = True) -> Self:
        """Set whether to count the rows that pass and fail."""
        self.compute_passed_failed_row_count = bool(compute)
        return self

    def to_test_case_definition(self) -> TestCaseDefinition:
        """Return the test as configurations of test workflows have it."""
        return TestCaseDefinition(
            name=self.name or self._default_name(),
            displayName=self.display_name,
            description=self.description,
            testDefinitionName=self.test_definition_name,
            parameterValues=[*self.parameters],
            computePassedFailedRowCount=self.compute_passed_failed_row_count,
        )

    def _default_name(self) -> str:
        return self.test_definition_name

    def _set(self, **values: Any) -> None:
        """Add parameters as servers have them from the official package: as Python writes them.

        Those that are None are not given.

        Raises:
            BadArguments: a value cannot be written as a parameter.
        """
        given = {name: value for name, value in values.items() if value is not None}
        problems = parameter_problems(given)
        if problems:
            raise bad_arguments(type(self).__name__, problems)
        self.parameters += [parameter_value(name, str(value)) for name, value in given.items()]

    def _require_texts(self, required: Mapping[str, Any], optional: Mapping[str, Any]) -> None:
        """Refuse arguments that are not texts."""
        problems = []
        for argument, value in {**required, **optional}.items():
            is_given = argument in required or value is not None
            if is_given and (not isinstance(value, str) or not value):
                message = f"must be a text that is not empty, not {value!r}"
                problems.append(Problem(argument, type(value).__name__, "argument", message))
        if problems:
            raise bad_arguments(type(self).__name__, problems)

    def __repr__(self) -> str:
        values = {each.name: each.value for each in self.parameters}
        return f"{type(self).__name__}({', '.join(f'{k}={v!r}' for k, v in values.items())})"


class TableTest(BaseTest):
    """A test of a table."""


class ColumnTest(BaseTest):
    """A test of a column.

    Args:
        test_definition_name: the name of the test definition.
        column: the column, ``"address.city"`` for a nested one.
        name: the name of the test case.
        display_name: a name for people.
        description: what it tests.
        compute_passed_failed_row_count: whether to count the rows that pass and fail.

    Raises:
        BadArguments: a name is not a text; lists all problems.
    """

    def __init__(
        self,
        test_definition_name: str,
        column: str,
        name: str | None = None,
        display_name: str | None = None,
        description: str | None = None,
        compute_passed_failed_row_count: bool = False,
    ) -> None:
        self._require_texts({"column": column}, {})
        super().__init__(
            test_definition_name, name, display_name, description, compute_passed_failed_row_count
        )
        self.column_name = column

    def to_test_case_definition(self) -> TestCaseDefinition:
        """Return the test as configurations of test workflows have it."""
        found = super().to_test_case_definition()
        found.columnName = self.column_name
        return found

    def _default_name(self) -> str:
        return f"{self.column_name}_{self.test_definition_name}"


def listed(values: Iterable[Any] | None, cls: type, argument: str) -> list[Any] | None:
    """Return values as a list; None without any.

    Raises:
        BadArguments: it is one text, or not iterable.
    """
    if values is None:
        return None
    if isinstance(values, (str, bytes)) or not isinstance(values, Iterable):
        message = f"must be a list, not {values!r}"
        problem = Problem(argument, type(values).__name__, "argument", message)
        raise bad_arguments(cls.__name__, [problem])
    return list(values)


def base_tests(tests: Iterable[Any], call: str) -> list[BaseTest]:
    """Return tests as a list.

    Raises:
        BadArguments: one is not a test; lists all.
    """
    found = list(tests)
    problems = [
        Problem(f"tests[{number}]", type(test).__name__, "argument",
                f"must be a test, such as ColumnValuesToBeNotNull(column=…), not {test!r}")
        for number, test in enumerate(found)
        if not isinstance(test, BaseTest)
    ]  # fmt: skip
    if problems:
        raise bad_arguments(call, problems)
    return found
