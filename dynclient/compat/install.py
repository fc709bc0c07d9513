"""Putting the import hook in place, and taking it away."""

from __future__ import annotations

import os
import sys
from importlib.machinery import PathFinder
from typing import TYPE_CHECKING, Any

from dynclient.compat.finder import ROOT, Finder
from dynclient.compat.models.pydantic_interop import raise_pydantics
from dynclient.errors import UsageError
from dynclient.transport.address import HOST

if TYPE_CHECKING:
    from dynclient.schema import Release

PREFER = "DYNCLIENT_COMPAT_PREFER"
"""Environment variable: ``dynclient`` or ``official``, which one ``import metadata`` means."""

_CHOICES = ("dynclient", "official")


def install(
    release: Release | str | None = None, *, prefer: str | None = None, pydantic: bool = False
) -> Release | None:
    """Let ``import metadata…`` give dynclient's classes from now on.

    Args:
        release: whose schemas make the classes, or its name. None for that of the server, where
            ``OPENMETADATA_HOST`` names one, or where the script connects before it imports any
            classes but those of the connection; else the newest at hand.
        prefer: which one wins where the official SDK is installed too: ``dynclient`` or
            ``official``; None asks the environment (``DYNCLIENT_COMPAT_PREFER``).
        pydantic: raise pydantic's own ``ValidationError`` where pydantic is loaded, for scripts
            that catch it; else it is dynclient's. Both are a ``ValueError`` with ``errors()``.

    Returns:
        The release to start with; None where the official SDK is there and was preferred.

    Raises:
        UsageError: the official SDK is installed and nobody chose, or it is imported already.
        UnknownRelease: no schema tree of that name is at hand.
    """
    chosen = prefer or os.environ.get(PREFER) or None
    if chosen not in {None, *_CHOICES}:
        raise UsageError(f"prefer is {' or '.join(_CHOICES)}, not {chosen!r}")
    if not _choose(chosen):
        return None
    found = at_hand(release)
    uninstall()
    hook: Any = Finder(found, named=release is not None)
    if os.environ.get(HOST):
        hook.meet(_servers)
    sys.meta_path.insert(0, hook)
    raise_pydantics(pydantic)
    return found


def _servers() -> Release:
    """Return the release of the server that the environment names."""
    from dynclient.client.connect import connect

    with connect() as client:
        return client.release


def _choose(chosen: str | None) -> bool:
    """Tell whether dynclient serves ``metadata``."""
    if installed() is not None or (PathFinder.find_spec(ROOT) is None and ROOT not in sys.modules):
        return True
    if chosen is None:
        raise UsageError(
            "a package called metadata is installed here, probably openmetadata-ingestion; say"
            f' which one scripts shall get: install(prefer="dynclient") or prefer="official",'
            f" or {PREFER} in the environment"
        )
    if chosen == "dynclient" and ROOT in sys.modules:
        raise UsageError(
            "the installed metadata package is imported already; call install before it is"
        )
    return chosen == "dynclient"


def installed() -> Finder | None:
    """Return the hook that is in place, or None."""
    return next((hook for hook in sys.meta_path if isinstance(hook, Finder)), None)


def uninstall() -> None:
    """Take the hook away, and the modules it gave; classes that scripts hold go on working."""
    hook = installed()
    if hook is None:
        return
    sys.meta_path.remove(hook)
    raise_pydantics(False)
    for name in [name for name in sys.modules if name == ROOT or name.startswith(f"{ROOT}.")]:
        del sys.modules[name]


def at_hand(release: Release | str | None = None) -> Release:
    """Return a release by name; without one the newest in the cache, else the starter release.

    Raises:
        UnknownRelease: no schema tree of that name is at hand.
    """
    from dynclient.releases import release as opened
    from dynclient.releases.cache import STARTER, Cache
    from dynclient.schema import Release as Held

    if isinstance(release, Held):
        return release
    if release is not None:
        return opened(release)
    for name in reversed(Cache().names()):
        found = opened(name)
        if not found.lossy:  # what one server said of itself is no release for all
            return found
    return opened(STARTER)
