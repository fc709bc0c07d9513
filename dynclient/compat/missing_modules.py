"""Messages for a module or class that a release does not have: which release has it, and where."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.compat import official_modules
from dynclient.compat.models import class_names
from dynclient.compat.models.class_registry import module_of, path_of
from dynclient.releases.cache import STARTER
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Iterator

    from dynclient.schema import Release

PACKAGE_NAME = "openmetadata-ingestion"
"""The official package, as pip knows it."""


def missing_module(release: Release, module: str) -> str:
    """Return the message for a module that a release does not have.

    Args:
        release: the release.
        module: full name of the module.
    """
    path = path_of(module)
    parts = [f"release {release.name} has no module {module}"]
    folder = f"{path.removesuffix('.json')}/"
    parts += [
        f"release {other.name} has it"
        for other in other_releases(release)
        if path in other.paths or any(known.startswith(folder) for known in other.paths)
    ]
    file = path.rpartition("/")[2].lower()
    moved = [other for other in release.paths if other.rpartition("/")[2].lower() == file]
    parts += [f"this release has {module_of(other)}" for other in moved]
    close = () if moved else nearest(module, [module_of(path) for path in release.paths])
    return "; ".join(parts) + did_you_mean(close)


def missing_name(release: Release, path: str, name: str) -> str:
    """Return the message for a class that a module does not have.

    Args:
        release: the release.
        path: path of the module's document.
        name: name of the class.
    """
    parts = [f"{module_of(path)} of release {release.name} has no {name}"]
    parts += [
        f"release {other.name} has it"
        for other in other_releases(release)
        if path in other.paths and name in class_names.classes(other, path)
    ]
    reference = release.type_names.get(name)
    references = [reference] if reference else release.ambiguous_names.get(name, [])
    modules = dict.fromkeys(module_of(ref.partition("#")[0]) for ref in references)
    parts += [f"this release has it in {', '.join(modules)}"] if modules else []
    known = class_names.classes(release, path) if path in release.paths else ()
    close = () if modules else nearest(name, known)
    return "; ".join(parts) + did_you_mean(close)


def missing_official_name(module: str, name: str) -> str:
    """Return the message for a name that a module of the official package does not have here.

    Args:
        module: full name of the module.
        name: the name that is imported from it.
    """
    row = official_modules.rows()[module]
    advice = row.get("absent", {}).get(name)
    if advice is not None:
        return f"dynclient has no {name} of {module}: {advice}"
    close = nearest(name, row["names"])
    known = "" if close else f"; it has {', '.join(sorted(row['names']))}"
    return f"dynclient has no {name} of {module}{known}{did_you_mean(close)}"


def unsupported_module(module: str, release: Release) -> str:
    """Return the message for a module of the official package that dynclient does not have.

    Args:
        module: full name of the module.
        release: the release of the classes, whose version the official package should have.
    """
    part = official_modules.framework_part(module)
    if part is None:
        return (
            f"dynclient has no {module}: it has metadata.generated and the modules of"
            " metadata.ingestion, metadata.sdk, metadata.utils and metadata.config that scripts and"
            f" custom connectors use; everything else is only in {_package(release)}"
            " (see docs/drop-in.md)"
        )
    return (
        f"dynclient has no {module}: it is part of the ingestion framework ({part}). Install the"
        f' framework in another environment: pip install "{_package(release)}"'
    )


def _package(release: Release) -> str:
    """Return the requirement of the official package of a release."""
    numbers = [*release.version][:3]
    if release.name == STARTER or len(numbers) < 3:
        return PACKAGE_NAME
    return f"{PACKAGE_NAME}~={'.'.join(map(str, numbers))}.0"


def other_releases(release: Release) -> Iterator[Release]:
    """Yield the other releases in the cache, newest first."""
    from dynclient.releases import release as open_release
    from dynclient.releases.cache import Cache

    for name in reversed(Cache().names()):
        if name != release.name:
            yield open_release(name)
