"""Fully qualified names."""

from __future__ import annotations

from dynclient.compat.sdk.failures import FQNBuildingException
from dynclient.compat.sdk.fqn import (
    FQN_SEPARATOR,
    build,
    get_query_checksum,
    quote_name,
    split,
    split_table_name,
    unquote_name,
)

__all__ = [
    "FQN_SEPARATOR",
    "FQNBuildingException",
    "build",
    "get_query_checksum",
    "quote_name",
    "split",
    "split_table_name",
    "unquote_name",
]
