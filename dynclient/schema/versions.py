"""Versions: the names a release of one may go by, and which of several releases is nearest."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from dynclient import suggestions


def numbers(version: str) -> tuple[int, ...]:
    """Return the numbers of a version: ``1.13.0-rc1`` → ``(1, 13, 0)``; of no version ``()``."""
    found: list[int] = []
    for part in version.lstrip("vV").split("."):
        digits = part[: len(part) - len(part.lstrip("0123456789"))]
        if not digits:
            break
        found.append(int(digits))
        if digits != part:
            break
    return tuple(found) if len(found) > 1 else ()


def names_for(version: str) -> tuple[str, ...]:
    """Return the names that the release of a server's version may have, the surest first.

    Args:
        version: as the server tells it: ``1.6.0``, ``1.6.0-SNAPSHOT``, ``1.6.0.1``; a fourth number
            marks a build of the same release.
    """
    plain = version.partition("-")[0].partition("+")[0]
    shorter = ".".join(plain.split(".")[:3])
    return tuple(dict.fromkeys([version, plain, shorter]))


class NearestRelease(NamedTuple):
    """A release that is near to a version."""

    name: str
    same: str
    """What they share: ``minor`` (1.6 and 1.6) or ``major`` (1.6 and 1.8)."""


def nearest(version: str, names: Iterable[str]) -> NearestRelease | None:
    """Return the release that is nearest to a version, or None where none has its major version.

    One of the same minor version comes first, whatever its distance. Of two that are as near, the
    older one counts: what it knows, a newer server mostly knows too.

    Args:
        version: ``1.6.1``.
        names: of releases; those that tell no version are passed over.
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
    """Return up to three names of releases that are spelled much like one.

    Args:
        name: as somebody typed it: ``1.31.0``.
        names: of the releases there are.
    """
    return suggestions.nearest(name, names)


def _three(version: str) -> tuple[int, int, int] | None:
    """Return major, minor and patch number of a version; None where it tells none."""
    found = numbers(version)
    return (found[0], found[1], found[2] if len(found) > 2 else 0) if found else None
