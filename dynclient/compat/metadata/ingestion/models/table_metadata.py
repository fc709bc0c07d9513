"""Marks for single columns."""

from __future__ import annotations

from dynclient.compat.sdk.models import ColumnDescription, ColumnTag

__all__ = [
    "ColumnDescription",
    "ColumnTag",
]
