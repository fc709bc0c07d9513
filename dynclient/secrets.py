"""What is secret and how it is shown: the mask, the masked string, and the vault for pickles.

The schemas mark secrets with ``format: password``; where no schema reaches (free-form maps,
misspelt fields) :func:`looks_secret` judges by the name alone.
"""

from __future__ import annotations

import os
import re

MASK = "**********"
"""What stands for a secret in every repr, log line, error and dump."""

_SECRET_NAME = re.compile(
    r"pas+[_-]?(w|phrase|code)|\bpwd\b|secret|token|credential|private[_-]?key|api[_-]?key|"
    r"access[_-]?key|jwt|authorization|signature",
    re.IGNORECASE,
)


def looks_secret(name: str) -> bool:
    """Tell whether a field, header or key of this name probably holds a secret.

    It errs on the side of hiding: ``nextPageToken`` is hidden too.
    """
    return _SECRET_NAME.search(name) is not None


class Secret(str):
    """A string that is itself for the server and for ``==``, and the mask for whoever prints it.

    ``get_secret_value()`` gives the plain string.
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
    """Put a secret into this process's vault and return a handle that is safe to pickle.

    The handle opens the secret again in this process and in forked children, nowhere else, so a
    pickle that ends on a disk or in a queue holds no secret.
    """
    handle = _HANDLES.get(value)
    if handle is None:
        handle = _HANDLES[value] = os.urandom(16).hex()
        _VAULT[handle] = value
    return handle


def unseal(handle: str) -> str | None:
    """Return the secret behind a handle, or None where another process sealed it."""
    return _VAULT.get(handle)


def _unsealed_secret(handle: str) -> Secret:
    value = unseal(handle)
    return Secret(MASK if value is None else value)
