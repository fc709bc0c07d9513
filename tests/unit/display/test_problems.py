"""What errors look like in notebooks."""

from __future__ import annotations

import copy
import sys
from types import SimpleNamespace
from typing import Any

import pytest

from dynclient.display.problems import error_blocks
from dynclient.display.text import draw_text
from dynclient.errors import DynclientError, NotFound, Problem, RequestInvalid, UnknownField
from tests.support.blocks import HOSTILE, check_html, check_outputs

ERROR = RequestInvalid(
    what="CreateTableRequest",
    problems=[
        Problem("columns[0].dataType", "BIGNT", "enum", "is not allowed", ("BIGINT", "INT")),
        Problem("name", None, "required", "is missing"),
    ],
)


def test_problems_are_a_table() -> None:
    assert [line.rstrip() for line in draw_text(error_blocks(ERROR), 100).splitlines()] == [
        "RequestInvalid",
        "",
        "CreateTableRequest has 2 problems",
        "",
        "place                value    what is wrong   did you mean",
        "───────────────────  ───────  ──────────────  ────────────",
        "columns[0].dataType  'BIGNT'  is not allowed  BIGINT, INT",
        "name                          is missing",
    ]


def test_columns_without_values_are_left_out() -> None:
    error = RequestInvalid(problems=[Problem("", None, "required", "is missing")])
    assert "place" not in draw_text(error_blocks(error))


def test_other_errors_are_their_text() -> None:
    error = NotFound("no table", status=404, code=404, method="GET", url="http://h/x")
    assert draw_text(error_blocks(error)) == "NotFound\n\n404 no table\n  GET http://h/x"


def test_a_notebook_displays_an_error_as_html() -> None:
    check_html(ERROR._repr_html_())
    assert "<th>did you mean</th>" in ERROR._repr_html_()


def test_hostile_problems_are_harmless() -> None:
    problems = [Problem(text, text, text, text, (text,)) for text in HOSTILE]
    check_outputs(list(error_blocks(RequestInvalid(problems=problems))))


def test_many_problems_are_counted() -> None:
    error = RequestInvalid(problems=[Problem("a", "x" * 500, "enum", "is wrong")] * 300)
    text = draw_text(error_blocks(error))
    assert "100 of 300 rows; .problems returns all" in text


class Shell:
    """What a notebook's shell has of IPython's."""

    def __init__(self, **more: Any) -> None:
        self.InteractiveTB = SimpleNamespace(
            structured_traceback=lambda kind, error, trace: [kind.__name__, str(trace)]
        )
        self.execution_count = 1
        vars(self).update(more)


def shell(monkeypatch: pytest.MonkeyPatch, **more: Any) -> list[Any]:
    """Install a shell, and return what it displays."""
    displayed: list[Any] = []
    running = Shell(**more)
    display = SimpleNamespace(display=lambda data, raw: displayed.append((data, raw)))
    package = SimpleNamespace(get_ipython=lambda: running, display=display)
    monkeypatch.setitem(sys.modules, "IPython", package)
    monkeypatch.setitem(sys.modules, "IPython.display", display)
    return displayed


def test_a_notebook_gets_the_table_and_the_traceback(monkeypatch: pytest.MonkeyPatch) -> None:
    error = copy.copy(ERROR)
    displayed = shell(monkeypatch, kernel=object())
    for _ in range(2):  # IPython asks for the history of the notebook, too
        assert error._render_traceback_() == ["RequestInvalid", "None"]
    ((data, is_raw),) = displayed
    assert is_raw
    assert "<th>did you mean</th>" in data["text/html"]
    assert "columns[0].dataType" in data["text/plain"]


def test_a_terminal_and_errors_without_problems_are_as_before(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert not hasattr(ERROR, "_render_traceback_")
    shell(monkeypatch)
    assert not hasattr(ERROR, "_render_traceback_")
    shell(monkeypatch, kernel=object())
    assert hasattr(ERROR, "_render_traceback_")
    for error in (DynclientError("x"), UnknownField("x", name="y")):
        assert not hasattr(error, "_render_traceback_")
