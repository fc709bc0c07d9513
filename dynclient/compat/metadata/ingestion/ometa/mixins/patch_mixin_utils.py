"""What a patch is made of."""

from __future__ import annotations

from dynclient.compat.ometa.patch_builder import PatchField, PatchOperation

__all__ = [
    "PatchField",
    "PatchOperation",
]
