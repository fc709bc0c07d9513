"""Fully qualified names."""

from __future__ import annotations

from dynclient.compat.ometa.exceptions import FQNBuildingException
from dynclient.compat.ometa.official_fqn import (
    FQN_SEPARATOR,
    SplitTestCaseFqn,
    _build,
    build,
    get_query_checksum,
    quote_name,
    split,
    split_table_name,
    split_test_case_fqn,
    unquote_name,
)

__all__ = [
    "FQN_SEPARATOR",
    "FQNBuildingException",
    "SplitTestCaseFqn",
    "_build",
    "build",
    "get_query_checksum",
    "quote_name",
    "split",
    "split_table_name",
    "split_test_case_fqn",
    "unquote_name",
]
