"""A client for a command, whose warnings are lines, and which asks for a password if need be."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import typer

from dynclient.cli.output import Format, Output
from dynclient.cli.targets import WrongWords
from dynclient.cli.warning_lines import show_warnings
from dynclient.errors import CredentialUnavailable, DynclientError, UsageError

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.client.connect import Configuration


@contextmanager
def reported(output: Output) -> Iterator[None]:
    """Print warnings as lines on standard error, JSON with ``--output json``."""
    show_warnings(as_json=output.format is Format.JSON)
    try:
        yield
        output.file.flush()
    except WrongWords as error:
        raise typer.BadParameter(str(error)) from None
    except (DynclientError, KeyboardInterrupt):
        with suppress(OSError):  # the error is printed after what was printed already
            output.file.flush()
        raise


def connect_or_ask(host: str | None, **arguments: Any) -> Client:
    """Return a client as :func:`dynclient.connect` does; see :func:`configure_or_ask`."""
    from dynclient.client.connect import client_of

    return client_of(configure_or_ask(host, **arguments))


def configure_or_ask(host: str | None, **arguments: Any) -> Configuration:
    """Return how to connect, from options, profile and environment.

    If the profile has a user without a password, and standard input is a terminal, the password is
    asked there.

    Args:
        host: address of the server, or None.
        arguments: more arguments of :func:`dynclient.client.connect.configure`.
    """
    from dynclient.client.connect import configure

    try:
        return configure(host, **arguments)
    except CredentialUnavailable as error:
        username = error.username
        if username is None or not sys.stdin.isatty():
            raise
    return configure(host, password=ask_secret(f"Password of {username}"), **arguments)


def ask_secret(question: str) -> str:
    """Ask for a secret at the terminal, which does not show it.

    Raises:
        UsageError: the input ends.
    """
    from getpass import getpass

    from dynclient.secrets import printable

    try:
        return getpass(f"{printable(question)}: ", stream=sys.stderr)
    except EOFError:
        raise UsageError(f"{question}: the input ended") from None
