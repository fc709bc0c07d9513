"""Records with a time."""

from __future__ import annotations

import pytest

from dynclient.errors import BadArguments
from dynclient.extensions.records import newest_first, time_of_record


def test_records_are_sorted_by_their_time() -> None:
    records = [{"timestamp": 1}, {}, {"timestamp": 3}]
    assert newest_first(records) == [{"timestamp": 3}, {"timestamp": 1}, {}]


def test_a_record_stands_for_its_time_in_milliseconds() -> None:
    assert time_of_record({"timestamp": 9}, "results") == 9
    assert time_of_record(9, "results") == 9000


def test_a_record_without_a_time_is_refused() -> None:
    with pytest.raises(BadArguments, match="at: must be a datetime"):
        time_of_record({"status": "Success"}, "results")
