"""Whether a release has a collection, a method of one, or a feature."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem, UnknownCollection, UnknownOperation
from dynclient.extensions import registry

if TYPE_CHECKING:
    from dynclient.client.client import Client


def supports(client: Client, name: str) -> bool:
    """Return whether a client's release has something, see :meth:`Client.supports`."""
    given: Any = name
    if not isinstance(given, str) or not given:
        message = f"must be a name such as 'lineage' or 'tables.add_tags', not {given!r}"
        raise bad_arguments("supports", [Problem("name", given, "argument", message)])
    first, _, method = name.partition(".")
    if first not in client and not method:
        index = client.session.contract.cached_index()
        return first in registry.client_names(client.release, index)
    try:
        collection = client[first]
        if method:
            getattr(collection, method)
    except (UnknownCollection, UnknownOperation):
        return False
    return True
