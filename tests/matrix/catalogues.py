"""Catalogues with an entity of every type: filled, dumped, and compared value by value."""

from __future__ import annotations

import contextlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import dynclient
from dynclient import model, sandbox
from dynclient.as_code import CataloguePlan, Document
from dynclient.as_code.entity_documents import EntityDocuments
from dynclient.as_code.merged_fields import identity_of
from dynclient.as_code.references import is_named
from dynclient.as_code.request_fields import NAME
from dynclient.as_code.sections import PATCHED, Switches
from dynclient.client.client import Client
from dynclient.schema import EntityType
from dynclient.validation.messages import format_path, parse_path
from tests.matrix.lifecycle import is_creatable
from tests.matrix.payloads import NO_REQUEST
from tests.matrix.pool import Pool
from tests.support.session_cache import session_cache
from tests.support.trees import TREES, release_named

Key = tuple[str, str]
Place = tuple[str | int, ...]

SWITCHES = {"followers": True, "lineage": True, "sample_data": True}
"""What a dump of these tests has beside the create requests."""


def fill(pool: Pool) -> None:
    """Create an entity of every type, and what other requests set."""
    for entity in pool.om.release.entities.values():
        if not is_creatable_type(pool, entity):
            continue
        with contextlib.suppress(*NO_REQUEST):
            create(pool, entity.name, pool.payloads.full(entity))
    _add_others(pool.om)


def is_creatable_type(pool: Pool, entity: EntityType) -> bool:
    """Return whether entities of a type can be created and listed."""
    spec = pool.om.session.find(entity)
    return is_creatable(spec) and {"create", "list"} <= spec.operations.keys()


def create(pool: Pool, entity_type: str, request: dict[str, Any]) -> Any:
    """Create an entity as a user does: what only servers provide is not part of a dump."""
    body = pool.resolve(request)
    if body.get("provider") == "system":
        del body["provider"]
    return pool.om[entity_type].create(**body)


def _add_others(om: Client) -> None:
    """Set what documents say in sections: custom properties, followers, lineage, sample data."""
    schema = om.tables.list().first().databaseSchema.fullyQualifiedName
    columns = [{"name": "a", "dataType": "INT"}]
    one, other = (
        om.tables.create(name=name, databaseSchema=schema, columns=columns) for name in "xy"
    )
    om.tables.set_sample_data(one, [[1]], columns=["a"])
    om.tables.follow(one, om.users["admin"])
    om.lineage.add(one, other)
    with contextlib.suppress(dynclient.UnknownOperation):  # the starter release has none
        om.custom_properties("table").define("rating", "integer", description="From 1 to 5.")
        om.tables.set_property(one, "rating", 3)


def contents(folder: Path) -> dict[str, bytes]:
    """Return the documents in a folder by their paths."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in folder.rglob("*.yaml")
        if ".dynclient" not in path.parts
    }


@contextlib.contextmanager
def empty_server(name: str) -> Iterator[Client]:
    """Yield a client of a new sandbox of a release."""
    release = release_named(name)
    with (
        session_cache(),
        sandbox.start(tree=TREES.get(name)) as server,
        dynclient.connect(server.host, token=server.admin_token, release=release) as om,
    ):
        yield om


def lost_silently(source: Iterable[Document], om: Client, plan: CataloguePlan) -> list[str]:
    """Return each value of a catalogue that another server neither has nor was reported to lose.

    A value is on the other server if it is at the same place there, or at the place of a field that
    the plan says is written in another way.

    Args:
        source: the documents that were dumped before.
        om: client of the other server, after the plan was applied.
        plan: the plan, which says what is translated and what is lost.
    """
    lost: dict[Key, list[str]] = {}
    for each in plan.lost:
        lost.setdefault((each.type, each.fqn), []).append(each.path)
    found = []
    for document in source:
        paths = lost.get(document.key, [])
        if any(not path or path.startswith("request") for path in paths):
            continue  # the whole document
        is_type = document.type in om.release.entities
        there = values_there(om, document) if is_type else None
        if there is None:
            found.append(f"{document} is missing")
            continue
        translated = translations(plan, document)
        own = om.release.node(om.release.entities[document.type].path).properties
        for place, path, value in values(document):
            # The default of the release is not sent, and a document does not say it.
            is_default = place[0] in own and len(place) == 1 and own[place[0]].default == value
            is_there = (
                is_default
                or (place, value) in there
                or any(
                    (to[0], value) in translated and to[0] != place[0] and inner == value
                    for to, inner in there
                )
            )
            if not is_there and not any(is_below(path, each) for each in paths):
                found.append(f"{document}: {path}: {value!r}")
    return found


def translations(plan: CataloguePlan, document: Document) -> set[tuple[Any, Any]]:
    """Return the values that a plan writes in another way, each with the field that has it."""
    found: set[tuple[Any, Any]] = set()
    for action in plan.actions:
        for change in action.translated if action.key == document.key else ():
            field = next(iter(parse_path(change.path)))
            found.update((field, value) for _, _, value in leaves(change.after, (field,), (field,)))
    return found


def values_there(om: Client, document: Document) -> set[tuple[Place, Any]] | None:
    """Return the values that a server has for the entity of a document; None without it."""
    spec = om.session.find(document.type)
    reader = EntityDocuments(om.session, Switches(**SWITCHES))
    entity = om[document.type].get(fqn=document.fqn, fields=reader.fields(spec) or None)
    if entity is None:
        return None
    raw = model.raw(entity)
    if not document.request:
        found = reader.definitions(spec.entity, raw)
        return None if found is None else {(place, value) for place, _, value in values(found)}
    other = reader.document(spec, raw).document
    return {(place, value) for place, _, value in values(other)}


def values(document: Document) -> Iterator[tuple[Place, str, Any]]:
    """Yield the values of a document: for each its place and its path.

    The place does not depend on the order of lists of references, labels and texts.
    """
    sections = {**document.sections}
    patched = sections.pop(PATCHED, {})
    for part in (document.request, patched, sections):
        for name, value in part.items():
            yield from leaves(value, (name,), (name,))


def leaves(value: Any, place: Place, path: Place) -> Iterator[tuple[Place, str, Any]]:
    """Yield what has no parts in JSON; a reference by name is one value."""
    if is_named(value):
        yield place, format_path(path), value[NAME]
    elif isinstance(value, dict):
        for name, inner in value.items():
            yield from leaves(inner, (*place, name), (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            identity = identity_of(inner)
            # An object without a name is known by its position: some of it may be lost.
            is_known = isinstance(identity, tuple) or not isinstance(inner, (dict, list))
            step = str(identity) if is_known else number
            yield from leaves(inner, (*place, step), (*path, number))
    else:
        yield place, format_path(path), value


def is_below(path: str, other: str) -> bool:
    """Return whether a path is another one or below it."""
    return path == other or path.startswith((f"{other}.", f"{other}["))
