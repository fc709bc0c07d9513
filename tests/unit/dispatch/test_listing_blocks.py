"""What lists look like, and the requests that displaying them costs: one, or none."""

from __future__ import annotations

import io
import pickle
from collections.abc import Callable
from typing import Any

import pytest

import dynclient
from dynclient.dispatch.entity_list import EntityList
from dynclient.dispatch.pagination import Listing, Page
from dynclient.display.text import draw_text
from dynclient.errors import ConnectFailed
from dynclient.model.entity import new_entity
from dynclient.model.namespace import Types
from tests.support.blocks import HOSTILE, check_outputs
from tests.support.prompts import at_prompt

NOT_READ = "requested page by page"


class Tables:
    """Returns tables, or raises an error, and counts the requests."""

    def __init__(self, named: Types, total: int | None, error: Exception | None = None) -> None:
        self.named = named
        self.total = total
        self.error = error
        self.asked: list[dict[str, Any]] = []

    def __call__(self, arguments: dict[str, Any]) -> Page:
        self.asked.append(arguments)
        if self.error is not None:
            raise self.error
        count = min(arguments.get("page_size", 100), 100 if self.total is None else self.total)
        rows = [
            new_entity(self.named.Table, {"name": f"t{number}", "tableType": "View"}, None)
            for number in range(count)
        ]
        return Page(rows, {"total": self.total, "after": "next"})


@pytest.fixture
def tables(named: Types) -> Callable[..., Tables]:
    """Return a function that returns the tables of a server."""

    def of(total: int | None = 1234, error: Exception | None = None) -> Tables:
        return Tables(named, total, error)

    return of


def test_ten_rows_are_requested_once(tables: Callable[..., Tables]) -> None:
    server = tables()
    listing = Listing(server, page_size=50)
    with at_prompt():
        first = draw_text(listing._blocks(), 80)
        assert draw_text(listing._blocks(), 80) == first
        assert "<td" in listing._repr_html_()
    assert first.splitlines()[:4] == ["Listing of Table 1,234", "", "name", "────"]
    assert first.splitlines()[-2:] == ["t9", "10 of 1,234 rows; a loop over it returns all"]
    assert server.asked == [{"page_size": 10}]
    assert "t9" in draw_text(listing._blocks())  # no prompt, but nothing is requested either


@pytest.mark.parametrize(
    ("limit", "size", "heading", "last"),
    [
        (3, 3, "Listing of Table 3", "t2"),
        (20, 10, "Listing of Table 20", "10 of 20 rows; a loop over it returns all"),
    ],
)
def test_a_limit_is_that_of_the_display_too(
    tables: Callable[..., Tables], limit: int, size: int, heading: str, last: str
) -> None:
    server = tables()
    listing = Listing(server, limit=limit, warn=True)
    with at_prompt():
        lines = draw_text(listing._blocks(), 80).splitlines()
    assert (lines[0], lines[-1]) == (heading, last)
    assert server.asked == [{"page_size": size}]


def test_an_empty_list_is_empty(tables: Callable[..., Tables]) -> None:
    with at_prompt():
        assert draw_text(Listing(tables(0))._blocks()) == "Listing\n\nempty"
        server = tables()
        assert draw_text(Listing(server, limit=0)._blocks()) == "Listing\n\nempty"
        assert server.asked == []


def test_a_list_of_unknown_length(tables: Callable[..., Tables]) -> None:
    with at_prompt():
        text = draw_text(Listing(tables(None))._blocks())
    assert text.startswith("Listing of Table\n")


def test_scripts_logs_and_handlers_of_errors_request_nothing(
    tables: Callable[..., Tables],
) -> None:
    server = tables()
    listing = Listing(server)
    assert repr(listing).startswith("<Listing, ")
    assert NOT_READ in listing._repr_html_()
    with at_prompt():
        assert repr(listing).startswith("<Listing, ")  # called by a module, not by the prompt
        try:
            raise ValueError
        except ValueError:
            assert NOT_READ in listing._repr_html_()
    assert server.asked == []


def test_show_requests_rows_in_scripts_too(tables: Callable[..., Tables]) -> None:
    server, output = tables(2), io.StringIO()
    dynclient.show(Listing(server), file=output)
    assert "t1" in output.getvalue()
    assert len(server.asked) == 1


def test_a_failed_request_is_a_line_in_place_of_the_rows(tables: Callable[..., Tables]) -> None:
    error = ConnectFailed("no connection to host\n  GET http://host", method="GET", url="http://h")
    server = tables(error=error)
    listing = Listing(server)
    with at_prompt():
        assert draw_text(listing._blocks()) == "Listing\n\nConnectFailed: no connection to host"
        listing._repr_html_()
    assert len(server.asked) == 1


def test_other_mistakes_are_raised(tables: Callable[..., Tables]) -> None:
    listing = Listing(tables(error=ZeroDivisionError()))
    with at_prompt(), pytest.raises(ZeroDivisionError):
        listing._repr_html_()


def test_a_page_displays_what_it_has(tables: Callable[..., Tables]) -> None:
    page = tables(30)({"page_size": 20})
    text = draw_text(page._blocks())
    assert text.startswith("Page of Table 30")
    assert "10 of 30 rows; a loop over it returns all" in text
    assert repr(page) == "<Page of 20 of 30, more after it>"


def test_a_slice_is_a_list_that_is_displayed_as_a_table(tables: Callable[..., Tables]) -> None:
    found = Listing(tables())[:60]
    assert isinstance(found, list)
    assert found == list(found)
    assert repr(found) == repr(list(found))
    assert pickle.loads(pickle.dumps(found)) == found
    lines = draw_text(found._blocks(), 80).splitlines()
    assert lines[0] == "list of Table 60"
    assert lines[-1] == "50 of 60 rows; a loop over it returns all"


def test_records_are_known_by_their_time(named: Types) -> None:
    raw = {"timestamp": 1767225600000, "rowCount": 5}
    text = draw_text(EntityList([new_entity(named.TableProfile, raw, None)])._blocks(), 80)
    assert "2026-01-01 00:00 UTC" in text


def test_rows_that_are_not_entities() -> None:
    text = draw_text(Page([{"a": 1}, "b"], {"total": 2})._blocks())
    assert "{'a': 1}" in text
    assert "'b'" in text


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_rows_are_harmless(named: Types, text: str) -> None:
    raw = {"name": text, "displayName": text, "description": text, text: text}
    check_outputs(list(Page([new_entity(named.Table, raw, None), text])._blocks()))
    check_outputs(list(Page([new_entity(named.Table, raw, None)] * 2)._blocks()))
