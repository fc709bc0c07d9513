"""The methods that patch."""

from __future__ import annotations

from dynclient.compat.sdk.labels import Labels as OMetaPatchMixin
from dynclient.compat.sdk.patches import PatchOperation

__all__ = [
    "OMetaPatchMixin",
    "PatchOperation",
]
