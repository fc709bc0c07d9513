"""Changes of what methods of the official client do, by release: ``official_changes.json``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.data import data_file
from dynclient.schema.versions import Period

if TYPE_CHECKING:
    from dynclient.schema import Release


def has_change(release: Release, name: str) -> bool:
    """Return whether the official client of a release has a change.

    Args:
        release: the release of the server, whose official client is imitated.
        name: name of the change in the file.
    """
    return Period(data_file("official_changes.json")[name]["since"]).includes(release.version)
