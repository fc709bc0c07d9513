"""The release whose classes a script imports, and messages for entity types that it lacks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat.missing_modules import other_releases
from dynclient.compat.ometa.exceptions import MissingEntityTypeException
from dynclient.compat.ometa.ometa_api import OpenMetadata as OMeta
from dynclient.data import data_file
from dynclient.errors import UnknownCollection
from dynclient.operations.catalogue import catalogue
from dynclient.schema.versions import numbers

if TYPE_CHECKING:
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Release


def script_release(client: Any = None) -> Release:
    """Return the release of the classes that a script imports.

    Args:
        client: the client in use, or None. It decides where no import hook is installed.
    """
    from dynclient import compat

    hook = compat.installed()
    if hook is not None:
        return hook.chosen_release()
    return client.types if isinstance(client, OMeta) else compat.find_release()


def find_collection(release: Release, kind: str) -> CollectionSpec:
    """Return the collection of an entity type.

    Args:
        release: the release.
        kind: name of the entity type, ``table``.

    Raises:
        MissingEntityTypeException: the release has no such type; the message names the nearest
            collection, and the releases that have the type.
    """
    try:
        return catalogue(release).find(kind)
    except UnknownCollection as error:
        message, parts = str(error), error.parts
    others = [other.name for other in other_releases(release) if kind in other.entities]
    rows = data_file("routes.json")["routes"]
    since = [row["since"] for row in rows if row["entity"] == kind and "since" in row]
    if others:
        message += f"; release {', '.join(others)} has it"
    elif since:
        message += f"; releases from {min(since, key=numbers)} on have it"
    raise MissingEntityTypeException(**{**parts, "message": message})
