"""One schema tree in memory: a ``Release``, its nodes and its entity types."""

from __future__ import annotations

from dynclient.schema.entity_types import EntityType
from dynclient.schema.node import Node
from dynclient.schema.release import Release

__all__ = ["EntityType", "Node", "Release"]
