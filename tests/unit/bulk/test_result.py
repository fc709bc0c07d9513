"""Names and outcomes of a load."""

from __future__ import annotations

import pytest

from dynclient.bulk import BulkResult, Names, Outcome
from dynclient.display.displayed import media_types
from dynclient.errors import DynclientError, OutOfRange, RequestInvalid


def test_names_are_a_sequence_in_the_order_in_which_they_were_added() -> None:
    wanted = [f"a.b.{number}" for number in range(2500)]
    names = Names(wanted)
    assert len(names) == 2500
    assert list(names) == wanted
    assert names == wanted
    assert [names[0], names[1023], names[1024], names[-1]] == [
        "a.b.0", "a.b.1023", "a.b.1024", "a.b.2499",
    ]  # fmt: skip
    assert names[2040:2060] == wanted[2040:2060]
    assert "a.b.1500" in names
    assert "a.b.2500" not in names


@pytest.mark.parametrize("count", [0, 1, 1023, 1024, 1025, 2048])
def test_names_around_the_size_of_a_block(count: int) -> None:
    wanted = [str(number) for number in range(count)]
    assert list(Names(wanted)) == wanted
    assert len(Names(wanted)) == count


def test_names_outside_the_list_are_out_of_range() -> None:
    with pytest.raises(OutOfRange, match="there is no name 3; the list has 1"):
        Names(["a"])[3]
    with pytest.raises(IndexError):
        Names(["a"])[-2]


def test_names_may_contain_any_character() -> None:
    wanted = ['a."b.c"', "ä", "\ud800", "x\ny"] * 400
    assert list(Names(wanted)) == wanted


def test_the_repr_of_many_names_is_short() -> None:
    assert repr(Names(["a", "b"])) == "['a', 'b']"
    assert repr(Names(map(str, range(2000)))) == "<2,000 names: 0, 1, 2, …>"


def test_control_characters_of_names_are_escaped() -> None:
    assert repr(Outcome("created", "\x1b[31ma", 0)) == r"<row 0, \x1b[31ma: created>"
    assert "\x1b" not in repr(Names(["\x1b[31ma"] * 2000))


def test_a_result_has_names_by_kind_and_failures() -> None:
    result = BulkResult()
    result.add(Outcome("created", "a", 0))
    result.add(Outcome("written", "b", 1))
    error = RequestInvalid("bad")
    result.add(Outcome("failed", "c", 2, {"name": "c"}, "entity", error))
    assert result.created == ["a"]
    assert result.written == ["b"]
    assert result.updated == []
    assert result.failed == [Outcome("failed", "c", 2, {"name": "c"}, None, error)]
    assert result.count == 3
    assert str(result) == "1 created, 1 written, 1 failed"
    assert repr(result) == (
        "<BulkResult: 1 created, 1 written, 1 failed, stopped before the last row; first failure:"
        " row 2, bad>"
    )


def test_a_result_raises_its_first_failure_on_request() -> None:
    result = BulkResult()
    assert result.raise_failures() is result
    result.add(Outcome("failed", "c", 2, {"name": "c"}, None, RequestInvalid("bad")))
    with pytest.raises(DynclientError, match="bad") as caught:
        result.raise_failures()
    assert caught.value.__notes__ == ["row 2 (c); 1 failed"]


def test_a_result_is_displayed_with_counts_and_failures() -> None:
    result = BulkResult()
    for number in range(5):
        result.add(Outcome("created", f"a.<b>{number}", number))
    for number in range(5, 35):
        result.add(Outcome("failed", f"x{number}", number, error=DynclientError("no\nmore")))
    forms = media_types(result)
    lines = forms["text/plain"].splitlines()
    assert lines[0] == "bulk result 5 created, 30 failed"
    assert lines[2] == "stopped before the last row"
    assert lines[6] == "created         5  a.<b>0, a.<b>1, a.<b>2, …"
    assert lines[11:13] == ["  5  x5    no", "  6  x6    no"]
    assert lines[-1] == "20 of 30 rows; result.failed returns all"
    assert "a.&lt;b&gt;0" in forms["text/html"]


def test_a_complete_result_without_rows_is_one_line() -> None:
    result = BulkResult()
    result.is_complete = True
    assert media_types(result)["text/plain"] == "bulk result no rows"
