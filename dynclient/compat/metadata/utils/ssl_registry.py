"""What is wrong with a TLS configuration."""

from __future__ import annotations

from dynclient.compat.ometa.exceptions import InvalidSSLVerificationException

__all__ = [
    "InvalidSSLVerificationException",
]
