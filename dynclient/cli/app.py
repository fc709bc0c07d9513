"""The commands and their options; each command calls the module that does its work."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Mapping, Sequence
from copy import copy
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from typer.main import get_command, get_command_name

import dynclient
from dynclient.cli.catalogue_commands import app as catalogue
from dynclient.cli.command_classes import Command, Group, example
from dynclient.cli.data_commands import Profile
from dynclient.cli.data_commands import app as data
from dynclient.cli.error_text import asks_for_json, error_json
from dynclient.cli.exit_codes import DONE, MISUSED
from dynclient.cli.fork_commands import app as forks
from dynclient.cli.fork_commands import backups
from dynclient.cli.output import standard_console
from dynclient.cli.parquet_commands import app as parquet
from dynclient.cli.plan_commands import app as plans
from dynclient.cli.profile_commands import app as profiles
from dynclient.cli.schema_commands import app as schemas
from dynclient.cli.upgrade_commands import app as upgrades
from dynclient.errors import UsageError

if TYPE_CHECKING:
    from typer.models import CommandInfo

    from dynclient.schema import Release

WrongUse: Any = typer.BadParameter.__base__
"""The error of wrong arguments. Typer exports those derived from it only."""

_SETTINGS: dict[str, Any] = {
    "name": "dynclient",
    "cls": Group,
    "help": "A client for any OpenMetadata server, and a local server to try it on.",
    "no_args_is_help": True,
    "add_completion": False,
    "pretty_exceptions_enable": False,
    "context_settings": {"help_option_names": ["-h", "--help"]},
}
app = typer.Typer(**_SETTINGS)
app.add_typer(schemas, name="schemas")
app.add_typer(backups, name="backup", rich_help_panel="Catalogue as code")
app.registered_commands.extend(data.registered_commands)
app.registered_commands.extend(catalogue.registered_commands)
app.registered_commands.extend(parquet.registered_commands)
app.registered_commands.extend(plans.registered_commands)
app.registered_commands.extend(forks.registered_commands)
app.registered_commands.extend(profiles.registered_commands)
app.registered_commands.extend(upgrades.registered_commands)

Tree = Annotated[
    Path | None,
    typer.Option(
        "--tree",
        metavar="PATH",
        help="Path of a schema tree: a folder, .zip, .jar or .tar.gz.",
        exists=True,
    ),
]
ReleaseName = Annotated[
    str | None,
    typer.Option(
        "--release",
        metavar="RELEASE",
        help="Name of a release in the cache, such as 1.13.0; see 'schemas list'.",
    ),
]


class Shell(StrEnum):
    """A shell whose lines can be completed."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def run(arguments: Sequence[str]) -> int:
    """Run the command of these arguments and return its exit code; wrong arguments are printed."""
    command = get_command(app_of(arguments[0] if arguments else ""))
    try:
        # Not command(): Typer replaces the exit codes and messages of interrupts and closed pipes.
        with command.make_context("dynclient", list(arguments)) as context:
            result = command.invoke(context)
    except typer.Exit as end:
        return end.exit_code
    except WrongUse as error:
        if asks_for_json(arguments):
            print(error_json(UsageError(), error.format_message()), file=sys.stderr)
        else:
            error.show()
        return MISUSED
    return result if isinstance(result, int) else DONE


def app_of(word: str) -> typer.Typer:
    """Return an app that has only the command or group of a name; the whole app if there is none.

    Reading the signatures of all commands takes longer than running one of them.
    """
    commands = [info for info in app.registered_commands if _name(info) == word]
    groups = [info for info in app.registered_groups if info.name == word]
    if not commands and not groups:
        return app
    found = typer.Typer(**_SETTINGS)
    found.registered_callback = app.registered_callback
    found.registered_groups = groups
    for info in commands:
        found.registered_commands.append(copy(info))
        found.registered_commands[-1].cls = Command
    return found


def command_infos() -> dict[str, str]:
    """Return the names of all commands and groups, and what each does, in one line."""
    found = {_name(info): inspect.getdoc(info.callback) or "" for info in app.registered_commands}
    for group in app.registered_groups:
        found[f"{group.name}"] = f"{group.typer_instance.info.help}" if group.typer_instance else ""
    return {name: text.partition("\n")[0] for name, text in found.items()}


def _name(info: CommandInfo) -> str:
    """Return the name of a command, as Typer derives it from that of the function."""
    return info.name or get_command_name(info.callback.__name__ if info.callback else "")


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


@app.command(epilog=example("dynclient demo", "dynclient demo --tree OpenMetadata-1.13.0.zip"))
def demo(tree: Tree = None) -> None:
    """Run a walkthrough on a new sandbox: create a catalogue, query it, change it, delete it.

    The sandbox serves the starter release unless --tree names another one.
    """
    from dynclient.cli.demo import show

    show(standard_console(), tree)


