"""The commands to run before an upgrade, and their options."""

from __future__ import annotations

import json as jsonlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dynclient.cli.command_classes import example
from dynclient.cli.exit_codes import DIFFERS, DONE

if TYPE_CHECKING:
    from dynclient.upgrade.check import UpgradeReport
    from dynclient.upgrade.rehearsal import Rehearsal

app = typer.Typer()

_GROUP = "Upgrades"
TEXT, JSON, SARIF = "text", "json", "sarif"
To = Annotated[
    str | None,
    typer.Option(
        "--to",
        metavar="RELEASE",
        help="The release after the upgrade, or the path of its tree; default: the newest one in"
        " the cache.",
    ),
]


@app.command(
    "upgrade-check",
    epilog=example(
        "dynclient upgrade-check scripts/ --from 1.6.0 --to 1.13.0",
        "dynclient upgrade-check scripts/ catalogue/ --to 1.13.0 --output sarif > upgrade.sarif",
    ),
    rich_help_panel=_GROUP,
)
def upgrade_check(
    paths: Annotated[
        list[Path],
        typer.Argument(
            metavar="PATH…",
            help="Scripts, payloads, documents of a catalogue, or folders of these.",
            show_default=False,
        ),
    ],
    to: To = None,
    before: Annotated[
        str | None,
        typer.Option(
            "--from",
            metavar="RELEASE",
            help="The release before the upgrade; what it does not have either is not reported.",
        ),
    ] = None,
    kind: Annotated[
        str | None, typer.Option("--as", help="Type of payloads in JSON: CreateTableRequest.")
    ] = None,
    allow_translated: Annotated[
        bool,
        typer.Option("--allow-translated", help="Exit with 0 if dynclient translates the rest."),
    ] = False,
    output: Annotated[
        str, typer.Option("--output", help="'text', 'json', or 'sarif' for code hosts.")
    ] = TEXT,
) -> None:
    """Read scripts and payloads without running them, and print what an upgrade breaks.

    Warnings are what dynclient translates, and other clients do not. Exit code 0: nothing breaks.
    3: something does.
    """
    from dynclient.cli.diff_view import release_or_path
    from dynclient.upgrade import check

    if output not in {TEXT, JSON, SARIF}:
        message = f"must be text, json or sarif, not {output!r}"
        raise typer.BadParameter(message, param_hint="--output")
    report = check.upgrade_check(
        paths,
        to=None if to is None else release_or_path(to),
        before=None if before is None else release_or_path(before),
        kind=kind,
    )
    _show(report, output)
    failed = report.errors if allow_translated else report.findings
    raise typer.Exit(DIFFERS if failed else DONE)


def _show(report: UpgradeReport, output: str) -> None:
    if output == JSON:
        typer.echo(jsonlib.dumps(report.asdict(), indent=2))
        return
    if output == SARIF:
        from dynclient.upgrade.sarif import sarif

        typer.echo(jsonlib.dumps(sarif(report), indent=2))
        return
    for finding in report.findings:
        typer.echo(str(finding))
    count = len(report.errors), len(report.warnings)
    typer.echo(
        f"{len(report.files)} files, release {report.release}: {count[0]} errors, {count[1]}"
        " warnings"
    )


@app.command(
    epilog=example(
        "dynclient rehearse load.py --from 1.6.0 --to 1.13.0 -- --all",
        "dynclient rehearse load.py --from 1.6.0 --to 1.13.0 --data shop.db",
    ),
    rich_help_panel=_GROUP,
)
def rehearse(
    script: Annotated[
        Path,
        typer.Argument(
            metavar="SCRIPT",
            help="A Python script, or any program that reads OM_HOST and OM_TOKEN.",
            show_default=False,
        ),
    ],
    before: Annotated[
        str,
        typer.Option(
            "--from", metavar="RELEASE", help="The release before the upgrade.", show_default=False
        ),
    ],
    arguments: Annotated[
        list[str] | None, typer.Argument(metavar="ARGUMENT…", help="Arguments of the script.")
    ] = None,
    to: To = None,
    data: Annotated[
        str,
        typer.Option(
            help="Content of both sandboxes: 'empty', 'shop', 'small', a number of tables, or a"
            " fork: the file that 'dynclient fork' wrote."
        ),
    ] = "shop",
    allow_translated: Annotated[
        bool,
        typer.Option(
            "--allow-translated", help="Exit with 0 if only warnings and requests differ."
        ),
    ] = False,
    output: Annotated[str, typer.Option("--output", help="'text' or 'json'.")] = TEXT,
) -> None:
    """Run a script against sandboxes of two releases, and print what differs.

    Compared are the exit code, the error, DriftWarnings, requests, and what the script changed in
    the catalogue. Your server is not used. Exit code 0: nothing differs. 3: something does.
    """
    from dynclient.cli.diff_view import release_or_path
    from dynclient.testing import catalogue
    from dynclient.upgrade import rehearsal

    if output not in {TEXT, JSON}:
        raise typer.BadParameter(f"must be text or json, not {output!r}", param_hint="--output")
    is_fork = Path(data).is_file()
    content = None
    if data != "empty" and not is_fork:
        content = catalogue(int(data) if data.isdigit() else data)
    result = rehearsal.rehearse(
        script,
        before=release_or_path(before),
        to=None if to is None else release_or_path(to),
        arguments=arguments or (),
        load=None if content is None else content.load,
        data=data if is_fork else None,
    )
    _show_rehearsal(result, output)
    failed = result.breaks if allow_translated else result.differences
    raise typer.Exit(DIFFERS if failed else DONE)


def _show_rehearsal(result: Rehearsal, output: str) -> None:
    if output == JSON:
        typer.echo(jsonlib.dumps(result.asdict(), indent=2))
        return
    for run in (result.before, result.after):
        counts = f"{len(run.requests)} requests, {len(run.changes)} entities changed"
        typer.echo(f"{run.release}: exit code {run.exit_code}, {counts}")
        if run.exit_code and run.output:
            typer.echo("".join(f"  | {line}\n" for line in run.output.splitlines()), nl=False)
    for difference in result.differences:
        typer.echo(str(difference))
    if not result.differences:
        typer.echo("nothing differs")
