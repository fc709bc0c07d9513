"""``dynclient schemas``: its commands and their options; each hands over to what does the work."""

from __future__ import annotations

import warnings
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from dynclient.cli.exit_codes import DIFFERS, DONE
from dynclient.errors import DynclientWarning

app = typer.Typer(help="The schema trees at hand, and how they differ.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Names = Annotated[
    list[str], typer.Argument(help="Releases of the cache, such as 1.13.0.", show_default=False)
]
Tree = Annotated[
    str, typer.Argument(help="A release of the cache, or the path of a tree.", show_default=False)
]


@app.callback()
def _plainly() -> None:
    shown = warnings.showwarning

    def show(message: Warning | str, category: type[Warning], *rest: Any, **more: Any) -> None:
        if issubclass(category, DynclientWarning):  # a line of the source helps nobody here
            typer.echo(f"dynclient: {message}", err=True)
        else:
            shown(message, category, *rest, **more)

    warnings.showwarning = show


@app.command("list")
def list_(json: Json = False) -> None:
    """List the releases at hand: those in the cache, and the one that comes along."""
    from dynclient.cli.cache_commands import show_list

    show_list(Console(), as_json=json)


@app.command()
def add(
    source: Annotated[Path, typer.Argument(help="A folder, .zip, .jar or .tar.gz.", exists=True)],
    name: Annotated[
        str | None, typer.Option(help="What to call it; else the version its name tells.")
    ] = None,
    json: Json = False,
) -> None:
    """Take a schema tree into the cache."""
    from dynclient.cli.cache_commands import add as add_it

    add_it(Console(), source, name, as_json=json)


@app.command()
def fetch(
    version: Annotated[str, typer.Argument(help="A version, such as 1.13.0.", show_default=False)],
    mirror: Annotated[
        str, typer.Option(help="Whom to ask in GitHub's place; else DYNCLIENT_GITHUB tells.")
    ] = "",
    json: Json = False,
) -> None:
    """Fetch the schema tree of a version from GitHub into the cache.

    Whatever stops it, files that came are kept, and the next fetch goes on from there. With a token
    in GITHUB_TOKEN, GitHub's limits are far higher.
    """
    from dynclient.cli.cache_commands import fetch as fetch_it

    fetch_it(Console(), version, mirror, as_json=json)


@app.command()
def verify(
    names: Annotated[
        list[str] | None, typer.Argument(help="Releases of the cache; all without.")
    ] = None,
    json: Json = False,
) -> None:
    """Examine the packs of the cache: digest, documents, references. Nothing is changed.

    Ends with 0 where all are sound, with 3 where one is bad; what to do about it is told.
    """
    from dynclient.cli.cache_commands import verify as verify_them

    raise typer.Exit(verify_them(Console(), names or (), as_json=json))


@app.command()
def remove(names: Names, json: Json = False) -> None:
    """Remove releases from the cache: their packs, fetches that have not ended, damaged packs.

    Programs that have one open go on with it. The release that comes along stays.
    """
    from dynclient.cli.cache_commands import remove as remove_them

    remove_them(Console(), names, as_json=json)


@app.command()
def diff(
    old: Tree,
    new: Tree,
    entity: Annotated[
        str | None,
        typer.Option(help="Only this entity with its create request, or this type or document."),
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="With --entity: all that it refers to as well.")
    ] = False,
    breaking: Annotated[
        bool, typer.Option("--breaking", help="Only what may make data of the old one unfit.")
    ] = False,
    summary: Annotated[bool, typer.Option("--summary", help="Print the figures alone.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="End with 3 where anything differs.")
    ] = False,
    json: Json = False,
) -> None:
    """Tell what differs between two releases: entities, documents, fields, enum values.

    Renames that the drift table knows are told as such.
    """
    from dynclient.cli import diff_view as shown
    from dynclient.drift.diff import diff as compared

    found = compared(shown.named(old), shown.named(new))
    if entity is not None:
        found = found.only(entity, deep=deep)
    if breaking:
        found = found.breaking
    if json:
        typer.echo(shown.as_json(found))
    else:
        shown.show(Console(), found, summary=summary)
    raise typer.Exit(DIFFERS if exit_code and found else DONE)


@app.command()
def check(
    file: Annotated[
        Path,
        typer.Argument(
            help="A JSON file: one payload, a list of them, or one in each line; - reads stdin.",
            show_default=False,
        ),
    ],
    kind: Annotated[
        str, typer.Option("--as", help="What they are: CreateTableRequest, table, a path.")
    ],
    releases: Annotated[
        str, typer.Option(help="Releases of the cache or paths of trees, separated by commas.")
    ],
    allow_bridged: Annotated[
        bool,
        typer.Option("--allow-bridged", help="Take what a client translates for fitting."),
    ] = False,
    json: Json = False,
) -> None:
    """Tell what in payloads would break on some releases: every problem, payload by payload.

    Says which of it a client bridges. Ends with 0 where all fit, with 3 where one breaks.
    """
    from dynclient.cli import check_view as checks
    from dynclient.cli.diff_view import named
    from dynclient.drift.diff import release_of

    names = [name.strip() for name in releases.split(",") if name.strip()]
    if not names:
        raise typer.BadParameter("it names no release", param_hint="--releases")
    found = checks.check(checks.payloads(file), kind, [release_of(named(name)) for name in names])
    if json:
        typer.echo(checks.as_json(found))
    else:
        checks.show(Console(), found)
    raise typer.Exit(checks.exit_code(found, allow_bridged=allow_bridged))
