"""Small objects with the methods of pydantic models."""

from __future__ import annotations

import json

import pytest

from dynclient.compat.sdk.data_quality.case_models import parameter_value
from dynclient.compat.sdk.data_quality.records import TestCaseDefinition, TestCaseResults
from dynclient.errors import BadArguments

ROWS = TestCaseDefinition(
    name="rows",
    testDefinitionName="tableRowCountToEqual",
    parameterValues=[parameter_value("value", "3")],
)


def test_a_record_is_written_as_plain_data() -> None:
    dumped = ROWS.model_dump(mode="json", exclude_none=True)
    assert dumped == {
        "name": "rows",
        "testDefinitionName": "tableRowCountToEqual",
        "parameterValues": [{"name": "value", "value": "3"}],
        "computePassedFailedRowCount": False,
    }
    assert json.loads(ROWS.model_dump_json(exclude_none=True)) == dumped
    assert ROWS.dict()["columnName"] is None


def test_a_record_is_read_from_a_dict() -> None:
    assert TestCaseDefinition.model_validate(ROWS) is ROWS
    found = TestCaseDefinition.model_validate({"name": "a", "testDefinitionName": "b"})
    assert (found.name, found.testDefinitionName, found.parameterValues) == ("a", "b", None)
    assert TestCaseResults().test_results == []


def test_everything_that_is_wrong_is_listed() -> None:
    with pytest.raises(BadArguments) as caught:
        TestCaseDefinition.model_validate({"name": "a", "column": "id"})
    assert "column: is not a field; did you mean columnName" in str(caught.value)
    assert "testDefinitionName: is missing" in str(caught.value)
    with pytest.raises(BadArguments, match="must be a dict of its fields, not str"):
        TestCaseDefinition.model_validate("a")


def test_a_copy_is_another_record() -> None:
    copied = ROWS.model_copy(update={"name": "others"}, deep=True)
    assert (copied.name, ROWS.name) == ("others", "rows")
    assert copied.parameterValues == ROWS.parameterValues
    assert copied.parameterValues[0] is not ROWS.parameterValues[0]
