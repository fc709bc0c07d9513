"""Widths of texts on a terminal."""

from __future__ import annotations

import pytest

from dynclient.display.widths import cut, padded, text_width, wrap


@pytest.mark.parametrize(
    ("text", "width"),
    [
        ("", 0),
        ("orders", 6),
        ("日本語", 6),
        ("ｱ", 1),  # half-width katakana
        ("Ａ", 2),  # full-width Latin
        ("e\u0301", 1),
        ("\u1112\u1161\u11ab", 2),  # one syllable of three letters
        ("नि", 2),  # a vowel sign that has a place beside its consonant
        ("👍", 2),
        ("a\u200db", 2),
    ],
)
def test_width(text: str, width: int) -> None:
    assert text_width(text) == width


@pytest.mark.parametrize(
    ("text", "width", "expected"),
    [
        ("orders", 6, "orders"),
        ("orders", 5, "orde…"),
        ("日本語", 5, "日本…"),
        ("日本語", 4, "日…"),  # the second character would need one column more
        ("cafe\u0301s", 5, "cafe\u0301s"),
        ("cafe\u0301ss", 5, "cafe\u0301…"),
        ("ab", 1, "…"),
        ("", 0, ""),
    ],
)
def test_cut(text: str, width: int, expected: str) -> None:
    assert cut(text, width) == expected


def test_padded_texts_are_equally_wide() -> None:
    assert padded("日本", 6) == "日本  "
    assert padded("12", 6, right=True) == "    12"


def test_lines_break_at_spaces_and_long_words_anywhere() -> None:
    assert wrap("one two three", 7) == ["one two", "three"]
    assert wrap("a abcdefgh", 4) == ["a", "abcd", "efgh"]
    assert wrap("日本語 日本語", 5) == ["日本", "語", "日本", "語"]
    assert wrap("one\n\n  two", 10) == ["one", "", "  two"]
