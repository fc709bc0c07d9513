"""Names and paths of collections: the rule, and the exceptions of ``data/routes.json``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.data import data_file

if TYPE_CHECKING:
    from dynclient.schema import EntityType


def plural(word: str) -> str:
    """Return the plural as servers use it in paths: ``policies``, ``searchIndexes``, ``tables``."""
    if word.endswith("y") and word[-2:-1] not in set("aeiou"):
        return word[:-1] + "ies"
    if word.endswith("s") and not word.endswith("ss"):
        return word
    return word + ("es" if word.endswith(("ss", "x", "z", "ch", "sh")) else "s")


def attribute_name(entity: str) -> str:
    """Return a collection's attribute name: the plural of its entity type in snake_case.

    ``databaseService`` → ``database_services``, ``kpi`` → ``kpis``, ``apiEndpoint`` →
    ``api_endpoints``, ``LLMModel`` → ``llm_models``.
    """
    return plural("_".join(words_of(entity)).lower())


def words_of(name: str) -> list[str]:
    """Return the words of a name in camelCase: ``databaseService`` → ``["database", "Service"]``.

    Capitals that follow each other are one word: ``LLMModel`` → ``["LLM", "Model"]``.
    """
    letters = []
    for index, letter in enumerate(name):
        before, after = name[index - 1 : index], name[index + 1 : index + 2]
        if letter.isupper() and (before.islower() or (before.isupper() and after.islower())):
            letters.append(" ")
        letters.append(letter)
    return "".join(letters).split()


def placeholders(route: str) -> list[str]:
    """Return the names of the parameters in a path, in order."""
    return [part[1:-1] for part in route.split("/") if part[:1] == "{" and part[-1:] == "}"]


def rule(path: str, name: str) -> str:
    """Return a collection's path below ``/v1`` by the rule: the folder's prefix and the plural.

    Args:
        path: path of the entity's schema, ``entity/services/databaseService.json``.
        name: name of the entity type, ``databaseService``.
    """
    prefixes = (prefix for folder, prefix in _PREFIXES if path.startswith(folder))
    return f"{next(prefixes, '')}/{plural(name)}"


_PREFIXES = (
    ("entity/services/", "/services"),
    ("entity/automations/", "/automations"),
    ("tests/", "/dataQuality"),
    ("governance/", "/governance"),
)


def schema_folder(route: str) -> str:
    """Return the schema folder of the collections below a path, the inverse of :func:`rule`.

    Args:
        route: path of a collection below ``/v1``, ``/services/databaseServices``.

    Returns:
        ``entity/services/``, or ``entity/data/`` for a path without a known prefix.
    """
    folders = (folder for folder, prefix in _PREFIXES if route.startswith(f"{prefix}/"))
    return next(folders, "entity/data/")


def route(entity: EntityType, version: tuple[int, ...]) -> str:
    """Return the path of an entity type's collection below ``/v1``: ``/services/apiServices``.

    Args:
        entity: the entity type.
        version: of the release; empty if unknown, which is treated as the newest.
    """
    return exception(entity, version) or rule(entity.path, entity.name)


def exception(entity: EntityType, version: tuple[int, ...]) -> str | None:
    """Return the path in a row of ``routes.json``; None if :func:`rule` applies."""
    return next((str(row["route"]) for row in rows("routes", entity.name, version)), None)


def resource_entities(names: Iterable[str], known: Iterable[str]) -> dict[str, str | None]:
    """Return the entity types that belong to a server's resources.

    Args:
        names: names of the resources that ``/v1/policies/resources`` lists.
        known: names of the release's entity types.

    Returns:
        The entity type by resource, None if the release has no such entity type. Resources that
        are not entities (``all``) are left out.
    """
    rows = {row["resource"]: row.get("entity") for row in data_file("routes.json")["resources"]}
    folded = {name.casefold(): name for name in known}
    found: dict[str, str | None] = {}
    for name in names:
        entity = rows.get(name, name)
        if entity is not None:
            found[name] = folded.get(entity.casefold())
    return found


def rows(kind: str, entity: str, version: tuple[int, ...]) -> Iterator[dict[str, Any]]:
    """Yield the rows of ``routes.json`` that apply to an entity type in a release.

    Args:
        kind: ``routes`` or ``operations``.
        entity: name of the entity type.
        version: of the release; empty if unknown, which is treated as the newest.
    """
    for row in _facts()[kind].get(entity, ()):
        if _holds(row, version):
            yield row


def _holds(row: dict[str, Any], version: tuple[int, ...]) -> bool:
    version = version or (999,)
    return _number(row.get("since")) <= version and (
        "until" not in row or version < _number(row["until"])
    )


class Place(NamedTuple):
    """A method and a path at which some releases have an operation."""

    method: str
    route: str
    """The path below ``/api``, with the placeholders of the operation that was asked for."""
    is_current: bool
    """Whether the release has it there."""


@lru_cache(maxsize=1024)
def places_of(method: str, route: str, version: tuple[int, ...]) -> tuple[Place, ...]:
    """Return the places of an operation that moved between releases; empty for all others.

    Args:
        method: HTTP method of the operation in some release.
        route: its path below ``/api``; the names of the placeholders do not matter.
        version: of the release; empty if unknown, which is treated as the newest.
    """
    moved = data_file("routes.json")["moved"]
    key = method, _numbered(route)
    name = next(
        (r["name"] for r in moved if (r["method"], _numbered(f"/v1{r['route']}")) == key), None
    )
    return tuple(
        Place(
            row["method"],
            _numbered(f"/v1{row['route']}").format(
                *(f"{{{each}}}" for each in placeholders(route))
            ),
            _holds(row, version),
        )
        for row in moved
        if row["name"] == name
    )


def _numbered(route: str) -> str:
    """Return a path with its placeholders numbered: ``/v1/tables/{0}``."""
    for number, name in enumerate(placeholders(route)):
        route = route.replace(f"{{{name}}}", f"{{{number}}}", 1)
    return route


def _number(version: str | None) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")) if version else ()


@cache
def _facts() -> dict[str, dict[str, list[dict[str, Any]]]]:
    """Return the rows of ``routes.json`` by kind and entity."""
    found: dict[str, dict[str, list[dict[str, Any]]]] = {"routes": {}, "operations": {}}
    for kind, by_entity in found.items():
        for row in data_file("routes.json")[kind]:
            by_entity.setdefault(row["entity"], []).append(row)
    return found
