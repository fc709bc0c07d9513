"""The walkthrough that ``dynclient demo`` shows: a catalogue built, explored and taken down again.

:func:`walkthrough` is an ordinary script over the public API, paused at each ``yield``.
:func:`show` runs it and prints, for each stretch, the very lines that ran and what they gave, so
the transcript cannot differ from what happened.
"""

from __future__ import annotations

import inspect
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

Script = Generator[Any, None, None]


def walkthrough(om: Any) -> Script:
    """Build, explore and delete one service with all that is below it, on any release."""
    # Is the server there, and what does it speak?
    health = om.health_check(), om.version, len(dir(om.types))
    yield health

    # A service. Its password is a secret: sent in clear, never shown.
    Mysql = om.types["entity/services/connections/database/mysqlConnection.json"]  # noqa: N806
    password = {"password": "open-sesame"}
    login = {"authType": password} if hasattr(Mysql, "authType") else password  # in 1.0: at the top
    service = om.database_services.create(
        name="shop_mysql",
        serviceType="Mysql",
        connection={"config": Mysql(username="reader", hostPort="mysql:3306", **login)},
    )
    yield service.connection

    # Service, database, schema: where a request wants a name, the entity will do.
    database = om.databases.create(name="shop", service=service)
    schema = om.database_schemas.create(name="public", database=database)
    yield schema.fullyQualifiedName

    # What is wrong with a request is told before it leaves, all at once.
    columns = [om.types.Column(name="id", dataType="BIGNT"), {"name": "placed_at"}]
    try:
        om.tables.create(name="orders", databaseSchema=schema, columns=columns)
    except dynclient.RequestInvalid as error:
        refused = error
    yield refused

    # The table, from its create request, so that it can be sent again with changes.
    CreateTable = om.types.CreateTableRequest  # noqa: N806
    Column = om.types.Column  # noqa: N806
    # Several types are called DataType from 1.6 on; a path is never ambiguous.
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

    # A user, who becomes the owner: `owners` from 1.5 on, `owner` before.
    user = om.users.create(name="ada", email="ada@example.com")
    owners = "owners" if hasattr(CreateTable, "owners") else "owner"
    request[owners] = [user] if owners == "owners" else user
    table = om.create_or_update(request)
    yield table[owners]

    # Found again by its name, changed in place, saved as a patch of just the change.
    table = om.tables["shop_mysql.shop.public.orders"]
    table.description = "One row for each order placed."
    table.columns[0].description = "Given by the shop."
    patch = dynclient.changes(table)
    table = om.save(table)
    yield patch, table.version

    # Queries: by name and id, whole collections page by page, the history of one table.
    by_name = om.get_by_name(entity=om.types.Table, fqn="shop_mysql.shop.public.orders")
    by_id = om.tables.get(table.id)
    names = [str(each.fullyQualifiedName) for each in om.tables.list(limit=50)]
    versions = [version.version for version in om.tables.versions(table)]
    yield by_name == by_id, names, versions

    # Deleted: the table softly (it can be restored), the service with all that is below it.
    om.tables.delete(table)
    gone = om.tables.get(table.id)
    kept = om.tables.get(table.id, include="deleted")
    om.database_services.delete(service, recursive=True, hard=True)
    yield gone, kept.deleted, list(om.databases.list())


def show(console: Console, tree: Path | None = None) -> None:
    """Run the walkthrough against a sandbox of its own and print the transcript.

    Args:
        console: where to print.
        tree: the schema tree the sandbox serves; the starter release where None.
    """
    from dynclient import sandbox

    with console.status("starting a sandbox"):
        server = sandbox.start(tree=tree)
    with server, dynclient.connect(
        server.host, token=server.admin_token, release=server.release
    ) as om:  # fmt: skip
        console.print(
            Panel.fit(
                f"dynclient {dynclient.__version__} · OpenMetadata {om.version} · {server.host}\n"
                f"{len(om.release.entities)} kinds of entities, read from its schemas just now"
            )
        )
        for number, (code, value) in enumerate(_stretches(walkthrough, om), 1):
            _print_stretch(console, number, code, value)
        console.print(Text("Done: a catalogue built, explored and gone again.", "bold green"))


def _stretches(script: Callable[[Any], Script], om: Any) -> Iterator[tuple[list[str], Any]]:
    """Run a script from pause to pause; give the source lines that ran, and what they yielded."""
    lines, first = inspect.getsourcelines(script)
    run: Any = script(om)
    body = inspect.getdoc(script) or ""
    begin = 1 + len(body.splitlines())
    for value in run:
        pause = run.gi_frame.f_lineno - first
        yield textwrap.dedent("".join(lines[begin:pause])).strip().splitlines(), value
        begin = pause + 1


def _print_stretch(console: Console, number: int, code: list[str], value: Any) -> None:
    title = code[0].removeprefix("# ")
    rest = [line.split("  # noqa")[0] for line in code[1:]]
    console.print()
    console.rule(f"[bold]{number}[/bold]  {title}", align="left", style="cyan")
    console.print(Syntax("\n".join(rest), "python", background_color="default", word_wrap=True))
    for each in value if isinstance(value, tuple) else (value,):
        text = str(each) if isinstance(each, BaseException) else repr(each)
        console.print(Text(textwrap.indent(text, "  "), "green"), soft_wrap=False)
