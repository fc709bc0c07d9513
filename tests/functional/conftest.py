"""Sandboxes, each in a process of its own, and clients of them."""

from __future__ import annotations

from tests.support.servers import connected, each, om, server

__all__ = ["connected", "each", "om", "server"]
