"""The operations of a collection and of a server, from what the schemas show and the exceptions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dynclient.data import data_file
from dynclient.operations.operation import INCLUDES, LIMIT_MAX, Operation, Parameter
from dynclient.operations.routes import rows

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Release

_ID = Parameter("id", "path", required=True, doc="Id of the entity, a UUID.")
_FQN = Parameter("fqn", "path", required=True, doc="Fully qualified name of the entity.")
_FIELDS = Parameter(
    "fields", "query", type="list", doc="Fields beyond the usual ones, as a list or with commas."
)
_INCLUDE = Parameter(
    "include", "query", choices=INCLUDES, doc="Softly deleted entities: none, only, or too."
)
_LIMIT = Parameter(
    "limit", "query", type="integer", doc=f"Entities in one page, 0 to {LIMIT_MAX:,}."
)
_BEFORE = Parameter("before", "query", doc="Cursor that a page gave: the page before it.")
_AFTER = Parameter("after", "query", doc="Cursor that a page gave: the page after it.")
_HARD = Parameter(
    "hard", "query", type="boolean", wire="hardDelete", doc="Delete for good, not softly."
)
_RECURSIVE = Parameter("recursive", "query", type="boolean", doc="Delete all that is below, too.")
_PAGES = (_FIELDS, _LIMIT, _BEFORE, _AFTER, _INCLUDE)
_START = Parameter(
    "start", "query", type="integer", wire="startTs", doc="Not before, in ms since 1970."
)
_END = Parameter("end", "query", type="integer", wire="endTs", doc="Not after, in ms since 1970.")
_OFFSET = Parameter("offset", "query", doc="Cursor that a page gave: the page after it.")
_STREAM = (_LIMIT, _OFFSET, _START, _END)
LIST_PARAMETERS = frozenset(each.name for each in (*_PAGES, *_STREAM))
"""Names of the parameters that lists have beside filters."""

_NEWEST = (999,)
_PATCH_BY_NAME_SINCE = (1, 3)
"""The first release that takes patches by name; absent in 1.2, there in 1.6."""
_RESTORE_SINCE = (0, 13)


def collection_operations(
    entity: EntityType, route: str, release: Release
) -> tuple[Operation, ...]:
    """Return the operations that a collection has in a release.

    Args:
        entity: its entity type.
        route: its path, ``/v1/tables``.
        release: whose it is.
    """
    make = _series if entity.kind == "timeseries" else _entities
    extra: set[str] = set()  # beyond what the capabilities show
    missing: set[str] = set()
    for row in rows("operations", entity.name, release.version):
        extra.update(row.get("with", ()))
        missing.update(row.get("without", ()))
    outer = tuple(
        Parameter(name, "path", required=True, doc=f"Id of the {name} they belong to.")
        for name in _placeholders(route)
    )
    found = make(entity, route, release.version or _NEWEST, extra)
    return tuple(
        each._replace(parameters=outer + each.parameters) for each in found
        if each.name not in missing
    )  # fmt: skip


def _placeholders(route: str) -> list[str]:
    return [part[1:-1] for part in route.split("/") if part.startswith("{")]


def _entities(
    entity: EntityType, route: str, version: tuple[int, ...], extra: set[str]
) -> Iterator[Operation]:
    """Give the operations of a collection of entities."""
    name, one = entity.type_name, (entity, entity.path, "entity")
    if entity.create is not None:
        yield _sends("create", "POST", route, entity, f"Make a {name}; Conflict where it exists.")
        yield _sends("upsert", "PUT", route, entity, f"Make or update a {name}, found by its name.")
    yield _gives("get", "GET", f"{route}/{{id}}", (_ID, _FIELDS, _INCLUDE), *one,
                 f"Return one {name} by its id.")  # fmt: skip
    yield _gives("get_by_name", "GET", f"{route}/name/{{fqn}}", (_FQN, _FIELDS, _INCLUDE), *one,
                 f"Return one {name} by its fully qualified name.")  # fmt: skip
    yield _gives("list", "GET", route, list_parameters(entity, version), entity, entity.path,
                 "page", f"List the {name} entities page by page.")  # fmt: skip
    yield Operation("patch", entity, "PATCH", f"{route}/{{id}}", (_ID,), None, "json-patch",
                    entity.path, "entity", f"Change one {name} by a JSON Patch.")  # fmt: skip
    if version >= _PATCH_BY_NAME_SINCE:
        yield Operation("patch_by_name", entity, "PATCH", f"{route}/name/{{fqn}}", (_FQN,), None,
                        "json-patch", entity.path, "entity",
                        f"Change one {name}, found by its name, by a JSON Patch.")  # fmt: skip
    yield _gives("delete", "DELETE", f"{route}/{{id}}", (_ID, _RECURSIVE, _HARD), *one,
                 f"Delete one {name}, softly unless hard.")  # fmt: skip
    yield _gives("delete_by_name", "DELETE", f"{route}/name/{{fqn}}", (_FQN, _RECURSIVE, _HARD),
                 *one, f"Delete one {name} by its name, softly unless hard.")  # fmt: skip
    if (entity.deleted or "restore" in extra) and version >= _RESTORE_SINCE:
        yield Operation("restore", entity, "PUT", f"{route}/restore", (),
                        "api/data/restoreEntity.json", "json", entity.path, "entity",
                        f"Bring a softly deleted {name} back.")  # fmt: skip
    yield _gives("versions", "GET", f"{route}/{{id}}/versions", (_ID,), entity, entity.path,
                 "history", f"Return all versions of one {name}, newest first.")  # fmt: skip
    number = Parameter("version", "path", required=True, doc="Such as 0.1.")
    yield _gives("version", "GET", f"{route}/{{id}}/versions/{{version}}", (_ID, number), *one,
                 f"Return one {name} as it was in a version.")  # fmt: skip
    yield from _people(entity, route)


def _people(entity: EntityType, route: str) -> Iterator[Operation]:
    """Give what users do with entities that can be followed and voted for."""
    name, event = entity.type_name, "type/changeEvent.json"
    if entity.followers:
        user = Parameter("user", "path", required=True, doc="Id of the user.")
        yield Operation("follow", entity, "PUT", f"{route}/{{id}}/followers", (_ID,),
                        "type/basic.json#/definitions/uuid", "json", event, "object",
                        f"Let a user follow one {name}.")  # fmt: skip
        yield Operation("unfollow", entity, "DELETE", f"{route}/{{id}}/followers/{{user}}",
                        (_ID, user), None, None, event, "object",
                        f"Let a user follow one {name} no more.")  # fmt: skip
    if entity.votes:
        yield Operation("vote", entity, "PUT", f"{route}/{{id}}/vote", (_ID,),
                        "api/voteRequest.json", "json", event, "object",
                        f"Vote for or against one {name}.")  # fmt: skip


def _series(
    entity: EntityType, route: str, version: tuple[int, ...], extra: set[str]
) -> Iterator[Operation]:
    """Give the operations of a time series: no names, no versions, and pages by time."""
    del extra  # what entities may have beside their capabilities, series have not
    name = entity.type_name
    if entity.create is not None:
        yield _sends("create", "POST", route, entity, f"Record a {name}.")
    yield _gives("get", "GET", f"{route}/{{id}}", (_ID,), entity, entity.path, "entity",
                 f"Return one {name} by its id.")  # fmt: skip
    yield _gives("list", "GET", route, list_parameters(entity, version), entity, entity.path,
                 "page", f"List the {name} records of a time.")  # fmt: skip
    if entity.create is not None:
        yield Operation("patch", entity, "PATCH", f"{route}/{{id}}", (_ID,), None, "json-patch",
                        entity.path, "entity", f"Change one {name} by a JSON Patch.")  # fmt: skip


def _sends(name: str, method: str, route: str, entity: EntityType, doc: str) -> Operation:
    return Operation(
        name, entity, method, route, (), entity.create, "json", entity.path, "entity", doc
    )


def _gives(
    name: str,
    method: str,
    route: str,
    parameters: tuple[Parameter, ...],
    entity: EntityType | None,
    result: str | None,
    kind: str,
    doc: str,
) -> Operation:
    return Operation(name, entity, method, route, parameters, None, None, result, kind, doc)


def list_parameters(entity: EntityType, version: tuple[int, ...]) -> tuple[Parameter, ...]:
    """Return what listing an entity type takes: paging and filters.

    Filters are no part of the schemas, and servers ignore an unknown one without a word. Facts are
    in ``data/filters.json`` for some releases. Another release is taken to have all that are known,
    and of a type that no facts tell of, every field is taken for one; such are marked as guessed.
    """
    usual = _STREAM if entity.kind == "timeseries" else _PAGES
    facts: dict[str, dict[str, dict[str, str | None]]] = data_file("filters.json")["releases"]
    here = facts.get(".".join(str(number) for number in version[:2]), {}).get(entity.name)
    told = [release[entity.name] for release in facts.values() if entity.name in release]
    known: dict[str, str | None] = {}
    for each in [here] if here is not None else told:
        known.update(each)
    if not told:
        known = dict.fromkeys(entity.properties, "string")
    missing = {name for name, kind in known.items() if kind is None}
    taken = {each.name for each in usual} | {each.wire for each in usual}
    sure = here is not None
    paging = [
        each._replace(guessed=each.name in missing)
        for each in usual
        if not (sure and each.name in missing)
    ]
    filters = [
        Parameter(name, "query", type=kind, doc="Only those with it.", guessed=not sure)
        for name, kind in sorted(known.items(), key=lambda item: item[0])
        if kind is not None and name not in taken
    ]
    return (*paging, *filters)


def server_operations(version: tuple[int, ...]) -> Iterator[Operation]:
    """Give the operations that belong to no collection.

    Args:
        version: of the release; empty where unknown, which is taken for the newest.
    """
    old = bool(version) and version < (1, 0)
    yield _gives("version", "GET", "/v1/version" if old else "/v1/system/version", (), None, None,
                 "raw", "Return the server's version, revision and build time.")  # fmt: skip
