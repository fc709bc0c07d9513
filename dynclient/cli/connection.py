"""A client for a command; the password of a profile is asked at the terminal if it is missing."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from dynclient.errors import CredentialUnavailable

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.client.connect import Configuration


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
    """Ask for a secret at the terminal, which does not show it."""
    from getpass import getpass

    from dynclient.secrets import printable

    return getpass(f"{printable(question)}: ", stream=sys.stderr)
