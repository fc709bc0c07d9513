"""The commands for data and their options; each calls the module that does its work."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dynclient.cli.command_classes import example
from dynclient.cli.output import Format, Output, standard_output
from dynclient.cli.targets import Target, WrongWords, only_target, split_target

if TYPE_CHECKING:
    from dynclient.client.client import Client

app = typer.Typer()

_GROUP = "Data"
Words = Annotated[
    list[str],
    typer.Argument(
        metavar="TYPE NAME",
        help="The entity: 'table a.b.c.d', 'table:a.b.c.d', or a type and an id.",
        show_default=False,
    ),
]
Type = Annotated[
    str,
    typer.Argument(
        metavar="TYPE", help="An entity type or a collection: table, tables.", show_default=False
    ),
]
Host = Annotated[
    str | None,
    typer.Option(
        "--host",
        help="Address of the server; default: that of the profile, or OPENMETADATA_HOST. Without a"
        " profile, the token is read from OPENMETADATA_TOKEN or OPENMETADATA_JWT_TOKEN.",
    ),
]
Profile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="PROFILE",
        help="Profile of the configuration file; default: OPENMETADATA_PROFILE, or the default"
        " profile if no server is named.",
    ),
]
Release = Annotated[
    str | None,
    typer.Option(
        "--release",
        metavar="RELEASE",
        help="Release whose schemas are used; default: the server's.",
    ),
]
As = Annotated[Format, typer.Option("--output", help="Format of the output.")]
Columns = Annotated[
    str,
    typer.Option(
        "--columns", help="Columns or fields, separated by commas: name,owners.name,columns.name."
    ),
]
Fields = Annotated[
    str,
    typer.Option("--fields", help="Fields that servers return on request, separated by commas."),
]
Yes = Annotated[bool, typer.Option("--yes", "-y", help="Do not ask.")]


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def output_of(format: Format, columns: str = "") -> Output:
    """Return standard output in a format, with the columns of the option ``--columns``."""
    return Output(standard_output(), format, _names(columns))


@contextmanager
def _connected(
    output: Output,
    host: str | None,
    release: str | None,
    profile: str | None = None,
    **options: Any,
) -> Iterator[Client]:
    """Yield a client; warnings and errors as for :func:`dynclient.cli.connection.reported`.

    Args:
        output: where and how the command prints.
        host: address of the server, or None.
        release: release whose schemas are used, or None.
        profile: name of a profile, or None.
        options: other arguments of ``configure``.
    """
    from dynclient.cli.connection import connect_or_ask, reported

    with (
        reported(output),
        connect_or_ask(host, profile=profile, release=release, **options) as om,
    ):
        yield om


def _target(words: Sequence[str]) -> Target:
    try:
        return only_target(words)
    except WrongWords as error:
        raise typer.BadParameter(str(error)) from None


def _target_and_rest(words: Sequence[str]) -> tuple[Target, list[str]]:
    try:
        return split_target(words)
    except WrongWords as error:
        raise typer.BadParameter(str(error)) from None


@app.command(
    epilog=example("dynclient get table shop.main.public.orders --fields owners --output json"),
    rich_help_panel=_GROUP,
)
def get(
    target: Words,
    fields: Fields = "",
    include: Annotated[
        str | None, typer.Option(help="'non-deleted', 'deleted' or 'all'; default: non-deleted.")
    ] = None,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Print one entity."""
    from dynclient.cli import entity_commands

    found, out = _target(target), output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = entity_commands.get(out, om, found, _names(fields), include)
    raise typer.Exit(code)


