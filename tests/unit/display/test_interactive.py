"""Whether what is displayed may send a request: only where a person looks, and nothing failed."""

from __future__ import annotations

import io
import logging
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from dynclient.display import interactive
from dynclient.display.interactive import fetching, is_at_prompt, is_interactive, may_fetch
from tests.support.prompts import at_prompt


@pytest.fixture
def prompt() -> Iterator[None]:
    """As if a person typed."""
    with at_prompt():
        yield


class Probe:
    """Notes whether its ``repr()`` may send a request."""

    def __init__(self) -> None:
        self.answers: list[bool] = []

    def __repr__(self) -> str:
        self.answers.append(may_fetch())
        return "<Probe>"


def test_a_script_is_not_interactive() -> None:
    assert not is_interactive()
    assert not may_fetch()


def test_a_prompt_is(prompt: None) -> None:
    assert is_interactive()
    assert may_fetch()


def test_a_running_ipython_is_interactive(monkeypatch: pytest.MonkeyPatch) -> None:
    from types import SimpleNamespace

    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: None))
    assert not is_interactive()
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=object))
    assert is_interactive()


def test_not_while_an_error_is_handled(prompt: None) -> None:
    try:
        raise ValueError
    except ValueError:
        assert not may_fetch()
    assert may_fetch()


def test_not_while_a_debugger_traces(prompt: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "gettrace", lambda: print)
    assert not may_fetch()


def test_not_while_a_debugger_monitors(prompt: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(interactive, "_is_monitored", lambda: True)
    assert not may_fetch()


def _log(probe: Probe) -> None:
    record = logging.LogRecord("prompt", logging.INFO, "", 1, "%r", (probe,), None)
    logging.StreamHandler(io.StringIO()).emit(record)


def _capture_locals(probe: Probe) -> None:
    traceback.StackSummary.extract(
        traceback.walk_stack(sys._getframe()), limit=1, capture_locals=True
    )


def _debug(probe: Probe) -> None:
    import bdb

    bdb.Bdb().runeval("repr(probe)", {"probe": probe, "sys": sys})


@pytest.mark.parametrize("report", [_log, _capture_locals, _debug])
def test_not_where_errors_are_reported_logged_or_debugged(
    prompt: None, report: Callable[[Probe], None]
) -> None:
    probe = Probe()
    report(probe)
    assert probe.answers
    assert not any(probe.answers)


def test_a_call_that_displays_may_always() -> None:
    with fetching():
        assert may_fetch()
    assert not may_fetch()


def _run_typed(source: str, **names: Any) -> dict[str, Any]:
    """Run a line as prompts do."""
    space = {"__name__": "__main__", "is_at_prompt": is_at_prompt, **names}
    exec(compile(source, "<stdin>", "single"), space)
    return space


def test_a_typed_line_is_at_the_prompt() -> None:
    assert _run_typed("found = is_at_prompt()")["found"]


def test_a_typed_function_and_other_modules_are_not() -> None:
    assert not is_at_prompt()
    typed = "def f():\n    return is_at_prompt()\n"
    assert not _run_typed("found = f()", f=_run_typed(typed)["f"])["found"]
