"""What is completed in IPython: read from the text, never evaluated, inserted as it can stand."""

from __future__ import annotations

import ast
from typing import Any

import pytest

import dynclient
from dynclient.client import ipython_completion
from dynclient.client.ipython_completion import (
    NameMatcher,
    literals,
    load_ipython_extension,
    typed_name,
    unload_ipython_extension,
)


class Trap:
    """An object that must not be looked at."""

    def __getattribute__(self, name: str) -> Any:
        raise AssertionError(f"completion read {name}")


@pytest.fixture
def names() -> dict[str, Any]:
    om = dynclient.connect("http://127.0.0.1:9", release="starter")
    return {"om": om, "tables": om.tables, "trap": Trap(), "data": {"om": om}}


@pytest.mark.parametrize(
    ("line", "attribute", "text"),
    [
        ('om.tables["sh', "tables", "sh"),
        ("om.tables['", "tables", ""),
        ('om.tables[ "shop.ma', "tables", "shop.ma"),
        ('om["table"]["sh', "table", "sh"),
        ("om['table'].get('sh", "table", "sh"),
        ('om["sh', None, ""),
        ('tables["sh', "tables", "sh"),
        ('tables.delete("sh', "tables", "sh"),
        ('om.tables.get("sh', "tables", "sh"),
        ('om.tables.versions("sh', "tables", "sh"),
        ('x = f(om.tables["a"], om.tables["b', "tables", "b"),
        ('print("om.x", om.tables[r"b', "tables", "b"),
        (r'om.tables["a.\"b', "tables", r"a.\"b"),
        ('om.types_["x', "types", "x"),
        ('om.types["Tab', None, ""),
        ('om.op["GET', None, ""),
        ('om.tables.list("', None, ""),
        ('om.tables.create("', None, ""),
        ('om.tables["a"', None, ""),
        ('om.tables[f"a', None, ""),
        ('om.tables[b"a', None, ""),
        ('om.tables["a"]["b', None, ""),
        ('x.om.tables["a', None, ""),
        ('trap.tables["a', None, ""),
        ('trap["a', None, ""),
        ('data["om"].tables["a', None, ""),
        ('om().tables["a', None, ""),
        ("om.tables[", None, ""),
        ("", None, ""),
        ('om.tables["' + 10_000 * "a", None, ""),
    ],
)
def test_where_names_are_completed(
    names: dict[str, Any], line: str, attribute: str | None, text: str
) -> None:
    found = typed_name(line, names)
    assert (None if found is None else found.attribute) == attribute
    if found is not None and attribute is not None:
        assert found.text == text


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
    monkeypatch.setattr(ipython_completion, "complete_names", lambda *_: [name, f"{name}."])
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
        assert ipython_completion._value(again) == value


@pytest.mark.parametrize(("rest", "end"), [("", '"]'), ('"]', ""), (" + 1", '"]')])
def test_the_literal_is_ended_after_a_whole_name(
    names: dict[str, Any], monkeypatch: pytest.MonkeyPatch, rest: str, end: str
) -> None:
    monkeypatch.setattr(ipython_completion, "complete_names", lambda *_: ["shop.", "shop"])
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
    monkeypatch.setattr(ipython_completion, "complete_names", lambda *_: ["shop"])
    typed = typed_name(f'om.tables["{text}', names)
    assert typed is None or literals(typed, "") == []


class Shell:
    """As much of a shell of IPython as the extension uses."""

    class Completer:
        custom_matchers: list[Any]

    user_ns: dict[str, Any]


def test_the_extension_is_loaded_once_and_unloaded() -> None:
    shell = Shell()
    shell.Completer = type("Completer", (), {"custom_matchers": [print]})  # type: ignore[misc]
    load_ipython_extension(shell)
    load_ipython_extension(shell)
    matchers = shell.Completer.custom_matchers
    assert [type(each) for each in matchers] == [type(print), NameMatcher]
    unload_ipython_extension(shell)
    assert matchers == [print]
    assert dynclient.load_ipython_extension is load_ipython_extension


def test_a_script_asks_for_no_keys(names: dict[str, Any]) -> None:
    assert names["tables"]._ipython_key_completions_() == []
