"""What hits look like, and the requests that displaying them costs: one, or none."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from dynclient.display.text import draw_text
from dynclient.errors import SearchFailed
from dynclient.extensions.search_hits import Hit, Hits
from tests.support.blocks import HOSTILE, check_outputs
from tests.support.prompts import at_prompt


def hit(name: str, **more: Any) -> dict[str, Any]:
    return {"_id": "x", "_source": {"fullyQualifiedName": name, **more.pop("fields", {})}, **more}


def hits(answer: Any, *, limit: int | None = None) -> tuple[Hits, list[Mapping[str, Any]]]:
    """Return hits, and the searches that they send."""
    asked: list[Mapping[str, Any]] = []

    def fetch(arguments: Mapping[str, Any]) -> Mapping[str, Any]:
        asked.append(arguments)
        if isinstance(answer, Exception):
            raise answer
        found: Mapping[str, Any] = answer
        return found

    def make(raw: Mapping[str, Any]) -> Hit:
        return Hit(raw, "table", lambda *_: None)

    found = Hits(
        fetch, make, limit=limit, page_size=100, continues=False, order={}, release="x"
    )  # fmt: skip
    return found, asked


ROWS = [
    hit("s.orders", _score=1.25, fields={"description": "All orders"}),
    hit("s.items", _score=0.5),
]
TWO = {"hits": {"total": {"value": 2}, "hits": ROWS}}


def test_ten_hits_are_requested_once() -> None:
    found, asked = hits({"hits": {"total": 99, "hits": [ROWS[0]] * 12}})
    with at_prompt():
        text = draw_text(found._blocks(), 80)
        found._repr_html_()
    assert text.startswith("Hits 99\n")
    assert text.endswith("10 of 99 rows; a loop over them returns all")
    assert asked == [{"from": 0, "size": 10}]


def test_hits_that_are_there_are_displayed_without_a_request() -> None:
    found, asked = hits(TWO)
    assert len(found) == 2
    assert draw_text(found._blocks(), 80).splitlines() == [
        "Hits 2",
        "",
        "type   name      description  score",
        "─────  ────────  ───────────  ─────",
        "table  s.orders  All orders   1.25",
        "table  s.items                0.5",
    ]
    assert len(asked) == 1


def test_scripts_and_handlers_of_errors_request_nothing() -> None:
    found, asked = hits(TWO)
    assert repr(found) == "<Hits, not requested yet>"
    assert "requested page by page" in found._repr_html_()
    with at_prompt():
        try:
            raise ValueError
        except ValueError:
            found._repr_html_()
    assert asked == []


def test_a_failed_search_is_a_line() -> None:
    error = SearchFailed("the index is missing", status=500, code=500, method="GET", url="u")
    found, asked = hits(error)
    with at_prompt():
        assert draw_text(found._blocks()) == "Hits\n\nSearchFailed: 500 the index is missing"
        found._repr_html_()
    assert len(asked) == 1


@pytest.mark.parametrize(
    ("total", "limit", "heading"),
    [({"value": 10_000, "relation": "gte"}, None, "Hits 10,000 or more"), (0, 5, "Hits 0")],
)
def test_how_many_there_are(total: Any, limit: int | None, heading: str) -> None:
    found, _ = hits({"hits": {"total": total, "hits": []}}, limit=limit)
    with at_prompt():
        assert draw_text(found._blocks()) == f"{heading}\n\nnothing was found"


def test_a_limit_is_that_of_the_display_too() -> None:
    found, _ = hits({"hits": {"total": 50, "hits": ROWS}}, limit=1)
    with at_prompt():
        assert draw_text(found._blocks()).count("table") == 1


def test_a_hit_is_a_card() -> None:
    found = Hit(ROWS[0], "table", lambda *_: None)
    assert draw_text(found._blocks()) == "table s.orders\n\nAll orders"


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_hits_are_harmless(text: str) -> None:
    row = hit(text, _score=1.0, fields={"description": text, text: text, "owners": [text]})
    found, _ = hits({"hits": {"total": 1, "hits": [row]}})
    with at_prompt():
        check_outputs(list(found._blocks()))
    check_outputs(list(Hit(row, text, lambda *_: None)._blocks()))
