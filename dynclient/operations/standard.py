"""The standard operations of collections and of a server, from the schemas and ``data/*.json``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dynclient.data import data_file
from dynclient.operations.operation import INCLUDES, LIMIT_MAX, Operation, Parameter
from dynclient.operations.routes import placeholders, plural, rows, words_of

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Release

_ID = Parameter("id", "path", required=True, doc="Id (UUID) of the entity.")
_FQN = Parameter("fqn", "path", required=True, doc="Fully qualified name of the entity.")
_FIELDS = Parameter(
    "fields",
    "query",
    type="list",
    doc="Fields to return in addition to the default ones: a list, or a string with commas.",
)
_INCLUDE = Parameter(
    "include",
    "query",
    choices=INCLUDES,
    doc="Whether to return soft-deleted entities: none (the default), only these, or all.",
)
_LIMIT = Parameter(
    "limit", "client", type="integer", doc="Number of entities to return at most; all by default."
)
_PAGE_SIZE = Parameter(
    "page_size",
    "query",
    type="integer",
    wire="limit",
    doc=f"Number of entities per request, 1 to {LIMIT_MAX:,}; settings.page_size by default.",
)
_BEFORE = Parameter(
    "before", "query", doc="Return the page before this cursor, the `before` of another page."
)
_AFTER = Parameter(
    "after", "query", doc="Return the page after this cursor, the `after` of another page."
)
_HARD = Parameter(
    "hard",
    "query",
    type="boolean",
    wire="hardDelete",
    doc="Delete permanently instead of marking as deleted.",
)
_RECURSIVE = Parameter(
    "recursive", "query", type="boolean", doc="Also delete everything below the entity."
)
_PAGES = (_FIELDS, _LIMIT, _PAGE_SIZE, _BEFORE, _AFTER, _INCLUDE)
_START = Parameter(
    "start",
    "query",
    type="integer",
    wire="startTs",
    doc="First time to include, in milliseconds since 1970-01-01 UTC.",
)
_END = Parameter(
    "end",
    "query",
    type="integer",
    wire="endTs",
    doc="Last time to include, in milliseconds since 1970-01-01 UTC.",
)
_OFFSET = Parameter(
    "offset", "query", doc="Return the page after this cursor, the `after` of another page."
)
_STREAM = (_LIMIT, _PAGE_SIZE, _OFFSET, _START, _END)
LIST_PARAMETERS = frozenset(each.name for each in (*_PAGES, *_STREAM))
"""Names of the parameters that lists have beside filters."""
FIELD_FILTER = "Filter by this field."
"""The documentation of a filter that has the name of a field."""
SERVER_FILTER = "Filter defined by the server."
"""The documentation of any other filter."""

_NEWEST = (999,)
_PATCH_BY_NAME_SINCE = (1, 3)
"""The first release that accepts patches by name: release 1.2 does not, release 1.6 does."""
_RESTORE_SINCE = (0, 13)


def collection_operations(
    entity: EntityType, route: str, release: Release
) -> tuple[Operation, ...]:
    """Return the operations that a collection has in a release.

    Args:
        entity: the entity type.
        route: the collection's path, ``/v1/tables``.
        release: the release.
    """
    build = _series_operations if entity.kind == "timeseries" else _entity_operations
    extra: set[str] = set()  # operations that the entity's fields do not show
    missing: set[str] = set()
    for row in rows("operations", entity.name, release.version):
        extra.update(row.get("with", ()))
        missing.update(row.get("without", ()))
    outer = tuple(
        Parameter(name, "path", required=True, doc=f"Value of {{{name}}} in the path.")
        for name in placeholders(route)
    )
    operations = {
        each.name: each
        for each in build(entity, route, release.version or _NEWEST, extra)
        if each.name not in missing
    }
    if entity.kind == "timeseries":
        operations |= {each.name: each for each in _own_series_operations(entity, route)}
    return tuple(each._replace(parameters=outer + each.parameters) for each in operations.values())


def entity_label(entity: EntityType) -> str:
    """Return an entity type in words: ``database service``, ``API endpoint``."""
    words = words_of(entity.type_name)
    return " ".join(w if w.isupper() and len(w) > 1 else w.lower() for w in words)


def _with_article(label: str) -> str:
    """Return a label with its article: ``a table``, ``an LLM model``."""
    vowels = "AEFHILMNORSX" if label.partition(" ")[0].isupper() else "aeio"
    return f"{'an' if label[0] in vowels else 'a'} {label}"


def _entity_operations(
    entity: EntityType, route: str, version: tuple[int, ...], extra: set[str]
) -> Iterator[Operation]:
    """Yield the operations of a collection of entities."""
    label, one = entity_label(entity), (entity, entity.path, "entity")
    soft = "; a soft delete unless hard=True" if entity.deleted else ""
    if entity.create is not None:
        new = f"Create {_with_article(label)}"
        yield _create(
            "create", "POST", route, entity, f"{new}. Raises Conflict if it already exists."
        )
        yield _create(
            "upsert", "PUT", route, entity, f"{new}, or update the existing one of that name."
        )
    yield _read("get", "GET", f"{route}/{{id}}", (_ID, _FIELDS, _INCLUDE), *one,
                f"Return one {label} by its id.")  # fmt: skip
    yield _read("get_by_name", "GET", f"{route}/name/{{fqn}}", (_FQN, _FIELDS, _INCLUDE), *one,
                f"Return one {label} by its fully qualified name.")  # fmt: skip
    yield _read("list", "GET", route, list_parameters(entity, version), entity, entity.path,
                "page", f"List {plural(label)} page by page.")  # fmt: skip
    yield Operation("patch", entity, "PATCH", f"{route}/{{id}}", (_ID,), None, "json-patch",
                    entity.path, "entity", f"Change one {label} with a JSON Patch.")  # fmt: skip
    if version >= _PATCH_BY_NAME_SINCE:
        yield Operation("patch_by_name", entity, "PATCH", f"{route}/name/{{fqn}}", (_FQN,), None,
                        "json-patch", entity.path, "entity",
                        f"Change one {label}, found by name, with a JSON Patch.")  # fmt: skip
    yield _read("delete", "DELETE", f"{route}/{{id}}", (_ID, _RECURSIVE, _HARD), *one,
                f"Delete one {label} by its id{soft}.")  # fmt: skip
    yield _read("delete_by_name", "DELETE", f"{route}/name/{{fqn}}", (_FQN, _RECURSIVE, _HARD),
                *one, f"Delete one {label} by its fully qualified name{soft}.")  # fmt: skip
    if (entity.deleted or "restore" in extra) and version >= _RESTORE_SINCE:
        yield Operation("restore", entity, "PUT", f"{route}/restore", (),
                        "api/data/restoreEntity.json", "json", entity.path, "entity",
                        f"Restore a soft-deleted {label}.")  # fmt: skip
    yield _read("versions", "GET", f"{route}/{{id}}/versions", (_ID,), entity, entity.path,
                "history", f"Return all versions of one {label}, newest first.")  # fmt: skip
    number = Parameter("version", "path", required=True, doc="Version number, such as 0.1.")
    yield _read("version", "GET", f"{route}/{{id}}/versions/{{version}}", (_ID, number), *one,
                f"Return one {label} as of one version.")  # fmt: skip
    yield from _user_operations(entity, route)


def _user_operations(entity: EntityType, route: str) -> Iterator[Operation]:
    """Yield the operations by which users follow entities and vote for them."""
    label, event = entity_label(entity), "type/changeEvent.json"
    if entity.followers:
        user = Parameter("user", "path", required=True, doc="Id (UUID) of the user.")
        yield Operation("follow", entity, "PUT", f"{route}/{{id}}/followers", (_ID,),
                        "type/basic.json#/definitions/uuid", "json", event, "object",
                        f"Add a user to the followers of one {label}.")  # fmt: skip
        yield Operation("unfollow", entity, "DELETE", f"{route}/{{id}}/followers/{{user}}",
                        (_ID, user), None, None, event, "object",
                        f"Remove a user from the followers of one {label}.")  # fmt: skip
    if entity.votes:
        yield Operation("vote", entity, "PUT", f"{route}/{{id}}/vote", (_ID,),
                        "api/voteRequest.json", "json", event, "object",
                        f"Vote for or against one {label}, or withdraw the vote.")  # fmt: skip


def _series_operations(
    entity: EntityType, route: str, version: tuple[int, ...], extra: set[str]
) -> Iterator[Operation]:
    """Yield the operations of a time series: no names, no versions, and pages by time."""
    del extra  # facts about single operations exist for entities only
    label = entity_label(entity)
    if entity.create is not None:
        yield _create("create", "POST", route, entity, f"Record {_with_article(label)}.")
    yield _read("get", "GET", f"{route}/{{id}}", (_ID,), entity, entity.path, "entity",
                f"Return one {label} by its id.")  # fmt: skip
    yield _read("list", "GET", route, list_parameters(entity, version), entity, entity.path,
                "page", f"List {plural(label)} of a time range.")  # fmt: skip
    if entity.create is not None:
        yield Operation("patch", entity, "PATCH", f"{route}/{{id}}", (_ID,), None, "json-patch",
                        entity.path, "entity", f"Change one {label} by JSON Patch.")  # fmt: skip


def _own_series_operations(entity: EntityType, route: str) -> Iterator[Operation]:
    """Yield the operations of one time series that ``data/series.json`` has."""
    for row in data_file("series.json")["operations"]:
        if row["entity"] != entity.name:
            continue
        required = set(row.get("required", ()))
        parameters = [
            _path_parameter(name, row.get("fields", {}).get(name, ""))
            for name in placeholders(row["path"])
        ]
        parameters += [_LIMIT] if row["result"] == "page" else []
        parameters += [
            each._replace(required=True) for each in (_START, _END) if each.name in required
        ]
        parameters += [
            Parameter(name, "query", type=kind, doc=SERVER_FILTER)
            for name, kind in row.get("optional", {}).items()
        ]
        bodies = {"create": (entity.create, "json"), "entity": (entity.path, "json")}
        body, body_kind = bodies.get(row.get("body"), (None, row.get("body")))
        result = None if row["result"] == "any" else entity.path
        yield Operation(row["name"], entity, row["method"], route + row["path"],
                        tuple(parameters), body, body_kind, result, row["result"],
                        row["doc"])  # fmt: skip


def _path_parameter(name: str, field: str) -> Parameter:
    kind = "integer" if name == "timestamp" else "string"
    docs = {
        "fqn": "The entity of the time series, or its fully qualified name.",
        "timestamp": "Time of the entry, in milliseconds since 1970-01-01 UTC.",
    }
    doc = docs.get(name, f"Value of {{{name}}} in the path.")
    return Parameter(name, "path", required=True, type=kind, doc=doc, field=field)


def _create(name: str, method: str, route: str, entity: EntityType, doc: str) -> Operation:
    """Return an operation that sends a create request."""
    return Operation(
        name, entity, method, route, (), entity.create, "json", entity.path, "entity", doc
    )


def _read(
    name: str,
    method: str,
    route: str,
    parameters: tuple[Parameter, ...],
    entity: EntityType | None,
    result: str | None,
    kind: str,
    doc: str,
) -> Operation:
    """Return an operation without a request body."""
    return Operation(name, entity, method, route, parameters, None, None, result, kind, doc)


def list_parameters(entity: EntityType, version: tuple[int, ...]) -> tuple[Parameter, ...]:
    """Return the query parameters of a list: paging and filters.

    The schemas do not mention filters, and servers ignore unknown ones without an error.
    ``data/filters.json`` has the filters of some releases. Any other release is assumed to have all
    filters known for the type, and a type without facts a filter for each field; such parameters
    are marked as guessed.

    Args:
        entity: the entity type.
        version: of the release; empty if unknown.
    """
    paging = _STREAM if entity.kind == "timeseries" else _PAGES
    facts: dict[str, dict[str, dict[str, str | None]]] = data_file("filters.json")["releases"]
    own = facts.get(".".join(str(number) for number in version[:2]), {}).get(entity.name)
    known = [release[entity.name] for release in facts.values() if entity.name in release]
    types: dict[str, str | None] = {}
    for row in [own] if own is not None else known:
        types.update(row)
    if not known:
        types = dict.fromkeys(entity.properties, "string")
    missing = {name for name, kind in types.items() if kind is None}
    reserved = {each.name for each in paging} | {each.wire for each in paging}
    is_certain = own is not None
    usual = [
        each._replace(guessed=each.name in missing)
        for each in paging
        if not (is_certain and each.name in missing)
    ]
    filters = [
        Parameter(
            name,
            "query",
            type=kind,
            doc=FIELD_FILTER if name in entity.properties else SERVER_FILTER,
            guessed=not is_certain,
        )
        for name, kind in sorted(types.items(), key=lambda item: item[0])
        if kind is not None and name not in reserved
    ]
    return (*usual, *filters)


def server_operations(version: tuple[int, ...]) -> Iterator[Operation]:
    """Yield the operations that belong to no collection.

    Args:
        version: of the release; empty if unknown, which is treated as the newest.
    """
    old = bool(version) and version < (1, 0)
    yield _read("version", "GET", "/v1/version" if old else "/v1/system/version", (), None, None,
                "raw", "Return the server's version, revision and build time.")  # fmt: skip
