"""Create requests of entities that exist: what a server must be sent to create them again.

The schemas of the entity and of its create request are compared field by field: a reference
becomes the name, the id or the reference that the request takes, and what servers set themselves is
left out. ``data/create_requests.json`` has what the names of fields do not say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.as_code.request_fields import NAME, LeftOut, Reference, RequestFields
from dynclient.documentation import document_fields
from dynclient.drift import table
from dynclient.drift.translate import translate_partly
from dynclient.errors import FieldNotRead, NotSupported, RequestInvalid, UsageError
from dynclient.extensions.entity_links import parse_entity_link
from dynclient.model.entity import Entity, read_parts_later
from dynclient.tracebacks import public_call
from dynclient.validation.messages import format_path, parse_path

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Release

_NO_ID = "00000000-0000-4000-8000-"
"""How the ids begin that portable references have while their request is translated."""


@document_fields
class CreateRequest(NamedTuple):
    """The create request of an entity, and what it cannot say.

    Attributes:
        type: Name of the entity type, ``table``.
        release: Name of the release that the request is for, ``1.13.0``.
        request: The request as JSON; ``om.tables.create(**request)`` sends it.
        left_out: What the entity has and the request cannot say, with the reason; fields that
            servers set themselves, such as ``id`` and ``version``, are not listed.
        references: The entities that the request refers to.
    """

    type: str
    release: str
    request: dict[str, Any]
    left_out: tuple[LeftOut, ...]
    references: tuple[Reference, ...]


@public_call
def as_request(entity: Entity, *, release: Release | str | None = None) -> CreateRequest:
    """Return the create request that would create an entity.

    Fields that the response left out are read with one request, as reading them from the entity
    would. Secrets are in the request as the server returned them, which may be as masks.

    Args:
        entity: the entity, as a server returned it, or with changes.
        release: the release that the request is for, or its name; default: that of the entity. For
            another release, fields are renamed and converted as its schemas require, and what it
            does not have is listed in ``left_out``.

    Raises:
        UsageError: it is not an entity, but a part of one or a create request.
        NotSupported: the release does not have the entity type, or no create request for it.
        RequestInvalid: the release requires a field that the entity does not have, or does not
            allow a value of a required field; ``problems`` lists all.
        UnknownRelease: there is no release of that name.
    """
    node = model.schema_of(entity)
    kind = node.entity
    if kind is None:
        raise UsageError(
            f"must be an entity, such as om.tables.get(…) returns, not {type(entity).__name__}"
        )
    unread = _read(entity)
    raw = model.raw(entity)
    made = create_request(kind, node.release, raw, unread=unread)
    if release is None:
        return made
    target = _release(release)
    return translated_request(made, node.release, target)


def _read(entity: Entity) -> tuple[str, ...]:
    """Read the fields of an entity that its response left out; return those that cannot be read."""
    try:
        read_parts_later(entity, type(entity)._node)
    except FieldNotRead as error:
        return (str(error),)
    return ()


def _release(release: Release | str) -> Release:
    if not isinstance(release, str):
        return release
    from dynclient.releases import release as opened

    return opened(release)


def create_request(
    entity: EntityType,
    release: Release,
    raw: Mapping[str, Any],
    *,
    portable: bool = False,
    unread: Iterable[str] = (),
) -> CreateRequest:
    """Return the create request of an entity in the release that it is of.

    Args:
        entity: its entity type.
        release: the release.
        raw: the JSON of the entity, with all its fields.
        portable: whether the request is for any server: references have names and no ids, lists
            of references and labels are sorted, and a list that repeats what other entities say is
            left out.
        unread: why fields are missing in the JSON, for ``left_out``.

    Raises:
        NotSupported: the type has no create request.
    """
    if entity.create is None:
        message = f"{entity.type_name} has no create request in release {release.name}"
        raise NotSupported(message)
    fields = RequestFields(release, entity, entity.create, portable=portable)
    request = fields.request(raw)
    left_out = [LeftOut("", reason) for reason in unread] + fields.left_out
    return CreateRequest(
        entity.name, release.name, request, tuple(left_out), tuple(fields.references)
    )


def translated_request(
    made: CreateRequest, source: Release | str, target: Release, *, portable: bool = False
) -> CreateRequest:
    """Return a create request as another release has it.

    Args:
        made: the request.
        source: the release that it is for, or its name.
        target: the other release.
        portable: whether it is for any server, see :func:`create_request`.

    Raises:
        NotSupported: the target does not have the entity type, or no create request for it.
        RequestInvalid: the request cannot be translated without a required field.
    """
    if source in (target, target.name):
        return made
    entity = target.entities.get(made.type)
    if entity is None:
        raise NotSupported(f"release {target.name} has no entity type {made.type}")
    if entity.create is None:
        message = f"{entity.type_name} has no create request in release {target.name}"
        raise NotSupported(message)
    node = target.node(entity.create)
    request, known = whole_references(made.request, made.references, portable=portable)
    with table.trial():  # the names are those of a server, not of a script
        translated, lost, problems = translate_partly(node, request)
    if problems:
        raise RequestInvalid(what=node.type_name, problems=problems)
    left_out = [LeftOut(each.path, each.message) for each in lost]
    references: list[Reference] = []
    translated = _without_ids(translated, known, (), references, portable=portable)
    named = {(each.type, each.fqn) for each in references}
    # Names are not marked in the translated request, and their places may be others now.
    unmarked = [each for each in made.references if (each.type, each.fqn) not in named]
    return CreateRequest(
        made.type, target.name, translated, (*made.left_out, *left_out), (*references, *unmarked)
    )


def whole_references(
    request: dict[str, Any], references: Iterable[Reference], *, portable: bool
) -> tuple[dict[str, Any], dict[str, Reference]]:
    """Return a request with a whole reference at the place of each, and the references by id.

    Args:
        request: the request.
        references: the references in it.
        portable: whether to make up ids, since the request has none.
    """
    copied = deepcopy(request)
    known: dict[str, Reference] = {}
    for number, each in enumerate(references, 1):
        steps = parse_path(each.path)
        is_link = parse_entity_link(str(_at(copied, steps))) is not None
        if steps[-1] == table.LABEL_NAME or is_link or each.path == "name":
            continue  # labels, links and own names are names in every release
        id = each.id if each.id and not portable else f"{_NO_ID}{number:012}"
        known[id] = each
        _put(copied, steps, {"id": id, "type": each.type, NAME: each.fqn})
    return copied, known


def references_without_ids(value: Any, known: Mapping[str, Reference], *, portable: bool) -> Any:
    """Return translated JSON with its references in the form of its release.

    Args:
        value: the JSON, with the references of :func:`whole_references`.
        known: these by their ids.
        portable: whether references have names instead of ids.
    """
    return _without_ids(value, known, (), [], portable=portable)


def _at(data: Any, steps: tuple[str | int, ...]) -> Any:
    for step in steps:
        data = data[step]
    return data


def _put(data: Any, steps: tuple[str | int, ...], value: Any) -> None:
    _at(data, steps[:-1])[steps[-1]] = value


def _without_ids(
    value: Any,
    known: Mapping[str, Reference],
    path: tuple[str | int, ...],
    found: list[Reference],
    *,
    portable: bool,
) -> Any:
    """Return a translated request with its references in the form of its release; note them."""
    id = value.get("id") if isinstance(value, dict) else value
    reference = known.get(id) if isinstance(id, str) else None
    if reference is not None:
        found.append(reference._replace(path=format_path(path)))
        return {"type": reference.type, NAME: reference.fqn} if portable else value
    if isinstance(value, dict):
        return {
            name: _without_ids(inner, known, (*path, name), found, portable=portable)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [
            _without_ids(inner, known, (*path, number), found, portable=portable)
            for number, inner in enumerate(value)
        ]
    return value
