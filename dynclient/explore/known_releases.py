"""Which release is explained, and which others it is compared with: those in the cache."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

from dynclient.errors import SchemaError
from dynclient.releases import Cache
from dynclient.releases.cache import STARTER
from dynclient.releases.registry import is_path
from dynclient.releases.registry import release as open_release
from dynclient.schema import Release
from dynclient.schema.versions import numbers


def release_or_newest(chosen: Release | str | Path | None) -> Release:
    """Return a release: the one given or named, or the newest one in the cache, or the starter.

    Args:
        chosen: the release, its name, the path of a schema tree, or None.

    Raises:
        UnknownRelease: the cache does not have it.
    """
    if chosen is not None:
        from dynclient.drift.diff import release_of

        is_tree = isinstance(chosen, str) and is_path(chosen)
        return release_of(Path(chosen) if is_tree else chosen)  # type: ignore[arg-type]
    names = [name for name in Cache().names() if numbers(name) and name != STARTER]
    return open_release(names[-1] if names else STARTER)


def known_releases(release: Release) -> tuple[Release, ...]:
    """Return the releases in the cache that have a version, and a given one, oldest first.

    Args:
        release: the release that is always among them; alone if it has no version.
    """
    found = {release.version: release}
    if not release.version:
        return (release,)
    for name in Cache().names():
        if name != STARTER and numbers(name):
            with suppress(SchemaError):  # a damaged pack, whose source is gone, says nothing
                found.setdefault(numbers(name), open_release(name))
    return tuple(found[version] for version in sorted(found))
