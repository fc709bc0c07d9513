"""What is told about a module or class that a release does not have: who has it, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.compat.models import class_names
from dynclient.compat.models.class_registry import module_of, path_of
from dynclient.suggestions import did_you_mean

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynclient.schema import Release


def lost_module(release: Release, module: str) -> str:
    """Return the message for a module that a release does not have.

    Args:
        release: the release.
        module: its full name.
    """
    path = path_of(module)
    told = [f"release {release.name} has no {module}"]
    below = f"{path.removesuffix('.json')}/"
    told += [
        f"release {other.name} has it"
        for other in _others(release)
        if path in other.paths or any(known.startswith(below) for known in other.paths)
    ]
    stem = path.rpartition("/")[2]
    same = [other for other in release.paths if other.rpartition("/")[2].lower() == stem.lower()]
    told += [f"this release has {module_of(other)}" for other in same]
    if not same:
        return "; ".join(told) + did_you_mean(_near(module, release))
    return "; ".join(told)


def lost_name(release: Release, path: str, name: str) -> str:
    """Return the message for a class that a module does not have.

    Args:
        release: the release.
        path: of the module's document.
        name: of the class.
    """
    told = [f"{module_of(path)} of release {release.name} has no {name}"]
    told += [
        f"release {other.name} has it"
        for other in _others(release)
        if path in other.paths and name in class_names.classes(other, path)
    ]
    reference = release.type_names.get(name)
    listed = [reference] if reference else release.ambiguous_names.get(name, [])
    modules = dict.fromkeys(module_of(ref.partition("#")[0]) for ref in listed)
    told += [f"this release has it in {', '.join(modules)}"] if modules else []
    if not modules:
        from dynclient.suggestions import nearest

        near = nearest(name, class_names.classes(release, path))
        return "; ".join(told) + did_you_mean(near)
    return "; ".join(told)


def unserved(module: str) -> str:
    """Return the message for a module of the official package that is no part of its SDK.

    Args:
        module: its full name.
    """
    return (
        f"dynclient has no {module}: it serves metadata.generated, and the client and helpers of"
        " metadata.ingestion.ometa and metadata.utils; workflows, connectors and the profiler are"
        " in openmetadata-ingestion alone (see docs/drop-in.md)"
    )


def _near(module: str, release: Release) -> tuple[str, ...]:
    from dynclient.suggestions import nearest

    return nearest(module, [module_of(path) for path in release.paths])


def _others(release: Release) -> Iterator[Release]:
    """Yield the other releases in the cache, the newest first."""
    from dynclient.releases import release as opened
    from dynclient.releases.cache import Cache

    for name in reversed(Cache().names()):
        if name != release.name:
            yield opened(name)
