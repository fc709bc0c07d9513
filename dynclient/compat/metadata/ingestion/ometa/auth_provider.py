"""What a missing token is called."""

from __future__ import annotations

from dynclient.compat.ometa.exceptions import AuthenticationException

__all__ = [
    "AuthenticationException",
]
