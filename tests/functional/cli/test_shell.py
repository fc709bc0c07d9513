"""``dynclient shell`` in a terminal and in a pipe."""

from __future__ import annotations

import os
import re
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from dynclient.client.client import Client
from tests.support.shop import shop

pytest.importorskip("IPython")
PATIENT = """
import sys
from dynclient import cli
from dynclient.extensions import name_completion
name_completion.WAIT = 60.0  # the machine may be busy
sys.exit(cli.main(["shell", *sys.argv[1:]]))
"""


@pytest.fixture
def environment(om: Client, server: Any, tmp_path: Path) -> dict[str, str]:
    """What the command finds: the server, an administrator's token, and an empty home."""
    return {
        **os.environ,
        "OPENMETADATA_HOST": om.host,
        "OPENMETADATA_TOKEN": server(om.release.name).admin_token,
        "HOME": str(tmp_path),
        "IPYTHONDIR": str(tmp_path / "ipython"),
        "PROMPT_TOOLKIT_NO_CPR": "1",
        "TERM": "xterm",
    }


def plain(text: str) -> str:
    """Return what a terminal shows, without what it obeys."""
    return re.sub(r"\x1b(?:\[[0-9;?]*[a-zA-Z]|\][^\x07]*\x07|[=>])", "", text)


def test_in_a_terminal(om: Client, environment: dict[str, str], tmp_path: Path) -> None:
    pexpect = pytest.importorskip("pexpect")
    arguments = ["-c", PATIENT, "--read-only", "--release", om.release.name]
    with shop(om) as made:
        service = f"shop{made.suffix}"
        terminal = pexpect.spawn(
            sys.executable,
            arguments,
            env=environment,
            encoding="utf-8",
            timeout=120,
            dimensions=(40, 200),
        )
        try:
            terminal.expect(r"In \[")
            shown = plain(terminal.before)
            assert f"OpenMetadata {om.version} at {om.host}\r\n" in shown
            assert f"release {om.release.name}, administrator admin, read-only\r\n" in shown
            terminal.send(f'om.tables["{service}.\t')
            terminal.expect(r"d\.\x1b")  # what was completed
            terminal.send(
                f's.t"].name == "t", {"len"}(om.tables.list(databaseSchema="{service}.d.s"))\r'
            )
            terminal.expect(r"\(.*True.*1.*\)")
            terminal.send('password = "open-sesame"\r')
            terminal.expect(r"In \[")
            terminal.send('om.teams.create(name="new", teamType="Group")\r')
            terminal.expect("ReadOnly")
            terminal.send(
                "print(explain('table.name').required, example('user'), show, dynclient)\r"
            )
            terminal.expect("True {'name': 'example_user'")
            terminal.send("exit\r")
            terminal.expect(pexpect.EOF)
        finally:
            terminal.close()
    assert terminal.exitstatus == 0
    (file,) = tmp_path.glob("ipython/**/history.sqlite")
    kept = str(sqlite3.connect(file).execute("select source, source_raw from history").fetchall())
    assert "password" in kept
    assert "sesame" not in kept
    assert environment["OPENMETADATA_TOKEN"] not in file.read_bytes().decode("latin-1")


def test_in_a_pipe(om: Client, environment: dict[str, str]) -> None:
    token = environment.pop("OPENMETADATA_TOKEN")
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "dynclient",
            "shell",
            "--token",
            token,
            "--release",
            om.release.name,
        ],
        input="import sys\nprint(sys.argv[1:], om.settings.read_only)\nom\n",
        env={**environment, "DYNCLIENT_READ_ONLY": "1"},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "[] True" in done.stdout
    assert ", read-only\n" in done.stdout
    assert token not in done.stdout + done.stderr
