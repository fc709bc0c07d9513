"""The commands and their options; each command calls the module that does its work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import dynclient
from dynclient.cli.data_commands import Profile
from dynclient.cli.data_commands import app as data
from dynclient.cli.exit_codes import DONE
from dynclient.cli.schema_commands import app as schemas

app = typer.Typer(
    name="dynclient",
    help="A client for any OpenMetadata server, and a local server to try it on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(schemas, name="schemas")
app.registered_commands.extend(data.registered_commands)

Tree = Annotated[
    Path | None,
    typer.Option(
        "--tree", help="Path of a schema tree: a folder, .zip, .jar or .tar.gz.", exists=True
    ),
]
ReleaseName = Annotated[
    str | None,
    typer.Option(
        "--release", help="Name of a release in the cache, such as 1.13.0; see 'schemas list'."
    ),
]


def run(arguments: Sequence[str]) -> int:
    """Run the command of these arguments and return its exit code."""
    result = typer.main.get_command(app)(
        args=list(arguments), prog_name="dynclient", standalone_mode=True
    )
    return result if isinstance(result, int) else DONE


def _print_version(requested: bool) -> None:
    if requested:
        typer.echo(f"dynclient {dynclient.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option(
            "--version", callback=_print_version, is_eager=True, help="Print the version and exit."
        ),
    ] = False,
) -> None:
    pass


@app.command()
def demo(tree: Tree = None) -> None:
    """Run a walkthrough on a new sandbox: create a catalogue, query it, change it, delete it.

    The sandbox serves the starter release unless --tree names another one.
    """
    from dynclient.cli.demo import show

    show(Console(), tree)


@app.command()
def sandbox(
    release: ReleaseName = None,
    tree: Tree = None,
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 picks a free port.", min=0, max=65535)
    ] = 0,
    data: Annotated[
        Path | None,
        typer.Option(help="Database file to keep the data in; without it, data is kept in memory."),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Print address and tokens as one line of JSON.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", help="List the rules that are guesses for the release.")
    ] = False,
    pipeline_service: Annotated[
        bool, typer.Option(help="Pretend to deploy and run ingestion pipelines.")
    ] = True,
    run_polls: Annotated[
        int,
        typer.Option(
            help="How often a run of an app or an ingestion pipeline is seen unfinished.", min=0
        ),
    ] = 2,
) -> None:
    """Serve OpenMetadata's REST API on this machine until Ctrl-C.

    The sandbox serves the starter release unless --release or --tree names another one.
    """
    from dynclient.sandbox.server import serve

    serve(
        release=release, tree=tree, port=port, data=data, json=json, verbose=verbose,
        pipeline_service=pipeline_service, run_polls=run_polls,
    )  # fmt: skip


@app.command(
    "run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
def run_script(
    script: Annotated[
        Path, typer.Argument(help="A script that uses the official SDK.", exists=True)
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="Arguments of the script.", show_default=False)
    ] = None,
    release: Annotated[
        str | None,
        typer.Option(
            "--release", help="Release whose classes the script imports; by default the server's."
        ),
    ] = None,
) -> None:
    """Run an unchanged script of the official SDK; dynclient serves its `metadata` package.

    The script itself configures the server it connects to.
    """
    from dynclient.compat.run import run as run_it

    raise typer.Exit(run_it(script, arguments or (), release))


@app.command()
def doctor(
    host: Annotated[
        str | None, typer.Argument(help="Address of the server; default: OPENMETADATA_HOST.")
    ] = None,
    token: Annotated[
        str | None,
        typer.Option(
            help="JWT to send; default: OPENMETADATA_TOKEN, or else OPENMETADATA_JWT_TOKEN."
        ),
    ] = None,
    profile: Profile = None,
    release: ReleaseName = None,
    tree: Tree = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Compare a server with the schemas of a release and print what differs.

    Also prints each setting, and where it comes from: an option, a profile, the environment.
    Exit code 0: the schemas fit the server. 3: the schemas are of another minor release, or one
    side has entity types that the other lacks. 1: the server or the schemas cannot be read.
    """
    from dynclient.cli.connection import configure_or_ask
    from dynclient.cli.doctor import examine, setting_rows, show, show_settings
    from dynclient.client.connect import client_of

    configuration = configure_or_ask(
        host, token=token, profile=profile, release=release, source=tree
    )
    settings = setting_rows(configuration)
    try:
        with client_of(configuration) as om:
            report = examine(om)._replace(settings=settings)
    except dynclient.DynclientError:
        if not json:
            show_settings(Console(), settings)
        raise
    if json:
        typer.echo(report.as_json())
    else:
        show(Console(), report)
    raise typer.Exit(report.exit_code)


@app.command()
def explain(
    path: Annotated[
        str,
        typer.Argument(help="table.columns.dataType, tables.list, NotFound …", show_default=False),
    ],
    release: ReleaseName = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Show the fields of fields too, as a tree.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what a type, a field, an operation or an error is; nothing is sent.

    The release is the newest one in the cache unless --release names another one.
    Example: dynclient explain table.columns.dataType
    """
    from dynclient.cli.explore_commands import show_explanation

    show_explanation(path, release, recursive=recursive, as_json=json)


@app.command()
def example(
    name: Annotated[
        str,
        typer.Argument(metavar="TYPE", help="An entity type, such as table.", show_default=False),
    ],
    full: Annotated[
        bool, typer.Option("--full", help="Print all fields, not only the required ones.")
    ] = False,
    release: ReleaseName = None,
) -> None:
    """Print an example of a create request as JSON.

    The release is the newest one in the cache unless --release names another one.
    Example: dynclient example table --full
    """
    from dynclient.cli.explore_commands import show_example

    show_example(name, release, full=full)
