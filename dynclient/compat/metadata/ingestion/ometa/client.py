"""Requests by path, and what they raise."""

from __future__ import annotations

from dynclient.compat.ometa.exceptions import (
    APIError,
    HtmlResponseError,
    LimitsException,
    RetryException,
)
from dynclient.compat.ometa.rest_client import REST, ClientConfig

__all__ = [
    "REST",
    "APIError",
    "ClientConfig",
    "HtmlResponseError",
    "LimitsException",
    "RetryException",
]
