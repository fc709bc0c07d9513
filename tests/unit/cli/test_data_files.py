"""JSON and YAML: written so that a terminal obeys nothing in them, and read with their places."""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

import pytest

from dynclient.cli.data_files import has_yaml, json_text, parsed, read_object, yaml_text
from dynclient.errors import UsageError

HOSTILE = {"name": "a\x1b[31m\u202eb\x9f", "words": ["größer", None, True, 0.1, "2024-01-01", "no"]}


def test_json_escapes_control_characters_and_keeps_the_data() -> None:
    text = json_text(HOSTILE)
    assert json.loads(text) == HOSTILE
    assert "größer" in text
    assert not any(char in text for char in "\x1b\u202e\x9f")


def test_yaml_escapes_control_characters_and_keeps_the_data() -> None:
    pytest.importorskip("yaml")
    text = yaml_text(HOSTILE)
    assert parsed(text, "f.yaml") == HOSTILE
    assert not any(char in text for char in "\x1b\u202e\x9f")
    assert "größer" in yaml_text({"name": "größer"})


def test_dates_in_yaml_stay_text() -> None:
    pytest.importorskip("yaml")
    assert parsed("day: 2024-01-01\nmany: [1, true]", "-") == {
        "day": "2024-01-01",
        "many": [1, True],
    }


@pytest.mark.parametrize(
    ("text", "name", "message"),
    [
        ('{"a": }', "f.json", "f.json is not JSON: Expecting value in line 1, column 7"),
        ("a: [1", "f.yaml", "f.yaml is neither JSON nor YAML: .* in line 1"),
        ("!!python/object:os.system {}", "f.yaml", "neither JSON nor YAML"),
    ],
)
def test_text_that_is_neither_is_an_error_with_its_place(
    text: str, name: str, message: str
) -> None:
    if name == "f.yaml":
        pytest.importorskip("yaml")
    with pytest.raises(UsageError, match=message):
        parsed(text, name)


def test_an_object_is_read_from_a_file_and_from_standard_input(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "f.json"
    file.write_text('\ufeff{"name": "a"}', "utf-8")
    assert read_object(str(file)) == {"name": "a"}
    monkeypatch.setattr("sys.stdin", io.StringIO('{"name": "b"}'))
    assert read_object("-") == {"name": "b"}
    file.write_text("[1]", "utf-8")
    with pytest.raises(UsageError, match="must contain one object, not list"):
        read_object(str(file))
    file.write_bytes(b"\xff")
    with pytest.raises(UsageError, match="is not UTF-8"):
        read_object(str(file))


def test_without_the_package_yaml_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "yaml", None)
    assert not has_yaml()
    with pytest.raises(UsageError, match="pip install"):
        yaml_text({"a": 1})
    with pytest.raises(UsageError, match=r"f\.yaml is not JSON"):
        parsed("a: 1", "f.yaml")
