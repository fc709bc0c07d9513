"""Pages of lists."""

from __future__ import annotations

from dynclient.compat.sdk.models import EntityList

__all__ = [
    "EntityList",
]
