"""The official client."""

from __future__ import annotations

from dynclient.compat.sdk.failures import (
    EmptyPayloadException,
    InvalidEntityException,
    MissingEntityTypeException,
)
from dynclient.compat.sdk.models import EntityList
from dynclient.compat.sdk.ometa_api import OpenMetadata

__all__ = [
    "EmptyPayloadException",
    "EntityList",
    "InvalidEntityException",
    "MissingEntityTypeException",
    "OpenMetadata",
]
