"""Models of test cases, their parameters and results, and what dynclient has for them.

``metadata.sdk.data_quality.dataframes.models``: a mock test case is a test as code in the form of a
test case that no server has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from uuid import uuid4

from dynclient import model
from dynclient.compat.conversion import entity_class, payload
from dynclient.compat.models.class_registry import class_registry
from dynclient.compat.ometa.utils import model_str
from dynclient.compat.sdk.script_release import script_release
from dynclient.errors import SchemaNotFound
from dynclient.extensions.entity_links import EntityLink, parse_entity_link
from dynclient.extensions.quality import FAILED, PASSED, check_all
from dynclient.extensions.quality_tests import QualityTest
from dynclient.extensions.test_cases import row_counts
from dynclient.extensions.times import now

if TYPE_CHECKING:
    from dynclient.compat.sdk.data_quality.base_tests import BaseTest
    from dynclient.compat.sdk.data_quality.records import TestCaseDefinition
    from dynclient.extensions.input_frames import Frame
    from dynclient.extensions.quality import Outcome
    from dynclient.schema import Node, Release

__all__ = ["ABORTED", "FAILED", "PASSED"]
ABORTED = "Aborted"
"""The status of a test that could not be run."""
TEST_CASE = "tests/testCase.json"
_NO_TABLE = "dataframe_validation"
"""The table in the link of a mock test case."""
_MOCK = "MockTestCase"


def parameter_value(name: str, value: str) -> Any:
    """Return a ``TestCaseParameterValue``."""
    listed = _field(script_release(), "parameterValues")
    return _class_of(listed.items)._from_json({"name": name, "value": value})


def _field(release: Release, name: str) -> Node:
    """Return a field of test cases.

    The schema of its values is at another place where a release is known by the server's own
    document only, so it is not found by its path.
    """
    return release.node(TEST_CASE).properties[name].target


def _class_of(node: Node | None) -> Any:
    """Return the class of a schema."""
    if node is None:
        raise SchemaNotFound(f"{TEST_CASE} does not say what its lists contain")
    return class_registry(node.release).class_at(node.target)


def test_case_class(release: Release) -> Any:
    """Return the class ``TestCase`` of a release."""
    return entity_class(release, TEST_CASE)


def mock_class(release: Release) -> Any:
    """Return the class of mock test cases: ``TestCase`` of a release, for cases of no server."""

    def build(of: Release) -> Any:
        base = test_case_class(of)
        return type(base)(_MOCK, (base,), {"__slots__": (), "__doc__": mock_class.__doc__})

    return release.memo("mock_test_case", build)


def create_mock_test_case(test_definition: BaseTest) -> Any:
    """Return a test as code as a test case, which no server has.

    Args:
        test_definition: the test.

    Returns:
        A ``MockTestCase``, which is a ``TestCase``.
    """
    definition = test_definition.to_test_case_definition()
    column = definition.columnName
    parts = () if column is None else ("columns", column)
    release = script_release()
    found = {
        "id": str(uuid4()),
        "name": definition.name,
        "fullyQualifiedName": definition.name,
        "displayName": definition.displayName,
        "description": definition.description,
        "testDefinition": _reference("testDefinition", definition.testDefinitionName),
        "testSuite": _reference("testSuite", _NO_TABLE),
        "entityLink": str(EntityLink("table", _NO_TABLE, parts)),
        "parameterValues": payload(definition.parameterValues),
        "computePassedFailedRowCount": definition.computePassedFailedRowCount,
    }
    cls = mock_class(release)
    known = {name: value for name, value in found.items() if name in cls._by_key}
    return cls._from_json({name: value for name, value in known.items() if value is not None})


def _reference(kind: str, name: str) -> dict[str, Any]:
    return {"id": str(uuid4()), "type": kind, "name": name, "fullyQualifiedName": name}


def is_mock(case: Any) -> bool:
    """Return whether a test case is a test as code, and not one of a server."""
    return type(case).__name__ == _MOCK


def case_name(case: Any) -> str:
    """Return the fully qualified name of a test case, or the name of one without."""
    return model_str(case.fullyQualifiedName or case.name)


def native_case(case: Any) -> Any:
    """Return a test case as dynclient's own entity."""
    return model.load(type(case)._node, payload(case))


def quality_test(case: Any) -> QualityTest:
    """Return a mock test case as dynclient's own test as code."""
    link = parse_entity_link(model_str(case.entityLink))
    return _quality_test(
        case, case.testDefinition.name, None if link is None else link.column,
    )  # fmt: skip


def quality_test_of(definition: TestCaseDefinition) -> QualityTest:
    """Return a test of a configuration as dynclient's own test as code."""
    return _quality_test(definition, definition.testDefinitionName, definition.columnName)


def _quality_test(case: Any, definition: str, column: str | None) -> QualityTest:
    return QualityTest(
        definition,
        column,
        name=model_str(case.name),
        display_name=case.displayName,
        description=None if case.description is None else model_str(case.description),
        compute_row_count=bool(getattr(case, "computePassedFailedRowCount", False)),
        **{each.name: each.value for each in case.parameterValues or ()},
    )


def checked_result(case: Any, frame: Frame) -> Any:
    """Return the ``TestCaseResult`` of a test case for a frame, of now."""
    return outcome_result(case, check_all([native_case(case)], frame)[0], now())


def outcome_result(case: Any, outcome: Outcome, at: int) -> Any:
    """Return what became of a test case as a ``TestCaseResult`` of its release.

    A test that cannot be checked on a frame is aborted.

    Args:
        case: the test case.
        outcome: what became of it.
        at: when, in milliseconds since 1970.
    """
    status = outcome.status if outcome.status in {PASSED, FAILED} else ABORTED
    values = [{"name": name, "value": str(value)} for name, value in outcome.values.items()]
    raw = {
        "timestamp": at,
        "testCaseStatus": status,
        "result": outcome.message,
        "testResultValue": values,
        **row_counts(outcome.passed_rows, outcome.failed_rows),
    }
    return result_model(case, raw)


def result_model(case: Any, raw: dict[str, Any]) -> Any:
    """Return a ``TestCaseResult`` of the release of a test case, with the fields that it has."""
    cls = _class_of(_field(type(case)._node.release, "testCaseResult"))
    return cls._from_json({name: value for name, value in raw.items() if name in cls._by_key})


def __getattr__(name: str) -> Any:
    if name == _MOCK:
        return mock_class(script_release())
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
