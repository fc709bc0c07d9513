"""Which release a client uses: the steps that may return it, and why each step failed.

The steps are tried in this order, unless ``connect(source=…)`` names others:

=========== ====================================================================================
``cache``   the release of exactly the server's version, if the cache has it
``github``  the same release, downloaded from GitHub into the cache
``server``  a release built from the server's OpenAPI document; lossy: less than its schemas
``nearest`` the nearest release in the cache with the same minor version, or else the same major
a path      a folder or an archive, whatever its version
=========== ====================================================================================

If both ``server`` and ``nearest`` are steps, ``server`` comes first and the server has a document,
the document decides about everything it names, and the nearest release completes it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from dynclient.errors import (
    DynclientError,
    DynclientWarning,
    SourceUnavailable,
    UnknownRelease,
    UsageError,
)
from dynclient.releases.registry import is_path

if TYPE_CHECKING:
    from dynclient.releases import Cache
    from dynclient.schema import Release
    from dynclient.session.server_info import ServerInfo

STEPS = ("cache", "github", "server", "nearest")
"""All steps that have a name, in the order in which they are tried."""

_ALLOWED = f"{', '.join(map(repr, STEPS))} or an existing path"


class Sources(NamedTuple):
    """Where a release may come from."""

    steps: tuple[str | Path, ...] = STEPS
    """In the order in which they are tried."""
    name: str | None = None
    """Name of the release to look for; None for the server's version."""


def sources_of(source: str | Path | Iterable[str | Path] | None, name: str | None) -> Sources:
    """Return the steps that ``connect(source=…)`` names.

    Args:
        source: a step, a path, or a sequence of these; None for all steps. ``cache`` alone stands
            for everything without a download: ``cache`` and then ``nearest``.
        name: name of the release to look for; None for the server's version.

    Raises:
        UsageError: an element is neither a step nor a path, or there is none.
    """
    if source is None:
        return Sources(name=name)
    if source == "cache":
        return Sources(("cache", "nearest"), name)
    if isinstance(source, (str, os.PathLike)) or not isinstance(source, Iterable):
        source = [source]
    steps = tuple(_step(each) for each in source)
    if not steps:
        raise UsageError(f"source= must not be empty; it takes {_ALLOWED}")
    return Sources(steps, name)


def _step(value: object) -> str | Path:
    if isinstance(value, os.PathLike):
        return Path(value)
    if isinstance(value, str):
        if value in STEPS:
            return value
        if is_path(value):
            return Path(value)
    from dynclient.suggestions import did_you_mean, nearest

    near = nearest(value, STEPS) if isinstance(value, str) else ()
    raise UsageError(f"source= must be {_ALLOWED}, not {value!r}{did_you_mean(near)}")


def choose(sources: Sources, server: ServerInfo, mirror: str = "") -> Release:
    """Return a release, from the first step that has one.

    Args:
        sources: the steps.
        server: the server that the release is for.
        mirror: address to use instead of GitHub's; empty for GitHub.

    Raises:
        UnknownRelease: no step has one; ``steps`` says why, for each.
    """
    failed: list[tuple[str, str]] = []
    version = sources.name
    for step in sources.steps:
        if version is None and not isinstance(step, Path):
            version = server.version
        try:
            found = _from_step(step, version or "", server, mirror, sources.steps)
        except (DynclientError, OSError) as error:
            failed.append((str(step), str(error)))
            continue
        if step == "server" and failed:
            _warn_lossy(found, failed)
        return found
    raise _nothing_found(version, failed, sources)


def _warn_lossy(found: Release, failed: list[tuple[str, str]]) -> None:
    """Warn that the release is lossy, where a step before it could have found the schemas."""
    reasons = "; ".join("{}: {}".format(step, why.partition("\n")[0]) for step, why in failed)
    advice = "" if "schemas add" in reasons else ". Add them with 'dynclient schemas add CHECKOUT'"
    message = (
        f"the schemas of the server were not found; using {found.name} instead, built from its"
        f" OpenAPI document{completion(found)}, which has less detail: the server may reject data"
        f" that dynclient accepts ({reasons}){advice}"
    )
    from dynclient import warn

    warn.warn_user(message, DynclientWarning)


