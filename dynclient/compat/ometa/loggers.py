"""``metadata.utils.logger``: the loggers of the official SDK, by the names that they have there."""

from __future__ import annotations

import logging
from enum import Enum

METADATA_LOGGER = "metadata"


class Loggers(Enum):
    """The loggers that scripts write to."""

    OMETA = "metadata.OMetaAPI"
    CLI = "metadata.Metadata"
    INGESTION = "metadata.Ingestion"
    UTILS = "metadata.Utils"


def ometa_logger() -> logging.Logger:
    """Return the logger of the client."""
    return logging.getLogger(Loggers.OMETA.value)


def cli_logger() -> logging.Logger:
    """Return the logger of command lines."""
    return logging.getLogger(Loggers.CLI.value)


def ingestion_logger() -> logging.Logger:
    """Return the logger of what reads from sources."""
    return logging.getLogger(Loggers.INGESTION.value)


def utils_logger() -> logging.Logger:
    """Return the logger of the helpers."""
    return logging.getLogger(Loggers.UTILS.value)


def set_loggers_level(level: int | str = logging.INFO) -> None:
    """Say what is told by all of them; no handler is added.

    Args:
        level: ``logging.DEBUG``, ``"DEBUG"`` …
    """
    logging.getLogger(METADATA_LOGGER).setLevel(level)
