"""Loggers."""

from __future__ import annotations

from dynclient.compat.ometa.loggers import (
    METADATA_LOGGER,
    Loggers,
    cli_logger,
    ingestion_logger,
    ometa_logger,
    set_loggers_level,
    utils_logger,
)

__all__ = [
    "METADATA_LOGGER",
    "Loggers",
    "cli_logger",
    "ingestion_logger",
    "ometa_logger",
    "set_loggers_level",
    "utils_logger",
]
