"""Operations as a server's OpenAPI document tells of them, made ready to be called.

The tree counts before the document, wherever both say something: declared results name the wrong
type now and then (a restored classification that is said to be a table).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dynclient.openapi.components import reference
from dynclient.openapi.index import shape
from dynclient.openapi.operation_names import identifier
from dynclient.operations.operation import Operation, Parameter
from dynclient.operations.standard import LIST_PARAMETERS

if TYPE_CHECKING:
    from dynclient.openapi.index import Index, OperationInfo
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import EntityType, Release


def merge_server_parameters(operation: Operation, index: Index) -> Operation:
    """Return a ``list`` operation with the parameters that a server documents.

    Documented filters replace those of the release's facts; paging parameters stay as they are, and
    ``include`` only if it is documented. Any other operation is returned unchanged, and so is a
    ``list`` that the document lacks.

    Args:
        operation: an operation of a collection, at this server's route.
        index: the index of the server's OpenAPI document.
    """
    info = index.operation(operation.method, operation.route) if operation.name == "list" else None
    if info is None:
        return operation
    documented = {p.wire or p.name: p for p in parameters(info) if p.place == "query"}
    merged = []
    for own in operation.parameters:
        theirs = documented.pop(own.wire or own.name, None)
        if own.place == "path":
            merged.append(own)
        elif own.name in LIST_PARAMETERS:
            if theirs is not None or own.name != "include":
                merged.append(own._replace(guessed=False))
        elif theirs is not None or not own.guessed:
            merged.append(theirs or own)
    return operation._replace(parameters=(*merged, *documented.values()))


BODY = "body"
"""What the argument is called that is sent as the body."""
_KINDS = {
    "application/json": "json",
    "*/*": "json",
    "application/json-patch+json": "json-patch",
    "text/plain": "text",
}
_UNDECLARED = {"POST", "PUT", "PATCH"}
"""Methods that may take a body although the document does not say so."""


class CallableOperation(NamedTuple):
    """One operation that a server offers."""

    name: str
    """Its Python name: ``add_sample_data``."""
    operation: Operation
    """Ready to be called; ``body_kind`` is None where it takes no body."""
    body_required: bool
    told: OperationInfo
    """What the server tells of it."""


def to_operation(
    name: str, told: OperationInfo, release: Release, spec: CollectionSpec | None = None
) -> CallableOperation:
    """Return an operation that is ready to be called.

    Args:
        name: its Python name.
        told: what the server tells of it.
        release: whose schemas judge its body and type its answer.
        spec: the collection it belongs to, if any.
    """
    entity = None if spec is None else spec.entity
    body, kind, required = _body(told, release, entity)
    result, result_kind = _result(told, release, spec)
    operation = Operation(
        name=f"op.{name}",
        entity_type=entity,
        method=told.method,
        route=told.path,
        parameters=parameters(told),
        body=body,
        body_kind=kind,
        result=result,
        result_kind=result_kind,
        doc=told.doc,
    )
    return CallableOperation(name, operation, required, told)


def parameters(told: OperationInfo) -> tuple[Parameter, ...]:
    """Return the parameters of an operation, under names that Python takes as keywords."""
    found: dict[str, Parameter] = {}
    for wire, place, required, kind, choices, doc in told.parameters:
        name = identifier(wire)
        while name in found or name == BODY:
            name += "_"
        renamed = "" if name == wire else wire
        found[name] = Parameter(name, place, required, kind, doc, tuple(choices), renamed)
    return tuple(found.values())


def _body(
    told: OperationInfo, release: Release, entity: EntityType | None
) -> tuple[str | None, str | None, bool]:
    """Return reference, kind, and whether there has to be a body."""
    if told.body is None:
        return None, "json" if told.method in _UNDECLARED else None, False
    media, component, many = told.body
    kind = _KINDS.get(media, media)
    if kind == "json" and many:
        kind = "json-list"
    if component is None or kind not in {"json", "json-list"}:
        return None, kind, True
    return reference(release, component, _document(entity)), kind, True


def _result(
    told: OperationInfo, release: Release, spec: CollectionSpec | None
) -> tuple[str | None, str]:
    """Return reference and kind of the answer."""
    own = None if spec is None else _standard(told, spec)
    if own is not None:
        return own.result, own.result_kind
    if told.result is None:
        return None, "any"
    kind, component = told.result
    entity = None if spec is None else spec.entity
    found = reference(release, component, _document(entity))
    if kind == "history":
        return None, "any"  # only versions have the shape of one, and the tree knows those
    if entity is not None and spec is not None and kind == "object" and found is not None:
        foreign = release.entity_of(found)
        request = foreign is not None and foreign.create == found
        # What is done to one entity gives that entity, whichever is said to come back.
        of_one = told.method != "GET" and told.path[len(spec.route) :].startswith("/{")
        if request or (foreign is not None and foreign.name != entity.name and of_one):
            return entity.path, "entity"
    if found is None:
        return None, "any"
    return found, "entity" if kind == "object" else kind


def _standard(told: OperationInfo, spec: CollectionSpec) -> Operation | None:
    """Return the operation that the tree shows at this method and path, or None."""
    wanted = told.method, shape(told.path)
    for each in spec.operations.values():
        if (each.method, shape(each.route)) == wanted:
            return each
    return None


def _document(entity: EntityType | None) -> str | None:
    return None if entity is None else entity.path.partition("#")[0]
