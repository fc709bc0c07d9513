"""The commands that fork a catalogue, and back a server up."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dynclient.cli.catalogue_commands import Service, Types, Where
from dynclient.cli.command_classes import Group, example
from dynclient.cli.data_commands import As, Host, Profile, Release, Yes, confirm, output_of
from dynclient.cli.exit_codes import DONE, FAILED
from dynclient.cli.output import Format, Output, show_blocks, show_object
from dynclient.cli.plan_commands import DryRun, Lossy, WithoutSecrets, show_plan

if TYPE_CHECKING:
    from dynclient.as_code.backup import Backup, Restoration
    from dynclient.as_code.catalogue_plan import CataloguePlan
    from dynclient.as_code.fork import Fork

app = typer.Typer()
backups = typer.Typer(
    cls=Group, help="Back a server up into a file, and restore it.", no_args_is_help=True
)

_GROUP = "Catalogue as code"
File = Annotated[
    Path,
    typer.Argument(metavar="FILE", help="Path of the backup, backup.zip.", show_default=False),
]
Replace = Annotated[bool, typer.Option("--replace", help="Replace a file that exists.")]


@app.command(
    epilog=example(
        "dynclient fork --service shop -o shop.db",
        "dynclient fork --type table --where 'tag:PII' -o pii.db",
    ),
    rich_help_panel=_GROUP,
)
def fork(
    file: Annotated[
        Path,
        typer.Option("--out", "-o", metavar="FILE", help="File to write.", show_default=False),
    ],
    service: Service = "",
    types: Types = None,
    where: Where = "",
    lineage: Annotated[
        bool, typer.Option(help="Copy lineage; up to one request for each entity.")
    ] = True,
    history: Annotated[
        bool, typer.Option("--history", help="Copy past versions; one request for each entity.")
    ] = False,
    replace: Replace = False,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
) -> None:
    """Copy a part of the catalogue, with its ids and versions, into the data file of a sandbox.

    Try anything on it with 'dynclient sandbox --data FILE'. 'dynclient diff FILE' prints what was
    changed there, and 'dynclient plan FILE' what that would change on the server.
    """
    from dynclient.as_code.fork import fork as copy
    from dynclient.cli.connection import connect_or_ask, reported

    out = output_of(output)
    with reported(out), connect_or_ask(host, profile=profile, release=release) as om:
        made = copy(
            om, file, service=service, types=types or (), where=where, lineage=lineage,
            history=history, replace=replace,
        )  # fmt: skip
        _show_counts(out, made, f"wrote {made.total:,} entities to {made.path}")
    raise typer.Exit(DONE)


def _show_counts(output: Output, made: Fork | Backup, text: str) -> None:
    """Print how many entities of each type a file has."""
    if not output.is_table:
        found = made._asdict()
        left_out = found.pop("left_out", None)
        if left_out is not None:
            found["left_out"] = [
                {"path": each.path, "reason": each.reason, "entities": count}
                for each, count in left_out.items()
            ]
        show_object(output, found)
        return
    for name, count in made.counts.items():
        output.write(f"{count:>9,} {name}\n")
    output.say(text)


@backups.command("create", epilog=example("dynclient backup create backup.zip --profile prod"))
def create_backup(
    file: File,
    followers: Annotated[bool, typer.Option(help="Include followers.")] = True,
    lineage: Annotated[
        bool, typer.Option(help="Include lineage; one request for each entity.")
    ] = True,
    sample_data: Annotated[
        bool, typer.Option(help="Include sample data; one request for each entity.")
    ] = True,
    profiles: Annotated[
        bool, typer.Option(help="Include the last profiles; one request for each table.")
    ] = True,
    feeds: Annotated[
        bool, typer.Option(help="Include conversations; one request for each entity.")
    ] = True,
    replace: Replace = False,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
) -> None:
    """Write everything of a server into one file, with counts and digests.

    Secrets are not in it: the file names environment variables instead.
    """
    from dynclient.cli.connection import connect_or_ask, reported

    out = output_of(output)
    with reported(out), connect_or_ask(host, profile=profile, release=release) as om:
        made: Backup = om.backup(
            file, followers=followers, lineage=lineage, sample_data=sample_data,
            profiles=profiles, feeds=feeds, replace=replace,
        )  # fmt: skip
        _show_counts(out, made, f"wrote {made.total:,} entities to {made.path}")
        for each, count in made.left_out.items() if out.is_table else ():
            out.say(f"left out of {count:,}: {each}")
    raise typer.Exit(DONE)


@backups.command("restore", epilog=example("dynclient backup restore backup.zip --profile test"))
def restore_backup(
    file: File,
    lossy: Lossy = False,
    without_secrets: WithoutSecrets = False,
    dry_run: DryRun = False,
    yes: Yes = False,
    host: Host = None,
    profile: Profile = None,
    release: Release = None,
    output: As = Format.TABLE,
) -> None:
    """Make a server have what a backup says; nothing is deleted.

    The whole file is checked first. Asks before entities that exist are changed.
    """
    from dynclient.as_code.backup import plan_of_backup
    from dynclient.cli.connection import connect_or_ask, reported

    out = output_of(output)
    with reported(out), connect_or_ask(host, profile=profile, release=release) as om:
        if dry_run:
            raise typer.Exit(show_plan(out, plan_of_backup(om.session, file)))
        done: Restoration = om.restore_backup(
            file, lossy=lossy, without_secrets=without_secrets,
            progress=None if out.is_table else False, confirm=None if yes else _confirm,
        )  # fmt: skip
        _show_restoration(out, done)
    raise typer.Exit(FAILED if done.result.failed or done.differing else DONE)


def _confirm(plan: CataloguePlan) -> None:
    """Ask before entities that exist are changed; end with an error if the answer is no."""
    from dynclient.as_code.plan_actions import CHANGE

    changed = len(plan.of_kind(CHANGE))
    if changed and not confirm(f"Change {changed:,} entities that exist?"):
        print("nothing was changed", file=sys.stderr)
        raise typer.Exit(FAILED)


def _show_restoration(output: Output, done: Restoration) -> None:
    if not output.is_table:
        reports = [each._asdict() for each in done.result.reports]
        differing = [
            {"type": each.type, "fullyQualifiedName": each.fqn, "action": each.kind}
            for each in done.differing
        ]
        counts = {"counts": done.counts, "done": done.result.counts}
        show_object(output, {**counts, "reports": reports, "differing": differing})
        return
    show_blocks(output, done.result._blocks())
    for each in done.differing:
        output.say(f"differs from the backup: {each.type} {each.fqn}")
    total = sum(done.counts.values())
    output.say(f"compared {total:,} entities with the server: {len(done.differing):,} differ")
