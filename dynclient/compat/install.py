"""Installing and removing the import hook."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

from dynclient import warn
from dynclient.compat.finder import ROOT, Finder
from dynclient.compat.models.pydantic_classes import PydanticFinder
from dynclient.compat.models.pydantic_interop import use_pydantic_errors
from dynclient.errors import DynclientWarning, SourceRefused, UnknownRelease, UsageError
from dynclient.transport.address import HOST

if TYPE_CHECKING:
    from dynclient.schema import Release

PREFER = "DYNCLIENT_COMPAT_PREFER"
"""Environment variable: ``dynclient`` or ``official``, which one ``import metadata`` imports."""

_CHOICES = ("dynclient", "official")


def install(
    release: Release | str | None = None, *, prefer: str | None = None, pydantic: bool = False
) -> Release | None:
    """Make ``import metadata…`` import dynclient's classes from now on.

    Args:
        release: the release whose schemas define the classes, or its name. None for the release of
            the server, if ``OPENMETADATA_HOST`` names one, or if the script connects before it
            imports classes other than those of the connection; else the newest in the cache.
        prefer: which one to import if the official SDK is installed too: ``dynclient`` or
            ``official``; None for the environment variable ``DYNCLIENT_COMPAT_PREFER``.
        pydantic: raise pydantic's own ``ValidationError`` if pydantic is loaded, for scripts that
            catch it; else dynclient's. Both are a ``ValueError`` with ``errors()``.

    Returns:
        The release to start with; None if the official SDK is installed and preferred.

    Raises:
        UsageError: the official SDK is installed and ``prefer`` is not set, or it is already
            imported.
        UnknownRelease: no schema tree of that name is available.
    """
    preferred = prefer or os.environ.get(PREFER) or None
    if preferred not in {None, *_CHOICES}:
        raise UsageError(f"prefer= must be {' or '.join(_CHOICES)}, not {preferred!r}")
    if not _serves_metadata(preferred):
        return None
    chosen = find_release(release)
    uninstall()
    hook: Any = Finder(chosen, is_fixed=release is not None)
    if os.environ.get(HOST):
        hook.set_server(_server_release, HOST)
    pydantic_classes: Any = PydanticFinder()
    sys.meta_path[:0] = [hook, pydantic_classes]
    use_pydantic_errors(pydantic)
    return chosen


def _server_release() -> Release:
    """Return the release of the server that the environment names."""
    from dynclient.client.connect import connect

    with connect() as client:
        return client.release


def _serves_metadata(preferred: str | None) -> bool:
    """Return whether dynclient, not the official SDK, is imported as ``metadata``."""
    if installed() is not None or (PathFinder.find_spec(ROOT) is None and ROOT not in sys.modules):
        return True
    if preferred is None:
        raise UsageError(
            "a package named metadata is installed, probably openmetadata-ingestion; choose which"
            ' one scripts import: install(prefer="dynclient") or install(prefer="official"),'
            f" or set the environment variable {PREFER}"
        )
    if preferred == "dynclient" and ROOT in sys.modules:
        raise UsageError(
            "the installed metadata package is already imported; call install() before it is"
            " imported"
        )
    return preferred == "dynclient"


def installed() -> Finder | None:
    """Return the installed import hook, or None."""
    return next((hook for hook in sys.meta_path if isinstance(hook, Finder)), None)


def uninstall() -> None:
    """Remove the import hook and its modules; classes that scripts have imported keep working."""
    hook = installed()
    if hook is None:
        return
    for finder in [each for each in sys.meta_path if isinstance(each, (Finder, PydanticFinder))]:
        if isinstance(finder, PydanticFinder):
            finder.restore()
        sys.meta_path.remove(finder)
    use_pydantic_errors(False)
    for name in [name for name in sys.modules if name == ROOT or name.startswith(f"{ROOT}.")]:
        del sys.modules[name]


def find_release(release: Release | str | None = None) -> Release:
    """Return a release by name; without one, the newest usable one in the cache.

    Args:
        release: a release, which is returned as it is, or its name. None for the newest release in
            the cache that can be read, else the starter release.

    Raises:
        UnknownRelease: no schema tree of that name is available.
    """
    from dynclient.releases import release as open_release
    from dynclient.releases.cache import STARTER, Cache
    from dynclient.schema import Release

    if isinstance(release, Release):
        return release
    if release is not None:
        return open_release(release)
    unusable = []
    for name in [*reversed(Cache().names()), STARTER]:
        try:
            found = open_release(name)
        except (UnknownRelease, SourceRefused):
            if name == STARTER:
                raise
            unusable.append(name)
            continue
        if not found.lossy or name == STARTER:  # a lossy tree describes one server only
            break
    if unusable:
        message = (
            f"release {', '.join(unusable)} in the cache is damaged and cannot be rebuilt; using"
            f" {found.name} instead. Add it again with 'dynclient schemas fetch {unusable[0]}'"
        )
        warn.warn_user(message, DynclientWarning)
    return found


def at_hand(release: Release | str | None = None) -> Release:
    """Return a release; deprecated, use :func:`find_release`."""
    message = "dynclient.compat.at_hand is deprecated: use dynclient.compat.find_release instead"
    warn.warn_user(message, DeprecationWarning)
    return find_release(release)
