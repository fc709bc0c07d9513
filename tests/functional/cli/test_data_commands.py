"""The commands for data; some as processes: in a pipe, in a pseudo-terminal, and how they end."""

from __future__ import annotations

import csv
import io
import json
import os
import signal
import subprocess
import sys
import threading
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from dynclient.cli.edit_command import edit
from dynclient.cli.output import Output
from dynclient.cli.targets import Target
from dynclient.client.client import Client
from dynclient.errors import LostUpdate
from tests.support import command_line
from tests.support.sandbox_processes import PATIENCE, environment
from tests.support.servers import Server
from tests.support.stub import Reply, Seen, Stub
from tests.support.terminals import in_terminal
from tests.support.trees import ALL_RELEASES, TREES

NEWEST = ALL_RELEASES[-1]
SECRET = "open-sesame-of-the-shop"
OF_RELEASE = ("--release", str(TREES.get(NEWEST, NEWEST)))
RED = "\x1b[31m"
NAME = "tills.main.public.orders"
Run = Callable[..., "subprocess.CompletedProcess[str]"]


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "dynclient", *arguments]


@pytest.fixture
def table(om: Client) -> Iterator[Any]:
    """A table with two versions, lineage from another one, and a secret in its service."""
    connection = {"config": {"hostPort": "x:1", "username": "x", "authType": {"password": SECRET}}}
    service = om.database_services.create(name="tills", serviceType="Mysql", connection=connection)
    database = om.databases.create(name="main", service=service)
    schema = om.database_schemas.create(name="public", database=database)
    columns = [{"name": "id", "dataType": "INT"}, {"name": "email", "dataType": "STRING"}]
    source = om.tables.create(name="raw", databaseSchema=schema, columns=columns)
    table = om.tables.create(
        name="orders", databaseSchema=schema, columns=columns, description=f"one {RED}row"
    )
    om.lineage.add(source, table)
    table.description = f"two {RED}rows"
    yield om.save(table)
    om.database_services.delete(service, recursive=True, hard=True)


@pytest.fixture
def variables(server: Server) -> dict[str, str]:
    """The environment of the commands: the sandbox, its token, no editor."""
    running = server(NEWEST)
    return {
        **environment(),
        "OPENMETADATA_HOST": running.host,
        "OPENMETADATA_TOKEN": running.admin_token,
        "EDITOR": "false",
        "VISUAL": "",
    }


