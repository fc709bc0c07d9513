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
