"""What a patch is made of."""

from __future__ import annotations

from dynclient.compat.sdk.patches import PatchField, PatchOperation

__all__ = [
    "PatchField",
    "PatchOperation",
]
