"""YAML whose text is stable and which knows its lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dynclient.as_code.yaml_text import from_yaml, ordered, to_yaml
from dynclient.errors import ValidationFailed

TEXTS = st.text(st.characters(exclude_categories=["Cs"])) | st.sampled_from(
    ["yes", "on", "~", "1e3", "0o7", "2026-01-01", "1:30", "a\nb", "a \nb", "  a\nb", "a\n\n", "<<"]
)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)  # fmt: skip


@given(JSON)
def test_what_is_written_is_read_and_written_again(value: object) -> None:
    text = to_yaml(value)
    assert from_yaml(text).value == value
    assert to_yaml(from_yaml(text).value) == text


@given(st.dictionaries(st.text(), st.integers() | st.text()))
def test_the_text_does_not_depend_on_the_order_of_fields(value: dict[str, object]) -> None:
    backwards = dict(reversed(value.items()))
    assert to_yaml(ordered(value)) == to_yaml(ordered(backwards))


def test_names_come_first_and_long_texts_have_lines() -> None:
    value = {"owner": "ada", "description": "One.\nTwo.", "name": "orders"}
    assert to_yaml(ordered(value)) == (
        "name: orders\ndescription: |-\n  One.\n  Two.\nowner: ada\n"
    )


def test_words_of_older_yaml_are_texts() -> None:
    text = "a: no\nb: 2026-01-01\nc: true\nd: null\ne: 1\nf: 1.5\n"
    assert from_yaml(text).value == {
        "a": "no", "b": "2026-01-01", "c": True, "d": None, "e": 1, "f": 1.5
    }  # fmt: skip


def test_lines_of_values() -> None:
    lines = from_yaml("a: 1\nb:\n  - c: 2\n    d: 3\n").lines
    assert lines[("a",)] == 1
    assert lines[("b", 0, "d")] == 4


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a: 1\nb: [}", "f.yaml:2: is not valid YAML"),
        ("a: 1\na: 2", "f.yaml:2: has the field a twice"),
        ("a: !!python/name:os.system x", "f.yaml:1: must not have the tag"),
        ("a: &x [*x]", "f.yaml:1: is nested too deeply"),
        ("a: 1\n--- \nb: 2", "f.yaml:2: is not valid YAML"),
        ("a: \x01", "f.yaml:1: is not valid YAML"),
    ],
)
def test_errors_name_file_and_line(text: str, message: str) -> None:
    with pytest.raises(ValidationFailed, match="problem") as caught:
        from_yaml(text, "f.yaml")
    assert str(caught.value.problems[0]).startswith(message)
