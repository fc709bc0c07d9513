"""Which release a client speaks: the steps it may come from, and what became of each.

They are gone through in this order, unless ``connect(source=…)`` names others:

=========== ====================================================================================
``cache``   the release of exactly the server's version, if the cache has it
``github``  that release from GitHub, into the cache
``nearest`` the nearest release that the cache has, of the same minor or else major version
``server``  what the server tells of itself, which is less than its schemas: a lossy release
a path      a folder or an archive, whatever its version
=========== ====================================================================================
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dynclient import warn
from dynclient.errors import (
    DynclientError,
    DynclientWarning,
    SourceUnavailable,
    UnknownRelease,
    UsageError,
)

if TYPE_CHECKING:
    from dynclient.client.client import Client
    from dynclient.releases import Cache
    from dynclient.schema import Release

STEPS = ("cache", "github", "nearest", "server")
"""All steps that have a name, in the order in which they are gone through."""


class Sources(NamedTuple):
    """Where a release may come from."""

    steps: tuple[str | Path, ...] = STEPS
    """In the order in which they are gone through."""
    name: str | None = None
    """The release that is wanted; None for that of the server's version."""


def sources_of(source: str | Path | Iterable[str | Path] | None, name: str | None) -> Sources:
    """Return what ``connect(source=…)`` means.

    Args:
        source: a step, a path, or a sequence of these; None for all steps. ``cache`` alone means
            all that the cache can give, so ``cache`` and then ``nearest``.
        name: the release that is wanted; None for that of the server's version.

    Raises:
        UsageError: it names no step and no path, or nothing at all.
    """
    if source is None:
        return Sources(name=name)
    if source == "cache":
        return Sources(("cache", "nearest"), name)
    given = [source] if isinstance(source, (str, os.PathLike)) else list(source)
    steps = tuple(_step(each) for each in given)
    if not steps:
        raise UsageError(f"source= names no step; known are {', '.join(STEPS)}, and paths")
    return Sources(steps, name)


def _step(given: object) -> str | Path:
    if isinstance(given, os.PathLike):
        return Path(given)
    if isinstance(given, str):
        if given in STEPS:
            return given
        if is_path(given):
            return Path(given)
    from dynclient.suggestions import did_you_mean, nearest

    near = nearest(given, STEPS) if isinstance(given, str) else ()
    message = f"source= takes {', '.join(STEPS)}, or a path, not {given!r}{did_you_mean(near)}"
    raise UsageError(message)


def is_path(text: str) -> bool:
    """Tell whether a text names a file or folder, rather than a release or a step."""
    marked = os.sep in text or "/" in text or text.endswith((".zip", ".jar", ".gz", ".tgz"))
    return marked or (bool(text) and Path(text).exists())


def choose(sources: Sources, client: Client) -> Release:
    """Return a release, by the first step that gives one.

    Args:
        sources: where it may come from.
        client: of the server that it is for.

    Raises:
        UnknownRelease: no step gives one; ``steps`` tells why, for each.
    """
    failed: list[tuple[str, str]] = []
    version = sources.name
    for step in sources.steps:
        if version is None and not isinstance(step, Path):
            version = client.version
        try:
            found = _taken(step, version or "", client)
        except (DynclientError, OSError) as error:
            failed.append((str(step), str(error)))
            continue
        if step == "server" and failed:
            _say_lossy(found, failed)
        return found
    raise _nothing(version, failed, sources)


def _say_lossy(found: Release, failed: list[tuple[str, str]]) -> None:
    """Warn of what was made of a server's words, where somebody may have hoped for its schemas."""
    reasons = "; ".join("{}: {}".format(step, why.partition("\n")[0]) for step, why in failed)
    message = (
        f"the schemas of the server are not at hand; going on with {found.name}, made of what it"
        f" tells of itself, which is less: not all that it would refuse is told before ({reasons})"
    )
    warn.warn_user(message, DynclientWarning)


def _taken(step: str | Path, version: str, client: Client) -> Release:
    """Return what one step gives."""
    from dynclient import releases

    if isinstance(step, Path):
        return releases.release(source=step)
    cache = releases.Cache()
    if step == "cache":
        return _cached(version, cache)
    if step == "github":
        return _fetched(version, cache, client)
    if step == "nearest":
        return _nearest(version, cache)
    from dynclient.session.openapi_release import served_release

    return served_release(client, cache)


def _cached(version: str, cache: Cache) -> Release:
    from dynclient import releases
    from dynclient.schema.versions import names_for

    for name in names_for(version):
        try:
            return releases.release(name)
        except UnknownRelease:
            continue
    held = ", ".join(cache.names()) or "nothing"
    raise SourceUnavailable(f"{cache.directory} holds {held}", source=str(cache.directory))


def _fetched(version: str, cache: Cache, client: Client) -> Release:
    from dynclient.releases import github, progress

    with progress.shown(f"schemas of {version} from GitHub") as told:
        return github.fetch(version, cache=cache, mirror=client.settings.github, progress=told)


def _nearest(version: str, cache: Cache) -> Release:
    from dynclient import releases
    from dynclient.schema.versions import nearest

    names = list(cache.names())
    while (near := nearest(version, names)) is not None:
        names.remove(near.name)
        try:
            found = releases.release(near.name)
        except UnknownRelease:  # its pack is damaged, which was logged
            continue
        if not found.lossy:
            message = (
                f"the schemas of {version} are not at hand; going on with those of {found.name},"
                f" the nearest in the cache of the same {near.same} version. What changed between"
                " the two may be refused wrongly, by this client or by the server"
            )
            warn.warn_user(message, DynclientWarning)
            return found
    message = f"{cache.directory} holds no release of the same major version"
    raise SourceUnavailable(message, source=str(cache.directory))


def _nothing(
    version: str | None, failed: list[tuple[str, str]], sources: Sources
) -> UnknownRelease:
    """Return the error that tells what became of every step."""
    what = f"release {version}" if sources.name else f"the server's release, {version},"
    if version is None:
        what = "a release"
    lines = "".join("\n  {}: {}".format(step, why.replace("\n", "\n    ")) for step, why in failed)
    forbidden = [step for step in STEPS if step not in sources.steps]
    left = f"\n  not tried, as source= leaves it out: {', '.join(forbidden)}" if forbidden else ""
    message = (
        f"no schemas of {what} are to be had:{lines}{left}\n"
        "Take a tree in with 'dynclient schemas add PATH', or name one with connect(source=PATH),"
        " or another release with connect(release=…)"
    )
    return UnknownRelease(message, name=version, steps=tuple(failed))
