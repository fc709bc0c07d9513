"""What a 401 means: where the token that was sent comes from, and whether it has expired."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode
from datetime import UTC, datetime
from typing import Any

from dynclient.secrets import Secret
from dynclient.transport.address import TOKENS, unsent_variable

_REMEDY = (
    "to connect(): the JWT of a bot, or a personal access token; or set"
    f" {' or '.join(TOKENS)} in the environment"
)


def refusal_hint(transport: Any) -> str:
    """Return what to do about a 401: which token was refused, and which one to pass.

    Args:
        transport: the transport that sent the request; its token is not shown.
    """
    auth = getattr(transport, "auth", None)
    settings = getattr(transport, "settings", None)
    names = [name.lower() for name, _ in getattr(settings, "headers", ())]
    origin = getattr(auth, "origin", "")
    if not origin and "authorization" in names:
        return "The header Authorization of headers= was not accepted; use token= instead."
    if not origin:
        unsent = unsent_variable(getattr(transport, "base", ""))
        return f"No token was sent{f': {unsent}' if unsent else '.'} Pass token= {_REMEDY}."
    header: Secret | None = getattr(auth, "last", None)
    state = "" if header is None else _state(header.get_secret_value())
    if origin.startswith("profile."):
        way = "Correct the profile, or sign in again with 'dynclient login'."
        return f"The token that was sent is from {origin}{state}. {way}"
    return f"The token that was sent is from {origin}{state}. Pass a valid token= {_REMEDY}."


def _state(header: str) -> str:
    """Return the validity of a token in words: ``, and expired on …``; empty without a JWT."""
    until = expiry(header.rpartition(" ")[2])
    if until is None:
        return ""
    when = until.strftime("%Y-%m-%d %H:%M UTC")
    if until <= datetime.now(UTC):
        return f", and expired on {when}"
    return (
        f", and has not expired (it is valid until {when}), but another server may have issued it"
    )


def expiry(token: str) -> datetime | None:
    """Return when a JWT expires, or None if it does not say so; its signature is not verified."""
    parts = token.split(".")
    if len(parts) != 3:
        return None
    try:
        payload = json.loads(urlsafe_b64decode(parts[1] + "=" * (-len(parts[1]) % 4)))
        return datetime.fromtimestamp(payload["exp"], UTC)
    except (ValueError, TypeError, KeyError, OverflowError, OSError, RecursionError):
        return None
