"""Sandboxes, each in a process of its own, and clients of them."""

from __future__ import annotations

from tests.support.leftovers import _leaves_no_entities, removed_afterwards
from tests.support.servers import connected, each, om, server

__all__ = ["_leaves_no_entities", "connected", "each", "om", "removed_afterwards", "server"]
