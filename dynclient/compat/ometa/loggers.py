"""``metadata.utils.logger``: loggers with the names of the official SDK's."""

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
    """Return the logger of ingestion."""
    return logging.getLogger(Loggers.INGESTION.value)


def utils_logger() -> logging.Logger:
    """Return the logger of utilities."""
    return logging.getLogger(Loggers.UTILS.value)


def set_loggers_level(level: int | str = logging.INFO) -> None:
    """Set the level of all loggers; no handler is added.

    Args:
        level: ``logging.DEBUG``, ``"DEBUG"`` …
    """
    logging.getLogger(METADATA_LOGGER).setLevel(level)
