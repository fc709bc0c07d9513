"""Links to entities and their columns."""

from __future__ import annotations

from dynclient.compat.ometa.entity_link import (
    get_decoded_column,
    get_entity_link,
    get_table_fqn,
    get_table_or_column_fqn,
    split,
)

__all__ = [
    "get_decoded_column",
    "get_entity_link",
    "get_table_fqn",
    "get_table_or_column_fqn",
    "split",
]
