"""What all tests as code have in common."""

from __future__ import annotations

import pytest

from dynclient.compat.sdk.data_quality.base_tests import (
    BaseTest,
    ColumnTest,
    TableTest,
    base_tests,
    listed,
)
from dynclient.compat.sdk.data_quality.case_models import parameter_value
from dynclient.errors import BadArguments


def test_each_setter_returns_the_test() -> None:
    test = (
        ColumnTest("columnValuesToBeUnique", "id")
        .with_name("ids")
        .with_display_name("IDs")
        .with_description("No ID twice.")
        .with_compute_row_count()
    )
    definition = test.to_test_case_definition()
    assert definition.model_dump() == {
        "name": "ids",
        "testDefinitionName": "columnValuesToBeUnique",
        "displayName": "IDs",
        "description": "No ID twice.",
        "columnName": "id",
        "parameterValues": [],
        "computePassedFailedRowCount": True,
    }
    assert not test.with_compute_row_count(False).compute_passed_failed_row_count


def test_a_test_without_a_name_has_one_by_its_definition() -> None:
    assert BaseTest("a").to_test_case_definition().name == "a"
    assert ColumnTest("a", "id").to_test_case_definition().name == "id_a"


def test_subclasses_of_users_set_parameters() -> None:
    class Own(TableTest):
        def __init__(self, most: int) -> None:
            super().__init__(test_definition_name="own", name="most")
            self.parameters.append(parameter_value("most", str(most)))

    test = Own(3)
    assert repr(test) == "Own(most='3')"
    assert test.to_test_case_definition().parameterValues == [parameter_value("most", "3")]


def test_all_names_that_are_no_texts_are_listed() -> None:
    with pytest.raises(BadArguments) as caught:
        BaseTest("", name=3, description="")  # type: ignore[arg-type]
    paths = [problem.path for problem in caught.value.problems]
    assert paths == ["test_definition_name", "name", "description"]
    with pytest.raises(BadArguments, match="column: must be a text"):
        ColumnTest("a", None)  # type: ignore[arg-type]
    for wrong in ("with_name", "with_display_name", "with_description"):
        with pytest.raises(BadArguments, match="must be a text that is not empty, not None"):
            getattr(BaseTest("a"), wrong)(None)


def test_lists_are_any_iterables_but_texts() -> None:
    assert listed(None, BaseTest, "a") is None
    assert listed((each for each in "ab"), BaseTest, "a") == ["a", "b"]
    with pytest.raises(BadArguments, match="a: must be a list, not 'ab'"):
        listed("ab", BaseTest, "a")


def test_what_is_not_a_test_is_refused_by_its_place() -> None:
    test = BaseTest("a")
    assert base_tests([test], "call") == [test]
    with pytest.raises(BadArguments, match=r"tests\[1\]: must be a test, such as .* not 'b'"):
        base_tests([test, "b"], "call")
