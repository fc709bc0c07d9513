"""How words name an entity."""

from __future__ import annotations

import pytest

from dynclient.cli.targets import Target, WrongWords, only_target, split_target

ID = "4b3ed1b6-5c1c-4d3e-8ea3-2a4a3c3f1d0f"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["table", "a.b.c.d"], Target("table", "a.b.c.d")),
        (["table:a.b.c.d"], Target("table", "a.b.c.d")),
        (["table", ID], Target("table", ID)),
        ([f"table:{ID}"], Target("table", ID)),
        (["testCase", "a.b:c"], Target("testCase", "a.b:c")),
        (["database_schemas", 'a."b.c"'], Target("database_schemas", 'a."b.c"')),
    ],
)
def test_a_type_and_a_name_or_an_id_name_an_entity(words: list[str], expected: Target) -> None:
    assert only_target(words) == expected


@pytest.mark.parametrize("words", [[], ["table"], ["a.b.c.d"], ["table", ""], ["table:"]])
def test_other_words_are_an_error_that_shows_the_grammar(words: list[str]) -> None:
    with pytest.raises(WrongWords, match="'TYPE NAME', 'TYPE:NAME' or 'TYPE ID'".replace(".", ".")):
        only_target(words)


def test_words_after_the_entity_are_returned_or_are_an_error() -> None:
    assert split_target(["table", "a", "0.1", "0.2"]) == (Target("table", "a"), ["0.1", "0.2"])
    assert split_target(["table:a", "0.1"]) == (Target("table", "a"), ["0.1"])
    with pytest.raises(WrongWords, match="'0\\.1' is too much"):
        only_target(["table", "a", "0.1"])
