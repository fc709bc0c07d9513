"""Recording results of tests on a server: test cases as needed, then a result for each."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dynclient.compat.conversion import payload
from dynclient.compat.ometa.exceptions import official
from dynclient.compat.ometa.utils import model_str
from dynclient.compat.sdk.data_quality.case_models import case_name, is_mock, quality_test
from dynclient.compat.sdk.data_quality.clients import find, official_client
from dynclient.errors import DynclientError, ReadOnly


def publish(pairs: Sequence[tuple[Any, Any]], table_fqn: str, client: Any) -> None:
    """Record results on a server.

    Args:
        pairs: test cases and their results. Tests as code become test cases of the table.
        table_fqn: the fully qualified name of the table.
        client: the client; None for the one that is configured.

    Raises:
        UnknownTable: the table or a test definition does not exist; nothing is recorded.
        APIError: the server refused a result; the others are recorded nevertheless.
    """
    native = official_client(client).native
    as_code = [case for case, _ in pairs if is_mock(case)]
    tests = [quality_test(case) for case in as_code]
    added = find(lambda: native.quality.add_tests(model_str(table_fqn), tests, update=False))
    names = {id(case): found.fullyQualifiedName for case, found in zip(as_code, added, strict=True)}
    refused: list[tuple[str, DynclientError | None]] = []
    for case, result in pairs:
        name = names.get(id(case)) or case_name(case)
        try:
            _add_result(native, name, payload(result))
        except ReadOnly:
            raise
        except DynclientError as error:
            refused.append((name, error))
    raise_refused(refused)


def raise_refused(refused: Sequence[tuple[str, DynclientError | None]]) -> None:
    """Raise the first error of results that were not recorded, if any, with a note about each.

    Args:
        refused: names of test cases, and why their results are not recorded.
    """
    found = [(name, official(error)) for name, error in refused if error is not None]
    if not found:
        return
    first = found[0][1]
    for name, error in found:
        first.add_note(f"the result of {name} is not recorded: {str(error).splitlines()[0]}")
    raise first


def _add_result(native: Any, case: str, result: dict[str, Any]) -> None:
    native.test_cases.add_result(
        case,
        result["testCaseStatus"],
        at=result["timestamp"],
        result=result.get("result"),
        values={each["name"]: each.get("value") for each in result.get("testResultValue") or ()},
        passed_rows=result.get("passedRows"),
        failed_rows=result.get("failedRows"),
    )
