"""Features that no schema describes: lineage, search, tags and others, each in one module."""

from __future__ import annotations

from dynclient.extensions.base import CollectionExtension, Extension
from dynclient.extensions.requirements import Requirement

__all__ = ["CollectionExtension", "Extension", "Requirement"]
