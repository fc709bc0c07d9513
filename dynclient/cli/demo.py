"""The walkthrough of ``dynclient demo``: it creates a catalogue, queries it and deletes it.

:func:`walkthrough` is an ordinary script on the public API, paused at each ``yield``. :func:`show`
runs it and prints, for each step, the source lines that ran and the values they yielded, so the
transcript cannot differ from the code.
"""

from __future__ import annotations

import inspect
import re
import tempfile
import textwrap
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rich.panel import Panel
from rich.syntax import Syntax
from rich.text import Text

import dynclient

if TYPE_CHECKING:
    from rich.console import Console

    from dynclient.sandbox import Running

Script = Generator[Any, None, None]


class _Cards(tuple[Any, ...]):
    """Values that are printed as a terminal displays them, and not by their ``repr()``."""

    __slots__ = ()


class _Texts(tuple[Any, ...]):
    """Values that are printed as their ``str()``."""

    __slots__ = ()


def walkthrough(om: Any, server: Running, folder: Path) -> Script:  # noqa: PLR0915 - one script, printed step by step
    """Create, query and delete one service and everything below it, on any release."""
    # Check that the server is up, its version, and how many types its schemas have.
    health = om.health_check(), om.version, len(dir(om.types))
    yield health

    # Create a service. Its password is sent, but never shown.
    Mysql = om.types["entity/services/connections/database/mysqlConnection.json"]  # noqa: N806
    password = {"password": "open-sesame"}
    login = (
        {"authType": password} if hasattr(Mysql, "authType") else password
    )  # a top-level field in 1.0
    service = om.database_services.create(
        name="shop_mysql",
        serviceType="Mysql",
        connection={"config": Mysql(username="reader", hostPort="mysql:3306", **login)},
    )
    yield service.connection

    # Create a database and a schema. An entity can be passed wherever a name is expected.
    database = om.databases.create(name="shop", service=service)
    schema = om.database_schemas.create(name="public", database=database)
    yield schema.fullyQualifiedName

    # An invalid request raises before it is sent; the error lists every problem.
    columns = [om.types.Column(name="id", dataType="BIGNT"), {"name": "placed_at"}]
    try:
        om.tables.create(name="orders", databaseSchema=schema, columns=columns)
    except dynclient.RequestInvalid as error:
        refused = error
    yield refused

    # Create a table from a create request, which can be changed and sent again.
    CreateTable = om.types.CreateTableRequest  # noqa: N806
    Column = om.types.Column  # noqa: N806
    # Since 1.6 several types are called DataType; the path of a type is unambiguous.
    DataType = om.types["entity/data/table.json#/definitions/dataType"]  # noqa: N806
    request = CreateTable(
        name="orders",
        databaseSchema=schema,
        columns=[
            Column(name="id", dataType=DataType.BIGINT, constraint="PRIMARY_KEY"),
            Column(name="placed_at", dataType="TIMESTAMP"),
        ],
    )
    table = om.create_or_update(request)
    yield table, table.columns[1].dataType == DataType.TIMESTAMP

    # Create a user and make it the owner: the field is `owners` since 1.5, `owner` before.
    user = om.users.create(name="ada", email="ada@example.com")
    owners = "owners" if hasattr(CreateTable, "owners") else "owner"
    request[owners] = [user] if owners == "owners" else user
    table = om.create_or_update(request)
    yield table[owners]

    # Get the table by name, change it, and save it: only the changes are sent, as a JSON Patch.
    table = om.tables["shop_mysql.shop.public.orders"]
    table.description = "One row for each order placed."
    table.columns[0].description = "Assigned by the shop."
    patch = dynclient.changes(table)
    table = om.save(table)
    yield patch, table.version

    # Query by name and id, list a collection page by page, and read the versions of the table.
    by_name = om.get_by_name(entity=om.types.Table, fqn="shop_mysql.shop.public.orders")
    by_id = om.tables.get(table.id)
    names = [str(each.fullyQualifiedName) for each in om.tables.list()]
    versions = [version.version for version in om.tables.versions(table)]
    yield by_name == by_id, names, versions

    # Load more tables, tag a column, trace lineage, and search for the tag.
    columns = [{"name": "id", "dataType": "BIGINT"}]
    rows = [{"name": name, "databaseSchema": schema, "columns": columns} for name in ("raw", "bi")]
    loaded = om.tables.upsert_many(rows)
    table = om.tables.add_tags(table, "PII.Sensitive", column="id")
    om.lineage.add("table:shop_mysql.shop.public.raw", table, columns={"id": "id"})
    om.lineage.add(table, "table:shop_mysql.shop.public.bi")
    edges = om.lineage(table).edges
    hits = om.search(types=["table"], where={"tag": "PII.Sensitive"})
    yield loaded, *edges, *hits

    # Read who changed what, and what differs from the first version.
    history = om.history(table)
    changes = [str(change) for change in om.diff(table, "0.1")]
    yield *history, changes

    # See what a prompt or a notebook displays: a table, its lineage, and what a field is.
    table = om.tables.get(table.id, fields="*")
    lineage = om.lineage(table)
    fact = om.explain("table.columns.constraint")
    yield _Cards((table, lineage, fact))

    # Write the catalogue into files, change a file, and apply what a plan says is to be changed.
    written = om.dump(folder, service="shop_mysql", format="jsonl")
    tables = folder / "table.jsonl"
    tables.write_text(tables.read_text("utf-8").replace("One row", "A row"), "utf-8")
    plan = om.plan(folder)
    applied = om.apply(plan)
    yield _Texts((written.counts, plan, applied))

    # Back the whole catalogue up into one file, and compare it with the server: nothing to restore.
    backup = om.backup(folder / "backup.zip")
    restored = om.restore_backup(backup.path)
    yield _Texts((backup.counts, f"{len(restored.differing)} entities differ"))

    # Copy the service into a file, change a table there, and see what that would do to the server.
    from dynclient import sandbox

    fork = sandbox.fork(om, folder / "shop.db", service="shop_mysql")
    with sandbox.start(om.release, data=fork.path, in_process=True) as copy:
        there = dynclient.connect(copy.host, token=copy.admin_token, release=om.release)
        copied = there.tables["shop_mysql.shop.public.bi"]
        copied.description = "What the dashboards read."
        there.save(copied)
        there.close()
    yield _Texts((fork.counts, dynclient.as_code.diff(fork.path), om.plan(fork.path)))

    # Call a function for every table, and let a script delete what it does not create any more.
    mapped = om.map(lambda each: len(each.columns), om.tables.list(), on="threads")
    with om.track("nightly-load", manifest=folder):
        om.teams.create(name="sales", teamType="Group")
    with om.track("nightly-load", prune=True, max_prune=1, manifest=folder) as run:
        om.teams.create(name="marketing", teamType="Group")
    yield _Texts((mapped, {item.name: item.value for item in mapped.results}, run))

    # Read a script, without running it, for what this release does not have or calls otherwise.
    script = folder / "load.py"
    script.write_text(
        "import dynclient\n"
        "om = dynclient.connect()\n"
        "om.tables.create(name='returns', owner='ada', columns=[{'dataType': 'BIGNT'}])\n"
    )
    report = dynclient.upgrade_check(script, to=om.release)
    yield _Texts(f"line {each.line}, {each.level}: {each.message}" for each in report.findings)

    # Run what was written for the official SDK: its names are those of dynclient here.
    from dynclient import compat

    compat.install(om.release, prefer="dynclient")
    from metadata.sdk import Tables, configure  # type: ignore[import-not-found]

    configure(host=server.host, jwt_token=server.admin_token)
    found = Tables.retrieve_by_name("shop_mysql.shop.public.orders")
    columns = [column.name.root for column in found.columns]
    yield type(found).__module__, found.description.root, columns

    # Soft-delete the table (it can be restored); hard-delete the service and everything below it.
    om.tables.delete(table)
    current = om.tables.get(table.id)
    deleted = om.tables.get(table.id, include="deleted")
    om.database_services.delete(service, recursive=True, hard=True)
    yield current, deleted.deleted, list(om.databases.list())


