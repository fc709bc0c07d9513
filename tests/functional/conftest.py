"""Sandboxes, each in a process of its own, and clients of them."""

from __future__ import annotations

from tests.support.leftovers import _leaves_nothing, removed_afterwards
from tests.support.servers import connected, each, om, server

__all__ = ["_leaves_nothing", "connected", "each", "om", "removed_afterwards", "server"]
