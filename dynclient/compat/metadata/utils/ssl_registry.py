"""What is wrong with a TLS configuration."""

from __future__ import annotations

from dynclient.compat.sdk.failures import InvalidSSLVerificationException

__all__ = [
    "InvalidSSLVerificationException",
]