@app.command(
    "list",
    epilog=example(
        "dynclient list tables --filter database=shop.main --columns name,owners.name",
        "dynclient list tables --where '-owner:*'",
    ),
    rich_help_panel=_GROUP,
)
def list_(
    entity_type: Type,
    filters: Annotated[
        list[str] | None,
        typer.Option("--filter", help="A filter of the list: name=value; may be repeated."),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(
            help="Conditions, as in a search: 'owner:ada -tier:*'; the whole list is read for them."
        ),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            help="Number of entities, 0 for all; default: 100 in a table, all in other formats.",
            min=0,
        ),
    ] = None,
    fields: Fields = "",
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Print the entities of a type."""
    from dynclient.cli import entity_commands

    out = output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = entity_commands.list_entities(
            out, om, entity_type, filters or (), limit, _names(fields), where
        )
    raise typer.Exit(code)


@app.command(
    epilog=example("dynclient search customer --type table --where 'owner:ada -tier:*'"),
    rich_help_panel=_GROUP,
)
def search(
    text: Annotated[
        str,
        typer.Argument(
            help="Words in names and descriptions: 'cust*', '\"two words\"'; default: everything."
        ),
    ] = "",
    types: Annotated[
        list[str] | None,
        typer.Option(
            "--type",
            metavar="TYPE",
            help="An entity type to search; may be repeated; default: all.",
        ),
    ] = None,
    where: Annotated[
        str | None,
        typer.Option(help="Conditions: 'owner:ada -tier:* updatedAt:>=2026-01-01'."),
    ] = None,
    limit: Annotated[
        int | None,
        typer.Option(
            help="Number of hits, 0 for all; default: 100 in a table, all in other formats.",
            min=0,
        ),
    ] = None,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Search the index of the server for words and conditions; the best hits come first."""
    from dynclient.cli import entity_commands

    out = output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = entity_commands.search(out, om, text, types or (), where, limit)
    raise typer.Exit(code)


@app.command(epilog=example("dynclient create table orders.yaml"), rich_help_panel=_GROUP)
def create(
    entity_type: Type,
    file: Annotated[
        str,
        typer.Argument(
            metavar="FILE",
            help="A JSON or YAML file with the create request; - reads standard input.",
            show_default=False,
        ),
    ],
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Create an entity."""
    from dynclient.cli import entity_commands

    out = output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = entity_commands.create(out, om, entity_type, file)
    raise typer.Exit(code)


@app.command(
    epilog=example("EDITOR=nano dynclient edit table shop.main.public.orders"),
    rich_help_panel=_GROUP,
)
def edit(
    target: Words,
    file: Annotated[
        str | None,
        typer.Option(
            "--from", metavar="FILE", help="An edited file to send, instead of opening the editor."
        ),
    ] = None,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Print what changes, and send nothing.")
    ] = False,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Edit an entity in $VISUAL or $EDITOR, print what changes, and send it as a patch.

    If the editor or the request fails, the edited text is kept in a file.
    """
    from dynclient.cli.edit_command import edit as edit_it

    found, out = _target(target), output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = edit_it(out, om, found, file=file, dry_run=dry_run)
    raise typer.Exit(code)


@app.command(
    epilog=example("dynclient delete table shop.main.public.orders --hard"),
    rich_help_panel=_GROUP,
)
def delete(
    target: Words,
    hard: Annotated[
        bool, typer.Option("--hard", help="Delete it for good; otherwise it can be restored.")
    ] = False,
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Delete everything below it too.")
    ] = False,
    yes: Yes = False,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Show what goes, ask, and delete it.

    Without a terminal, --yes is required.
    """
    from dynclient.cli import entity_commands

    found, out = _target(target), output_of(output, columns)
    if not yes and not sys.stdin.isatty():
        raise typer.BadParameter("is required without a terminal", param_hint="--yes")
    with _connected(out, host, release, profile) as om:
        code = entity_commands.delete(
            out, om, found, hard=hard, recursive=recursive, confirm=None if yes else confirm
        )
    raise typer.Exit(code)


def confirm(question: str) -> bool:
    """Ask on standard error; anything but ``y`` or ``yes`` is a no, the end of the input too."""
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}


@app.command(
    epilog=example("dynclient restore tables", "dynclient restore table shop.main.public.orders"),
    rich_help_panel=_GROUP,
)
def restore(
    target: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TYPE [NAME]",
            help="The entity; without a name, what can be restored is listed.",
            show_default=False,
        ),
    ] = None,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Restore an entity that was deleted without --hard, or list what can be restored."""
    from dynclient.cli import entity_commands

    words, out = target or [], output_of(output, columns)
    is_type = len(words) < 2 and not {".", ":"} & set("".join(words))
    found = None if is_type else _target(words)
    with _connected(out, host, release, profile) as om:
        if found is None:
            code = entity_commands.deleted(out, om, words[0] if words else None)
        else:
            code = entity_commands.restore(out, om, found)
    raise typer.Exit(code)


@app.command(
    epilog=example("dynclient tag table shop.main.public.users PII.Sensitive --column email"),
    rich_help_panel=_GROUP,
)
def tag(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="TYPE NAME TAG…",
            help="The entity, and names of tags or glossary terms.",
            show_default=False,
        ),
    ],
    column: Annotated[
        list[str] | None,
        typer.Option(help="A column instead of the table, nested ones with dots; may be repeated."),
    ] = None,
    remove: Annotated[bool, typer.Option("--remove", help="Remove the tags.")] = False,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Add tags and glossary terms to an entity or to columns of it, or remove them."""
    from dynclient.cli import entity_commands

    found, tags = _target_and_rest(words)
    if not tags:
        raise typer.BadParameter("name one tag or more, such as PII.Sensitive")
    out = output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = entity_commands.tag(out, om, found, tags, column or (), remove=remove)
    raise typer.Exit(code)


@app.command(
    epilog=example("dynclient lineage table shop.main.public.orders --up 3 --mermaid"),
    rich_help_panel=_GROUP,
)
def lineage(
    target: Words,
    up: Annotated[int, typer.Option(help="Edges to follow to where data come from.", min=0)] = 1,
    down: Annotated[int, typer.Option(help="Edges to follow to where data go.", min=0)] = 1,
    mermaid: Annotated[
        bool, typer.Option("--mermaid", help="Print a flowchart in the language of Mermaid.")
    ] = False,
    dot: Annotated[
        bool, typer.Option("--dot", help="Print a graph in the language of Graphviz.")
    ] = False,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Print where the data of an entity come from, and where they go."""
    from dynclient.cli.lineage_commands import lineage as show_lineage

    if mermaid and dot:
        raise typer.BadParameter("cannot be combined with --dot", param_hint="--mermaid")
    drawing = "mermaid" if mermaid else "dot" if dot else None
    found, out = _target(target), output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = show_lineage(out, om, found, up, down, drawing)
    raise typer.Exit(code)


