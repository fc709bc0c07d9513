"""What is wrong with a server's version."""

from __future__ import annotations

from dynclient.compat.sdk.failures import (
    VersionMismatchException,
    VersionNotFoundException,
    VersionParsingException,
)

__all__ = [
    "VersionMismatchException",
    "VersionNotFoundException",
    "VersionParsingException",
]
