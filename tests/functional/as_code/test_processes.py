"""Several processes that dump, plan and apply the same folder, some of which are killed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import dynclient
from dynclient import sandbox
from dynclient.as_code import Catalogue
from dynclient.client.client import Client
from tests.support.external_server import only_on_sandbox
from tests.support.servers import separate_sandbox
from tests.support.session_cache import session_cache
from tests.support.trees import ALL_RELEASES, release_named

pytestmark = [
    only_on_sandbox("dumps and plans a whole catalogue, which is that of these tests"),
    pytest.mark.skipif(os.name != "posix", reason="locks of files and SIGKILL are of POSIX"),
]

NAME = ALL_RELEASES[-1]
ROOT = Path(__file__).resolve().parents[3]
SCRIPT = """
import sys
import dynclient
from tests.support.trees import release_named

host, token, name, verb, folder = sys.argv[1:]
is_waiting = [True]

def wait(request):
    if is_waiting and (verb == "dump" or request.is_write):
        is_waiting.clear()
        print("begun", flush=True)
        sys.stdin.readline()

hooks = dynclient.Hooks(on_request=wait)
with dynclient.connect(host, token=token, release=release_named(name), hooks=hooks) as om:
    result = getattr(om, verb)(folder)
print(result.counts, flush=True)
"""
Start = Callable[[str, Path], "subprocess.Popen[str]"]


@pytest.fixture(scope="module")
def server() -> Iterator[sandbox.Running]:
    """A sandbox for the processes of this module."""
    with separate_sandbox(NAME) as server:
        yield server


@pytest.fixture
def om(server: sandbox.Running) -> Iterator[Client]:
    """A client whose server has two services at the beginning, and as few at the end."""
    release = release_named(NAME)
    with dynclient.connect(server.host, token=server.admin_token, release=release) as om:
        for name in ("one", "two"):
            om.database_services.create(name=name, serviceType="Mysql")
        yield om
        for service in om.database_services.list(include="all"):
            om.database_services.delete(service, hard=True, recursive=True)


@pytest.fixture
def start(server: sandbox.Running) -> Iterator[Start]:
    """Return a function that starts a process, and waits until it has begun."""
    started = []

    def start(verb: str, folder: Path) -> subprocess.Popen[str]:
        arguments = [server.host, server.admin_token, NAME, verb, str(folder)]
        with session_cache():
            process = subprocess.Popen(
                [sys.executable, "-c", SCRIPT, *arguments], cwd=ROOT, text=True,
                stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            )  # fmt: skip
        started.append(process)
        assert process.stdout is not None
        assert process.stdout.readline() == "begun\n"
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def folder(om: Client, tmp_path: Path) -> Path:
    """A folder with the two services, of which the server does not have one any more."""
    om.dump(tmp_path / "c", types="databaseService")
    om.database_services.delete("two", hard=True)
    return tmp_path / "c"


def test_of_two_applies_one_wins_and_the_other_gets_a_clear_error(
    om: Client, folder: Path, start: Start
) -> None:
    first = start("apply", folder)
    plan = om.plan(folder)  # which only reads
    assert plan.counts["create"] == 1
    for argument in (folder, plan):
        with pytest.raises(dynclient.UsageError, match=r"another process applies .* wait until"):
            om.apply(argument)
    with pytest.raises(dynclient.UsageError, match=r"another process dumps into .* or applies it"):
        om.dump(folder, types="databaseService")
    assert om.database_services.get(fqn="two") is None
    output, _ = first.communicate("\n")
    assert (output, first.returncode) == ("{'created': 1}\n", 0)
    assert om.apply(folder).counts == {}


def test_of_two_dumps_into_a_folder_one_wins(om: Client, folder: Path, start: Start) -> None:
    om.database_services.create(name="two", serviceType="Mysql", description="new")
    first = start("dump", folder.with_name("all"))
    for write in (om.dump, om.apply):
        with pytest.raises(dynclient.UsageError, match="another process dumps into"):
            write(folder.with_name("all"))
    output, _ = first.communicate("\n")
    assert first.returncode == 0
    assert "'databaseService': 2" in output
    catalogue = Catalogue(folder.with_name("all"), om.release)
    assert (catalogue.find("databaseService", "two") or catalogue).request["description"] == "new"


@pytest.mark.parametrize("verb", [pytest.param("apply", marks=pytest.mark.slow), "dump"])
def test_a_process_that_was_killed_blocks_no_other(
    om: Client, folder: Path, start: Start, verb: str
) -> None:
    process = start(verb, folder if verb == "apply" else folder.with_name("all"))
    process.kill()
    process.wait()
    if verb == "dump":
        assert om.dump(folder.with_name("all")).counts["databaseService"] == 1
    assert om.apply(folder).failed == []
    assert om.database_services.get(fqn="two") is not None
    assert not om.plan(folder)
