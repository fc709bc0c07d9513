"""At a prompt: TAB, help() and typos, in plain Python and in IPython; the network is not needed."""

from __future__ import annotations

import inspect
import io
import pydoc
import rlcompleter
import subprocess
import sys
import warnings
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest

import dynclient
from dynclient.client.client import Client
from tests.support.projecting_server import ProjectingServer, label, reference, table
from tests.support.trees import ALL_RELEASES, release_named


class UnusedTransport:
    """A transport that must not be used."""

    auth = None

    def send(self, request: Any) -> NoReturn:
        raise AssertionError(f"looking around sent {request}")


@pytest.fixture(params=ALL_RELEASES)
def om(request: pytest.FixtureRequest) -> Client:
    return dynclient.connect(
        "http://127.0.0.1:1", release=release_named(request.param), transport=UnusedTransport()
    )


@pytest.fixture
def names(om: Client) -> dict[str, Any]:
    """What the user has at the prompt."""
    table = om.types.CreateTableRequest(name="orders", databaseSchema="a.b.c", columns=[])
    return {"om": om, "dynclient": dynclient, "t": table}


def test_dir_lists_what_there_is(om: Client) -> None:
    assert {"tables", "users", "health_check", "save", "types"} <= set(dir(om))
    assert {"create", "get", "list", "delete", "versions"} <= set(dir(om.tables))
    assert {"Table", "CreateTableRequest", "Column"} <= set(dir(om.types))
    assert {"name", "columns"} <= set(dir(om.types.Table))


def test_completion_does_not_choose_a_release() -> None:
    om = dynclient.connect("http://127.0.0.1:1", transport=UnusedTransport())
    assert "health_check" in dir(om)
    assert "not chosen yet" in repr(om)
    assert om._ipython_key_completions_() == []


def complete(names: dict[str, Any], text: str) -> set[str]:
    completer = rlcompleter.Completer(names)
    found: set[str] = set()
    while (match := completer.complete(text, len(found))) is not None:
        found.add(match)
    return found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("om.ta", {"om.tables", "om.tags"}),
        ("om.tables.", {"om.tables.create(", "om.tables.get(", "om.tables.list("}),
        ("om.tables.cr", {"om.tables.create("}),
        ("om.types.CreateTab", {"om.types.CreateTableRequest("}),
        ("t.col", {"t.columns"}),
        ("dynclient.conn", {"dynclient.connect("}),
    ],
)
def test_tab_in_plain_python(names: dict[str, Any], text: str, found: set[str]) -> None:
    assert found <= complete(names, text)


@pytest.fixture
def shell(names: dict[str, Any]) -> Iterator[Any]:
    interactiveshell = pytest.importorskip("IPython.core.interactiveshell")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what IPython and jedi say of themselves
        shell = interactiveshell.InteractiveShell(user_ns=names)
        shell.history_manager.enabled = False
        yield shell
        shell.history_manager.end_session()


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("om.ta", {"tables", "tags"}),
        ("om.tables.", {"create", "get", "list"}),
        ("om.tables.create(na", {"name="}),
        ("om.tables.list(", {"fields=", "include=", "limit="}),
        ("om.types.CreateTab", {"CreateTableRequest"}),
        ("om.types.Table(", {"name=", "columns="}),
        ("t.col", {"columns"}),
        ('t["', {"columns", "name"}),
        ('om["', {"table", "user"}),
    ],
)
def test_tab_in_ipython(shell: Any, text: str, found: set[str]) -> None:
    from IPython.core.completer import provisionalcompleter

    with provisionalcompleter():
        found_here = list(shell.Completer.completions(text, len(text)))
    matches = {match.text.lstrip(".") for match in found_here}
    assert found <= matches


@pytest.fixture
def read(names: dict[str, Any], om: Client) -> ProjectingServer:
    """Add ``r``, a table that was read without its tags, and return its server."""
    full = table(1, tags=[label("PII.Sensitive")], owners=[reference("ada")])
    server = ProjectingServer(full)
    host = "http://127.0.0.1:1"
    names["r"] = dynclient.connect(host, release=om.release, transport=server).tables["s.d.c.t1"]
    return server


