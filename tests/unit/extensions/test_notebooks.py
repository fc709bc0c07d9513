"""How results look in notebooks."""

from __future__ import annotations

from dynclient.extensions.notebooks import NotebookText


class _Report(NotebookText):
    def __str__(self) -> str:
        return "a < b\nc"


def test_a_notebook_shows_the_text_with_its_lines_and_without_markup() -> None:
    assert _Report()._repr_html_() == "<pre>a &lt; b\nc</pre>"
