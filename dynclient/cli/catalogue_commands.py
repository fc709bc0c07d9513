"""The commands for a catalogue as files and their options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from dynclient.cli.command_classes import example
from dynclient.cli.data_commands import As, Host, Profile, Release, output_of
from dynclient.cli.exit_codes import DONE
from dynclient.cli.output import Format, Output, show_object

if TYPE_CHECKING:
    from dynclient.as_code.dump import DumpResult

app = typer.Typer()

_GROUP = "Catalogue as code"
Folder = Annotated[
    str,
    typer.Option(
        "--out", "-o", metavar="FOLDER", help="Folder to write; it is created if needed.",
        show_default=False,
    ),
]  # fmt: skip
Service = Annotated[
    str, typer.Option("--service", metavar="NAME", help="A service, with all that is below it.")
]
Types = Annotated[
    list[str] | None,
    typer.Option("--type", metavar="TYPE", help="An entity type; may be repeated; default: all."),
]
Where = Annotated[
    str,
    typer.Option("--where", help="Conditions on the entities: 'owner:ada -tier:*'; needs --type."),
]


@app.command(
    epilog=example(
        "dynclient dump -o catalogue", "dynclient dump --service shop --lineage -o catalogue"
    ),
    rich_help_panel=_GROUP,
)
def dump(
    folder: Folder,
    types: Types = None,
    service: Service = "",
    where: Where = "",
    format: Annotated[
        str, typer.Option(help="'yaml', a file for each entity, or 'jsonl', one for each type.")
    ] = "yaml",
    secrets: Annotated[
        str, typer.Option(help="Where the values of secrets will be: 'env' or 'keyring'.")
    ] = "env",
    tests: Annotated[bool, typer.Option(help="Dump test cases and test suites.")] = True,
    custom_properties: Annotated[
        bool, typer.Option(help="Dump the definitions of custom properties.")
    ] = True,
    followers: Annotated[bool, typer.Option("--followers", help="Dump who follows.")] = False,
    lineage: Annotated[
        bool, typer.Option("--lineage", help="Dump lineage; one request for each entity.")
    ] = False,
    sample_data: Annotated[
        bool, typer.Option("--sample-data", help="Dump sample data; one request for each entity.")
    ] = False,
    profiles: Annotated[
        bool, typer.Option("--profiles", help="Dump the last profiles; one request for each table.")
    ] = False,
    feeds: Annotated[
        bool, typer.Option("--feeds", help="Dump conversations; one request for each entity.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Replace a dump of another part of the catalogue.")
    ] = False,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
) -> None:
    """Write the catalogue, or a part of it, into files: a document for each entity.

    Secrets are never written; a file names an environment variable or an entry of the keyring
    instead. A second dump of the same state changes nothing.
    """
    from dynclient.cli.connection import connect_or_ask, reported

    out = output_of(output)
    with reported(out), connect_or_ask(host, profile=profile, release=release) as om:
        result: DumpResult = om.dump(
            folder, types=types or (), service=service, where=where, format=format,
            secrets=secrets, tests=tests, custom_properties=custom_properties,
            followers=followers, lineage=lineage, sample_data=sample_data, profiles=profiles,
            feeds=feeds, replace=replace,
        )  # fmt: skip
        _show(out, result)
    raise typer.Exit(DONE)


def _show(output: Output, result: DumpResult) -> None:
    """Print what a dump has written."""
    if not output.is_table:
        left_out = [
            {"path": each.path, "reason": each.reason, "entities": count}
            for each, count in result.left_out.items()
        ]
        show_object(output, {**result._asdict(), "left_out": left_out})
        return
    for name, count in result.counts.items():
        output.write(f"{count:>9,} {name}\n")
    output.say(f"wrote {result.total:,} documents to {result.folder}")
    for each, count in result.left_out.items():
        output.say(f"left out of {count:,}: {each}")
