"""TAB in IPython completes names of entities: ``om.tables["shop.ma<TAB>``."""

from __future__ import annotations

import json
import os
import rlcompleter
import subprocess
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.client.client import Client
from dynclient.extensions import name_completion
from dynclient.extensions.name_completion import complete_names
from tests.support.ipython_shells import completing
from tests.support.shop import Shop, shop
from tests.support.stub import Reply, Seen, Stub
from tests.support.trees import cache_starter

OWN = "9.4.2"
"""The release in the cache."""
SERVICES = "/api/v1/services/databaseServices"
VERSION = "/api/v1/system/version"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait longer than a person would: the machine may be busy."""
    monkeypatch.setattr(name_completion, "WAIT", 60.0)


@contextmanager
def ipython(names: dict[str, Any], *, jedi: bool) -> Iterator[Any]:
    """Yield a function that returns the lines that TAB offers at the end of a line."""
    extension = dynclient.load_ipython_extension
    with completing(names, jedi=jedi, extension=extension) as tab:
        yield lambda line: [line[: each.start] + each.text for each in tab(line)]


# -- against every release -------------------------------------------------------------------------


@pytest.fixture
def made(each: Client) -> Iterator[Shop]:
    with shop(each) as made:
        yield made


def test_names_are_completed_level_by_level(made: Shop, each: Client) -> None:
    service = f"shop{made.suffix}"
    quoted = each.database_schemas.create(name="a.b", database=f"{service}.d")
    for name in ("orders", "it's"):
        each.tables.create(
            name=name, databaseSchema=quoted, columns=[{"name": "id", "dataType": "INT"}]
        )
    assert complete_names(each.session, "table", service[:-1]) == [f"{service}."]
    assert complete_names(each.session, "table", f"{service}.") == [f"{service}.d."]
    schemas = [f'{service}.d."a.b".', f"{service}.d.s."]
    assert complete_names(each.session, "table", f"{service}.d.") == schemas
    assert complete_names(each.session, "table", f"{service}.d.s.") == [f"{service}.d.s.t"]
    assert complete_names(each.session, "table", f'{service}.d."a') == schemas[:1]
    inside = [f'{service}.d."a.b".it\'s', f'{service}.d."a.b".orders']
    assert complete_names(each.session, "table", schemas[0]) == inside
    assert complete_names(each.session, "table", f"{schemas[0]}o") == inside[1:]
    assert complete_names(each.session, "databaseSchema", f"{service}.d.s") == [f"{service}.d.s"]
    for jedi in (True, False):
        with ipython({"om": each}, jedi=jedi) as tab:
            assert tab(f'om.tables["{service}.') == [f'om.tables["{service}.d.']
            assert tab(f'om.tables["{service}.d.') == [
                rf'om.tables["{service}.d.\"a.b\".', f'om.tables["{service}.d.s.'
            ]  # fmt: skip
            (line,) = tab(f"om.tables['{schemas[0]}i")
            assert line == rf"om.tables['{service}.d.\"a.b\".it\'s']".replace(r"\"", '"')
            assert tab(f'om.tables.get("{service}.d.s.') == [f'om.tables.get("{service}.d.s.t"']


# -- what is sent ----------------------------------------------------------------------------------


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stub]:
    """A server of a release that is the only one in the cache."""
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    cache_starter(OWN)
    with Stub() as stub:
        stub.routes[VERSION] = {"version": OWN}
        stub.routes[SERVICES] = lambda seen: services(seen)
        yield stub


def services(_: Seen) -> Any:
    return {"data": [{"id": "x", "fullyQualifiedName": "shop"}], "paging": {"total": 1}}


def sent(stub: Stub) -> list[str]:
    return [f"{seen.method} {seen.path.partition('?')[0]}" for seen in stub.seen]


@pytest.mark.parametrize("jedi", [True, False])
def test_the_first_tab_asks_for_the_version_and_the_names(stub: Stub, jedi: bool) -> None:
    om = dynclient.connect(stub.host, token="t")
    with ipython({"om": om}, jedi=jedi) as tab:
        assert tab('om.tables["sh') == ['om.tables["shop.']
        assert tab('om.tables["s') == ['om.tables["shop.']
        assert tab('om.tables["') == ['om.tables["shop.']
        assert sent(stub) == [f"GET {VERSION}", f"GET {SERVICES}"]
        tab('om.tables["shop.')
        assert len(stub.seen) == 3  # the list of databases, which the stub does not have
        tab("om.tables.ge")
        tab("om.tables.get(")
        tab("om.")
        tab('om["')
        assert len(stub.seen) == 3


def test_plain_python_asks_for_the_version_only(stub: Stub) -> None:
    sys.ps1 = ">>> "
    om = dynclient.connect(stub.host, token="t")
    completer = rlcompleter.Completer({"om": om})
    for text in ("om.ta", "om.tables.", "om.tables.ge", 'om.tables["sh', 'om["ta', "om.ver"):
        state = 0
        while completer.complete(text, state) is not None:
            state += 1
    assert sent(stub) == [f"GET {VERSION}"]


@pytest.mark.parametrize("jedi", [True, False])
@pytest.mark.parametrize("reply", [Reply(0), Reply(500, {}), Reply(401, {}), Reply(200, b"x")])
def test_a_failure_is_silent(
    stub: Stub, jedi: bool, reply: Reply, capfd: pytest.CaptureFixture[str]
) -> None:
    stub.routes[SERVICES] = reply
    om = dynclient.connect(stub.host, token="t")
    with ipython({"om": om}, jedi=jedi) as tab:
        capfd.readouterr()
        lines = tab('om.tables["sh')
        assert not any("shop" in line for line in lines)
        assert capfd.readouterr() == ("", "")
    assert sent(stub) == [f"GET {VERSION}", f"GET {SERVICES}"]


def test_keys_of_a_collection_without_the_extension(stub: Stub) -> None:
    """A variable is evaluated by IPython, which asks the collection for its keys."""
    core = pytest.importorskip("IPython.core.interactiveshell")
    from IPython.core.completer import provisionalcompleter

    om = dynclient.connect(stub.host, token="t", release="starter")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        shell = core.InteractiveShell.instance(user_ns={"tables": om.tables})
        shell.history_manager.enabled = False
        try:
            with provisionalcompleter():
                found = list(shell.Completer.completions('tables["sh', 10))
        finally:
            shell.history_manager.end_session()
            core.InteractiveShell.clear_instance()
    assert [each.text.rstrip('"]') for each in found] == ["shop."]
    assert sent(stub) == [f"GET {SERVICES}"]


SHELL = """
import json, sys, warnings
warnings.simplefilter("ignore")
from dynclient.extensions import name_completion
name_completion.WAIT = 60.0
from IPython.core.completer import provisionalcompleter
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
shell.history_manager.enabled = False
shell.run_cell(f"import dynclient; om = dynclient.connect({sys.argv[1]!r}, release='starter')")
with provisionalcompleter():
    found = [each.text for each in shell.Completer.completions('om.tables["sh', 13)]
shell.history_manager.end_session()
print(json.dumps(found))
"""


def test_connect_installs_it_in_ipython(stub: Stub) -> None:
    pytest.importorskip("IPython")
    done = subprocess.run(
        [sys.executable, "-c", SHELL, stub.host],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "DYNCLIENT_TRACEBACK": ""},
        timeout=120,
    )
    assert json.loads(done.stdout.splitlines()[-1]) == ["shop."]
    assert done.stderr == ""
    assert sent(stub) == [f"GET {SERVICES}"]
