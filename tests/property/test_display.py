"""Whatever data contains: no markup, no control characters and no secrets in any output."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from dynclient.display.blocks import Block
from dynclient.display.text import draw_text
from dynclient.display.widths import cut, padded, text_width, wrap
from tests.support.blocks import BLOCKS, TEXTS, check_outputs

LINES = TEXTS.map(lambda text: text.replace("\n", " "))


@given(st.lists(BLOCKS, max_size=3))
@settings(max_examples=60)
def test_no_output_contains_markup_controls_or_secrets(blocks: list[Block]) -> None:
    check_outputs(blocks)


@given(st.lists(BLOCKS, max_size=3), st.integers(20, 200))
@settings(max_examples=60)
def test_no_line_of_text_is_wider_than_the_terminal(blocks: list[Block], width: int) -> None:
    for line in draw_text(blocks, width).split("\n"):
        assert text_width(line) <= width or line.startswith("http") or "(http" in line


@given(LINES, st.integers(1, 60))
def test_a_text_that_is_cut_fits_and_begins_alike(text: str, width: int) -> None:
    short = cut(text, width)
    assert text_width(short) <= width
    assert short == text or (short.endswith("…") and text.startswith(short[:-1]))
    assert text_width(padded(short, width)) == width


@given(TEXTS, st.integers(2, 60))
def test_wrapping_loses_no_word(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert all(text_width(line) <= width for line in lines)
    assert "".join("".join(lines).split()) == "".join(text.split())
