"""What can be tested on data frames, and what needs all rows."""

from __future__ import annotations

from dynclient.compat.sdk.data_quality.validators import (
    VALIDATOR_REGISTRY,
    VALIDATORS_THAT_REQUIRE_FULL_TABLE,
    requires_whole_table,
)
from dynclient.extensions.input_frames import read_frame


def test_tests_of_single_rows_do_not_need_all() -> None:
    assert requires_whole_table("columnValuesToBeUnique")
    assert requires_whole_table("columnValuesSumToBeBetween")
    assert requires_whole_table("tableRowCountToEqual")
    assert not requires_whole_table("columnValuesToBeNotNull")
    assert not requires_whole_table("columnValueMaxToBeBetween")
    assert not requires_whole_table("nothing")
    assert VALIDATOR_REGISTRY.keys() > VALIDATORS_THAT_REQUIRE_FULL_TABLE


def test_a_validator_checks_a_frame() -> None:
    found = VALIDATOR_REGISTRY["columnValuesToBeUnique"]({}, read_frame({"id": [1, 1]}), "id")
    assert (found.passed, found.failed_rows) == (False, (0, 1))
