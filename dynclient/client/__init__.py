"""Names a user types: the client, its collections and their methods."""

from __future__ import annotations

from dynclient.client.client import Client
from dynclient.client.collection import Collection
from dynclient.client.connect import connect

__all__ = ["Client", "Collection", "connect"]
