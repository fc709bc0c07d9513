"""How wide texts are on a terminal: measured, cut, padded and wrapped by columns of it."""

from __future__ import annotations

import unicodedata
from functools import lru_cache

ELLIPSIS = "…"


@lru_cache(maxsize=4096)
def _character_width(character: str) -> int:
    category = unicodedata.category(character)
    if category in {"Mn", "Me", "Cf"} or "\u1160" <= character <= "\u11ff":
        return 0  # drawn over the character before it; in Hangul, the rest of a syllable
    return 2 if unicodedata.east_asian_width(character) in {"W", "F"} else 1


def text_width(text: str) -> int:
    """Return the number of columns of a terminal that a text of one line needs.

    East Asian characters and emoji need two, combining characters none.
    """
    return len(text) if text.isascii() else sum(map(_character_width, text))


def cut(text: str, width: int) -> str:
    """Return a text of one line that is no wider than ``width``; "…" ends one that was cut."""
    if len(text) <= width and text.isascii():
        return text
    return text if text_width(text) <= width else _beginning(text, max(width, 1) - 1) + ELLIPSIS


def _beginning(text: str, width: int) -> str:
    """Return as many characters from the beginning as fit, those drawn over the last included."""
    left = width
    for place, character in enumerate(text):
        left -= _character_width(character)
        if left < 0:
            return text[:place]
    return text


def padded(text: str, width: int, *, right: bool = False) -> str:
    """Return a text with as many spaces as it needs to be ``width`` wide.

    Args:
        text: the text, of one line.
        width: the width, in columns of a terminal.
        right: whether the text is at the right end, as numbers are.
    """
    space = " " * (width - text_width(text))
    return space + text if right else text + space


def wrap(text: str, width: int) -> list[str]:
    """Return the lines of a text, none wider than ``width``; line breaks of the text are kept.

    Lines break at spaces; words that are wider than a line break anywhere.
    """
    return [line for paragraph in text.split("\n") for line in _wrapped(paragraph, width)]


def _wrapped(paragraph: str, width: int) -> list[str]:
    if text_width(paragraph) <= width:
        return [paragraph]
    lines: list[str] = []
    line = paragraph[: len(paragraph) - len(paragraph.lstrip(" "))][: max(width - 1, 0)]
    has_word = False
    for word in paragraph.split():
        joined = f"{line} {word}" if has_word else line + word
        if text_width(joined) <= width:
            line, has_word = joined, True
            continue
        if has_word:
            lines.append(line)
        line, has_word = word, True
        while text_width(line) > width:
            part = _beginning(line, width) or line[0]
            lines.append(part)
            line = line[len(part) :]
    return [*lines, line]
