"""Versions: their numbers, the release names for a version, and the nearest of several releases."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

_DIGITS_MAX = 18
"""Digits of the longest number in a version."""

_NEWEST = (999,)
"""The version of a release without one: it is treated as the newest."""


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version: ``1.13.0-rc1`` → ``(1, 13, 0)``; ``()`` if it has none."""
    found: list[int] = []
    for part in version.lstrip("vV").split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits or len(digits) > _DIGITS_MAX:
            break
        found.append(int(digits))
        if digits != part:
            break
    return tuple(found) if len(found) > 1 else ()


class Period(NamedTuple):
    """The releases that have something."""

    since: str = ""
    """The first one; empty if all have it, or if the first one is not known."""
    until: str = ""
    """The first one that does not have it any more; empty if all later ones do."""

    def includes(self, version: tuple[int, ...]) -> bool:
        """Return whether a release is one of them; an empty version is the newest."""
        version = version or _NEWEST
        is_early = bool(self.since) and version < numbers(self.since)
        is_late = bool(self.until) and version >= numbers(self.until)
        return not is_early and not is_late


def names_for(version: str) -> tuple[str, ...]:
    """Return the possible release names of a server's version, most likely first.

    Args:
        version: version that the server reports: ``1.6.0``, ``1.6.0-SNAPSHOT``, ``1.6.0.1``; a
            fourth number is a build of the same release.
    """
    plain = version.partition("-")[0].partition("+")[0]
    shorter = ".".join(plain.split(".")[:3])
    return tuple(dict.fromkeys([version, plain, shorter]))


class NearestRelease(NamedTuple):
    """The release nearest to a version."""

    name: str
    """Name of the release."""
    same: str
    """What they share: the ``minor`` version (1.6 and 1.6) or the ``major`` one (1.6 and 1.8)."""


def nearest(version: str, names: Iterable[str]) -> NearestRelease | None:
    """Return the release nearest to a version, or None if none has its major version.

    Releases of the same minor version come first. Of two that are equally near, the older one is
    returned: a newer server supports most of an older release.

    Args:
        version: the version, ``1.6.1``.
        names: names of the releases; those without a version are ignored.
    """
    wanted = _three(version)
    ranked = []
    for name in names:
        found = _three(name)
        if wanted is None or found is None or found[0] != wanted[0]:
            continue
        minors, patches = abs(found[1] - wanted[1]), abs(found[2] - wanted[2])
        ranked.append((minors, patches, found, name))
    if not ranked:
        return None
    minors, _, _, name = min(ranked)
    return NearestRelease(name, "major" if minors else "minor")


def close(name: str, names: Iterable[str]) -> tuple[str, ...]:
    """Return up to three names of releases with a similar spelling.

    Args:
        name: the name to compare, ``1.31.0``.
        names: names of the existing releases.
    """
    from dynclient.suggestions import nearest as close_names

    return close_names(name, names)


def _three(version: str) -> tuple[int, int, int] | None:
    """Return the major, minor and patch number of a version, or None if it has none."""
    found = numbers(version)
    return (found[0], found[1], found[2] if len(found) > 2 else 0) if found else None
