"""Which release is explained, and which others it is compared with: those in the cache."""

from __future__ import annotations

from contextlib import suppress
from functools import lru_cache
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
    store = Cache()
    for version, other in opened_releases(store.directory, store.contents()):
        found.setdefault(version, other)
    return tuple(found[version] for version in sorted(found))


@lru_cache(maxsize=1)
def opened_releases(
    directory: Path, contents: tuple[tuple[str, str], ...]
) -> tuple[tuple[tuple[int, ...], Release], ...]:
    """Return the releases in a cache that have a version; a second call reads no file again.

    Args:
        directory: of the cache.
        contents: the names and digests of its releases; with the same ones it has the same data.
    """
    found = []
    for name in dict.fromkeys(name for name, _ in contents):
        if name != STARTER and numbers(name):
            with suppress(SchemaError):  # a damaged pack, whose source is gone, says nothing
                found.append((numbers(name), open_release(name, cache=directory)))
    return tuple(found)
