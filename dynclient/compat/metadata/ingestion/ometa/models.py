"""Pages of lists."""

from __future__ import annotations

from dynclient.compat.ometa.result_types import EntityList

__all__ = [
    "EntityList",
]
