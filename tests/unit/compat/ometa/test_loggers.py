"""The loggers of the official SDK."""

from __future__ import annotations

import logging

from dynclient.compat.ometa import loggers


def test_loggers_have_their_official_names_and_one_level() -> None:
    all_loggers = [
        loggers.ometa_logger(),
        loggers.cli_logger(),
        loggers.ingestion_logger(),
        loggers.utils_logger(),
    ]
    assert [each.name for each in all_loggers] == [each.value for each in loggers.Loggers]
    above = logging.getLogger(loggers.METADATA_LOGGER)
    before = above.level
    try:
        loggers.set_loggers_level("ERROR")
        assert not any(each.isEnabledFor(logging.WARNING) for each in all_loggers)
    finally:
        above.setLevel(before)