def show(console: Console, tree: Path | None = None) -> None:
    """Run the walkthrough on a new sandbox and print the transcript.

    Args:
        console: where to print.
        tree: path of the schema tree that the sandbox serves; None for the starter release.
    """
    from dynclient import sandbox

    with console.status("starting a sandbox"):
        server = sandbox.start(tree=tree)
    with server, tempfile.TemporaryDirectory(prefix="dynclient-") as folder, dynclient.connect(
        server.host, token=server.admin_token, release=server.release
    ) as om:  # fmt: skip
        console.print(
            Panel.fit(
                f"dynclient {dynclient.__version__} · OpenMetadata {om.version} · {server.host}\n"
                f"{len(om.release.entities)} entity types, read from its schemas at run time"
            )
        )
        for number, (code, value) in enumerate(_steps(walkthrough, om, server, Path(folder)), 1):
            _print_step(console, number, code, value)
        console.print(
            Text("Done: the catalogue was created, queried, changed and deleted.", "bold green")
        )


def _steps(script: Callable[..., Script], *arguments: Any) -> Iterator[tuple[list[str], Any]]:
    """Run a script step by step; yield the source lines of each step and the value it yielded."""
    lines, first = inspect.getsourcelines(script)
    run: Any = script(*arguments)
    body = inspect.getdoc(script) or ""
    begin = 1 + len(body.splitlines())
    for value in run:
        pause = run.gi_frame.f_lineno - first
        yield textwrap.dedent("".join(lines[begin:pause])).strip().splitlines(), value
        begin = pause + 1


def _print_step(console: Console, number: int, code: list[str], value: Any) -> None:
    title = code[0].removeprefix("# ")
    rest = [re.split("  # (?:noqa|type:)", line)[0] for line in code[1:]]
    console.print()
    console.rule(f"[bold]{number}[/bold]", align="left", style="cyan")
    console.print(Text(title, "bold"))
    console.print(Syntax("\n".join(rest), "python", background_color="default", word_wrap=True))
    for each in value if isinstance(value, tuple) else (value,):
        if isinstance(value, _Cards):
            console.print()
            console.print(each)
            continue
        is_text = isinstance(value, _Texts) or isinstance(each, BaseException)
        text = str(each) if is_text else repr(each)
        console.print(Text(textwrap.indent(text, "  "), "green"), soft_wrap=False)
