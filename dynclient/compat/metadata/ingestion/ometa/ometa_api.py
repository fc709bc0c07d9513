"""The official client."""

from __future__ import annotations

from dynclient.compat.ometa.exceptions import (
    EmptyPayloadException,
    InvalidEntityException,
    MissingEntityTypeException,
)
from dynclient.compat.ometa.ometa_api import OpenMetadata
from dynclient.compat.ometa.result_types import EntityList

__all__ = [
    "EmptyPayloadException",
    "EntityList",
    "InvalidEntityException",
    "MissingEntityTypeException",
    "OpenMetadata",
]
