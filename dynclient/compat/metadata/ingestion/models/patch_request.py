"""Patches from one state to another."""

from __future__ import annotations

from dynclient.compat.ometa.patch_builder import build_patch

__all__ = [
    "build_patch",
]