def completion(release: Release) -> str:
    """Return which release completes one that was built from a document, as the end of a phrase.

    Args:
        release: a lossy release.
    """
    from dynclient.session.openapi_release import completed_by

    nearest = completed_by(release)
    return f", completed with the schemas of {nearest}" if nearest else ""


def _from_step(
    step: str | Path,
    version: str,
    server: ServerInfo,
    mirror: str,
    steps: tuple[str | Path, ...],
) -> Release:
    """Return the release that one step has."""
    from dynclient import releases

    if isinstance(step, Path):
        return releases.release(source=step)
    cache = releases.Cache()
    if step == "cache":
        return _cached(version, cache)
    if step == "github":
        return _downloaded(version, cache, mirror)
    if step == "nearest":
        return _nearest(version, cache)
    from dynclient.session.openapi_release import openapi_release

    return openapi_release(server, cache, _completing(version, cache, steps))


def _completing(version: str, cache: Cache, steps: tuple[str | Path, ...]) -> Release | None:
    """Return the release that completes one of a document: the nearest, else the starter release.

    None if ``source=`` excludes other releases.
    """
    from dynclient.releases.cache import bundled
    from dynclient.releases.registry import starter

    if "nearest" not in steps:
        return None
    near = _find_nearest(version, cache)
    if near is not None:
        return near[0]
    return None if bundled() is None else starter(cache)


def _cached(version: str, cache: Cache) -> Release:
    from dynclient import releases
    from dynclient.schema.versions import names_for

    for name in dict.fromkeys((*names_for(version), f"{names_for(version)[-1]}-SNAPSHOT")):
        try:
            return releases.release(name)
        except UnknownRelease:
            continue
    names = ", ".join(cache.names()) or "nothing"
    message = f"not found in the cache {cache.directory}, which contains {names}"
    raise SourceUnavailable(message, source=str(cache.directory))


def _downloaded(version: str, cache: Cache, mirror: str) -> Release:
    from dynclient.releases import github, progress

    with progress.shown(f"schemas of {version} from GitHub") as report:
        return github.fetch(version, cache=cache, mirror=mirror, progress=report)


def _nearest(version: str, cache: Cache) -> Release:
    found = _find_nearest(version, cache)
    if found is None:
        message = f"the cache {cache.directory} has no release of the same major version"
        raise SourceUnavailable(message, source=str(cache.directory))
    release, same = found
    message = (
        f"the schemas of {version} were not found; using those of {release.name} instead, the"
        f" nearest release in the cache with the same {same} version. Data that the"
        " two releases define differently may be rejected by dynclient or by the server"
    )
    from dynclient import warn

    warn.warn_user(message, DynclientWarning)
    return release


def _find_nearest(version: str, cache: Cache) -> tuple[Release, str] | None:
    """Return the nearest release, and whether it has the same minor or only the same major."""
    from dynclient import releases
    from dynclient.schema.versions import nearest

    names = list(cache.names())
    while (near := nearest(version, names)) is not None:
        names.remove(near.name)
        try:
            found = releases.release(near.name)
        except UnknownRelease:  # its pack is damaged, which is logged
            continue
        if not found.lossy:
            return found, near.same
    return None


def _nothing_found(
    version: str | None, failed: list[tuple[str, str]], sources: Sources
) -> UnknownRelease:
    """Return the error that says why every step failed."""
    what = f"release {version}" if sources.name else f"the server's release, {version},"
    if version is None:
        what = "a release"
    lines = "".join("\n  {}: {}".format(step, why.replace("\n", "\n    ")) for step, why in failed)
    skipped = [step for step in STEPS if step not in sources.steps]
    note = f"\n  not tried, because source= excludes it: {', '.join(skipped)}" if skipped else ""
    message = (
        f"the schemas of {what} were not found:{lines}{note}\n"
        "Add the schemas with 'dynclient schemas add CHECKOUT', the folder or archive of"
        " OpenMetadata's sources at that version, or pass a schema tree as connect(source=PATH), or"
        " use another release with connect(release=…)"
    )
    return UnknownRelease(message, name=version, steps=tuple(failed))
