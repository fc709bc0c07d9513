"""Marks for single columns."""

from __future__ import annotations

from dynclient.compat.ometa.result_types import ColumnDescription, ColumnTag

__all__ = [
    "ColumnDescription",
    "ColumnTag",
]
