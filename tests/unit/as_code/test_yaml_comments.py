"""Values changed in a text whose comments stay."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from dynclient.as_code.yaml_comments import with_comments
from dynclient.as_code.yaml_text import from_yaml, to_yaml
from tests.unit.as_code.test_yaml_text import JSON

TEXT = """\
# The orders of the shop.
type: table
request:
  name: orders # never rename it
  columns:
    # the key
    - name: id
      dataType: INT
    - name: total # in euros
      dataType: DECIMAL
"""


def changed(**request: Any) -> str:
    value = from_yaml(TEXT).value
    value["request"].update(request)
    return with_comments(TEXT, value)


def test_a_text_with_the_same_value_stays() -> None:
    assert changed() == TEXT


def test_comments_of_what_stays_are_kept() -> None:
    columns = [
        {"name": "id", "dataType": "BIGINT"},
        {"name": "total", "dataType": "DECIMAL"},
        {"name": "city", "dataType": "VARCHAR"},
    ]
    text = changed(columns=columns, description="One.\nTwo.")
    assert "# The orders of the shop." in text
    assert "# never rename it" in text
    assert "# the key" in text
    assert "# in euros" in text
    found = from_yaml(text).value["request"]
    assert (found["columns"], found["description"]) == (columns, "One.\nTwo.")


def test_a_removed_item_takes_its_comment_along() -> None:
    text = changed(columns=[{"name": "id", "dataType": "INT"}])
    assert "euros" not in text
    assert "# the key" in text


@given(st.dictionaries(st.text(), JSON, max_size=3), st.dictionaries(st.text(), JSON, max_size=3))
def test_the_value_is_the_new_one(before: dict[str, Any], after: dict[str, Any]) -> None:
    text = f"# first\n{to_yaml(before)}"
    assert from_yaml(with_comments(text, after)).value == after
