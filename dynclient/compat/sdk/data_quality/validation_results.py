"""``metadata.sdk.data_quality.dataframes.validation_results``: what became of tests of a frame."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

from dynclient.compat.conversion import payload
from dynclient.compat.sdk.data_quality import publication
from dynclient.compat.sdk.data_quality.case_models import (
    ABORTED,
    FAILED,
    PASSED,
    case_name,
    result_model,
)
from dynclient.compat.sdk.data_quality.exceptions import invalid_tests
from dynclient.compat.sdk.data_quality.records import Record
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.test_cases import row_counts
from dynclient.suggestions import nearest
from dynclient.tracebacks import public_calls

logger = logging.getLogger(__name__)
_MOST_TEXTS = 5
"""How many different messages of parts a merged result repeats."""


class FailureMode(Enum):
    """What happens after the first test, or the first part of the data, that does not pass."""

    SHORT_CIRCUIT = "short-circuit"
    """The rest is not checked."""


def failure_mode(mode: Any, call: str) -> FailureMode:
    """Return a failure mode, given as a member or as its value.

    Raises:
        BadArguments: there is no such mode.
    """
    for each in FailureMode:
        if mode in {each, each.value}:
            return each
    values = [each.value for each in FailureMode]
    message = f"must be FailureMode.SHORT_CIRCUIT, not {mode!r}"
    near = tuple(nearest(str(mode), values))
    raise bad_arguments(call, [Problem("mode", mode, "argument", message, near)])


@public_calls
@dataclass(kw_only=True)
class ValidationResult(Record):
    """What became of tests of a data frame.

    Args:
        success: whether all tests passed.
        total_tests: number of tests that were run.
        passed_tests: number of tests that passed.
        failed_tests: number of tests that failed or could not be run.
        test_cases_and_results: each test case and its result.
        execution_time_ms: how long it took, in milliseconds.
    """

    success: bool
    total_tests: int
    passed_tests: int
    failed_tests: int
    test_cases_and_results: list[tuple[Any, Any]] = field(default_factory=list)
    execution_time_ms: float

    @property
    def test_results(self) -> list[Any]:
        """The results of all tests."""
        return [result for _, result in self.test_cases_and_results]

    @property
    def passes(self) -> list[Any]:
        """The results of the tests that passed."""
        return [each for each in self.test_results if each.testCaseStatus == PASSED]

    @property
    def failures(self) -> list[Any]:
        """The results of the tests that failed or could not be run."""
        return [each for each in self.test_results if each.testCaseStatus in {FAILED, ABORTED}]

    def publish(self, table_fqn: str, client: Any = None) -> None:
        """Record the results on a server; tests as code become test cases of the table first.

        A test case that exists already is kept as it is.

        Args:
            table_fqn: the fully qualified name of the table.
            client: the client of the server; None for the one that is configured.

        Raises:
            APIError: the table does not exist, or the server refused a result. The other results
                are recorded nevertheless.
        """
        publication.publish(self.test_cases_and_results, table_fqn, client)

    @classmethod
    def merge(cls, *results: Any) -> ValidationResult:
        """Return the results for the parts of a table as one: each test case once.

        A test passed if it passed for every part. Numbers of rows are added up.

        Args:
            results: the results for the parts.

        Raises:
            BadArguments: no results are given, or one is not a result.
        """
        problems = [
            Problem(f"results[{n}]", None, "argument", f"must be a ValidationResult, not {each!r}")
            for n, each in enumerate(results)
            if not isinstance(each, ValidationResult)
        ]
        if not results:
            problems = [Problem("results", None, "argument", "pass one or more results")]
        if problems:
            raise invalid_tests("ValidationResult.merge", problems)
        found: dict[str, list[tuple[Any, Any]]] = {}
        for case, result in (pair for each in results for pair in each.test_cases_and_results):
            found.setdefault(case_name(case), []).append((case, result))
        merged = [(pairs[0][0], _merged(pairs)) for pairs in found.values()]
        return validation_result(merged, sum(each.execution_time_ms for each in results))


def validation_result(
    pairs: Sequence[tuple[Any, Any]], execution_time_ms: float
) -> ValidationResult:
    """Return the result that test cases and their results make up."""
    passed = sum(result.testCaseStatus == PASSED for _, result in pairs)
    return ValidationResult(
        success=passed == len(pairs),
        total_tests=len(pairs),
        passed_tests=passed,
        failed_tests=len(pairs) - passed,
        test_cases_and_results=list(pairs),
        execution_time_ms=execution_time_ms,
    )


def _merged(pairs: Sequence[tuple[Any, Any]]) -> Any:
    """Return the result of a test case for a table, from those for its parts."""
    case = pairs[0][0]
    raws = [payload(result) for _, result in pairs]
    if len(raws) == 1:
        return pairs[0][1]
    statuses = [raw["testCaseStatus"] for raw in raws]
    status = next((each for each in (FAILED, ABORTED) if each in statuses), PASSED)
    found = {
        "timestamp": max(raw["timestamp"] for raw in raws),
        "testCaseStatus": status,
        "result": _summary(raws, status),
        "testResultValue": _values(raws, status),
    }
    counts = [[raw.get(name) for raw in raws] for name in ("passedRows", "failedRows")]
    if all(number is not None for numbers in counts for number in numbers):
        found |= row_counts(*(sum(numbers) for numbers in counts))
    return result_model(case, found)


def _summary(raws: Sequence[dict[str, Any]], status: str) -> str:
    """Return what was found in the parts that have the status of the table."""
    same = [raw for raw in raws if raw["testCaseStatus"] == status]
    texts = list(dict.fromkeys(raw.get("result") or "" for raw in same))
    return f"{status} for {len(same)} of {len(raws)} parts: {'; '.join(texts[:_MOST_TEXTS])}"


def _values(raws: Sequence[dict[str, Any]], status: str) -> list[Any]:
    """Return what was measured in the last part that has the status of the table."""
    last = [raw for raw in raws if raw["testCaseStatus"] == status][-1]
    found: list[Any] = last.get("testResultValue") or []
    return found