@pytest.fixture
def run(
    variables: dict[str, str], capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Return a function that runs a command in this process; no output has a secret or escape."""

    def of(*arguments: str, text: str = "", **more: str) -> subprocess.CompletedProcess[str]:
        words = [*arguments, *OF_RELEASE]
        with monkeypatch.context() as patch, warnings.catch_warnings():
            warnings.resetwarnings()
            for name, value in {**variables, **more}.items():
                patch.setenv(name, value)
            patch.setattr("tempfile.tempdir", more.get("TMPDIR"))
            patch.setattr("sys.stdin", io.StringIO(text))
            code, out, err = command_line.run(capsys, *words)
        return checked(subprocess.CompletedProcess(words, code, out, err), variables)

    return of


def in_pipe(
    variables: dict[str, str], *arguments: str, **more: str
) -> subprocess.CompletedProcess[str]:
    """Run a command in a separate process, and read its output through pipes."""
    done = subprocess.run(
        command(*arguments, *OF_RELEASE), env={**variables, **more}, stdin=subprocess.DEVNULL,
        capture_output=True, check=False, text=True, timeout=PATIENCE,
    )  # fmt: skip
    return checked(done, variables)


def checked(
    done: subprocess.CompletedProcess[str], variables: dict[str, str]
) -> subprocess.CompletedProcess[str]:
    for output in (done.stdout, done.stderr):
        assert "\x1b" not in output
        assert SECRET not in output
        assert variables["OPENMETADATA_TOKEN"] not in output
        assert "Traceback" not in output
    return done


def data_of(done: subprocess.CompletedProcess[str]) -> Any:
    assert (done.returncode, done.stderr) == (0, "")
    return json.loads(done.stdout)


def test_an_entity_is_printed_for_people_and_for_programs(run: Run, table: Any) -> None:
    done = run("get", "table", NAME)
    lines = done.stdout.splitlines()
    assert (done.returncode, done.stderr) == (0, "")
    assert lines[0] == f"Table {NAME}"
    assert any(line.split()[:2] == ["email", "string"] for line in lines)
    assert r"two \x1b[31mrows" in done.stdout
    entity = data_of(run("get", f"table:{NAME}", "--output", "json"))
    assert entity["id"] == str(table.id)
    assert entity["description"] == f"two {RED}rows"
    by_id = run("get", "table", str(table.id), "--columns", "name,columns.name", "--output", "csv")
    assert list(csv.reader(io.StringIO(by_id.stdout))) == [
        ["name", "columns.name"],
        ["orders", "id, email"],
    ]
    service = data_of(run("get", "databaseService", "tills", "--output", "json"))
    assert service["connection"]["config"]["authType"]["password"] == "*" * 10


def test_a_list_takes_filters_limits_and_columns(run: Run, table: Any) -> None:
    schema = NAME.rpartition(".")[0]
    chosen = ("list", "tables", "--filter", f"databaseSchema={schema}")
    assert run(*chosen, "--output", "name").stdout.splitlines() == [NAME, f"{schema}.raw"]
    rows = data_of(run(*chosen, "--columns", "name,owners.name", "--output", "json"))
    assert rows == [{"name": "orders", "owners.name": []}, {"name": "raw", "owners.name": []}]
    cut = run(*chosen, "--limit", "1")
    assert cut.stdout.splitlines()[2].startswith(NAME)
    assert cut.stderr == "1 of 2 shown; --limit 0 shows all\n"
    wrong = run("list", "tables", "--filter", "databaseSchma=x", "--output", "json")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert json.loads(wrong.stderr)["problems"][0]["nearest"][0] == "databaseSchema"
    none = run("list", "tables", "--filter", "databaseSchema=none.at.all")
    assert (none.returncode, none.stdout, none.stderr) == (0, "", "no tables found\n")
    unknown = run("list", "tables", "--columns", "nme")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "did you mean name" in unknown.stderr


def test_the_index_is_searched_for_words_and_conditions(run: Run, table: Any) -> None:
    found = run("search", "orders", "--type", "table", "--where", "-owner:* service:tills")
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.split()[:3] == ["type", "fullyQualifiedName", "displayName"]
    assert [line.split()[:2] for line in found.stdout.splitlines()[2:]] == [["table", NAME]]
    assert r"two \x1b[31mrows" in found.stdout
    own = ("--type", "tables", "--where", "service:tills")
    (hit,) = data_of(run("search", "orders", *own, "--output", "json"))
    assert (hit["type"], hit["id"], hit["fullyQualifiedName"]) == ("table", str(table.id), NAME)
    where = ("--where", "service:tills type:table")
    limited = run("search", *where, "--limit", "1", "--columns", "name,score")
    assert limited.stderr == "1 of 2 shown; --limit 0 shows all\n"
    assert run("search", "zebra", "--type", "table").stderr == "nothing found\n"
    names = run("search", *where, "--output", "name")
    assert set(names.stdout.split()) == {NAME, NAME.replace("orders", "raw")}
    wrong = run("search", *where, "--columns", "nam")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "the hits have no field 'nam'; did you mean name?" in wrong.stderr
    nested = ("--columns", "name,columns.nam", "--output", "csv")
    for wrong in (run("list", "tables", *nested), run("get", "table", NAME, *nested)):
        assert (wrong.returncode, wrong.stdout) == (1, "")
        assert "'columns.nam': Column has no field 'nam'; did you mean name?" in wrong.stderr
    wrong = run("search", "--where", "ownr:ada")
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert "did you mean owner" in wrong.stderr


def test_an_entity_is_created_deleted_and_restored(run: Run, table: Any, om: Client) -> None:
    schema = NAME.rpartition(".")[0]
    request = {
        "name": "new",
        "databaseSchema": schema,
        "columns": [{"name": "id", "dataType": "INT"}],
    }
    done = run("create", "table", "-", text=json.dumps(request))
    assert (done.returncode, done.stdout) == (0, f"created table {schema}.new\n")
    request["columns"][0]["dataType"] = "INTT"  # type: ignore[index]
    wrong = run("create", "table", "-", "--output", "json", text=json.dumps(request))
    assert (wrong.returncode, wrong.stdout) == (1, "")
    assert json.loads(wrong.stderr)["problems"][0]["path"] == "columns[0].dataType"
    refused = run("delete", "table", f"{schema}.new")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert om.tables.get(f"{schema}.new") is not None
    done = run("delete", "table", f"{schema}.new", "--yes")
    assert (done.returncode, done.stdout) == (0, f"deleted table {schema}.new\n")
    assert om.tables.get(f"{schema}.new") is None
    assert run("restore", "table", f"{schema}.new").returncode == 0
    assert om.tables.get(f"{schema}.new") is not None
    full = run("delete", "databaseSchema", schema, "--yes")
    assert (full.returncode, full.stdout) == (1, "")


def editor(folder: Path, before: str, after: str) -> str:
    """Return an editor that replaces a text."""
    script = folder / "editor.py"
    script.write_text(
        "import pathlib, sys\n"
        "path = pathlib.Path(sys.argv[1])\n"
        f"path.write_text(path.read_text().replace({before!r}, {after!r}))\n"
    )
    return f"{sys.executable} {script}"


def test_an_edited_entity_is_sent_as_a_patch(
    run: Run, table: Any, om: Client, tmp_path: Path
) -> None:
    words = editor(tmp_path, "rows", "lines")
    done = run("edit", "table", NAME, EDITOR=words, TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == f"changed table {NAME}"
    assert "description  changed  two" in done.stdout
    assert om.tables[NAME].description == f"two {RED}lines"
    assert list(tmp_path.glob("dynclient-edit-*")) == []


def test_a_service_is_edited_without_its_secret_being_shown_or_lost(
    run: Run, table: Any, om: Client, tmp_path: Path
) -> None:
    words = editor(tmp_path, "x:1", "y:2")
    done = run("edit", "databaseService", "tills", EDITOR=words, TMPDIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    saved = om.database_services["tills"]
    assert saved.connection.config.hostPort == "y:2"
    stored = om.session.resolver.resolve("tills", "databaseService")
    assert stored.connection.config.authType.password not in {None, ""}


def test_nothing_is_sent_and_nothing_lost_if_an_edit_fails(
    run: Run, table: Any, om: Client, tmp_path: Path
) -> None:
    version = om.tables[NAME].version
    for words, message in [
        ("false", "ended with exit code 1"),
        ("/no/such/editor", "cannot be started"),
    ]:
        done = run("edit", "table", NAME, EDITOR=words, TMPDIR=str(tmp_path))
        assert (done.returncode, done.stdout) == (1, "")
        assert message in done.stderr
        assert list(tmp_path.glob("dynclient-edit-*")) == []
    words = editor(tmp_path, "STRING", "STRNG")
    done = run("edit", "table", NAME, EDITOR=words, TMPDIR=str(tmp_path))
    assert done.returncode == 1
    assert "did you mean STRING" in done.stderr
    [kept] = tmp_path.glob("dynclient-edit-*")
    assert f"--from {kept}" in done.stderr
    assert om.tables[NAME].version == version
    text = kept.read_text("utf-8").replace("STRNG", "STRING").replace("rows", "lines")
    kept.write_text(text, "utf-8")
    again = ("edit", "table", NAME, "--from", str(kept))
    assert "description  changed" in run(*again, "--dry-run").stdout
    assert om.tables[NAME].version == version
    assert run(*again).returncode == 0
    assert om.tables[NAME].description == f"two {RED}lines"


def edited(om: Client, before: str, after: str, meanwhile: Callable[[], object]) -> str:
    """Edit the table in this process while something else happens; return what is printed."""
    file = io.StringIO()

    def editor(path: Path) -> None:
        text = path.read_text("utf-8")
        assert before in text
        path.write_text(text.replace(before, after), "utf-8")
        meanwhile()

    edit(Output(file), om, Target("table", NAME), editor=editor)
    return file.getvalue()


def test_what_others_change_during_an_edit_is_kept(
    table: Any, om: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))

    def change(**fields: str) -> None:
        other = om.tables[NAME]
        for name, value in fields.items():
            setattr(other, name, value)
        om.save(other)

    assert "changed table" in edited(
        om, "rows", "lines", lambda: change(displayName="Orders of the shop")
    )
    saved = om.tables[NAME]
    assert (saved.description, saved.displayName) == (f"two {RED}lines", "Orders of the shop")
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(LostUpdate):
        edited(om, "lines", "words", lambda: change(description="theirs"))
    assert om.tables[NAME].description == "theirs"
    [kept] = tmp_path.iterdir()
    assert "words" in kept.read_text("utf-8")
    assert f"--from {kept}" in capsys.readouterr().err


def test_columns_are_tagged_and_untagged(run: Run, table: Any) -> None:
    words = ("tag", "table", NAME, "PII.Sensitive", "--column", "email")
    assert run(*words).stdout.splitlines() == [f"table {NAME}", "  email: PII.Sensitive"]
    assert run(*words, "--remove").stdout.splitlines()[-1] == "  email: no tags"
    wrong = run("tag", "table", NAME, "PII.Sensitve")
    assert wrong.returncode == 1
    assert "did you mean PII.Sensitive" in wrong.stderr


def test_lineage_is_a_tree_a_drawing_or_edges(run: Run, table: Any) -> None:
    source = NAME.replace("orders", "raw")
    words = ("lineage", "table", NAME, "--up", "2")
    lines = run(*words).stdout.splitlines()
    assert lines[0] == f"lineage of table {NAME}"
    assert "upstream" in lines
    assert lines[-1].endswith(source)
    assert run(*words, "--mermaid").stdout.startswith("flowchart LR\n")
    assert run(*words, "--dot").stdout.startswith("digraph lineage {\n")
    graph = data_of(run(*words, "--output", "json"))
    assert [(edge["source"], edge["target"]) for edge in graph["edges"]] == [(source, NAME)]
    assert len(graph["nodes"]) == 2
    assert run(*words, "--output", "csv").stdout.splitlines()[1].startswith(f"{source},{NAME}")


def test_versions_are_listed_compared_and_blamed(run: Run, table: Any) -> None:
    versions = data_of(run("history", "table", NAME, "--output", "json"))
    assert [(each["version"], each["changes"]) for each in versions] == [
        ("0.2", ["description"]),
        ("0.1", ["created"]),
    ]
    done = run("diff", "table", NAME, "0.1", "0.2", "--exit-code")
    assert done.returncode == 3
    assert done.stdout.splitlines()[-1].startswith("description  changed  one")
    assert run("diff", "table", NAME, "0.2", "--exit-code").returncode == 0
    other = run("diff", f"table:{NAME}", f"table:{NAME.replace('orders', 'raw')}")
    assert other.returncode == 0
    assert ["name", "changed", "orders", "raw"] in map(str.split, other.stdout.splitlines())
    fields = data_of(run("blame", "table", NAME, "--output", "json"))
    found = {each["field"]: each["version"] for each in fields}
    assert (found["description"], found["name"]) == ("0.2", "0.1")


def test_csv_goes_out_and_comes_back(run: Run, om: Client, tmp_path: Path) -> None:
    if not om.supports("glossaries.export_csv"):
        pytest.skip(f"release {om.release.name} has no CSV")
    glossary = om.glossaries.create(name="Till", displayName="Till", description="Words")
    try:
        file = tmp_path / "till.csv"
        assert run("export", "glossary", "Till", "-o", str(file)).returncode == 0
        header = file.read_text("utf-8").splitlines()[0]
        assert run("export", "glossary", "Till").stdout.splitlines()[0] == header
        nowhere = tmp_path / "nope" / "till.csv"
        failed = run("export", "glossary", "Till", "-o", str(nowhere))
        reason = "No such file or directory"
        assert failed.stderr == f"dynclient: {nowhere} cannot be written: {reason}\n"
        columns = header.split(",")
        cells = dict.fromkeys(columns, "")
        for column in columns:
            plain = column.rstrip("*")
            if plain in {"name", "displayName", "description"}:
                cells[column] = "Coin"
        file.write_text(f"{header}\n{','.join(cells.values())}\n", "utf-8")
        trial = run("import", "glossary", "Till", str(file))
        assert trial.returncode == 0, trial.stdout
        assert "--no-dry-run" in trial.stdout
        assert om.glossary_terms.get("Till.Coin") is None
        assert run("import", "glossary", "Till", str(file), "--no-dry-run").returncode == 0
        assert om.glossary_terms.get("Till.Coin") is not None
    finally:
        om.glossaries.delete(glossary, recursive=True, hard=True)


def test_what_belongs_to_the_server(run: Run, table: Any) -> None:
    me = data_of(run("whoami", "--output", "json"))
    assert (me["name"], me["isAdmin"]) == ("admin", True)
    [tables] = data_of(run("count", "tables", "--output", "json"))
    assert tables["count"] >= 2
    assert any(row["name"] == "tables" for row in data_of(run("count", "--output", "json")))
    page = data_of(run("call", "GET /v1/tables?limit=1&fields=owners"))
    assert len(page["data"]) == 1
    service = run("call", "GET /v1/services/databaseServices/name/tills")
    assert "authType" in data_of(service)["connection"]["config"]
    body = [{"op": "add", "path": "/displayName", "value": "Orders"}]
    changed = data_of(run("call", f"PATCH /v1/tables/{table.id}", "--data", json.dumps(body)))
    assert changed["displayName"] == "Orders"
    missing = run("call", "GET /v1/tables/name/none")
    assert (missing.returncode, json.loads(missing.stderr)["status"]) == (1, 404)
    for request in ("tables", "FETCH /v1/tables", "GET https://example.com/v1/tables"):
        assert run("call", request).returncode == 1


def test_a_pipe_gets_plain_text_in_the_encoding_of_the_user(
    variables: dict[str, str], table: Any
) -> None:
    words = ("diff", "table", NAME, "0.1", "0.2")
    done = in_pipe(variables, *words, FORCE_COLOR="1", COLUMNS="20")
    assert done.returncode == 0, done.stderr
    assert "───" in done.stdout
    done = in_pipe(variables, *words, PYTHONIOENCODING="ascii", PYTHONUTF8="0")
    assert done.returncode == 0, done.stderr
    assert done.stdout.isascii()
    assert "---" in done.stdout


def test_a_closed_pipe_ends_a_command_without_a_message(
    variables: dict[str, str], table: Any
) -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as closed:
        done = subprocess.run(
            command("list", "tables", "--output", "json"), stdout=closed, env=variables,
            stderr=subprocess.PIPE, check=False, text=True, timeout=PATIENCE,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


def test_in_a_terminal_a_deletion_shows_what_goes_and_asks(
    variables: dict[str, str], table: Any, om: Client
) -> None:
    schema = NAME.rpartition(".")[0]
    words = command("delete", "databaseSchema", schema, "--recursive")
    code, output = in_terminal(words, variables, ("[y/N]", "n\n"))
    assert code == 1
    assert f"databaseSchema {schema} (it can be restored)" in output
    assert "2 tables directly below it" in output
    assert "nothing was deleted" in output
    assert om.database_schemas.get(schema) is not None
    code, output = in_terminal(words, variables, ("[y/N]", "y\n"))
    assert code == 0
    assert f"deleted databaseSchema {schema}" in output
    assert om.database_schemas.get(schema) is None


def test_a_terminal_obeys_nothing_in_a_value(variables: dict[str, str], table: Any) -> None:
    code, output = in_terminal(command("get", "table", NAME), {**variables, "TERM": "xterm"})
    assert code == 0
    assert RED not in output
    assert r"\x1b[31m" in output


def test_ctrl_c_ends_a_request_with_130_and_one_line(variables: dict[str, str]) -> None:
    asked, release = threading.Event(), threading.Event()

    def slow(_: Seen) -> Reply:
        asked.set()
        release.wait(PATIENCE)
        return Reply(200, {"version": "1.13.0"})

    with Stub() as stub:
        stub.default = slow
        words = command("whoami", "--host", stub.host)
        with subprocess.Popen(
            words, env={**variables, "OPENMETADATA_HOST": stub.host}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        ) as process:  # fmt: skip
            assert asked.wait(PATIENCE)
            process.send_signal(signal.SIGINT)
            out, err = process.communicate(timeout=PATIENCE)
            release.set()
    assert (process.returncode, out, err) == (130, "", "dynclient: interrupted\n")
