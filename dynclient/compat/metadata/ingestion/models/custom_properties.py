"""Custom properties."""

from __future__ import annotations

from dynclient.compat.sdk.models import CustomPropertyDataTypes, OMetaCustomProperties

__all__ = [
    "CustomPropertyDataTypes",
    "OMetaCustomProperties",
]
