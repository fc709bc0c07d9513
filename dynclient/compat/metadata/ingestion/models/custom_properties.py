"""Custom properties."""

from __future__ import annotations

from dynclient.compat.ometa.result_types import CustomPropertyDataTypes, OMetaCustomProperties

__all__ = [
    "CustomPropertyDataTypes",
    "OMetaCustomProperties",
]
