"""Moments, and milliseconds."""

from __future__ import annotations

from dynclient.compat.ometa.time_utils import (
    convert_timestamp,
    convert_timestamp_to_milliseconds,
    datetime_to_timestamp,
    get_beginning_of_day_timestamp_mill,
    get_end_of_day_timestamp_mill,
    timestamp_to_datetime,
)

__all__ = [
    "convert_timestamp",
    "convert_timestamp_to_milliseconds",
    "datetime_to_timestamp",
    "get_beginning_of_day_timestamp_mill",
    "get_end_of_day_timestamp_mill",
    "timestamp_to_datetime",
]
