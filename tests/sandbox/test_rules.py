"""``rules.json`` filtered by release."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from dynclient.sandbox import rules
from dynclient.sandbox.json_codec import packaged_document
from dynclient.sandbox.rules import Rules, is_for_release, parse_version

FILE = {
    "flags": {"colour": [{"value": "red"}, {"from": "1.2", "value": "blue"}], "late": [
        {"from": "1.5", "value": True},
    ]},
    "fields": [
        {"rules": {"*": ["a", "b"], "table": ["c"]}},
        {"from": "1.2", "until": "1.5", "rules": {"table": ["-a", "d"]}},
    ],
}  # fmt: skip


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "packaged_document", lambda name: FILE)


@pytest.mark.parametrize(
    ("entry", "version", "expected"),
    [
        ({}, "0.13.0", True),
        ({"from": "1.2"}, "1.1.9", False), ({"from": "1.2"}, "1.2.0", True),
        ({"from": "1.2"}, "1.10.0", True),
        ({"until": "1.5"}, "1.4.9", True), ({"until": "1.5"}, "1.5.0", False),
        ({"from": "1.2", "until": "1.5"}, "1.3.0", True),
        ({"from": "1.2", "until": "1.5"}, "1.0.0", False),
        ({"from": "1.2", "until": "1.5"}, "1.6.0", False),
    ],
)  # fmt: skip
def test_an_entry_applies_from_a_release_until_another(
    entry: dict[str, str], version: str, expected: bool
) -> None:
    assert is_for_release(entry, parse_version(version)) is expected


@pytest.mark.usefixtures("file")
def test_the_last_value_of_a_flag_wins() -> None:
    assert Rules((1, 0, 0)).flag("colour") == "red"
    assert Rules((1, 2, 0)).flag("colour") == "blue"


@pytest.mark.usefixtures("file")
def test_a_flag_without_a_value_for_the_release_is_an_error() -> None:
    with pytest.raises(KeyError, match="no value of the flag 'late'"):
        Rules((1, 4, 0)).flag("late")


@pytest.mark.usefixtures("file")
def test_names_are_those_of_every_type_and_of_one() -> None:
    old, new = Rules((1, 0, 0)), Rules((1, 2, 0))
    assert old.names("fields", "topic") == {"a", "b"}
    assert old.names("fields", "table") == {"a", "b", "c"}
    assert new.names("fields", "topic") == {"a", "b"}
    assert new.names("fields", "table") == {"b", "d"}
    assert new.names("fields", "table", {"a", "x"}) == {"b", "d", "x"}
    assert new.names("fields", "*") == {"a", "b"}


def test_the_file_is_read_once() -> None:
    assert packaged_document("rules.json") is packaged_document("rules.json")
    assert set(packaged_document("rules.json")["flags"]) > {"patches_fold", "error_type"}


def test_no_key_of_the_file_is_given_twice() -> None:
    # JSON keeps the last one without an error.
    text = Path(rules.__file__).with_name("rules.json").read_text("utf-8")
    doubled: list[str] = []

    def read(pairs: list[tuple[str, object]]) -> dict[str, object]:
        names = [name for name, _ in pairs]
        doubled.extend(name for name in names if names.count(name) > 1)
        return dict(pairs)

    json.loads(text, object_pairs_hook=read)
    assert not doubled
