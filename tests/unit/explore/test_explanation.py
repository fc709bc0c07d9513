"""What an explanation prints: all of it, escaped, without control characters."""

from __future__ import annotations

from dynclient.display.displayed import media_types
from dynclient.explore.explanation import Explanation, listed_values

HOSTILE = "<script>alert(1)</script> \x1b[31mred \u202eevil"


def hostile() -> Explanation:
    inner = Explanation(f"a.{HOSTILE}", "field", type=HOSTILE, description=HOSTILE)
    return Explanation(
        HOSTILE, "type", HOSTILE, type=HOSTILE, description=HOSTILE, values=(HOSTILE,),
        default=HOSTILE, example={"name": HOSTILE}, elsewhere=(HOSTILE,), fields=(inner,),
    )  # fmt: skip


def test_html_is_escaped() -> None:
    html = hostile()._repr_html_()
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_nothing_controls_the_terminal_or_the_direction_of_text() -> None:
    for text in (str(hostile()), repr(hostile()), hostile()._repr_html_()):
        assert "\x1b" not in text
        assert "\u202e" not in text


def test_many_values_are_cut_with_their_number() -> None:
    assert listed_values(("a", "b", "c"), 2) == "a, b and 1 more"
    assert listed_values(("a", "b")) == "a, b"


def test_what_is_empty_is_left_out() -> None:
    assert Explanation("a", "type").asdict() == {"path": "a", "kind": "type"}
    assert str(Explanation("a", "type")) == "a (type)"
    assert Explanation("a", "field", required=False).asdict()["required"] is False


def test_an_explanation_is_displayed_with_its_fields() -> None:
    name = Explanation("table.name", "field", type="str", description="Its name.", required=True)
    text = media_types(
        Explanation("table", "type", "1.6.0", type="Table", description="Rows.", fields=(name,))
    )["text/plain"]
    assert text.splitlines() == [
        "type table",
        "",
        "Rows.",
        "",
        "release  1.6.0",
        "type     Table",
        "",
        "field  type  required  description",
        "─────  ────  ────────  ───────────",
        "name   str   yes       Its name.",
    ]
