"""What real prompts display, and the requests that they send for it: one for rows, else none."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

import dynclient
from dynclient.client.client import Client
from tests.support.blocks import check_html
from tests.support.ipython_shells import run_cells
from tests.support.shop import shop
from tests.support.stub import Stub

TABLE = {
    "id": "00000000-0000-4000-8000-000000000001",
    "name": "orders",
    "fullyQualifiedName": "s.d.c.orders",
    "columns": [{"name": "id", "dataType": "INT"}],
}
START = """
import logging, sys, traceback
import dynclient
om = dynclient.connect({host!r}, token="t", release="starter", retries=0)
tables = om.tables.list()
def fail(local):
    1 / 0

def show_locals(kind, error, trace):
    found = traceback.TracebackException(kind, error, trace, capture_locals=True)
    print(found.stack[-1].locals["local"])

log = logging.error
HANDLER = "try:\\n    1 / 0\\nexcept ZeroDivisionError:\\n    print(repr(tables))"
def trace_nothing(*arguments):
    return None

"""
LAZY = "<Listing, requested page by page; loop over it, or call its .page()>"
REPORTS = {
    "a log": "logging.basicConfig(stream=sys.stdout, format='%(message)s'); log('%r', tables)",
    "a traceback with variables": "sys.excepthook = show_locals\nfail(tables)",
    "an except block": "exec(HANDLER)",
    "a trace function": "sys.settrace(trace_nothing); print(repr(tables)); sys.settrace(None)",
    "a function": "(lambda: print(repr(tables)))()",
}
"""Lines at a prompt that print a list, though no person asked to look at it."""


@pytest.fixture
def stub() -> Iterator[Stub]:
    """A server with one table."""
    with Stub() as stub:
        stub.routes["/api/v1/system/version"] = {"version": "1.13.0"}
        stub.routes["/api/v1/tables"] = {"data": [TABLE], "paging": {"total": 1}}
        stub.routes["/api/v1/tables/name/s.d.c.orders"] = TABLE
        yield stub


def requests(stub: Stub) -> list[str]:
    """Return the requests that were sent, without the one for the version."""
    return [seen.path for seen in stub.seen if not seen.path.endswith("/version")]


def python(stub: Stub, *lines: str, interactive: bool = True) -> list[str]:
    """Return what Python prints for lines at its prompt, or for a script."""
    source = START.format(host=stub.host) + "\n".join(lines) + "\n"
    arguments = ["-i", "-q"] if interactive else ["-c", source]
    done = subprocess.run(
        [sys.executable, *arguments],
        check=False,
        input=source if interactive else "",
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHON_BASIC_REPL": "1", "COLUMNS": "80"},
        timeout=120,
    )
    return done.stdout.splitlines()


def test_the_prompt_of_python_displays_the_rows_of_a_list(stub: Stub) -> None:
    assert python(stub, "tables", "tables") == 2 * [
        "Listing of Table 1",
        "",
        "name",
        "────────────",
        "s.d.c.orders",
    ]
    assert requests(stub) == ["/api/v1/tables?limit=10"]


@pytest.mark.parametrize("report", REPORTS)
def test_reports_at_a_prompt_request_nothing(stub: Stub, report: str) -> None:
    assert python(stub, REPORTS[report]) == [LAZY]
    assert requests(stub) == []


def test_a_script_requests_nothing(stub: Stub) -> None:
    assert python(stub, "print(tables)", interactive=False) == [LAZY]
    assert requests(stub) == []


def test_an_entity_stays_a_line_at_the_prompt_of_python(stub: Stub) -> None:
    (line,) = python(stub, "om.tables.get('s.d.c.orders')")
    assert line.startswith("Table(fullyQualifiedName='s.d.c.orders'")


def ipython(stub: Stub, *cells: str) -> list[tuple[str, str]]:
    """Return the text that IPython prints for cells, and their HTML."""
    return run_cells(START.format(host=stub.host), *cells, COLUMNS="80")


def test_ipython_displays_lists_and_entities_with_one_request_each(stub: Stub) -> None:
    listed, again, entity, inside, failed = ipython(
        stub,
        "tables",
        "tables",
        "t = om.tables.get('s.d.c.orders'); t",
        "[tables, t.columns[0]]",
        "x = tables\n1 / 0",
    )
    assert "Listing of Table 1\n" in listed[0]
    assert "s.d.c.orders" in listed[1]
    assert listed[1] == again[1]
    assert "Table s.d.c.orders\n" in entity[0]
    assert "columns\nname  dataType  tags\n" in entity[0]
    assert f"[{LAZY}, Column(name='id', dataType='INT')]" in inside[0].replace("\n", "")
    assert "ZeroDivisionError" in failed[0]
    for _, html in (listed, entity):
        check_html(html)
    assert requests(stub) == ["/api/v1/tables?limit=10", "/api/v1/tables/name/s.d.c.orders"]


def test_ipython_requests_nothing_for_a_traceback_with_variables(stub: Stub) -> None:
    first, second = ipython(stub, "get_ipython().InteractiveTB.set_mode('Verbose')", "fail(tables)")
    assert "<Listing, requested page by page" in second[0], first
    assert requests(stub) == []


def test_a_server_that_fails_is_a_line_in_place_of_the_rows(stub: Stub) -> None:
    stub.routes["/api/v1/tables"] = lambda seen: None
    ((text, html),) = ipython(stub, "tables")
    assert "NotFound: 404 nothing at /api/v1/tables" in text
    assert "NotFound" in html


def test_cards_of_every_release(each: Client) -> None:
    with shop(each) as own:
        table = each.tables.get(own.table.fullyQualifiedName, fields=["tags"])
        output = io.StringIO()
        for value in (table, each.tables.list(databaseSchema=own.schema.fullyQualifiedName)):
            dynclient.show(value, width=100, file=output)
        text = output.getvalue()
    lines = text.splitlines()
    assert lines[0] == f"Table {table.fullyQualifiedName}"
    assert lines[1] == each.url(table)
    assert "  city" in text
    assert "not read: " in text
    assert "just now (" in text
    assert "Listing of Table 1" in text
