"""One module of the stubs: names, imports, docstrings and parameters."""

from __future__ import annotations

import ast
import inspect
from typing import Any

import pytest

from dynclient.secrets import MASK
from dynclient.stubs.stub_module import (
    SETTINGS,
    StubModule,
    docstring,
    is_member_name,
    parameter_list,
)


def test_imports_are_collected_and_sorted_and_only_those_that_are_written() -> None:
    module = StubModule("here")
    assert [module.use("b", "Z"), module.use("b", "A"), module.use("a", "X")] == ["Z", "A", "X"]
    assert module.use("c", "Unused") == "Unused"
    module.write("x: X[A, Z]", *docstring("Unused here.", ""))
    settings = "\n".join(SETTINGS)
    assert module.text("# h") == (
        f"# h\n{settings}\n\nfrom a import X\nfrom b import A, Z\n\n"
        'x: X[A, Z]\n"""Unused here."""\n'
    )


def test_two_things_of_one_name_get_two_names() -> None:
    module = StubModule("here", classes=("Status",))
    assert module.use("here", "Status") == "Status"
    assert module.use("a", "Status") == "_Status"
    assert module.use("b", "Status") == "_Status2"
    assert module.use("a", "Status") == "_Status"
    module.write("x: _Status")
    assert "from a import Status as _Status\n" in module.text("#")


def test_what_a_class_has_as_a_member_gets_another_name() -> None:
    module = StubModule("here", members=("list", "Token"), classes=("Token",))
    assert module.use("builtins", "list") == "_list"
    assert module.use("builtins", "str") == "str"
    assert module.use("here", "Token") == "_Token"
    module.write("x: _list[_Token]")
    text = module.text("#")
    assert "from builtins import list as _list\n" in text
    assert text.endswith("_Token = Token\n")


@pytest.mark.parametrize(
    "text",
    ["", "one line", 'ends with "quotes"', 'has """ inside', "a \\ backslash", "two\n\n  lines\\"],
)
def test_a_docstring_is_valid_for_any_text(text: str) -> None:
    lines = docstring(text, "    ")
    body = ast.parse("\n".join(["class C:", *(lines or ["    ..."])])).body[0]
    assert isinstance(body, ast.ClassDef)
    found = ast.get_docstring(body)
    assert found == (inspect.cleandoc(text).replace('"""', "'''") or None)


def test_a_docstring_shows_no_credential_and_no_control_character() -> None:
    (line,) = docstring("see https://ada:secret@host \x1b[31m", "")
    assert "secret" not in line
    assert MASK in line
    assert "\x1b" not in line


def test_parameters_are_written_as_python_needs_them() -> None:
    def call(a: Any, /, b: Any, *c: Any, d: Any, **e: Any) -> None: ...

    def option(*, d: Any = None) -> None: ...

    def only(a: Any, /) -> None: ...

    def written(function: Any) -> str:
        found = inspect.signature(function).parameters.values()
        return parameter_list((each, "X", "..." if each.default is None else "") for each in found)

    assert written(call) == "self, a: X, /, b: X, *c: X, d: X, **e: X"
    assert written(option) == "self, *, d: X = ..."
    assert written(only) == "self, a: X, /"


@pytest.mark.parametrize(("name", "is_one"), [("a", True), ("from", False), ("a-b", False)])
def test_names_that_can_be_written_after_a_dot(name: str, is_one: bool) -> None:
    assert is_member_name(name) is is_one
