"""Secrets: the mask that replaces them, masked strings, and handles for pickles.

Schemas mark secrets with ``format: password``. Where there is no schema (free-form maps, misspelt
fields), :func:`looks_secret` decides by the name.
"""

from __future__ import annotations

import os
import re

MASK = "**********"
"""Replaces a secret in every repr, log line, error and dump."""

MASKS = frozenset({MASK, "*" * 9})
"""What stands for a secret: our mask, and that of servers since 1.0."""

_SECRET_NAME = re.compile(
    r"pas+[_-]?(w|phrase|code)|\bpwd\b|secret|token|credential|private[_-]?key|api[_-]?key|"
    r"access[_-]?key|jwt|authorization|signature",
    re.IGNORECASE,
)


def looks_secret(name: str) -> bool:
    """Return whether a field, header or key of this name probably contains a secret.

    In doubt it does: ``nextPageToken`` counts as well.
    """
    return _SECRET_NAME.search(name) is not None


def is_mask(value: object) -> bool:
    """Return whether a value stands for a secret instead of being one."""
    return isinstance(value, str) and value in MASKS


class Secret(str):
    """A string that prints as the mask, and is sent and compared by its value.

    ``get_secret_value()`` returns the plain string.
    """

    __slots__ = ()

    def get_secret_value(self) -> str:
        """Return the plain value."""
        return "".join(self)

    def __repr__(self) -> str:
        return f"'{MASK}'"

    def __str__(self) -> str:
        return MASK

    def __format__(self, spec: str) -> str:
        return format(MASK, spec)

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
