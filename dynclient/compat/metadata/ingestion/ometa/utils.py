"""Texts of values, and names of entity types."""

from __future__ import annotations

from dynclient.compat.ometa.utils import format_name, get_entity_type, model_str, quote

__all__ = [
    "format_name",
    "get_entity_type",
    "model_str",
    "quote",
]
