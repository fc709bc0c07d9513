"""What the words of a comparison name."""

from __future__ import annotations

import pytest

from dynclient.cli.targets import Target, WrongWords
from dynclient.cli.version_commands import State, compared_states

A, B = Target("table", "a.b.c.d"), Target("table", "a.b.c.e")


@pytest.mark.parametrize(
    ("words", "sides"),
    [
        ("table a.b.c.d 0.1", (State(A, "0.1"), State(A))),
        ("table:a.b.c.d 0.1 0.2", (State(A, "0.1"), State(A, "0.2"))),
        ("table a.b.c.d 9", (State(A, "9"), State(A))),
        ("table a.b.c.d a.b.c.e", (State(A), State(B))),
        ("table a.b.c.d table a.b.c.e", (State(A), State(B))),
        ("table:a.b.c.d table:a.b.c.e", (State(A), State(B))),
        ("table a.b.c.d topic:a.b", (State(A), State(Target("topic", "a.b")))),
        ("table a.b.c.d table:0.1", (State(A), State(Target("table", "0.1")))),
    ],
)
def test_two_versions_or_two_entities_are_compared(words: str, sides: tuple[State, State]) -> None:
    assert compared_states(words.split()) == sides


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("table a.b.c.d", "name one version, two versions, or another entity"),
        ("table a 0.1 0.2 0.3", "two versions can be compared, not 3"),
        ("a.b.c.d", "an entity is named by"),
        ("table a 0.1 table:b c", "'0.1'|is too much"),
    ],
)
def test_other_words_are_misuse(words: str, message: str) -> None:
    with pytest.raises(WrongWords, match=message):
        compared_states(words.split())
