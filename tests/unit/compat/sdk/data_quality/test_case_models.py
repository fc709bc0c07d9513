"""Tests as code in the form of test cases, and back."""

from __future__ import annotations

import pytest

from dynclient import compat
from dynclient.compat.sdk.data_quality import case_models
from dynclient.compat.sdk.data_quality.case_models import (
    case_name,
    create_mock_test_case,
    is_mock,
    quality_test,
    quality_test_of,
)
from dynclient.compat.sdk.data_quality.column_tests import ColumnValuesToBeInSet
from dynclient.compat.sdk.data_quality.table_tests import TableRowCountToEqual

TEST = ColumnValuesToBeInSet("kind", ["a"], name="kinds", description="Known.")


def test_a_test_as_code_is_a_test_case() -> None:
    case = create_mock_test_case(TEST)
    release = compat.find_release()
    assert isinstance(case, compat.entity_class(release, case_models.TEST_CASE))
    assert type(case) is case_models.MockTestCase
    assert is_mock(case)
    assert (case.name.root, case_name(case)) == ("kinds", "kinds")
    assert case.entityLink.root == "<#E::table::dataframe_validation::columns::kind>"
    assert case.testDefinition.name == "columnValuesToBeInSet"
    assert case.parameterValues[0].value == "['a']"


def test_it_is_the_same_test_natively() -> None:
    native = quality_test(create_mock_test_case(TEST))
    assert (native.name, native.column, native.definition) == (
        "kinds", "kind", "columnValuesToBeInSet",
    )  # fmt: skip
    assert native.parameters == {"allowedValues": "['a']"}
    assert native.details["description"] == "Known."
    assert quality_test_of(TEST.to_test_case_definition()).parameters == native.parameters
    rows = quality_test(create_mock_test_case(TableRowCountToEqual(3)))
    assert (rows.column, rows.parameters) == (None, {"value": "3"})


def test_other_names_are_not_there() -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Mock'"):
        _ = case_models.Mock
