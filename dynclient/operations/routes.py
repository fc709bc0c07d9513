"""Names and paths of collections: the rule, and the exceptions of ``data/routes.json``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any

from dynclient.data import data_file

if TYPE_CHECKING:
    from dynclient.schema import EntityType

_derived: dict[str, Any] = {}


def plural(word: str) -> str:
    """Return the plural that servers use in paths: ``policies``, ``searchIndexes``, ``tables``."""
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return word[:-1] + "ies"
    if word.endswith("s") and not word.endswith("ss"):
        return word
    return word + ("es" if word.endswith(("ss", "x", "z", "ch", "sh")) else "s")


def attribute_name(entity: str) -> str:
    """Return the name of a collection as an attribute: its entity type in snake_case, plural.

    ``databaseService`` → ``database_services``, ``kpi`` → ``kpis``, ``apiEndpoint`` →
    ``api_endpoints``, ``LLMModel`` → ``llm_models``.
    """
    letters = []
    for place, letter in enumerate(entity):
        before, after = entity[place - 1 : place], entity[place + 1 : place + 2]
        if letter.isupper() and (before.islower() or (before.isupper() and after.islower())):
            letters.append("_")
        letters.append(letter.lower())
    return plural("".join(letters))


def rule(path: str, name: str) -> str:
    """Return where a collection lies by the rule: a prefix by the schema's folder, and the plural.

    Args:
        path: of the entity's schema, ``entity/services/databaseService.json``.
        name: of the entity type, ``databaseService``.
    """
    prefix = ""
    for folder, below in _PREFIXES:
        if path.startswith(folder):
            prefix = below
            break
    return f"{prefix}/{plural(name)}"


_PREFIXES = (
    ("entity/services/", "/services"),
    ("entity/automations/", "/automations"),
    ("tests/", "/dataQuality"),
    ("governance/", "/governance"),
)


def folder(route: str) -> str:
    """Return the folder whose schemas have their collections there by the rule.

    Args:
        route: ``/services/databaseServices``.

    Returns:
        ``entity/services/``; ``entity/data/`` for what lies in none of the folders of the rule.
    """
    for named, below in _PREFIXES:
        if route.startswith(f"{below}/"):
            return named
    return "entity/data/"


def route(entity: EntityType, version: tuple[int, ...]) -> str:
    """Return where the collection of an entity type lies below ``/v1``: ``/services/apiServices``.

    Args:
        entity: its entity type.
        version: of the release; empty where unknown, which is taken for the newest.
    """
    return exception(entity, version) or rule(entity.path, entity.name)


def exception(entity: EntityType, version: tuple[int, ...]) -> str | None:
    """Return the path that a row of ``routes.json`` gives; None where the rule holds."""
    return next((str(row["route"]) for row in rows("routes", entity.name, version)), None)


def resource_entities(names: Iterable[str], known: Iterable[str]) -> dict[str, str | None]:
    """Return which entity types the resources of a server mean.

    Args:
        names: of its resources, as ``/v1/policies/resources`` lists them.
        known: entity types of the release.

    Returns:
        For each resource its entity type, and None where the release has none of that name.
        Resources that are no entities (``all``) are left out.
    """
    rows = {row["resource"]: row.get("entity") for row in data_file("routes.json")["resources"]}
    folded = {name.casefold(): name for name in known}
    found: dict[str, str | None] = {}
    for name in names:
        meant = rows.get(name, name)
        if meant is not None:
            found[name] = folded.get(meant.casefold())
    return found


def rows(kind: str, entity: str, version: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Give the rows of ``routes.json`` that hold for an entity in a release.

    Args:
        kind: ``routes`` or ``operations``.
        entity: name of the entity type.
        version: of the release; empty where unknown, which is taken for the newest.
    """
    version = version or (999,)
    for row in _facts()[kind].get(entity, ()):
        if _number(row.get("since")) <= version and (
            "until" not in row or version < _number(row["until"])
        ):
            yield row


def _number(version: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")) if version else ()


def _facts() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the rows of ``routes.json`` by kind and entity."""
    if "by entity" not in _derived:
        by: dict[str, dict[str, list[dict[str, Any]]]] = {}
        told = data_file("routes.json")
        for kind in ("routes", "operations"):
            for row in told[kind]:
                by.setdefault(kind, {}).setdefault(row["entity"], []).append(row)
        _derived["by entity"] = by
    found: dict[str, dict[str, list[dict[str, Any]]]] = _derived["by entity"]
    return found
