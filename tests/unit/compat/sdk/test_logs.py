"""The loggers of the official SDK."""

from __future__ import annotations

import logging

from dynclient.compat.sdk import logs


def test_loggers_have_their_official_names_and_one_level() -> None:
    made = [logs.ometa_logger(), logs.cli_logger(), logs.ingestion_logger(), logs.utils_logger()]
    assert [each.name for each in made] == [each.value for each in logs.Loggers]
    above = logging.getLogger(logs.METADATA_LOGGER)
    before = above.level
    try:
        logs.set_loggers_level("ERROR")
        assert not any(each.isEnabledFor(logging.WARNING) for each in made)
    finally:
        above.setLevel(before)
