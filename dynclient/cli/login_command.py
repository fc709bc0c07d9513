"""``dynclient login`` and ``logout``: profiles whose token is in the keyring of the system."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, Any, NamedTuple, TextIO
from urllib.parse import urlsplit

from dynclient.cli.connection import ask_secret
from dynclient.cli.exit_codes import DONE
from dynclient.cli.login_options import Days, Store
from dynclient.cli.output import Output
from dynclient.cli.profile_list import Identity, identity_of
from dynclient.client.connect import connect
from dynclient.config.config_file import DEFAULT, ConfigFile, read_config
from dynclient.config.credentials import SERVICE, KeyringEntry
from dynclient.config.location import DISABLED, config_path, is_disabled, path_text
from dynclient.config.profile import CREDENTIALS, Profile
from dynclient.errors import CredentialUnavailable, DynclientError, NotFound, UsageError
from dynclient.secrets import Secret
from dynclient.transport.address import HOST, PROFILE, api_url
from dynclient.transport.request import Request

if TYPE_CHECKING:
    from dynclient.client.client import Client

_TOKENS = "/v1/users/security/token"
_JSON = (("Content-Type", "application/json"),)
_LONGEST = 64 * 1024
"""Characters of a token that are read from standard input, at most."""


class _Token(NamedTuple):
    """A token to store."""

    value: Secret
    id: str | None = None
    """Its id, if it was created by this command."""
    until: str = ""
    """When it expires, for people; empty if that is not known."""


def log_in(
    output: Output,
    profile: str | None,
    host: str | None,
    username: str | None,
    *,
    token_from: TextIO | None = None,
    days: Days = Days.THIRTY,
    store: Store = Store.KEYRING,
) -> int:
    """Check a token or a password with the server, and write a profile for it.

    Args:
        output: where and how.
        profile: name of the profile; None for that of the environment, or the default one.
        host: address of the server; None to ask, or for that of the profile.
        username: e-mail address of a user; None to ask.
        token_from: where to read a token from, instead of asking.
        days: how long a token is valid that is created after a login by password.
        store: where the token is kept.

    Raises:
        UsageError: something is missing, and there is no terminal to ask for it.
        CredentialUnavailable: the keyring of the system cannot be used.
        ConfigInvalid: the configuration file cannot be used.
        ServerError, TransportError: the server does not accept the token or password.
    """
    from dynclient.config.config_edit import update_profile  # needs tomlkit

    path = config_path()
    if is_disabled(path):
        raise UsageError(f"a profile cannot be written: {DISABLED}")
    config = read_config(path)
    name = _name(profile, config)
    present = None if config is None else config.profiles.get(name)
    base = api_url(_host(host, present))
    host = base.removesuffix("/api")
    entry = _entry(name, base) if store is Store.KEYRING else None
    stored = None if entry is None else _stored(entry)  # reports a keyring that cannot be used
    settings = {} if present is None else present.settings
    token, who = _token(host, username, token_from, days, settings, name)
    secret = token.value.get_secret_value()
    try:
        if entry is None:
            values = {"host": host, "token": secret}
        else:
            values = {"host": host, "token_keyring": str(entry)}
            entry.write(secret)
        update_profile(path, name, values, removed=CREDENTIALS)
    except BaseException:
        if entry is not None:
            _put_back(entry, secret, stored)
        _revoke(host, token, settings)
        raise
    _delete_unused(present, entry)
    place = path_text(path) if entry is None else f"the keyring entry {entry}"
    output.say(f"profile {name!r}: {who.user} at {host}, OpenMetadata {who.version}")
    output.say(f"the token is in {place}{token.until and f', and valid until {token.until}'}")
    return DONE


def log_out(output: Output, profile: str | None) -> int:
    """Remove the token of a profile from the keyring and the configuration file.

    Args:
        output: where and how.
        profile: name of the profile; None for that of the environment, or the default one.

    Raises:
        UnknownProfile: there is no such profile.
        CredentialUnavailable: the keyring of the system cannot be used.
        UsageError: the profile has no token that this command can remove.
    """
    from dynclient.config.config_edit import update_profile  # needs tomlkit
    from dynclient.config.config_file import find_profile

    config = read_config()
    found = find_profile(_name(profile, config))
    if found is None or found.credential not in {"token", "token_keyring"}:
        raise UsageError(f"profile {_name(profile, config)!r} has no token in the keyring or file")
    entry = found.token_entry
    is_removed = entry is not None and entry.delete()
    update_profile(found.file, found.name, {}, removed=("token", "token_keyring"))
    places = [*([f"the keyring entry {entry}"] if is_removed else []), path_text(found.file)]
    output.say(
        f"removed the token of {found.origin} from {' and '.join(places)}; the server accepts it"
        " until it expires or is revoked"
    )
    return DONE


def _stored(entry: KeyringEntry) -> str | None:
    """Return what the keyring has now; an error says what to do without a keyring."""
    try:
        return entry.read()
    except CredentialUnavailable as error:
        raise CredentialUnavailable(
            f"{error}; --store file keeps the token in the configuration file"
        ) from None


def _put_back(entry: KeyringEntry, written: str, stored: str | None) -> None:
    """Store again what an entry had, if a token was written there and the file was not."""
    with suppress(CredentialUnavailable):  # which may be why the file was not written
        if entry.read() == written != stored:
            if stored is None:
                entry.delete()
            else:
                entry.write(stored)


def _delete_unused(present: Profile | None, entry: KeyringEntry | None) -> None:
    """Delete the entry that a profile had before, if this package created it."""
    former = None if present is None else present.token_entry
    if former is not None and former.service == SERVICE and str(former) != str(entry):
        with suppress(CredentialUnavailable):  # the login itself is done
            former.delete()


def _name(profile: str | None, config: ConfigFile | None) -> str:
    """Return the name of the profile to write."""
    default = None if config is None else config.default
    name = profile or os.environ.get(PROFILE) or default or DEFAULT
    if not name.isprintable():
        raise UsageError(f"the name of a profile must be printable, not {name!r}")
    return name


def _host(host: str | None, present: Profile | None) -> str:
    known = host or (None if present is None else present.host)
    if known is not None:
        return known
    suggested = os.environ.get(HOST, "")
    hint = f" [{suggested}]" if suggested else ""
    return _ask(f"Address of the server{hint}", "--host") or suggested


def _entry(name: str, base: str) -> KeyringEntry:
    """Return the entry for a profile; servers differ, so that two files cannot share a token."""
    user = f"{name}@{urlsplit(base).netloc}".replace("/", "_")
    return KeyringEntry(SERVICE, user)


def _ask(question: str, option: str) -> str:
    """Ask at the terminal; without one, the option is required."""
    if not sys.stdin.isatty():
        raise UsageError(f"{option} is required without a terminal")
    print(f"{question}: ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip()


def _token(
    host: str,
    username: str | None,
    token_from: TextIO | None,
    days: Days,
    settings: dict[str, Any],
    name: str,
) -> tuple[_Token, Identity]:
    """Return a token that the server accepts, and whose it is."""
    secret = None if token_from is None else Secret(token_from.read(_LONGEST).strip())
    if secret is None and username is None:
        username = _ask("E-mail address (empty to enter a token)", "--username or --token-stdin")
        secret = None if username else Secret(ask_secret("Token").strip())
    if secret is not None:
        if not secret:
            raise UsageError("the token is empty")
        with _client(host, settings, token=secret) as om:
            return _Token(secret, until=_expiry(secret)), identity_of(om)
    if not sys.stdin.isatty():
        raise UsageError("a password is asked at a terminal; use --token-stdin without one")
    password = Secret(ask_secret(f"Password of {username}"))
    with _client(host, settings, username=username, password=password) as om:
        return _personal_token(om, days, name), identity_of(om)


def _client(host: str, settings: dict[str, Any], **credential: Any) -> Client:
    """Return a client with the settings of the profile, which may create a token."""
    return connect(host, **{**settings, "read_only": False}, **credential)


def _personal_token(om: Client, days: Days, name: str) -> _Token:
    """Create a personal access token for the user who is logged in."""
    import platform

    identity_of(om)  # a login that fails is reported as such
    body = {"tokenName": f"dynclient {name} on {platform.node()}", "JWTTokenExpiry": days.value}
    request = Request("PUT", _TOKENS, (), _JSON, json.dumps(body).encode())
    try:
        created = om.session.send(request)
    except NotFound:
        created = None
    token = created.get("jwtToken") if isinstance(created, dict) else None
    if not isinstance(token, str) or not token:
        raise UsageError(
            "this server does not create personal access tokens; create the token of a bot, and"
            " use --token-stdin"
        )
    secret = Secret(token)
    return _Token(secret, created.get("token"), _expiry(secret))


def _expiry(token: Secret) -> str:
    from dynclient.transport.refusal import expiry

    until = expiry(token.get_secret_value())
    return "" if until is None else until.strftime("%Y-%m-%d %H:%M UTC")


def _revoke(host: str, token: _Token, settings: dict[str, Any]) -> None:
    """Revoke a token that was created and cannot be stored."""
    if token.id is None:
        return
    request = Request(
        "PUT", f"{_TOKENS}/revoke", (), _JSON, json.dumps({"tokenIds": [token.id]}).encode()
    )
    try:
        with _client(host, settings, token=token.value) as om:
            om.session.send(request)
    except DynclientError as error:
        # The error that led here is the one to report.
        print(f"dynclient: the new token could not be revoked: {error}", file=sys.stderr)
