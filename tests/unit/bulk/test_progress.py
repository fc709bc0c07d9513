"""Progress: a bar for people, a function for programs, nothing in pipes."""

from __future__ import annotations

import io
import sys
from types import ModuleType
from typing import Any

import pytest

from dynclient.bulk import BulkResult
from dynclient.bulk.progress import show_progress
from dynclient.errors import BadArguments


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(monkeypatch: pytest.MonkeyPatch, stream: Any, progress: Any) -> str:
    monkeypatch.setattr(sys, "stderr", stream)
    with show_progress(progress, "tables.upsert_many", 10) as report:
        report(4, 10, BulkResult())
    return str(stream.getvalue())


def test_a_bar_is_shown_at_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("TERM", "xterm")
    assert "tables.upsert_many" in written(monkeypatch, Terminal(), None)


def test_nothing_is_shown_in_a_pipe_unless_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    assert written(monkeypatch, io.StringIO(), None) == ""
    assert written(monkeypatch, Terminal(), False) == ""


def test_a_bar_is_shown_anywhere_where_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    monkeypatch.setenv("TERM", "xterm")
    assert "tables.upsert_many" in written(monkeypatch, io.StringIO(), True)


def test_a_bar_is_shown_in_a_notebook(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("rich")
    shell = type("ZMQInteractiveShell", (), {})()
    notebook = ModuleType("IPython")
    notebook.get_ipython = lambda: shell  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", notebook)
    assert written(monkeypatch, io.StringIO(), None) != ""  # rich knows how to show it there


def test_without_rich_nothing_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    assert written(monkeypatch, Terminal(), True) == ""


def test_a_function_is_called() -> None:
    calls: list[Any] = []
    with show_progress(lambda *values: calls.append(values), "x", None) as report:
        result = BulkResult()
        report(1, None, result)
    assert calls == [(1, None, result)]


def test_anything_else_is_refused() -> None:
    with pytest.raises(BadArguments, match="must be True, False, None or a function, not str"):
        show_progress("bar", "tables.upsert_many", None).__enter__()
