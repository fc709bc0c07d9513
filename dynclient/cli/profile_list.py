"""``dynclient profiles``: the profiles of the configuration file, and whether they can be used."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.cli.error_text import error_text
from dynclient.cli.exit_codes import DIFFERS, DONE
from dynclient.cli.output import Output, show_rows
from dynclient.client.connect import connect, profile_problems
from dynclient.config.config_file import ConfigFile, read_config
from dynclient.config.location import config_path, path_text
from dynclient.config.profile import Profile
from dynclient.errors import DynclientError
from dynclient.transport.request import Request

if TYPE_CHECKING:
    from dynclient.client.client import Client

_ME = Request("GET", "/v1/users/loggedInUser")
_SECONDS = 15.0
"""Time for each request of a check."""
_AT_ONCE = 8


class Identity(NamedTuple):
    """Who a client is, and where."""

    user: str
    version: str


def identity_of(om: Client) -> Identity:
    """Return the user and the version of a server; no release is needed.

    Raises:
        ServerError, TransportError: the server does not respond as one, or refuses the token.
    """
    version = om.version
    me = om.session.send(_ME)
    name = me.get("name") if isinstance(me, Mapping) else None
    return Identity(str(name or ""), version)


def show_profiles(output: Output, *, check: bool = False) -> int:
    """Print the profiles.

    Args:
        output: where and how.
        check: whether to connect to each server.

    Raises:
        ConfigInvalid: the configuration file cannot be used.
    """
    config = read_config()
    if config is None or not config.profiles:
        path = config_path() if config is None else config.path
        output.say(f"no profiles in {path_text(path)}; 'dynclient login' creates one")
        if not output.is_table:
            show_rows(output, [], ("name",))
        return DONE
    rows = [_row(config, profile) for profile in config.profiles.values()]
    if output.is_table:  # where only True says something
        rows = [{key: value or None for key, value in row.items()} for row in rows]
    columns = ["name", "default", "host", "credential", "read_only"]
    if check:
        columns += ["version", "user"]
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            results = pool.map(_checked, config.profiles.values())
            rows = [{**row, **result} for row, result in zip(rows, results, strict=True)]
    problems = [row for row in rows if row["problem"]]
    show_rows(output, rows, (*columns, "problem"))
    return DIFFERS if check and problems else DONE


def _row(config: ConfigFile, profile: Profile) -> dict[str, Any]:
    """Return a profile as a row, without secrets."""
    return {
        "name": profile.name,
        "default": profile.name == config.default,
        "host": profile.host,
        "credential": profile.credential_text,
        "read_only": profile.settings.get("read_only") is True,
        "problem": "; ".join(map(str, profile_problems(profile))),
    }


def _checked(profile: Profile) -> dict[str, str]:
    """Return version, user and problem of a profile."""
    try:
        # The time of one request, not that of the profile: a check must not hang.
        with connect(profile=profile.name, timeout=_SECONDS, retries=0) as om:
            who = identity_of(om)
    except (DynclientError, OSError) as error:
        text = error_text(error).splitlines()
        return {"version": "", "user": "", "problem": "; ".join(line.strip() for line in text)}
    return {"version": who.version, "user": who.user, "problem": ""}