@app.command(epilog=example("dynclient sandbox --release 1.13.0 --port 8585 --data catalogue.db"))
def sandbox(
    release: ReleaseName = None,
    tree: Tree = None,
    port: Annotated[
        int, typer.Option(help="Port to listen on; 0 picks a free port.", min=0, max=65535)
    ] = 0,
    data: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            help="Database file to keep the data in; without it, data is kept in memory.",
        ),
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
    with_example: Annotated[
        bool, typer.Option("--example", help="Load the example catalogue of the documentation.")
    ] = False,
) -> None:
    """Serve OpenMetadata's REST API on this machine until Ctrl-C.

    The sandbox serves the release of its data file, or else the starter release, unless --release
    or --tree names another one. It prints the commands that let clients in another terminal use it.
    """
    from dynclient.sandbox.server import serve

    serve(
        release=release, tree=tree, port=port, data=data, json=json, verbose=verbose,
        pipeline_service=pipeline_service, run_polls=run_polls,
        load=_load_example if with_example else None,
    )  # fmt: skip


def _load_example(info: Mapping[str, str], release: Release) -> None:
    """Write the example catalogue to a sandbox."""
    from dynclient.testing.example_catalogue import load_example_catalogue

    with dynclient.connect(info["host"], token=info["admin_token"], release=release) as om:
        load_example_catalogue(om)


@app.command(
    "run",
    epilog=example("dynclient run ingest.py --days 7", "dynclient run --release 1.6.0 ingest.py"),
    context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False},
)
def run_script(
    script: Annotated[
        Path,
        typer.Argument(metavar="FILE", help="A script that uses the official SDK.", exists=True),
    ],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(metavar="ARGUMENTS…", help="Arguments of the script.", show_default=False),
    ] = None,
    release: Annotated[
        str | None,
        typer.Option(
            "--release",
            metavar="RELEASE",
            help="Release whose classes the script imports; by default the server's.",
        ),
    ] = None,
) -> None:
    """Run an unchanged script of the official SDK; dynclient serves its `metadata` package.

    The script itself configures the server it connects to.
    """
    from dynclient.compat.run import run as run_it

    raise typer.Exit(run_it(script, arguments or (), release))


@app.command(epilog=example("dynclient doctor https://metadata.example.com --json"))
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
            show_settings(standard_console(), settings)
        raise
    if json:
        typer.echo(report.as_json())
    else:
        show(standard_console(), report)
    raise typer.Exit(report.exit_code)


@app.command(
    epilog=example("dynclient explain table.columns.dataType", "dynclient explain tables.list")
)
def explain(
    path: Annotated[
        str,
        typer.Argument(
            metavar="TYPE",
            help="table.columns.dataType, tables.list, NotFound …",
            show_default=False,
        ),
    ],
    release: ReleaseName = None,
    recursive: Annotated[
        bool, typer.Option("--recursive", help="Show the fields of fields too, as a tree.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say what a type, a field, an operation or an error is; nothing is sent.

    The release is the newest one in the cache unless --release names another one.
    """
    from dynclient.cli.explore_commands import show_explanation

    show_explanation(path, release, recursive=recursive, as_json=json)


@app.command("example", epilog=example("dynclient example table --full"))
def example_(
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
    """
    from dynclient.cli.explore_commands import show_example

    show_example(name, release, full=full)


@app.command(epilog=example("dynclient completion bash"))
def completion(
    shell: Annotated[Shell, typer.Argument(help="The shell.", show_default=False)],
) -> None:
    """Print the script that completes commands, options and names of entities in a shell.

    Add eval "$(dynclient completion bash)" to ~/.bashrc, or the same with zsh to ~/.zshrc after
    compinit. For fish, write it to ~/.config/fish/completions/dynclient.fish.
    """
    from dynclient.cli.completion_scripts import SCRIPTS

    typer.echo(SCRIPTS[shell], nl=False)


@app.command(epilog=example("dynclient stubs --release 1.13.0 --out typings"))
def stubs(
    release: ReleaseName = None,
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="PATH", help="The folder that type checkers search for stubs."
        ),
    ] = Path("typings"),
    check: Annotated[
        bool, typer.Option("--check", help="Write nothing; exit with 3 if the stubs differ.")
    ] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Write type stubs of a release, so that editors and type checkers know its types.

    The release is the newest one in the cache unless --release names another one.
    """
    from dynclient.cli.stubs_command import write_stubs

    raise typer.Exit(write_stubs(release, out, only_check=check, as_json=json))
