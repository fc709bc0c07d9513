"""Where releases come from and where they are kept: ``release`` opens one, ``Cache`` keeps them."""

from __future__ import annotations

from dynclient.releases.cache import Cache
from dynclient.releases.registry import release

__all__ = ["Cache", "release"]
