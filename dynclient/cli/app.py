"""The commands and their options; each hands over to the module that does the work."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

import dynclient
from dynclient.cli.exit_codes import DONE
from dynclient.cli.schema_commands import app as schemas

app = typer.Typer(
    name="dynclient",
    help="A client for any OpenMetadata server, and a sandbox to try it on.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.add_typer(schemas, name="schemas")

Tree = Annotated[
    Path | None,
    typer.Option("--tree", help="A schema tree: a folder, .zip, .jar or .tar.gz.", exists=True),
]
ReleaseName = Annotated[
    str | None,
    typer.Option("--release", help="A release in the cache, such as 1.13.0; see 'schemas list'."),
]


def run(arguments: Sequence[str]) -> int:
    """Run the command these arguments name and return its exit code."""
    result = typer.main.get_command(app)(
        args=list(arguments), prog_name="dynclient", standalone_mode=True
    )
    return result if isinstance(result, int) else DONE


def _version(asked: bool) -> None:
    if asked:
        typer.echo(f"dynclient {dynclient.__version__}")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    pass


@app.command()
def demo(tree: Tree = None) -> None:
    """Walk through a catalogue, from the first service to the last delete, on a sandbox of its own.

    Without --tree the sandbox serves the starter release.
    """
    from dynclient.cli.demo import show

    show(Console(), tree)


@app.command()
def sandbox(
    release: ReleaseName = None,
    tree: Tree = None,
    port: Annotated[int, typer.Option(help="0 takes a free one.", min=0, max=65535)] = 0,
    data: Annotated[
        Path | None,
        typer.Option(help="A database file that outlives the sandbox; none: all is forgotten."),
    ] = None,
    json: Annotated[
        bool, typer.Option("--json", help="Say where it listens as one line of JSON.")
    ] = False,
) -> None:
    """Serve OpenMetadata's REST API on this machine until Ctrl-C.

    It starts with the starter release where neither --release nor --tree names another.
    """
    from dynclient.sandbox.server import serve

    serve(release=release, tree=tree, port=port, data=data, json=json)


@app.command(
    "run", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False}
)
def run_script(
    script: Annotated[
        Path, typer.Argument(help="A script written for the official SDK.", exists=True)
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(help="What the script is given.", show_default=False)
    ] = None,
    release: Annotated[
        str | None,
        typer.Option("--release", help="Whose classes it gets; else the server's, see the docs."),
    ] = None,
) -> None:
    """Run a script of the official SDK as it stands: dynclient serves its `metadata` package.

    Which server it talks to is the script's business, as it always was.
    """
    from dynclient.compat.run import run as run_it

    raise typer.Exit(run_it(script, arguments or (), release))


@app.command()
def doctor(
    host: Annotated[
        str | None, typer.Argument(help="The server's address; OPENMETADATA_HOST without it.")
    ] = None,
    token: Annotated[
        str | None, typer.Option(help="A token; else that of OPENMETADATA_TOKEN.")
    ] = None,
    release: ReleaseName = None,
    tree: Tree = None,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Tell what is known of a server, and how well the schemas at hand fit it.

    Ends with 0 where they fit; with 3 where they are of another minor release, or where the server
    has entities that they lack, or lacks some of theirs; with 1 where nothing can be told.
    """
    from dynclient.cli.doctor import examine, show

    with dynclient.connect(host, token=token, release=release, source=tree) as om:
        report = examine(om)
    if json:
        typer.echo(report.as_json())
    else:
        show(Console(), report)
    raise typer.Exit(report.exit_code)
