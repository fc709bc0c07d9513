"""Many entities at once: threads, batches, progress and a journal that continues a load."""

from __future__ import annotations

from dynclient.bulk.result import BulkResult, Names, Outcome

__all__ = ["BulkResult", "Names", "Outcome"]
