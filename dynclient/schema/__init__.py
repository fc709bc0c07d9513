"""Where contracts come from: schema trees, taken in once and read as releases.

``release`` gives a release; ``Release``, ``Node`` and ``EntityType`` are what others build on.
"""

from __future__ import annotations

from dynclient.schema.cache import Cache
from dynclient.schema.catalogue import EntityType
from dynclient.schema.load import release
from dynclient.schema.node import Node
from dynclient.schema.tree import Release

__all__ = ["Cache", "EntityType", "Node", "Release", "release"]
