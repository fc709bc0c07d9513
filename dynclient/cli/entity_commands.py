"""``dynclient get``, ``list``, ``search``, ``create``, ``delete``, ``restore`` and ``tag``."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.cli.data_files import read_object
from dynclient.cli.exit_codes import DONE, FAILED
from dynclient.cli.output import (
    Output,
    escaped,
    parts,
    show_blocks,
    show_object,
    show_rows,
    value_at,
)
from dynclient.cli.targets import Target, name_and_type
from dynclient.errors import NotFound, ServerError, UnknownField, UsageError
from dynclient.suggestions import did_you_mean, nearest

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.client.client import Client
    from dynclient.dispatch.pagination import Listing
    from dynclient.extensions.search_hits import Hit
    from dynclient.operations import Parameter
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import EntityType

ROWS = 100
"""Rows of a table for people without ``--limit``."""
_COLUMNS = ("fullyQualifiedName", "displayName", "description")
"""Columns of a list of entities."""
_HIT_COLUMNS = ("type", *_COLUMNS)
"""Columns of a list of hits."""
_SHOWN = ("owners", "owner", "tags", "domains", "domain")
"""Fields that people see of an entity although servers return them on request only."""


def get(
    output: Output,
    om: Client,
    target: Target,
    fields: Sequence[str] = (),
    include: str | None = None,
) -> int:
    """Print one entity.

    Args:
        output: where and how.
        om: a client.
        target: the entity.
        fields: more fields than the server returns by default.
        include: ``non-deleted``, ``deleted`` or ``all``.

    Raises:
        NotFound: it does not exist.
    """
    spec = om.session.find(target.type)
    names = [*fields, *_requested(om, spec.entity, output.columns)]
    if output.is_table and not output.columns:
        names += _requested(om, spec.entity, [n for n in _SHOWN if n in spec.entity.properties])
        names += _for_labels(om, spec.entity)
    entity = _read(om, target, list(dict.fromkeys(names)), include)
    if output.is_table and not output.columns:
        from dynclient.model.cards import entity_blocks

        show_blocks(output, entity_blocks(entity, "--fields {} requests it"))
    else:
        show_object(output, model.asdict(entity))
    return DONE


def _read(om: Client, target: Target, fields: Sequence[str], include: str | None) -> Any:
    try:
        return om.resolve(target.key, target.type, fields=fields or None, include=include)
    except NotFound as error:
        missing = error
    target.collection(om)[target.key]  # raises what says which part of the name is missing
    raise missing


def _requested(om: Client, entity: EntityType, paths: Sequence[str]) -> list[str]:
    """Return the names that ``fields=`` needs for paths of columns.

    Raises:
        UnknownField: the entity type has no such field.
    """
    if not paths:
        return []
    from dynclient.session.requested_fields import requested_fields

    known = requested_fields(om.release)
    names: list[str] = []
    for path in paths:
        first = path.partition(".")[0]
        if first not in entity.properties:
            near = nearest(first, entity.properties)
            hint = did_you_mean(near)
            raise UnknownField(f"{entity.name} has no field {first!r}{hint}", name=first)
        _check_path(om, entity, path)
        names += known.needed(entity.name, first)
        names += known.needed(entity.name, path.replace(".", "[].", 1))
    return names


def _check_path(om: Client, entity: EntityType, path: str) -> None:
    """Check the names of a path, as far as the schema lists them.

    Raises:
        UnknownField: a part of the entity has no such field.
    """
    node = om.session.node(entity.path)
    for step in path.split("."):
        while node is not None and node.kind == "array":
            node = node.items
        if node is None or not node.properties or node.values is not None:
            return  # a map, a union, or a plain value
        if step not in node.properties:
            hint = did_you_mean(nearest(step, node.properties))
            message = f"{path!r}: {node.type_name} has no field {step!r}{hint}"
            raise UnknownField(message, name=step)
        node = node.properties[step]


def _for_labels(om: Client, entity: EntityType) -> list[str]:
    """Return the names that ``fields=`` needs for the labels of parts, such as columns."""
    from dynclient.session.requested_fields import requested_fields

    known = requested_fields(om.release)
    paths = known.absent(entity.name, "get")
    of_parts = sorted(path for path in paths if path.endswith("].tags"))
    return [name for path in of_parts for name in known.needed(entity.name, path)]


def list_entities(
    output: Output,
    om: Client,
    entity_type: str,
    filters: Sequence[str] = (),
    limit: int | None = None,
    fields: Sequence[str] = (),
    where: str | None = None,
) -> int:
    """Print the entities of a type.

    Args:
        output: where and how.
        om: a client.
        entity_type: their type.
        filters: filters of the list, ``name=value``.
        limit: number of entities; 0 for all; None for 100 in a table and all in other formats.
        fields: more fields than the server returns by default.
        where: conditions, ``owner:ada -tier:*``, which are tested here while the list is read.

    Raises:
        BadArguments: the list does not have a filter, the type not a field of the conditions, or a
            value is wrong.
        UsageError: both filters and conditions are given.
    """
    if where is not None and filters:
        raise UsageError(
            "--filter and --where cannot be combined; write filters as conditions, service:shop"
        )
    spec = om.session.find(entity_type)
    names = list(dict.fromkeys([*fields, *_requested(om, spec.entity, output.columns)]))
    count = (ROWS if output.is_table else 0) if limit is None else limit
    if where is None:
        found = _listed(om, spec, filters, count, names)
    else:
        found = _Rows(om.find(spec.entity.name, where, fields=names), count)
    if output.is_table and not output.columns:
        from dynclient.model.cards import entity_table

        for part in parts(found, 1_000):
            show_blocks(output, [entity_table(part)])
    else:
        columns = _COLUMNS if "fullyQualifiedName" in spec.entity.properties else ("id", "name")
        rows = (model.asdict(entity) for entity in found)
        show_rows(output, rows, (*columns, *(name for name in fields if name not in columns)))
    found.note(output, f"no {spec.attribute} found")
    return DONE


def _listed(
    om: Client, spec: CollectionSpec, filters: Sequence[str], count: int, fields: Sequence[str]
) -> _Rows:
    """Return the entities of a list with filters."""
    operation = spec.operations.get("list")
    parameters = {} if operation is None else {each.name: each for each in operation.parameters}
    arguments = dict(_filter(text, parameters) for text in filters)
    if fields:
        arguments["fields"] = fields
    if count:
        arguments["limit"] = count
        if "page_size" in parameters:
            arguments["page_size"] = min(count, 1_000)
    listing: Listing = om[spec.entity.name].list(**arguments)
    rows = _Rows(())
    rows.entities = rows.of_pages(listing)
    return rows


class _Rows:
    """The entities that are printed, and whether there are more.

    Args:
        entities: the entities.
        limit: the largest number that is printed; 0 for all.
    """

    def __init__(self, entities: Iterable[Any], limit: int = 0) -> None:
        self.entities = entities
        self._limit = limit
        self._seen = 0
        self._total: int | None = None
        self._has_more = False

    def of_pages(self, listing: Listing) -> Iterator[Any]:
        """Yield the entities of a list, and read how many there are."""
        for page in listing.pages():
            self._total = page.total if self._total is None else self._total
            yield from page

    def __iter__(self) -> Iterator[Any]:
        for entity in self.entities:
            if self._limit and self._seen == self._limit:
                self._has_more = True
                return
            self._seen += 1
            yield entity

    def note(self, output: Output, nothing: str) -> None:
        """Print for people that there are more, or the given text if there are none."""
        if self._total is not None and self._total > self._seen > 0:
            _note(output, f"{self._seen} of {self._total:,} shown; --limit 0 shows all")
        elif self._has_more:
            _note(output, f"{self._seen} shown; --limit 0 shows all")
        elif not self._seen:
            _note(output, nothing)


def search(
    output: Output,
    om: Client,
    text: str,
    types: Sequence[str] = (),
    where: str | None = None,
    limit: int | None = None,
) -> int:
    """Print what the search index has for words and conditions, the best first.

    Args:
        output: where and how.
        om: a client.
        text: the words; empty finds everything.
        types: the entity types to search; none for all.
        where: conditions, ``owner:ada -tier:*``.
        limit: number of hits; 0 for all; None for 100 in a table and all in other formats.

    Raises:
        BadArguments: a field or a value of the conditions does not exist.
        SearchFailed: the search engine is not available.
        UnknownField: no hit has a field that a column names.
    """
    count = (ROWS if output.is_table else 0) if limit is None else limit
    hits = om.search(text, types=list(types) or None, where=where, limit=count or None)
    if hits and output.columns:
        _check_hit_columns(om, hits[:ROWS], output.columns)
    rows = ({"type": hit.type, "score": hit.score, **hit} for hit in hits)
    show_rows(output, rows, _HIT_COLUMNS)
    if hits.total > len(hits):
        _note(output, f"{len(hits)} of {hits.total:,} shown; --limit 0 shows all")
    elif not hits:
        _note(output, "nothing found")
    return DONE


def _check_hit_columns(om: Client, hits: Sequence[Hit], columns: Sequence[str]) -> None:
    """Refuse columns that neither the documents of hits nor their entity types have."""
    known = {"type", "score"}.union(*hits)
    for entity_type in {hit.type for hit in hits if hit.type}:
        known.update(om.session.find(entity_type).entity.properties)
    for path in columns:
        first = path.partition(".")[0]
        if first not in known:
            hint = did_you_mean(nearest(first, known))
            raise UnknownField(f"the hits have no field {first!r}{hint}", name=first)


def _note(output: Output, text: str) -> None:
    """Print a line for people after the output, on standard error."""
    if output.is_table:
        output.file.flush()
        print(text, file=sys.stderr)


def _filter(text: str, parameters: dict[str, Parameter]) -> tuple[str, Any]:
    """Return the name and the value of ``name=value``, as its parameter takes it."""
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"--filter must be name=value, such as database=shop.main, not {text!r}")
    kind = parameters[name].type if name in parameters else "string"
    if kind == "boolean" and value in {"true", "false"}:
        return name, value == "true"
    if kind in {"integer", "number"} and value.lstrip("-").isdecimal():
        return name, int(value)
    return name, value


def create(output: Output, om: Client, entity_type: str, file: str) -> int:
    """Create an entity of a create request in a file.

    Args:
        output: where and how.
        om: a client.
        entity_type: its type.
        file: path of a JSON or YAML file; ``-`` for standard input.

    Raises:
        RequestInvalid: the request is not valid; lists all problems.
        Conflict: the entity exists.
    """
    return _done(output, "created", om[entity_type].create(read_object(file)))


def _done(output: Output, verb: str, entity: Any) -> int:
    """Print what was done to an entity; the entity itself in formats for programs."""
    if output.is_table:
        output.say(f"{verb} {name_and_type(entity)}")
    else:
        show_object(output, model.asdict(entity))
    return DONE


def delete(
    output: Output,
    om: Client,
    target: Target,
    *,
    hard: bool = False,
    recursive: bool = False,
    confirm: Callable[[str], bool] | None = None,
) -> int:
    """Show what a deletion removes, ask, and delete it.

    Args:
        output: where and how.
        om: a client.
        target: the entity.
        hard: delete it for good.
        recursive: delete everything below it too.
        confirm: asks the user a question; None deletes without a question.

    Raises:
        NotFound: it does not exist.
    """
    entity = _read(om, target, (), "all")
    if confirm is not None:
        kept = "for good" if hard else "it can be restored"
        lines = [f"{name_and_type(entity)} ({kept})", *_below(om, entity, recursive=recursive)]
        print(escaped("\n".join(lines)), file=sys.stderr)
        if not confirm("Delete?"):
            print("nothing was deleted", file=sys.stderr)
            return FAILED
    deleted = target.collection(om).delete(
        model.raw(entity)["id"], hard=hard or None, recursive=recursive or None
    )
    return _done(output, "deleted", entity if deleted is None else deleted)


def _below(om: Client, entity: Any, *, recursive: bool) -> Iterator[str]:
    """Yield how many entities of each type are directly below an entity."""
    from dynclient.operations.name_parents import name_parents

    kind, name = model.type_of(entity), model.name_of(model.raw(entity))
    note = "" if recursive else "; servers refuse this without --recursive"
    for spec in om.catalogue:
        parents = name_parents(om.release, spec.entity).types
        operation = spec.operations.get("list")
        if operation is None or not parents or parents[-1][1] != kind:
            continue
        field, known = parents[-1][0], {parameter.name for parameter in operation.parameters}
        if field not in known:
            continue
        include = {"include": "all"} if "include" in known else {}
        try:
            count = len(om[spec.entity].list(**{field: name}, **include))
        except ServerError as error:
            yield f"  {spec.attribute} below it cannot be counted: {error}"
            continue
        if count:
            yield f"  {count:,} {spec.attribute} directly below it{note}"


def restore(output: Output, om: Client, target: Target) -> int:
    """Restore an entity that was deleted, unless for good.

    Raises:
        NotFound: there is no such deleted entity.
    """
    return _done(output, "restored", target.collection(om).restore(target.key))


def deleted(output: Output, om: Client, entity_type: str | None = None) -> int:
    """Print the entities that can be restored.

    Args:
        output: where and how.
        om: a client.
        entity_type: their type; None for all types, each of which is a request.

    Raises:
        UnknownCollection: the release has no such type.
        UsageError: entities of the type cannot be restored.
    """
    specs = list(om.catalogue) if entity_type is None else [om.session.find(entity_type)]
    restorable = [spec for spec in specs if "restore" in spec.operations and _lists_deleted(spec)]
    if entity_type is not None and not restorable:
        raise UsageError(f"{specs[0].attribute} cannot be restored; they are deleted for good")
    found = _Rows(
        {"type": spec.entity.name, **model.asdict(entity)}
        for spec in restorable
        for entity in om[spec.entity.name].list(include="deleted", page_size=1_000)
    )
    rows = ({**row, "deletedAt": _time(row.get("updatedAt"))} for row in found)
    show_rows(output, rows, ("type", "fullyQualifiedName", "deletedAt", "updatedBy"))
    found.note(output, "nothing to restore")
    return DONE


def _lists_deleted(spec: CollectionSpec) -> bool:
    operation = spec.operations.get("list")
    return operation is not None and any(each.name == "include" for each in operation.parameters)


def _time(stamp: Any) -> str | None:
    """Return a time in milliseconds as a text in UTC."""
    from dynclient.extensions.times import as_datetime

    return f"{as_datetime(stamp):%Y-%m-%d %H:%M:%S} UTC" if isinstance(stamp, int) else None


def tag(
    output: Output,
    om: Client,
    target: Target,
    tags: Sequence[str],
    columns: Sequence[str] = (),
    *,
    remove: bool = False,
) -> int:
    """Add labels to an entity or to columns of it, or remove them.

    Args:
        output: where and how.
        om: a client.
        target: the entity.
        tags: names of tags and glossary terms.
        columns: names of columns, instead of the entity itself.
        remove: remove the labels.

    Raises:
        BadArguments: a label or a column does not exist.
    """
    if not tags:
        raise UsageError("name one tag or more, such as PII.Sensitive")
    collection = target.collection(om)
    change = collection.remove_tags if remove else collection.add_tags
    parts = {"column": list(columns)} if columns else {}
    entity = change(target.key, *tags, **parts)
    if not output.is_table:
        return _done(output, "", entity)
    data = model.asdict(entity)
    output.say(name_and_type(entity))
    places = [(f"{name}: ", _column(data, name)) for name in columns] or [("", data)]
    for place, part in places:
        labels = value_at(part, "tags.tagFQN") or []
        output.say(f"  {place}{', '.join(labels) or 'no tags'}")
    return DONE


def _column(data: dict[str, Any], path: str) -> dict[str, Any]:
    """Return a column by its name, nested ones with dots."""
    level, rest = data.get("columns") or [], path
    while level:
        found = next(
            (c for c in level if rest == c["name"] or rest.startswith(f"{c['name']}.")), None
        )
        if found is None:
            break
        if rest == found["name"]:
            return dict(found)
        level, rest = found.get("children") or [], rest[len(found["name"]) + 1 :]
    return {}
