"""``metadata.sdk.data_quality.dataframes.dataframe_validator``: tests before data is loaded."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeAlias

from dynclient.compat.conversion import wrap
from dynclient.compat.ometa.utils import model_str
from dynclient.compat.sdk.data_quality.base_tests import BaseTest, base_tests
from dynclient.compat.sdk.data_quality.case_models import create_mock_test_case, test_case_class
from dynclient.compat.sdk.data_quality.clients import find, official_client
from dynclient.compat.sdk.data_quality.custom_warnings import (
    WholeTableTestsWarning,
    whole_table_warning,
)
from dynclient.compat.sdk.data_quality.dataframe_validation_engine import DataFrameValidationEngine
from dynclient.compat.sdk.data_quality.exceptions import invalid_tests
from dynclient.compat.sdk.data_quality.validation_results import (
    FailureMode,
    ValidationResult,
    failure_mode,
    validation_result,
)
from dynclient.compat.sdk.data_quality.validators import requires_whole_table
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.input_frames import is_frame
from dynclient.tracebacks import public_calls
from dynclient.warn import warn_user

ValidatorCallback: TypeAlias = Callable[[Any, ValidationResult], None]
_FIELDS = ("testDefinition", "testSuite")
"""Fields of a test case that servers leave out by default."""


@public_calls
class DataFrameValidator:
    """Tests of data frames: as code, and those that a server has.

    Args:
        client: the client of the server; None for the one of ``configure()``, which is needed only
            for tests that a server has.
    """

    def __init__(self, client: Any = None) -> None:
        self._client = client
        self._test_cases: list[Any] = []

    def add_test(self, test: BaseTest) -> None:
        """Add a test as code.

        Raises:
            BadArguments: it is not a test.
        """
        self.add_tests(test)

    def add_tests(self, *tests: BaseTest) -> None:
        """Add tests as code.

        Raises:
            BadArguments: one is not a test; none is added.
        """
        found = base_tests(tests, "DataFrameValidator.add_tests")
        self._test_cases += [create_mock_test_case(test) for test in found]

    def add_openmetadata_test(self, test_fqn: str) -> None:
        """Add a test case that the server has.

        Args:
            test_fqn: the fully qualified name of the test case.

        Raises:
            UnknownTable: there is no such test case; it is a ``ValueError``.
        """
        client = official_client(self._client)
        quality, name = client.native.quality, model_str(test_fqn)
        self._add(client, [find(lambda: quality.read(name, "testCase", _FIELDS))])

    def add_openmetadata_table_tests(self, table_fqn: str) -> None:
        """Add all test cases that the server has for a table and its columns.

        Args:
            table_fqn: the fully qualified name of the table.

        Raises:
            UnknownTable: there is no such table; it is a ``ValueError``.
            InvalidTests: the table has no tests; it is a ``ValueError``, too, as nothing would be
                validated.
        """
        client = official_client(self._client)
        quality, name = client.native.quality, model_str(table_fqn)
        table = find(lambda: quality.read(name, "table"))
        cases = find(lambda: list(quality.tests(table, _FIELDS)))
        if not cases:
            problem = Problem("table_fqn", name, "argument", f"the table {name} has no test cases")
            raise invalid_tests("DataFrameValidator.add_openmetadata_table_tests", [problem])
        self._add(client, cases)

    def _add(self, client: Any, cases: Iterable[Any]) -> None:
        cls = test_case_class(client.types)
        self._test_cases += [wrap(cls, case) for case in cases]

    def validate(self, df: Any, mode: FailureMode = FailureMode.SHORT_CIRCUIT) -> ValidationResult:
        """Run the tests on a data frame.

        Args:
            df: a frame of pandas, polars or pyarrow; a list of dicts; a dict of columns; or the
                ``Path`` of a CSV file.
            mode: what happens after the first test that does not pass.

        Raises:
            BadArguments: the frame or the mode is not valid.
        """
        return DataFrameValidationEngine(self._test_cases).execute(df, mode)

    def run(
        self,
        data: Iterable[Any],
        on_success: ValidatorCallback,
        on_failure: ValidatorCallback,
        mode: FailureMode = FailureMode.SHORT_CIRCUIT,
    ) -> ValidationResult:
        """Run the tests on each part of the data, and call a function with it.

        Each part is read after the function for the part before it has returned.

        Args:
            data: the parts: frames, or what else :meth:`validate` takes.
            on_success: called with a part that passes and its result.
            on_failure: called with a part that does not pass and its result.
            mode: what happens after the first part that does not pass.

        Returns:
            The results for the parts as one, see :meth:`ValidationResult.merge`.

        Raises:
            BadArguments: the data, a function or the mode is not valid.
        """
        call = "DataFrameValidator.run"
        mode = failure_mode(mode, call)
        parts = _parts(data, {"on_success": on_success, "on_failure": on_failure}, call)
        self._warn_of_whole_table_tests()
        results = []
        for part in parts:
            result = self.validate(part, mode)
            results.append(result)
            if result.success:
                on_success(part, result)
                continue
            on_failure(part, result)
            if mode is FailureMode.SHORT_CIRCUIT:
                break
        return ValidationResult.merge(*results) if results else validation_result([], 0.0)

    def _warn_of_whole_table_tests(self) -> None:
        definitions = [str(case.testDefinition.name) for case in self._test_cases]
        found = [name for name in definitions if requires_whole_table(name)]
        if found:
            warn_user(whole_table_warning(found), WholeTableTestsWarning)


def _parts(data: Any, callbacks: dict[str, Any], call: str) -> Iterator[Any]:
    """Return an iterator of the parts, after all arguments were checked."""
    problems = [
        Problem(name, None, "argument", f"must be a function of a frame and its result, not {f!r}")
        for name, f in callbacks.items()
        if not callable(f)
    ]
    if is_frame(data) or isinstance(data, (str, bytes)) or not isinstance(data, Iterable):
        kind = type(data).__name__
        message = f"must be an iterable of data frames, not {kind}; for one frame, use validate()"
        problems.append(Problem("data", kind, "argument", message))
    if problems:
        raise bad_arguments(call, problems)
    return iter(data)