@app.command(
    epilog=example("dynclient history table shop.main.public.orders"), rich_help_panel=_GROUP
)
def history(
    target: Words,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Print all versions of an entity: who changed what, and when."""
    from dynclient.cli import version_commands

    found, out = _target(target), output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = version_commands.history(out, om, found)
    raise typer.Exit(code)


@app.command(
    epilog=example("dynclient diff table shop.main.public.orders 0.1 0.2"),
    rich_help_panel=_GROUP,
)
def diff(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="TYPE NAME VERSION [VERSION]",
            help="The entity and one or two versions, or another entity instead of versions; or two"
            " catalogues: forks, folders of 'dynclient dump', and profiles.",
            show_default=False,
        ),
    ],
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 3 if there is a difference.")
    ] = False,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Print what differs between two versions of an entity, two entities, or two catalogues.

    One version is compared with the present state. A fork alone is compared with what it was when
    it was made. Catalogues that differ are exit code 3.
    """
    from dynclient.cli import catalogue_differences, version_commands

    if catalogue_differences.are_catalogues(words):
        server = {"host": host, "profile": profile, "release": release}
        code = catalogue_differences.diff_catalogues(output_of(output, columns), words, **server)
        raise typer.Exit(code)
    try:
        sides = version_commands.compared_states(words)
    except WrongWords as error:
        text = f"{error}; there is no fork or folder {words[0]!r} either"
        raise typer.BadParameter(text) from None
    out = output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = version_commands.diff(out, om, sides, exit_code=exit_code)
    raise typer.Exit(code)


@app.command(
    epilog=example("dynclient blame table shop.main.public.orders"), rich_help_panel=_GROUP
)
def blame(
    target: Words,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Print which version changed each field of an entity last."""
    from dynclient.cli import version_commands

    found, out = _target(target), output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = version_commands.blame(out, om, found)
    raise typer.Exit(code)


@app.command(epilog=example("dynclient export glossary Sales -o sales.csv"), rich_help_panel=_GROUP)
def export(
    target: Words,
    file: Annotated[
        str | None,
        typer.Option(
            "--out", "-o", metavar="FILE", help="File to write; default: standard output."
        ),
    ] = None,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
) -> None:
    """Write what is below an entity as CSV: the terms of a glossary, the columns of a table."""
    from dynclient.cli import csv_commands

    found, out = _target(target), output_of(Format.TABLE)
    with _connected(out, host, release, profile) as om:
        code = csv_commands.export_csv(out, om, found, file)
    raise typer.Exit(code)


@app.command(
    "import",
    epilog=example("dynclient import glossary Sales sales.csv --no-dry-run"),
    rich_help_panel=_GROUP,
)
def import_(
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="TYPE NAME FILE",
            help="The entity, and a CSV file; - reads standard input.",
            show_default=False,
        ),
    ],
    dry_run: Annotated[
        bool, typer.Option("--dry-run/--no-dry-run", help="Only say what would be done.")
    ] = True,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Read CSV into what is below an entity; a dry run, unless --no-dry-run is given.

    Exit code 0: all rows are right. 1: at least one is not.
    """
    from dynclient.cli import csv_commands

    found, rest = _target_and_rest(words)
    if len(rest) != 1:
        raise typer.BadParameter("name the entity and one file, such as glossary Sales sales.csv")
    out = output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = csv_commands.import_csv(out, om, found, rest[0], dry_run=dry_run)
    raise typer.Exit(code)


@app.command(
    epilog=example("dynclient call 'GET /v1/tables?limit=5' --columns fullyQualifiedName"),
    rich_help_panel=_GROUP,
)
def call(
    request: Annotated[
        str,
        typer.Argument(
            help="Method and path below /api: 'GET /v1/tables?limit=5'.", show_default=False
        ),
    ],
    data: Annotated[
        str | None,
        typer.Option(help="JSON to send; @FILE reads it from a file, - from standard input."),
    ] = None,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.JSON,
    columns: Columns = "",
) -> None:
    """Send one request and print the body of the response; secrets are masked."""
    from dynclient.cli import server_commands

    out = output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = server_commands.call(out, om, request, data)
    raise typer.Exit(code)


@app.command(epilog=example("dynclient whoami"), rich_help_panel=_GROUP)
def whoami(
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Print the user of the token, the server, and its version."""
    from dynclient.cli import server_commands

    out = output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = server_commands.whoami(out, om)
    raise typer.Exit(code)


@app.command(epilog=example("dynclient shell --profile prod --read-only"), rich_help_panel=_GROUP)
def shell(
    host: Host = None,
    profile: Profile = None,
    token: Annotated[
        str | None,
        typer.Option(
            "--token",
            metavar="TOKEN",
            help="Token to send; other users of the machine can read a command line, so"
            " OPENMETADATA_TOKEN or a profile is safer.",
        ),
    ] = None,
    release: Release = None,
    read_only: Annotated[
        bool,
        typer.Option(
            "--read-only", help="Refuse what may change the server; also: DYNCLIENT_READ_ONLY=1."
        ),
    ] = False,
) -> None:
    """Start IPython with a client of the server as `om`; TAB completes names of entities.

    `show`, `explain`, `example` and `dynclient` are there too. The history of IPython keeps what is
    typed, tokens masked.
    """
    from dynclient.cli.shell import run

    settings = {"read_only": True} if read_only else None
    out = output_of(Format.TABLE)
    with _connected(out, host, release, profile, token=token, settings=settings) as om:
        code = run(om)
    raise typer.Exit(code)


@app.command(epilog=example("dynclient count tables users"), rich_help_panel=_GROUP)
def count(
    types: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TYPE…",
            help="Entity types; default: those that the server counts in one request.",
        ),
    ] = None,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Print how many entities there are of each type."""
    from dynclient.cli import server_commands

    out = output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = server_commands.count(out, om, types or ())
    raise typer.Exit(code)


@app.command(
    "open",
    epilog=example(
        "dynclient open table shop.main.public.orders", "dynclient open glossary Sales --print"
    ),
    rich_help_panel=_GROUP,
)
def open_(
    target: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TYPE NAME",
            help="The entity: 'table a.b.c.d', 'table:a.b.c.d', or a type and an id; default:"
            " the start page of the server.",
            show_default=False,
        ),
    ] = None,
    only_print: Annotated[
        bool, typer.Option("--print", help="Print the address, and open no browser.")
    ] = False,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Open the page of an entity in the web browser.

    Exit code 1: there is no browser; the address is printed.
    """
    from dynclient.cli.open_command import open_page

    found, out = _target(target) if target else None, output_of(output, columns)
    with _connected(out, host, release, profile) as om:
        code = open_page(out, om, found, only_print=only_print)
    raise typer.Exit(code)
