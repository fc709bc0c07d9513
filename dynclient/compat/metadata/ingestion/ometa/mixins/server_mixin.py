"""What is wrong with a server's version."""

from __future__ import annotations

from dynclient.compat.ometa.exceptions import (
    VersionMismatchException,
    VersionNotFoundException,
    VersionParsingException,
)

__all__ = [
    "VersionMismatchException",
    "VersionNotFoundException",
    "VersionParsingException",
]
