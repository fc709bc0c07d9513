"""Names of entities as texts of string literals: no name can end the literal that was begun."""

from __future__ import annotations

import ast
from typing import Any

import pytest

import dynclient
from dynclient.client import string_literals
from dynclient.client.ipython_completion import typed_name
from dynclient.client.string_literals import literals


@pytest.fixture
def names() -> dict[str, Any]:
    return {"om": dynclient.connect("http://127.0.0.1:9", release="starter")}


HOSTILE = [
    'a"]; import os; os.remove("x',
    "a']; import os; os.remove('x",
    "back\\slash",
    'a\\"]+evil()+["',
    "\x1b[2J\x07",
    "line\nfeed",
    "right\u202eto\u202cleft",
    "<b>",
    "zéro",
    "\ud800",
]


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
@pytest.mark.parametrize("quote", ['"', "'"])
@pytest.mark.parametrize("raw", ["", "r"])
def test_no_name_can_end_the_literal(
    names: dict[str, Any], monkeypatch: pytest.MonkeyPatch, name: str, quote: str, raw: str
) -> None:
    monkeypatch.setattr(string_literals, "complete_names", lambda *_: [name, f"{name}."])
    line = f"om.tables[{raw}{quote}"
    typed = typed_name(line, names)
    assert typed is not None
    found = literals(typed, "")
    assert raw or len(found) == 2
    for text, value in zip(found, [name, f"{name}."], strict=False):
        whole = text if text.endswith("]") else f"{text}{quote}]"
        assert whole.isprintable()
        tree = ast.parse(f"{line}{whole}").body
        assert len(tree) == 1
        assert isinstance(tree[0], ast.Expr)
        assert isinstance(tree[0].value, ast.Subscript)
        assert ast.literal_eval(tree[0].value.slice) == value
        # What was inserted is completed again.
        again = typed_name(f"{line}{whole[:-2]}", names)
        assert again is not None
        assert string_literals._value(again) == value


@pytest.mark.parametrize(("rest", "end"), [("", '"]'), ('"]', ""), (" + 1", '"]')])
def test_the_literal_is_ended_after_a_whole_name(
    names: dict[str, Any], monkeypatch: pytest.MonkeyPatch, rest: str, end: str
) -> None:
    monkeypatch.setattr(string_literals, "complete_names", lambda *_: ["shop.", "shop"])
    typed = typed_name('om.tables["s', names)
    assert typed is not None
    assert literals(typed, rest) == ["shop.", f"shop{end}"]
    call = typed_name('om.tables.get("s', names)
    assert call is not None
    assert literals(call, "") == ["shop.", 'shop"']


@pytest.mark.parametrize("text", [r"a\d", r"a\N{DASH}", r"a\x1", "\\", r"\777"])
def test_escapes_of_other_kinds_are_not_completed(
    names: dict[str, Any], monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    monkeypatch.setattr(string_literals, "complete_names", lambda *_: ["shop"])
    typed = typed_name(f'om.tables["{text}', names)
    assert typed is None or literals(typed, "") == []
