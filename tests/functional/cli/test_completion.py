"""The TAB key in real shells, which ask a sandbox for names."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from dynclient.client.client import Client
from tests.support.sandbox_processes import PATIENCE, environment
from tests.support.servers import Server
from tests.support.terminals import Terminal
from tests.support.trees import ALL_RELEASES, TREES

RELEASE = str(TREES.get(ALL_RELEASES[-1], ALL_RELEASES[-1]))
SHELLS = {
    "bash": ["--norc", "--noprofile", "-i"],
    "zsh": ["-f", "-i"],
}
START = {
    "bash": 'eval "$(dynclient completion bash)"',
    "zsh": 'autoload -U compinit; compinit -u -D; eval "$(dynclient completion zsh)"',
}
TAB, BEGIN_OF_LINE = "\t", "\x01"
HOSTILE = "it's $(touch pwned) `x` ;"


@pytest.fixture(scope="module", autouse=True)
def _services(server: Server) -> Iterator[None]:
    """Services whose names have everything that shells read otherwise."""
    import dynclient
    from tests.support.trees import release_named

    running = server(ALL_RELEASES[-1])
    release = release_named(ALL_RELEASES[-1])
    with dynclient.connect(running.host, token=running.admin_token, release=release) as om:
        for name in ("tabbed", "dotted.name", HOSTILE):
            om.database_services.create(name=name, serviceType="Mysql")
        om.databases.create(name="main", service="tabbed")
        yield
        for name in ('"dotted.name"', HOSTILE, "tabbed"):
            om.database_services.delete(om.database_services[name], hard=True, recursive=True)


@pytest.fixture
def variables(server: Server, tmp_path: Path) -> dict[str, str]:
    """The environment of a shell whose dynclient waits for a server that is busy with tests."""
    running = server(ALL_RELEASES[-1])
    command = tmp_path / "bin" / "dynclient"
    command.parent.mkdir()
    command.write_text(
        f"#!{sys.executable}\nimport sys\nfrom dynclient.cli import candidates, main\n"
        f"candidates.WAIT = {PATIENCE}\nsys.exit(main())\n"
    )
    command.chmod(0o755)
    return {
        **environment(),
        "PATH": f"{command.parent}{os.pathsep}{os.environ['PATH']}",
        "OPENMETADATA_HOST": running.host,
        "OPENMETADATA_TOKEN": running.admin_token,
        "HOME": str(tmp_path),
        "TERM": "dumb",
        "PS1": "> ",
        "INPUTRC": os.devnull,
    }


@pytest.fixture(params=SHELLS)
def shell(
    request: pytest.FixtureRequest, variables: dict[str, str], tmp_path: Path
) -> Iterator[Terminal]:
    """A shell in a pseudo-terminal that has read the script."""
    name: str = request.param
    program = shutil.which(name)
    if program is None:
        pytest.skip(f"{name} is not installed")
    with Terminal([program, *SHELLS[name]], variables, tmp_path) as terminal:
        terminal.write(f'{START[name]}; echo rea""dy\n')
        terminal.read_until("ready\r\n")
        yield terminal


def completed(shell: Terminal, line: str, tmp_path: Path) -> list[str]:
    """Return the words that a shell passes on after TAB was pressed behind a line.

    ``dynclient`` is completed, and then replaced at the begin of the line by a program that writes
    its arguments into a file.
    """
    file = tmp_path / "words.json"
    file.unlink(missing_ok=True)
    script = tmp_path / "write.py"
    script.write_text(
        "import json, os, pathlib, sys\n"
        f"pathlib.Path({str(file) + '.new'!r}).write_text(json.dumps(sys.argv[1:]))\n"
        f"os.replace({str(file) + '.new'!r}, {str(file)!r})\nprint('writ' + 'ten')\n"
    )
    shell.write(f"{line}{TAB}{BEGIN_OF_LINE}{sys.executable} {script} \n")
    shell.read_until("written\r\n")
    found: list[str] = json.loads(file.read_text())
    return found


CASES = [
    ("dynclient whoa", ["whoami"]),
    ("dynclient get databaseSer", ["get", "databaseService"]),
    ("dynclient list tables --output js", ["list", "tables", "--output", "json"]),
    ("dynclient get databaseService tab", ["get", "databaseService", "tabbed"]),
    ("dynclient get databaseService:tab", ["get", "databaseService:tabbed"]),
    ("dynclient get database tab", ["get", "database", "tabbed."]),
    ("dynclient get database tabbed.", ["get", "database", "tabbed.main"]),
    ("dynclient get databaseService it", ["get", "databaseService", HOSTILE]),
    ('dynclient get databaseService \\"dot', ["get", "databaseService", '"dotted.name"']),
    ("dynclient create table inp", ["create", "table", "input.json"]),
    ("dynclient get databaseService no-such", ["get", "databaseService", "no-such"]),
    ("dynclient get no-such-type a", ["get", "no-such-type", "a"]),
]
"""A line, and the words of the command after TAB was pressed behind it."""


def test_a_shell_completes_what_is_unique(shell: Terminal, tmp_path: Path) -> None:
    (tmp_path / "input.json").touch()
    for line, words in CASES:
        assert completed(shell, line, tmp_path) == ["dynclient", *words]
    assert not (tmp_path / "pwned").exists()


def test_fish_lists_candidates(variables: dict[str, str], tmp_path: Path) -> None:
    program = shutil.which("fish")
    if program is None:
        pytest.skip("fish is not installed")
    lines = [
        "dynclient completion fish | source",
        *(
            f'complete -C "{line}"; echo =='
            for line in ("dynclient whoa", "dynclient get databaseService tab",
                         "dynclient get database tabbed.", "dynclient get 'databaseServ")
        ),
    ]  # fmt: skip
    for _ in range(5):  # on a busy machine the server may answer too late for the first ones
        done = subprocess.run(
            [program, "--no-config", "-c", "\n".join(lines)], env=variables, cwd=tmp_path,
            capture_output=True, check=True, text=True, timeout=PATIENCE,
        )  # fmt: skip
        if all(done.stdout.split("==\n")[:-1]):
            break
    assert done.stderr == ""
    assert done.stdout.split("==\n")[:-1] == [
        "whoami\tPrint the user of the token, the server, and its version\n",
        "tabbed\n",
        "tabbed.main\n",
        "databaseService\n",
    ]


def test_a_server_that_does_not_answer_leaves_the_line_as_it_is(
    variables: dict[str, str], tmp_path: Path
) -> None:
    for host in ("http://127.0.0.1:1", "nonsense", ""):
        done = subprocess.run(
            ["dynclient", "get", "databaseService", "tab"],
            env={**variables, "OPENMETADATA_HOST": host, "_DYNCLIENT_COMPLETE": "fish"},
            cwd=tmp_path, capture_output=True, check=False, text=True, timeout=PATIENCE,
        )  # fmt: skip
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_names_of_a_release_that_is_not_in_the_cache_are_not_guessed(
    variables: dict[str, str], om: Client, tmp_path: Path
) -> None:
    words: list[Any] = ["dynclient", "get", "--release", "99.0.0", "databaseService", "tab"]
    done = subprocess.run(
        words, env={**variables, "_DYNCLIENT_COMPLETE": "fish"}, cwd=tmp_path,
        capture_output=True, check=False, text=True, timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
