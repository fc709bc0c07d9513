"""Names of facades and of their modules, by rule from the collections of a release.

The class of ``databaseService`` is ``DatabaseServices``, its lower-case twin ``database_services``,
its modules ``databaseservices`` and ``database_services``. The official documentation has the
singular, too: ``metadata.sdk.entities.Table``. What the rule does not give is a row of
``data/sdk_facades.json``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat.missing_modules import other_releases
from dynclient.data import data_file
from dynclient.operations.catalogue import catalogue
from dynclient.operations.routes import attribute_name, plural, words_of

if TYPE_CHECKING:
    from dynclient.schema import Release


def rows() -> dict[str, dict[str, Any]]:
    """Return what is known of single entity types, by their names."""
    found: dict[str, dict[str, Any]] = data_file("sdk_facades.json")
    return found


def facade_name(kind: str) -> str:
    """Return the class name of a facade: ``databaseService`` → ``DatabaseServices``."""
    known = rows().get(kind, {}).get("name")
    return known or plural("".join(word[:1].upper() + word[1:] for word in words_of(kind)))


def twin_name(kind: str) -> str:
    """Return the lower-case name of a facade: ``databaseService`` → ``database_services``."""
    return attribute_name(kind)


def entity_types(release: Release) -> list[str]:
    """Return the names of the entity types with a collection, sorted by the names of facades."""
    kinds = [spec.entity.name for spec in catalogue(release) if spec.entity.kind == "entity"]
    return sorted(kinds, key=facade_name)


def find_type(release: Release, name: str) -> str | None:
    """Return the entity type that a name of a facade or of its module means, or None.

    Types of other releases count too, as in the official package: what a server lacks is reported
    when it is used.

    Args:
        release: the release in use.
        name: ``DatabaseServices``, ``database_services``, ``databaseservices``, or a singular.
    """
    for one in (release, *other_releases(release)):
        found = _names(one).get(_folded(name))
        if found is not None:
            return found
    return next(
        (kind for kind in rows() if _folded(name) in {_folded(facade_name(kind)), _folded(kind)}),
        None,
    )


def is_singular(kind: str, name: str) -> bool:
    """Return whether a name of an entity type's facade or module is a singular."""
    return _folded(name) == _folded(kind)


def _names(release: Release) -> dict[str, str]:
    """Return the entity types by their names in any spelling; kept with the release."""
    return release.memo("sdk_facade_names", _all_names)


def _all_names(release: Release) -> dict[str, str]:
    kinds = entity_types(release)
    singular = {_folded(kind): kind for kind in kinds}
    return singular | {_folded(facade_name(kind)): kind for kind in kinds}


def _folded(name: str) -> str:
    return name.replace("_", "").casefold()
