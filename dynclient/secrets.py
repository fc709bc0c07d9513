"""Secrets: the mask that replaces them, masked strings, and handles for pickles.

Schemas mark secrets with ``format: password``. Where there is no schema (free-form maps, misspelt
fields), :func:`looks_secret` decides by the name. Texts that may quote a secret, such as messages
of a server, go through :func:`printable`.
"""

from __future__ import annotations

import functools
import os
import re

MASK = "**********"
"""Replaces a secret in every repr, log line, error and dump."""

SHORTEST_MASK = "*****"
"""So many asterisks or more are a mask: servers return nine, other tools other numbers."""

_SECRET_NAME = re.compile(
    r"pas+[_-]?(w|phrase|code)|(\b|_)pass\b|pwd|secret|token|credential|jwt|authorization|bearer|"
    r"signature|cookie|x[_-]auth|"
    r"(private|api|access|account|shared|master|encryption|signing|ssh|session)[\W_]?key",
    re.IGNORECASE,
)
_TIME_NAME = re.compile(
    r"expir(y|es|ation)([_-]?(at|in|date|time))?$|ttl$|lifetime$", re.IGNORECASE
)
"""Names of the time for which a secret is valid, which is not one: ``JWTTokenExpiry``."""
_CREDENTIAL = re.compile(
    r"(?P<url>\b[a-z][a-z0-9+.-]*://)[^\s/@?#'\"<>]+@"  # https://user:password@
    r"|(?P<name>[?&#](?:[\w.-]*(?:token|password|pwd|secret|signature|api_?key|code|jwt)|sig)=)[^&#\s'\"]+"
    r"|(?P<scheme>\b(?:bearer|basic)\s+)[\w.~+/=-]{8,}"
    r"|\beyJ[\w-]{5,}(?:\.[\w-]*)+"  # a JWT
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|$)"
    r"|\b(?:gh[pousr]_|github_pat_|xox[abprs]-|AKIA|ASIA|glpat-)[\w-]{10,}",
    re.IGNORECASE | re.DOTALL,
)
UNPRINTABLE = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Characters that a terminal obeys or that change the direction of text; not tab and line feed."""


@functools.lru_cache(maxsize=4096)  # asked for each field that no schema has
def looks_secret(name: str) -> bool:
    """Return whether a field, header or key of this name probably contains a secret.

    In doubt it does: ``nextPageToken`` counts as well. ``JWTTokenExpiry`` is a time.
    """
    return _SECRET_NAME.search(name) is not None and _TIME_NAME.search(name) is None


def is_mask(value: object) -> bool:
    """Return whether a value stands for a secret instead of being one."""
    return isinstance(value, str) and value.startswith(SHORTEST_MASK) and not value.strip("*")


def has_credential(text: str) -> bool:
    """Return whether a text contains what looks like a credential, such as a JWT."""
    return _CREDENTIAL.search(text) is not None


def printable(text: str) -> str:
    """Return a text that can be shown: credentials masked, control characters escaped.

    Credentials are JWTs, private keys, the user of a URL and tokens in its query. Control
    characters, except for tab and line feed, would be obeyed by a terminal.
    """
    text = _CREDENTIAL.sub(_masked_credential, text)
    return UNPRINTABLE.sub(lambda found: ascii(found[0])[1:-1], text)


def _masked_credential(found: re.Match[str]) -> str:
    if found["url"]:
        return f"{found['url']}{MASK}@"
    return f"{found['name'] or found['scheme'] or ''}{MASK}"


class Secret(str):
    """A string that prints as the mask, and is sent and compared by its value.

    ``get_secret_value()`` returns the plain string.
    """

    __slots__ = ()

    def __new__(cls, value: str = "") -> Secret:
        """Return a secret string; of one that is already secret, its value and not the mask."""
        return super().__new__(cls, "".join(value) if isinstance(value, Secret) else value)

    def get_secret_value(self) -> str:
        """Return the plain value."""
        return "".join(self)

    def __repr__(self) -> str:
        return f"'{MASK}'"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

    def __rich__(self) -> str:
        return MASK

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return _unsealed_secret, (seal(self.get_secret_value()),)


_VAULT: dict[str, str] = {}
_HANDLES: dict[str, str] = {}


def seal(value: str) -> str:
    """Store a secret in this process and return a handle that is safe to pickle.

    The handle returns the secret in this process and in children forked later, nowhere else. So a
    pickle on a disk or in a queue contains no secret.

    Returns:
        32 hexadecimal digits.
    """
    handle = _HANDLES.get(value)
    if handle is None:
        handle = _HANDLES[value] = os.urandom(16).hex()
        _VAULT[handle] = value
    return handle


def unseal(handle: str) -> str | None:
    """Return the secret of a handle, or None if another process sealed it."""
    return _VAULT.get(handle)


def _unsealed_secret(handle: str) -> Secret:
    value = unseal(handle)
    return Secret(MASK if value is None else value)
