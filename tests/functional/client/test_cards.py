"""What a client and its collections look like, and which requests they send for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from io import StringIO
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.display import interactive
from dynclient.display.displayed import media_types
from tests.support.stub import Reply, Stub
from tests.support.trees import release_named

ME = "/api/v1/users/loggedInUser"
COUNTS = "/api/v1/system/entities/count"
VERSION = "/api/v1/system/version"


@pytest.fixture
def prompt(monkeypatch: pytest.MonkeyPatch) -> None:
    """As if a person typed; coverage and debuggers of the tests themselves do not count."""
    monkeypatch.setattr(sys, "ps1", ">>> ", raising=False)
    monkeypatch.setattr(sys, "gettrace", lambda: None)
    monkeypatch.setattr(interactive, "_is_monitored", lambda: False)


@pytest.fixture
def stub() -> Iterator[Stub]:
    with Stub() as stub:
        stub.routes[VERSION] = {"version": "1.13.0"}
        stub.routes[ME] = {"id": "x", "name": "<ada>\x1b[31m", "isAdmin": True}
        stub.routes[COUNTS] = {"tableCount": 3, "storageContainerCount": 5, "servicesCount": 0}
        yield stub


def client(stub: Stub, **settings: Any) -> Client:
    release = release_named("starter")
    return dynclient.connect(stub.host, token="t0ken-of-ada", release=release, **settings)


def text(value: Any) -> str:
    return media_types(value)["text/plain"]


def paths(stub: Stub) -> list[str]:
    return [seen.path for seen in stub.seen]


def test_nothing_is_sent_in_a_script(stub: Stub) -> None:
    om = client(stub)
    shown = [text(om), om._repr_html_(), repr(om), text(om.tables), repr(om.tables)]
    assert not stub.seen
    assert all(stub.host in each for each in shown[:3])
    assert repr(om) == f"<Client of {stub.host}, release starter, token **********>"
    assert "t0ken" not in "".join(shown)


def test_a_client_displays_the_user_and_the_numbers_of_entities(stub: Stub, prompt: None) -> None:
    shown = client(stub)._repr_mimebundle_()
    assert paths(stub) == [VERSION, ME, COUNTS]  # once, though there are two forms
    lines = shown["text/plain"].splitlines()
    assert lines[0] == f"OpenMetadata at {stub.host}"
    assert r"user            <ada>\x1b[31m, administrator" in lines
    assert lines[lines.index("collection  entities") + 2 :][:2] == [
        "containers         5",
        "tables             3",
    ]
    assert "&lt;ada&gt;" in shown["text/html"]
    assert "<ada>" not in shown["text/html"]
    assert "services" not in shown["text/html"]
    assert "t0ken" not in "".join(shown.values())


def test_ipython_sends_no_more_for_all_forms(stub: Stub, prompt: None) -> None:
    formatters = pytest.importorskip("IPython.core.formatters")
    forms, _ = formatters.DisplayFormatter().format(client(stub))
    assert {"text/plain", "text/html"} <= set(forms)
    assert paths(stub) == [VERSION, ME, COUNTS]


def test_clients_and_collections_in_lists_are_one_line_each(stub: Stub, prompt: None) -> None:
    pretty = pytest.importorskip("IPython.lib.pretty")
    om = client(stub)
    shown = pretty.pretty([om, om.tables])
    assert shown.count("\n") == 1
    assert f"<tables at {stub.host}/v1/tables>" in shown
    assert not stub.seen


def test_nothing_is_sent_while_an_exception_is_handled(stub: Stub, prompt: None) -> None:
    om = client(stub)
    try:
        raise ValueError
    except ValueError:
        assert "user" not in text(om)
        assert "count" not in text(om.tables)
    assert not stub.seen


def test_what_cannot_be_read_is_left_out_and_said(stub: Stub, prompt: None) -> None:
    stub.routes[ME] = Reply(401, {"code": 401, "message": "Not authorized"})
    shown = text(client(stub))
    assert "tables             3" in shown
    assert "the user cannot be read: 401 Not authorized" in shown


def test_a_server_that_is_down_is_asked_once(prompt: None) -> None:
    with Stub() as stub:
        om = client(stub)
    shown = text(om)
    assert shown.count("cannot be read") == 1
    assert "help(om)" in shown


def test_a_closed_client_has_a_card_without_requests(stub: Stub, prompt: None) -> None:
    om = client(stub)
    om.close()
    assert "cannot be read" in text(om)
    assert text(om.tables).startswith("collection om.tables")
    assert not stub.seen


def test_a_server_without_entities_says_so(stub: Stub, prompt: None) -> None:
    stub.routes[COUNTS] = {"tableCount": 0}
    assert "no entities yet" in text(client(stub))


def test_show_sends_requests_in_a_script_too(stub: Stub) -> None:
    output = StringIO()
    dynclient.show(client(stub), file=output)
    assert "administrator" in output.getvalue()
    assert paths(stub) == [VERSION, ME, COUNTS]


def test_a_client_says_that_it_is_read_only_and_what_it_does_not_know(stub: Stub) -> None:
    om = client(stub, read_only=True, drift="warn")
    stub.routes["/api/v1/tables/name/a.b.c.d"] = {"id": "x", "name": "d", "shininess": 1}
    assert om.tables["a.b.c.d"].name == "d"
    rows = {line.split("  ")[0]: line for line in text(om).splitlines()}
    assert "nothing is changed" in rows["read-only"]
    assert rows["drift"].split() == ["drift", "warn"]
    assert "1 name that the release does not have: om.drift_seen" in rows["drift seen"]
    assert "read-only" not in text(client(stub))


def test_a_collection_displays_how_many_there_are(stub: Stub, prompt: None) -> None:
    stub.routes["/api/v1/tables"] = {"data": [], "paging": {"total": 1234}}
    shown = client(stub).tables._repr_mimebundle_()["text/plain"]
    assert paths(stub) == ["/api/v1/tables?limit=0"]
    assert "count     1,234" in shown


def test_a_collection_displays_what_it_needs_and_how_to_call_it(stub: Stub) -> None:
    shown = text(client(stub).tables)
    for part in ("collection om.tables", "databaseSchema", "om.tables.create(", "add_tags"):
        assert part in shown
    methods = [row.split(None, 1) for row in shown.splitlines() if row[:1].isalpha()]
    assert ["restore", "Restore an entity that was deleted without hard=True."] in methods
    assert "count" not in shown.split("needed to create")[0]


def test_collections_are_a_tuple_with_a_table(stub: Stub) -> None:
    om = client(stub)
    assert isinstance(om.collections, tuple)
    assert om.collections[0]._attribute in dir(om)
    shown = text(om.collections)
    assert shown.startswith(f"{len(om.collections)} collections of release starter")
    assert "/v1/tables" in shown
    assert not stub.seen


def test_the_numbers_of_entities_are_named_by_collection(each: Client) -> None:
    counts = each.counts()
    assert counts["teams"] >= 1
    assert counts["users"] >= 1
    assert set(counts) - {"services"} <= {each._attribute for each in each.collections}
    assert list(counts.values()) == sorted(counts.values(), reverse=True)


def test_every_collection_of_every_release_has_a_card(each: Client) -> None:
    for collection in each.collections:
        assert text(collection).startswith(f"collection om.{collection._attribute}")
