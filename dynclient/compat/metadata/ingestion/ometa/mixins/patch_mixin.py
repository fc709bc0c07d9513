"""The methods that patch."""

from __future__ import annotations

from dynclient.compat.ometa.patch_builder import PatchOperation
from dynclient.compat.ometa.patch_helpers_mixin import Labels as OMetaPatchMixin

__all__ = [
    "OMetaPatchMixin",
    "PatchOperation",
]
