"""The client that data quality uses: the one that was passed, else the one of ``configure()``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from dynclient.compat.ometa.exceptions import official
from dynclient.compat.sdk.data_quality.exceptions import UnknownTable
from dynclient.errors import DynclientError, NotFound


def official_client(client: Any) -> Any:
    """Return the client of ``metadata.ingestion.ometa``.

    Args:
        client: one, or the client of ``metadata.sdk`` that has it; None for the configured one.

    Raises:
        ConfigurationMissing: there is no client, and ``configure()`` was not called.
    """
    from dynclient.compat.sdk.default_client import OpenMetadata

    if client is None:
        return OpenMetadata.get_default_client()
    return client.ometa if isinstance(client, OpenMetadata) else client


def find(call: Callable[[], Any]) -> Any:
    """Return what a native call finds.

    Raises:
        UnknownTable: it does not exist.
        APIError: the server refused the request.
    """
    try:
        return call()
    except NotFound as error:
        problem: DynclientError = UnknownTable(**error.parts)
    except DynclientError as error:
        problem = official(error)
    raise problem
