"""TAB right after ``connect()``: names without a download, and one request at most."""

from __future__ import annotations

import copy
import rlcompleter
import sys
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import dynclient
from dynclient.display.interactive import is_interactive
from dynclient.errors import UsageError
from dynclient.releases import Cache, registry
from dynclient.session import completion
from tests.support.ipython_shells import completing
from tests.support.small_tree import SMALL
from tests.support.stub import Reply, Stub
from tests.support.trees import cache_starter

OWN = "9.4.2"
"""The release in the cache."""


@pytest.fixture
def stub(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Stub]:
    """A server of a release that is the only one in the cache; GitHub is the same server."""
    monkeypatch.setenv("DYNCLIENT_CACHE", str(tmp_path / "cache"))
    cache_starter(OWN)
    with Stub() as stub:
        monkeypatch.setenv("DYNCLIENT_GITHUB", stub.host)
        stub.routes["/api/v1/system/version"] = {"version": OWN}
        yield stub


@pytest.fixture
def prompt() -> None:
    """Let this process be an interactive one, until the end of the test."""
    sys.ps1 = ">>> "


def paths(stub: Stub) -> list[str]:
    return [seen.path for seen in stub.seen]


def tab(names: dict[str, Any], text: str) -> set[str]:
    """Return what TAB shows in plain Python."""
    completer = rlcompleter.Completer(names)
    found: set[str] = set()
    while (match := completer.complete(text, len(found))) is not None:
        found.add(match)
    return found


def ipython(names: dict[str, Any], text: str, *, jedi: bool) -> set[str]:
    """Return what TAB shows in IPython."""
    with completing(names, jedi=jedi) as offered:
        return {match.text.lstrip(".") for match in offered(text)}


def test_a_script_sends_nothing_when_it_looks_around(stub: Stub) -> None:
    om = dynclient.connect(stub.host)
    assert "health_check" in dir(om)
    assert "tables" not in dir(om)
    assert om._ipython_key_completions_() == []
    assert tab({"om": om}, "om.ta") == set()
    assert paths(stub) == []


@pytest.mark.usefixtures("prompt")
@pytest.mark.parametrize("version", [OWN, f"{OWN}-SNAPSHOT", "9.4.7", "9.8.0"])
def test_tab_in_plain_python_asks_for_the_version_once(stub: Stub, version: str) -> None:
    stub.routes["/api/v1/system/version"] = {"version": version}
    om = dynclient.connect(stub.host, token="t")
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert {"om.tables", "om.tags"} <= tab({"om": om}, "om.ta")
        assert {"om.tables.create(", "om.tables.list("} <= tab({"om": om}, "om.tables.")
        assert tab({"om": om}, "om.users.op") == {"om.users.op"}
        assert {"om.upsert_many("} <= tab({"om": om}, "om.up")
        assert "table" in om._ipython_key_completions_()
    assert paths(stub) == ["/api/v1/system/version"]
    assert "Authorization" not in stub.seen[0].headers
    is_chosen = version in {OWN, f"{OWN}-SNAPSHOT"}
    assert (om.session.known_release is not None) == is_chosen


@pytest.mark.usefixtures("prompt")
@pytest.mark.parametrize("version", [OWN, "9.4.7"])
@pytest.mark.parametrize("jedi", [True, False])
def test_tab_in_ipython_asks_for_the_version_once(stub: Stub, version: str, jedi: bool) -> None:
    stub.routes["/api/v1/system/version"] = {"version": version}
    om = dynclient.connect(stub.host)
    assert {"tables", "tags"} <= ipython({"om": om}, "om.ta", jedi=jedi)
    if jedi:  # without it, IPython does not evaluate om.tables
        assert {"create", "list"} <= ipython({"om": om}, "om.tables.", jedi=jedi)
    assert {"table", "user"} <= ipython({"om": om}, 'om["', jedi=jedi)
    assert paths(stub) == ["/api/v1/system/version"]


