"""The ``dynclient`` command."""

from __future__ import annotations

from dynclient.cli.main import main

__all__ = ["main"]
