"""What ``dynclient login`` takes as ``--days`` and ``--store``."""

from __future__ import annotations

from enum import StrEnum


class Days(StrEnum):
    """How many days a personal access token is valid, as servers have it."""

    ONE = "1"
    SEVEN = "7"
    THIRTY = "30"
    SIXTY = "60"
    NINETY = "90"


class Store(StrEnum):
    """Where a token is kept."""

    KEYRING = "keyring"
    FILE = "file"