@pytest.mark.usefixtures("prompt")
def test_jedi_itself_asks_for_the_version_once(stub: Stub) -> None:
    jedi = pytest.importorskip("jedi")
    om = dynclient.connect(stub.host)
    for text in ("om.ta", "om.tables.", "om.tables.li", 'om["'):
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert jedi.Interpreter(text, [{"om": om}]).complete() is not None
    assert paths(stub) == ["/api/v1/system/version"]


@pytest.mark.usefixtures("prompt")
@pytest.mark.parametrize("version", [OWN, "9.4.7"])
def test_what_was_completed_works_when_it_is_used(stub: Stub, version: str) -> None:
    stub.routes["/api/v1/system/version"] = {"version": version}
    stub.default = lambda seen: (
        {"data": [], "paging": {"total": 0}} if "/api/" in seen.path else Reply(404, {})
    )
    om = dynclient.connect(stub.host, source=["cache", "nearest"])
    assert "om.tables" in tab({"om": om}, "om.ta")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the nearest release is used
        assert list(om.tables.list()) == []
    assert om.release.name == OWN
    assert paths(stub).count("/api/v1/system/version") == 1


@pytest.mark.usefixtures("prompt")
def test_a_collection_that_the_release_lacks_is_unknown_when_it_is_used(stub: Stub) -> None:
    stub.routes["/api/v1/system/version"] = {"version": "9.4.7"}
    om = dynclient.connect(stub.host)
    assert "om.tables" in tab({"om": om}, "om.ta")
    documents = copy.deepcopy(SMALL)  # repairs change them
    om.session.use_release(registry.add_documents(documents, "9.4.7", cache=Cache(), origin="test"))
    with pytest.raises(UsageError, match="no collection 'tables'; completion took"):
        om.tables.list()


@pytest.mark.usefixtures("prompt")
@pytest.mark.parametrize(
    "reply", [Reply(0), Reply(503, {}), Reply(200, {}), Reply(200, b"<html>"), Reply(401, {})]
)
def test_a_server_that_is_away_leaves_the_list_as_it_is(stub: Stub, reply: Reply) -> None:
    stub.routes["/api/v1/system/version"] = reply
    om = dynclient.connect(stub.host)
    assert tab({"om": om}, "om.ta") == set()
    assert tab({"om": om}, "om.health") == {"om.health_check()"}
    assert "tables" not in dir(om)
    assert paths(stub).count("/api/v1/system/version") == 1


@pytest.mark.usefixtures("prompt")
def test_a_slow_server_is_not_waited_for(stub: Stub, monkeypatch: pytest.MonkeyPatch) -> None:
    answer = threading.Event()

    def slow(seen: Any) -> Any:
        answer.wait(60)
        return {"version": OWN}

    stub.routes["/api/v1/system/version"] = slow
    om = dynclient.connect(stub.host)
    join = threading.Thread.join
    waited = []

    def impatient(thread: threading.Thread, timeout: float | None = None) -> None:
        if thread.name == "dynclient-version":
            waited.append((timeout, thread))
            return
        join(thread, timeout)

    with monkeypatch.context() as patch:
        patch.setattr(threading.Thread, "join", impatient)
        assert "tables" not in dir(om)
    seconds, thread = waited[0]
    assert seconds == completion.WAIT == 1.0
    answer.set()
    thread.join()


@pytest.mark.usefixtures("prompt")
def test_a_release_that_is_named_needs_no_request(stub: Stub) -> None:
    om = dynclient.connect(stub.host, release=OWN, source="github")
    assert "om.tables" in tab({"om": om}, "om.ta")
    assert paths(stub) == []
    assert om.session.known_release is None


@pytest.mark.usefixtures("prompt")
def test_a_transport_of_the_user_is_not_used(stub: Stub) -> None:
    class Own:
        def send(self, request: Any) -> Any:
            raise AssertionError(f"completion sent {request}")

    om = dynclient.connect(stub.host, transport=Own())
    assert tab({"om": om}, "om.ta") == set()
    assert paths(stub) == []


def test_ipython_is_interactive() -> None:
    assert not is_interactive()
    ipython({}, "pri", jedi=False)
    assert is_interactive()
