"""What objects with blocks look like in notebooks, IPython, rich and for ``dynclient.show``."""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import pytest

import dynclient
from dynclient.display.blocks import Block, Heading, Text
from dynclient.display.displayed import Displayed
from dynclient.display.interactive import may_fetch
from tests.support.blocks import SECRET


class Report(Displayed):
    """A result; notes whether it was allowed to send requests."""

    def __init__(self) -> None:
        self.fetched: list[bool] = []

    def _blocks(self) -> Iterable[Block]:
        self.fetched.append(may_fetch())
        return [Heading("Report", "<a>"), Text("日本 fine")]

    def __repr__(self) -> str:
        return "<Report>"


class Terminal(io.StringIO):
    """An output that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_a_notebook_gets_html() -> None:
    html = Report()._repr_html_()
    assert "&lt;a&gt;" in html
    assert "日本 fine" in html


def test_rich_prints_the_blocks() -> None:
    from rich.console import Console

    output = io.StringIO()
    console = Console(file=output, width=80)
    console.print(Report())
    console.print([Report()])
    assert output.getvalue().split("\n") == ["Report <a>", "", "日本 fine", "[<Report>]", ""]


def test_ipython_prints_the_blocks_and_inside_of_others_the_repr() -> None:
    pretty = pytest.importorskip("IPython.lib.pretty")
    assert pretty.pretty(Report()).strip() == "Report <a>\n\n日本 fine"
    assert pretty.pretty([Report()]) == "[<Report>]"
    assert pretty.pretty({"a": Report()}) == "{'a': <Report>}"


def test_show_prints_plain_text(capsys: pytest.CaptureFixture[str]) -> None:
    dynclient.show(Report())
    assert capsys.readouterr().out == "Report <a>\n\n日本 fine\n"


def test_show_lets_its_value_send_requests_and_nothing_else() -> None:
    report = Report()
    report._repr_html_()
    dynclient.show(report, file=io.StringIO())
    report._repr_html_()
    assert report.fetched == [False, True, False]


def test_show_uses_rich_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    output = Terminal()
    dynclient.show(Report(), width=80, file=output)
    assert "\x1b[1m<a>" in output.getvalue()


def test_show_needs_no_rich(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(__import__("sys").modules, "rich.console", None)
    output = Terminal()
    dynclient.show(Report(), file=output)
    assert output.getvalue() == "Report <a>\n\n日本 fine\n"


def test_show_writes_what_the_output_can_encode() -> None:
    raw = io.BytesIO()
    output = io.TextIOWrapper(raw, encoding="ascii")
    dynclient.show(Report(), file=output)
    output.flush()
    assert b"\\u65e5\\u672c fine" in raw.getvalue()


@pytest.mark.parametrize(
    ("value", "text"),
    [(3, "3\n"), (f"Bearer {SECRET}", "Bearer **********\n"), (["a\x1b"], "['a\\x1b']\n")],
)
def test_show_prints_other_values(value: Any, text: str) -> None:
    output = io.StringIO()
    dynclient.show(value, file=output)
    assert output.getvalue() == text


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"width": "80"}, "width= must be a number of columns, such as 120, not '80'"),
        ({"width": 0}, "not 0"),
        ({"width": True}, "not True"),
        ({"file": "report.txt"}, "file= must be an open text file or a stream, not 'report.txt'"),
    ],
)
def test_wrong_arguments_of_show_are_explained(arguments: dict[str, Any], message: str) -> None:
    with pytest.raises(dynclient.UsageError, match=message):
        dynclient.show(Report(), **arguments)


def test_show_writes_to_whatever_can_be_written_to() -> None:
    class Log:
        text = ""

        def write(self, text: str) -> None:
            self.text += text

    log: Any = Log()
    dynclient.show(Report(), file=log)
    assert log.text.startswith("Report <a>")