def test_tab_at_an_entity_sends_nothing_in_plain_python(
    names: dict[str, Any], read: ProjectingServer
) -> None:
    assert {"r.tags", "r.columns", "r.followers"} <= complete(names, "r.")
    assert {"r.tags"} <= complete(names, "r.ta")
    assert {"r.columns"} <= complete({**names, "r": type(names["r"])}, "r.col")
    assert len(read.sent) == 1


@pytest.mark.parametrize(
    ("engine", "text"),
    [
        *(
            (engine, text)
            for engine in ("jedi", "dir")
            for text in ("r.", "r.ta", 'r["', "print(r.")
        ),
        ("jedi", "r.columns[0]."),
    ],
)
def test_tab_at_an_entity_sends_nothing_in_ipython(
    shell: Any, read: ProjectingServer, engine: str, text: str
) -> None:
    from IPython.core.completer import provisionalcompleter

    shell.Completer.use_jedi = engine == "jedi"
    with provisionalcompleter():
        found_here = list(shell.Completer.completions(text, len(text)))
    assert "tags" in {match.text.lstrip(".").removeprefix("r.") for match in found_here}
    assert len(read.sent) == 1


def test_jedi_alone_sends_nothing(names: dict[str, Any], read: ProjectingServer) -> None:
    jedi = pytest.importorskip("jedi")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = {each.name for each in jedi.Interpreter("r.ta", [names]).complete()}
    assert "tags" in found
    assert len(read.sent) == 1


def test_showing_an_entity_sends_nothing(shell: Any, names: dict[str, Any], read: Any) -> None:
    from rich.console import Console
    from rich.pretty import Pretty

    shell.display_formatter.format(names["r"])
    with Console(file=io.StringIO()).capture() as shown:
        Console().print(Pretty(names["r"]))
    assert shown is not None
    assert len(read.sent) == 1


def test_hasattr_and_getmembers_read_like_an_access(
    names: dict[str, Any], read: ProjectingServer
) -> None:
    assert hasattr(names["r"], "tags")
    assert len(read.sent) == 2
    assert "joins" in dict(inspect.getmembers(names["r"]))
    assert len(read.sent) > 2


def test_help_of_a_method_lists_its_fields(om: Client) -> None:
    text = pydoc.plain(pydoc.render_doc(om.tables.create))
    for words in ("name", "columns", "databaseSchema", "CreateTableRequest", "POST /v1/tables"):
        assert words in text, words


def test_help_of_a_list_shows_its_keywords(om: Client) -> None:
    text = pydoc.plain(pydoc.render_doc(om.tables.list))
    for words in ("fields", "include", "limit", "GET /v1/tables"):
        assert words in text, words


def test_help_of_a_class_lists_its_fields(om: Client) -> None:
    text = pydoc.plain(pydoc.render_doc(om.types.Table))
    for words in ("Table", "columns", "fullyQualifiedName", "Required fields"):
        assert words in text, words


TYPO = """
import dynclient
om = dynclient.connect("http://127.0.0.1:1", release="starter")
{typo}
"""


@pytest.mark.parametrize(
    ("typo", "right"),
    [
        ("om.tabels", "tables"),
        ("om.tables.creat", "create"),
        ("om.types.Tabel", "Table"),
        ("om.types.CreateTableRequest(name='a').colums", "columns"),
        ("dynclient.conect", "connect"),
    ],
)
def test_the_error_of_a_typo_names_the_right_one(typo: str, right: str) -> None:
    ran = subprocess.run(
        [sys.executable, "-c", TYPO.format(typo=typo)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ran.returncode == 1
    last = ran.stderr.strip().splitlines()[-1]
    assert right in last
    assert f"Did you mean: '{right}'?" in ran.stderr or f"did you mean {right}" in ran.stderr
