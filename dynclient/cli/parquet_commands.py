"""The command for a catalogue as Parquet files and its options."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dynclient.cli.catalogue_commands import Folder
from dynclient.cli.command_classes import example
from dynclient.cli.data_commands import As, Host, Profile, Release, output_of
from dynclient.cli.exit_codes import DONE
from dynclient.cli.output import Format, Output, show_object

if TYPE_CHECKING:
    from dynclient.parquet.export import ExportResult

app = typer.Typer()

_GROUP = "Data"


@app.command(
    "export-parquet",
    epilog=example(
        "dynclient export-parquet --type table --fields name,owners.name -o tables",
        "dynclient export-parquet --refresh -o tables",
    ),
    rich_help_panel=_GROUP,
)
def export_parquet(
    folder: Folder,
    entity_type: Annotated[
        str,
        typer.Option("--type", metavar="TYPE", help="The entity type; needed without --refresh."),
    ] = "",
    fields: Annotated[
        str,
        typer.Option(
            help="Columns, separated by commas: name,owners.name; default: what lists return."
        ),
    ] = "",
    where: Annotated[
        str, typer.Option(help="Conditions on the entities: 'owner:ada -tier:*'.")
    ] = "",
    include: Annotated[
        str, typer.Option(help="'non-deleted', 'deleted' or 'all'.")
    ] = "non-deleted",
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Replace a dataset of an earlier export.")
    ] = False,
    refresh: Annotated[
        bool,
        typer.Option("--refresh", help="Only export the services again that have changed."),
    ] = False,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Lists that are read at once; default: 4.")
    ] = None,
    page_size: Annotated[
        int | None, typer.Option(min=1, help="Entities in a page of a list; default: 1000.")
    ] = None,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
) -> None:
    """Write the entities of a type into Parquet files, a folder for each service.

    The folder appears when everything is written, and --refresh replaces it at once. Secrets are
    masked.
    """
    from dynclient.cli.connection import connect_or_ask, reported

    given = {"workers": workers, "page_size": page_size}
    options: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
    selection = {"type": entity_type, "fields": fields or None, "where": where}
    if refresh and (overwrite or include != "non-deleted" or any(selection.values())):
        raise typer.BadParameter(
            "--refresh takes the type, fields and conditions of the dataset; leave the other"
            " options out"
        )
    if not refresh and not entity_type:
        raise typer.BadParameter("--type is needed, such as --type table; or --refresh")
    out = output_of(output)
    with reported(out), connect_or_ask(host, profile=profile, release=release) as om:
        if refresh:
            result: ExportResult = om.refresh_parquet(folder, **options)
        else:
            result = om.export_parquet(
                folder, include=include, overwrite=overwrite, **selection, **options
            )
        _show(out, result)
    raise typer.Exit(DONE)


def _show(output: Output, result: ExportResult) -> None:
    """Print what an export has written."""
    if not output.is_table:
        show_object(output, {**result._asdict(), "rows": result.rows})
        return
    for name, count in result.counts.items():
        mark = "" if name in result.written else "  (unchanged)"
        output.write(f"{count:>9,} {name or result.type}{mark}\n")
    for name in result.removed:
        output.say(f"removed: {name}")
    output.say(f"{result.rows:,} rows in {result.folder}; wrote {result.size:,} bytes")
