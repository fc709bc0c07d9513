"""The commands that compare a catalogue of files with a server, and make the server like it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dynclient.cli.catalogue_commands import Service, Types
from dynclient.cli.command_classes import example
from dynclient.cli.data_commands import As, Host, Profile, Release, Yes, confirm, output_of
from dynclient.cli.exit_codes import DIFFERS, DONE, FAILED
from dynclient.cli.output import Format, Output, escaped, show_blocks, show_object

if TYPE_CHECKING:
    from dynclient.as_code.apply import ApplyResult
    from dynclient.as_code.catalogue_plan import CataloguePlan
    from dynclient.client.client import Client

app = typer.Typer()

_GROUP = "Catalogue as code"
Folder = Annotated[
    str,
    typer.Argument(
        metavar="FOLDER",
        help="Folder with the files, or a fork: the file that 'dynclient fork' wrote.",
        show_default=False,
    ),
]
Prune = Annotated[
    bool,
    typer.Option(
        "--prune",
        help="Delete what an earlier apply created and has no file any more, or what was"
        " deleted in a fork.",
    ),
]
Overwrite = Annotated[
    bool, typer.Option("--overwrite", help="Decide conflicts for the files.")
]  # fmt: skip
Only = Annotated[
    list[str] | None,
    typer.Option(
        "--only", metavar="NAME",
        help="Only these entities: 'table', 'shop.*', 'table:shop.*'; may be repeated.",
    ),
]  # fmt: skip
Lossy = Annotated[
    bool,
    typer.Option("--lossy", help="Leave out what the release of the server has no place for."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show the plan and change nothing.")]
WithoutSecrets = Annotated[
    bool, typer.Option("--without-secrets", help="Leave out secrets that are not set.")
]


@app.command(
    epilog=example("dynclient plan catalogue", "dynclient plan catalogue --prune -o plan.json"),
    rich_help_panel=_GROUP,
)
def plan(
    folder: Folder,
    file: Annotated[
        str | None,
        typer.Option("--out", "-o", metavar="FILE", help="Write the plan for 'dynclient apply'."),
    ] = None,
    prune: Prune = False,
    overwrite: Overwrite = False,
    only: Only = None,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
) -> None:
    """Show what 'apply' would do so that the server has what the files say; change nothing.

    Exits with 0 if there is nothing to do, with 3 if there are changes or conflicts.
    """
    from dynclient.cli.connection import connect_or_ask, reported

    out = output_of(output)
    with reported(out), connect_or_ask(host, profile=profile, release=release) as om:
        made: CataloguePlan = om.plan(
            folder, prune=prune, overwrite=overwrite, only=tuple(only or ())
        )
        if file is not None:
            made.write(file)
        code = show_plan(out, made)
        if file is not None:
            out.say(f"wrote the plan to {file}")
    raise typer.Exit(code)


@app.command(
    epilog=example("dynclient apply plan.json", "dynclient apply catalogue --only 'table:shop.*'"),
    rich_help_panel=_GROUP,
)
def apply(
    source: Annotated[
        str,
        typer.Argument(
            metavar="PLAN",
            help="A file that 'dynclient plan -o' wrote, the folder with the files, or a fork.",
            show_default=False,
        ),
    ],
    prune: Prune = False,
    overwrite: Overwrite = False,
    only: Only = None,
    lossy: Lossy = False,
    without_secrets: WithoutSecrets = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
) -> None:
    """Make the server have what the files say: create, change and, with --prune, delete.

    Deletions ask first. An apply that was interrupted continues when it is repeated.
    """
    from pathlib import Path

    from dynclient.as_code.catalogue_plan import CataloguePlan
    from dynclient.as_code.fork_file import is_data_file
    from dynclient.as_code.plan_actions import DELETE
    from dynclient.cli.connection import connect_or_ask, reported

    out = output_of(output)
    names = tuple(only or ())
    with reported(out), connect_or_ask(host, profile=profile, release=release) as om:
        is_folder = Path(source).is_dir() or is_data_file(Path(source))
        made: Any = None
        if dry_run or prune or not is_folder:
            made = (
                om.plan(source, prune=prune, overwrite=overwrite, only=names)
                if is_folder
                else CataloguePlan.read(source).only(names or ("*",))
            )
        if dry_run:
            raise typer.Exit(show_plan(out, made))
        if made is not None and not yes:
            _ask(om, made, DELETE)
        options = {} if made is not None else {"overwrite": overwrite, "only": names}
        result: ApplyResult = om.apply(
            made if made is not None else source, lossy=lossy, without_secrets=without_secrets,
            progress=None if out.is_table else False, **options,
        )  # fmt: skip
        code = _show_result(out, result)
    raise typer.Exit(code)


def show_plan(output: Output, made: CataloguePlan) -> int:
    """Print a plan, and return the exit code.

    Args:
        output: where and how.
        made: the plan.
    """
    if output.is_table:
        show_blocks(output, made._blocks())
    else:
        show_object(output, made.as_json())
    return DIFFERS if made else DONE


def _ask(om: Client, made: CataloguePlan, kind: str) -> None:
    """Ask before entities are deleted; end with an error if the answer is no."""
    deleted = made.of_kind(kind)
    if not deleted:
        return
    restorable = {name for name, each in om.release.entities.items() if each.deleted}
    kinds = ["it can be restored" if each.type in restorable else "for good" for each in deleted]
    lines = [f"{each.type} {each.fqn} ({kind})" for each, kind in zip(deleted, kinds, strict=True)]
    print(escaped("\n".join(lines)), file=sys.stderr)
    if not confirm("Delete?"):
        print("nothing was changed", file=sys.stderr)
        raise typer.Exit(FAILED)


@app.command(
    epilog=example("dynclient copy --from test --to prod --service shop"), rich_help_panel=_GROUP
)
def copy(
    source: Annotated[
        str, typer.Option("--from", metavar="PROFILE", help="Profile of the server to read.")
    ],
    target: Annotated[
        str, typer.Option("--to", metavar="PROFILE", help="Profile of the server to write.")
    ],
    service: Service = "",
    types: Types = None,
    folder: Annotated[
        str | None,
        typer.Option("--keep", metavar="FOLDER", help="Keep the files here, to continue or check."),
    ] = None,
    overwrite: Overwrite = False,
    lossy: Lossy = False,
    without_secrets: WithoutSecrets = False,
    dry_run: DryRun = False,
    output: As = Format.TABLE,
) -> None:
    """Copy a part of the catalogue to another server, of any release: dump, plan, apply."""
    from contextlib import ExitStack

    from dynclient.as_code.catalogue_copy import copy as copy_catalogue
    from dynclient.cli.connection import connect_or_ask, reported

    out = output_of(output)

    def show(made: CataloguePlan) -> None:
        raise typer.Exit(show_plan(out, made))

    with reported(out), ExitStack() as stack:
        old, new = (
            stack.enter_context(connect_or_ask(None, profile=each)) for each in (source, target)
        )
        result = copy_catalogue(
            old, new, service=service, types=types or (), folder=folder, overwrite=overwrite,
            lossy=lossy, without_secrets=without_secrets, progress=None if out.is_table else False,
            confirm=show if dry_run else None,
        )  # fmt: skip
        code = _show_result(out, result)
    raise typer.Exit(code)


def _show_result(output: Output, result: ApplyResult) -> int:
    """Print what an apply has done, and return the exit code."""
    if output.is_table:
        show_blocks(output, result._blocks())
    else:
        reports = [each._asdict() for each in result.reports]
        show_object(output, {"counts": result.counts, "reports": reports})
    return FAILED if result.failed else DONE
