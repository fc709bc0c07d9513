"""The examples in the help of the commands for data, run as they stand against a sandbox."""

from __future__ import annotations

import io
import json
import shlex
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from dynclient.cli.data_commands import app
from dynclient.client.client import Client
from tests.support import command_line
from tests.support.external_server import only_on_sandbox
from tests.support.servers import Server
from tests.support.trees import ALL_RELEASES, TREES

OF_RELEASE = ("--release", str(TREES.get(ALL_RELEASES[-1], ALL_RELEASES[-1])))
NEEDS_A_PERSON = {"login", "logout", "profiles", "shell"}
"""Commands with separate tests: they ask for a password or start IPython."""
TABLE = "shop.main.public.orders"

pytestmark = [
    only_on_sandbox("the names in the examples are fixed"),
    pytest.mark.usefixtures("removed_afterwards"),
]


def examples() -> Iterator[tuple[str, str]]:
    """Yield the name of each command and an example of it."""
    commands: Any = typer.main.get_command(app)
    for name, command in commands.commands.items():
        if name not in NEEDS_A_PERSON:
            for text in command.epilog.removeprefix("Example: ").split(" · "):
                yield name, text


@pytest.fixture
def catalogue(om: Client, tmp_path: Path) -> Iterator[None]:
    """What the examples name."""
    service = om.database_services.create(name="shop", serviceType="Mysql")
    database = om.databases.create(name="main", service=service)
    schema = om.database_schemas.create(name="public", database=database)
    columns = [{"name": "id", "dataType": "INT"}, {"name": "email", "dataType": "STRING"}]
    for name in ("orders", "users"):
        om.tables.create(name=name, databaseSchema=schema, columns=columns)
    new = {"name": "returns", "databaseSchema": "shop.main.public", "columns": columns}
    (tmp_path / "orders.yaml").write_text(json.dumps(new), "utf-8")
    table = om.tables[TABLE]
    for field, value in (("description", "Sold to a customer."), ("displayName", "Orders")):
        table[field] = value
        table = om.save(table)
    ada = om.users.upsert(name="ada", email="ada@example.com")
    om.tables.add_owners(TABLE, "ada")
    glossary = om.glossaries.create(name="Sales", displayName="Sales", description="Words")
    if om.supports("glossaries.export_csv"):
        (tmp_path / "sales.csv").write_text(om.glossaries.export_csv("Sales"), "utf-8")
    yield
    om.glossaries.delete(glossary, recursive=True, hard=True)
    om.database_services.delete(service, recursive=True, hard=True)
    om.users.delete(ada, hard=True)


def prepare(om: Client, name: str) -> None:
    """Bring about the state that the example of a command is for."""
    table = om.tables.get(TABLE, include="all")
    if name == "restore" and not table.deleted:
        om.tables.delete(TABLE)
    elif name != "restore" and table.deleted:
        om.tables.restore(TABLE)


def test_the_examples_do_what_they_say(
    om: Client, server: Server, catalogue: None, tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    running = server(ALL_RELEASES[-1])
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("OPENMETADATA_HOST", running.host)
    monkeypatch.setenv("OPENMETADATA_TOKEN", running.admin_token)
    monkeypatch.setattr("sys.stdin", io.StringIO())
    monkeypatch.setattr("webbrowser.open", lambda url: True)
    done = set()
    # What is deleted for good comes last.
    for name, text in sorted(examples(), key=lambda example: "--hard" in example[1]):
        if name in {"export", "import"} and not om.supports("glossaries.export_csv"):
            continue
        prepare(om, name)
        words = shlex.split(text)
        while "=" in words[0]:  # an editor of this machine instead of the one of the example
            monkeypatch.setenv(words.pop(0).partition("=")[0], "true")
        assert words.pop(0) == "dynclient"
        confirmed = ["--yes"] if name == "delete" else []
        with warnings.catch_warnings():
            warnings.resetwarnings()
            code, out, err = command_line.run(capsys, *words, *confirmed, *OF_RELEASE)
        assert (code, bool(out)) == (0, True), f"{text}: {err}"
        done.add(name)
    assert len(done) >= 16
