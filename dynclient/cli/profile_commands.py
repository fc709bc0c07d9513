"""The commands for profiles and their options; each calls the module that does its work."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from dynclient.cli.command_classes import example
from dynclient.cli.data_commands import As, Columns, output_of
from dynclient.cli.login_options import Days, Store
from dynclient.cli.output import Format, Output, standard_output

app = typer.Typer()

_GROUP = "Profiles"
NamedProfile = Annotated[
    str | None,
    typer.Option(
        "--profile",
        metavar="PROFILE",
        help="Name of the profile; default: OPENMETADATA_PROFILE, the default profile, or"
        " 'default'.",
    ),
]


@app.command(
    epilog=example("dynclient login --profile prod --host https://metadata.example.com"),
    rich_help_panel=_GROUP,
)
def login(
    profile: NamedProfile = None,
    host: Annotated[str | None, typer.Option(help="Address of the server.")] = None,
    username: Annotated[
        str | None, typer.Option(help="E-mail address to log in with, instead of a token.")
    ] = None,
    token_stdin: Annotated[
        bool, typer.Option("--token-stdin", help="Read a token from standard input.")
    ] = False,
    days: Annotated[
        Days, typer.Option(help="Days for which a token is created after a login by password.")
    ] = Days.THIRTY,
    store: Annotated[
        Store, typer.Option(help="Where the token is kept: the keyring of the system, or the file.")
    ] = Store.KEYRING,
) -> None:
    """Check a token or password, and write a profile for it.

    Asks for what is missing. After a login with a password, a personal access token is created on
    the server and stored; the password is not. The token is kept in the keyring of the system.
    """
    from dynclient.cli.connection import reported
    from dynclient.cli.login_command import log_in

    out = Output(standard_output())
    if token_stdin and username is not None:
        raise typer.BadParameter("cannot be combined with --username", param_hint="--token-stdin")
    with reported(out):
        code = log_in(
            out, profile, host, username,
            token_from=sys.stdin if token_stdin else None, days=days, store=store,
        )  # fmt: skip
    raise typer.Exit(code)


@app.command(epilog=example("dynclient logout --profile prod"), rich_help_panel=_GROUP)
def logout(profile: NamedProfile = None) -> None:
    """Remove the token of a profile from the keyring and from the configuration file.

    The server accepts the token until it expires or is revoked.
    """
    from dynclient.cli.connection import reported
    from dynclient.cli.login_command import log_out

    out = Output(standard_output())
    with reported(out):
        code = log_out(out, profile)
    raise typer.Exit(code)


@app.command(epilog=example("dynclient profiles --check"), rich_help_panel=_GROUP)
def profiles(
    check: Annotated[
        bool, typer.Option("--check", help="Connect to each server: its version, and who you are.")
    ] = False,
    output: As = Format.TABLE,
    columns: Columns = "",
) -> None:
    """Print the profiles of the configuration file.

    Exit code 3: --check found a profile that cannot be used.
    """
    from dynclient.cli.connection import reported
    from dynclient.cli.profile_list import show_profiles

    out = output_of(output, columns)
    with reported(out):
        code = show_profiles(out, check=check)
    raise typer.Exit(code)
