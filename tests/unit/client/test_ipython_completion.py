"""What is completed in IPython: read from the text, never evaluated, inserted as it can stand."""

from __future__ import annotations

from typing import Any

import pytest

import dynclient
from dynclient.client.ipython_completion import (
    NameMatcher,
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
