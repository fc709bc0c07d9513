"""Documents of one release as another one has them: create request, other fields, what is lost."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.as_code.create_requests import (
    CreateRequest,
    create_request,
    references_without_ids,
    translated_request,
    whole_references,
)
from dynclient.as_code.references import is_named, named_references
from dynclient.as_code.request_fields import NAME, LeftOut, Reference, RequestFields
from dynclient.as_code.sections import PATCHED
from dynclient.drift import table
from dynclient.drift.translate import translate_partly
from dynclient.extensions.entity_diff import FieldChange, field_changes
from dynclient.validation.messages import format_path

if TYPE_CHECKING:
    from dynclient.as_code.documents import Document
    from dynclient.schema import EntityType, Release


class Translated(NamedTuple):
    """A document as a release has it."""

    request: dict[str, Any]
    """The create request, with references by name and the places of secrets."""
    fields: dict[str, Any]
    """The fields that a patch sets, in their form in the entity."""
    references: tuple[Reference, ...]
    """The entities that the request refers to."""
    changes: tuple[FieldChange, ...]
    """What is written in another way than in the document."""
    left_out: tuple[LeftOut, ...]
    """What the release has no place for."""

    @property
    def all_fields(self) -> dict[str, Any]:
        """The create request and the other fields."""
        return {**self.request, **self.fields}


def translated_document(release: Release, document: Document) -> Translated:
    """Return a document as a release has it.

    Args:
        release: the release; it has the entity type and its create request.
        document: the document, of any release.

    Raises:
        RequestInvalid: the request cannot be translated without a required field.
    """
    entity = release.entities[document.type]
    known = tuple(_references(release, entity, document.request))
    made = CreateRequest(document.type, document.release, document.request, (), known)
    fields = document.sections.get(PATCHED) or {}
    if document.release == release.name:
        return Translated(made.request, fields, known, (), ())
    there = translated_request(made, document.release, release, portable=True)
    request, left_out = there.request, [*there.left_out]
    patched, lost = _entity_fields(release, entity, fields)
    left_out += lost
    # What the other release creates may be patched here, and the other way round.
    for name in {each.path for each in left_out} & document.request.keys():
        moved, _ = _entity_fields(release, entity, {name: document.request[name]})
        moved = {name: value for name, value in moved.items() if name not in request}
        if moved:
            patched = {**moved, **patched}
            left_out = [each for each in left_out if each.path != name]
    created = create_request(entity, release, patched, portable=True)
    request = {**created.request, **request}
    rest = RequestFields(release, entity, entity.create or "", portable=True)
    names = patched.keys() - created.request.keys()
    other = {
        name: value for name in sorted(names) if (value := rest.own_value(name, patched[name]))
    }
    before, after = {**document.request, **fields}, {**request, **other}
    changes = field_changes(before, after, frozenset({*before, *after}))
    found = {(each.type, each.fqn) for each in (*there.references, *created.references)}
    lost_names = {each.path for each in left_out}
    return Translated(
        request, other, tuple(_references(release, entity, request, found)),
        tuple(each for each in changes if each.path not in lost_names), tuple(left_out),
    )  # fmt: skip


def _references(
    release: Release,
    entity: EntityType,
    request: Mapping[str, Any],
    known: Collection[tuple[str, str]] = (),
) -> Iterator[Reference]:
    """Yield the references in a request; those of more than one type as the known ones."""
    for path, types, fqn in named_references(release, entity, request):
        kinds = (each for each in types if (each, fqn) in known)
        yield Reference(path, next(kinds, types[0]), fqn)


def _entity_fields(
    release: Release, entity: EntityType, fields: Mapping[str, Any]
) -> tuple[dict[str, Any], list[LeftOut]]:
    """Return fields of an entity as the release has them, and what it has no place for."""
    if not fields:
        return {}, []
    references = [*_named(dict(fields), ())]
    whole, known = whole_references(dict(fields), references, portable=True)
    with table.trial():  # the names are those of a server, not of a script
        translated, lost, _ = translate_partly(release.node(entity.path), whole)
    found = references_without_ids(translated, known, portable=True)
    return found, [LeftOut(each.path, each.message) for each in lost if each.path]


def _named(value: Any, path: tuple[str | int, ...]) -> Iterator[Reference]:
    """Yield the references by name in JSON."""
    if is_named(value):
        yield Reference(format_path(path), value["type"], value[NAME])
    elif isinstance(value, Mapping):
        for name, inner in value.items():
            yield from _named(inner, (*path, name))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _named(inner, (*path, number))
