"""``dynclient schemas``: its commands and options; each calls the module that does its work."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from dynclient.cli.command_classes import example
from dynclient.cli.exit_codes import DIFFERS, DONE
from dynclient.cli.output import standard_console
from dynclient.cli.warning_lines import show_warnings

app = typer.Typer(help="Manage and compare the releases in the cache.", no_args_is_help=True)

Json = Annotated[bool, typer.Option("--json", help="Print JSON.")]
Names = Annotated[
    list[str],
    typer.Argument(
        metavar="RELEASE…",
        help="Names of releases in the cache, such as 1.13.0.",
        show_default=False,
    ),
]
Tree = Annotated[
    str,
    typer.Argument(
        metavar="RELEASE",
        help="Name of a release in the cache, or path of a tree.",
        show_default=False,
    ),
]


@app.callback()
def _show_warnings_without_source() -> None:
    show_warnings()


@app.command("list", epilog=example("dynclient schemas list"))
def list_(json: Json = False) -> None:
    """List the releases in the cache and the one bundled with dynclient."""
    from dynclient.cli.cache_commands import show_list

    show_list(standard_console(), as_json=json)


@app.command(epilog=example("dynclient schemas add OpenMetadata-1.13.0.zip"))
def add(
    source: Annotated[
        Path,
        typer.Argument(metavar="PATH", help="A folder, .zip, .jar or .tar.gz.", exists=True),
    ],
    name: Annotated[
        str | None,
        typer.Option(
            help="Name of the release; default: the version in pom.xml, or in the file name."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Add a schema tree to the cache: OpenMetadata's sources, or the schemas alone."""
    from dynclient.cli.cache_commands import add as add_it

    add_it(standard_console(), source, name, as_json=json)


@app.command(epilog=example("dynclient schemas fetch 1.13.0"))
def fetch(
    version: Annotated[str, typer.Argument(help="A version, such as 1.13.0.", show_default=False)],
    mirror: Annotated[
        str, typer.Option(help="URL of a GitHub mirror; default: DYNCLIENT_GITHUB, or GitHub.")
    ] = "",
    json: Json = False,
) -> None:
    """Download the schema tree of a version from GitHub into the cache.

    After an interruption the downloaded files are kept, and the next fetch continues from there.
    GITHUB_TOKEN raises GitHub's rate limit.
    """
    from dynclient.cli.cache_commands import fetch as fetch_it

    fetch_it(standard_console(), version, mirror, as_json=json)


@app.command(epilog=example("dynclient schemas verify", "dynclient schemas verify 1.13.0 --json"))
def verify(
    names: Annotated[
        list[str] | None,
        typer.Argument(metavar="RELEASE…", help="Names of releases in the cache; default: all."),
    ] = None,
    json: Json = False,
) -> None:
    """Check the packs in the cache: digest, documents, references. Nothing is changed.

    Exit code 0: all packs are sound. 3: a pack is bad; the output says what to do.
    """
    from dynclient.cli.cache_commands import verify as verify_them

    raise typer.Exit(verify_them(standard_console(), names or (), as_json=json))


@app.command(epilog=example("dynclient schemas remove 1.6.0"))
def remove(names: Names, json: Json = False) -> None:
    """Remove releases from the cache: their packs, unfinished downloads and damaged packs.

    Programs that have a release open can still use it. The bundled release cannot be removed.
    """
    from dynclient.cli.cache_commands import remove as remove_them

    remove_them(standard_console(), names, as_json=json)


@app.command(epilog=example("dynclient schemas diff 1.6.0 1.13.0 --entity table --breaking"))
def diff(
    old: Tree,
    new: Tree,
    entity: Annotated[
        str | None,
        typer.Option(
            help="Show only this entity and its create request, or this type or document."
        ),
    ] = None,
    deep: Annotated[
        bool, typer.Option("--deep", help="With --entity: include the types it refers to.")
    ] = False,
    breaking: Annotated[
        bool,
        typer.Option(
            "--breaking", help="Show only changes that can make data of the old release invalid."
        ),
    ] = False,
    summary: Annotated[bool, typer.Option("--summary", help="Print only the counts.")] = False,
    exit_code: Annotated[
        bool, typer.Option("--exit-code", help="Exit with 3 if there is a difference.")
    ] = False,
    json: Json = False,
) -> None:
    """Show the differences between two releases: entities, documents, fields, enum values.

    Renames listed in the drift table are shown as renames.
    """
    from dynclient.cli import diff_view
    from dynclient.drift.diff import diff as compare

    if deep and entity is None:
        raise typer.BadParameter("needs --entity, whose types it includes", param_hint="--deep")
    found = compare(diff_view.release_or_path(old), diff_view.release_or_path(new))
    if entity is not None:
        found = found.only(entity, deep=deep)
    if breaking:
        found = found.breaking
    if json:
        typer.echo(diff_view.as_json(found))
    else:
        diff_view.show(standard_console(), found, summary=summary)
    raise typer.Exit(DIFFERS if exit_code and found else DONE)


@app.command(
    epilog=example(
        "dynclient schemas check tables.json --as CreateTableRequest --releases 1.6.0,1.13.0"
    )
)
def check(
    file: Annotated[
        Path,
        typer.Argument(
            metavar="FILE",
            help="A file with one JSON payload, a list of them, or one per line; - reads stdin.",
            show_default=False,
        ),
    ],
    kind: Annotated[
        str,
        typer.Option("--as", help="Type of the payloads: CreateTableRequest, table, or a path."),
    ],
    releases: Annotated[
        str,
        typer.Option(help="Names of releases in the cache or paths of trees, separated by commas."),
    ],
    allow_bridged: Annotated[
        bool,
        typer.Option("--allow-bridged", help="Accept payloads that a client can translate."),
    ] = False,
    json: Json = False,
) -> None:
    """Validate payloads against several releases and print every problem.

    Also shows which problems a client translates. Exit code 0: all payloads are valid. 3: at
    least one is not.
    """
    from dynclient.cli import check_view
    from dynclient.cli.diff_view import release_or_path
    from dynclient.drift.diff import release_of

    names = [name.strip() for name in releases.split(",") if name.strip()]
    if not names:
        raise typer.BadParameter("must name at least one release", param_hint="--releases")
    trees = [release_of(release_or_path(name)) for name in names]
    found = check_view.check(check_view.payloads(file), kind, trees)
    if json:
        typer.echo(check_view.as_json(found))
    else:
        check_view.show(standard_console(), found)
    raise typer.Exit(check_view.exit_code(found, allow_bridged=allow_bridged))
