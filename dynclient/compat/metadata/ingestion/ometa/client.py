"""Requests by path, and what they raise."""

from __future__ import annotations

from dynclient.compat.sdk.failures import (
    APIError,
    HtmlResponseError,
    LimitsException,
    RetryException,
)
from dynclient.compat.sdk.rest import REST, ClientConfig

__all__ = [
    "REST",
    "APIError",
    "ClientConfig",
    "HtmlResponseError",
    "LimitsException",
    "RetryException",
]
