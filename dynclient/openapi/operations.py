"""Callable operations from a server's OpenAPI document.

The release's schemas take precedence over the document: some declared results name the wrong type,
such as a table for a restored classification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from dynclient.openapi.components import reference
from dynclient.openapi.index import shape
from dynclient.openapi.operation_names import identifier
from dynclient.operations.operation import BODY, Operation, Parameter
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
    documented = {p.wire or p.name: p for p in to_parameters(info) if p.place == "query"}
    merged = []
    for own in operation.parameters:
        if own.place == "client":
            merged.append(own)
            continue
        theirs = documented.pop(own.wire or own.name, None)
        if own.place == "path":
            merged.append(own)
        elif own.name in LIST_PARAMETERS:
            if theirs is not None or own.name != "include":
                merged.append(own._replace(guessed=False))
        elif theirs is not None or not own.guessed:
            merged.append(theirs or own)
    return operation._replace(parameters=(*merged, *documented.values()))


_KINDS = {
    "application/json": "json",
    "*/*": "json",
    "application/json-patch+json": "json-patch",
    "text/plain": "text",
}
_UNDECLARED = {"POST", "PUT", "PATCH"}
"""Methods that may have a request body even if the document does not declare one."""


class CallableOperation(NamedTuple):
    """One operation that a server documents, ready to be called."""

    name: str
    """The Python name: ``add_sample_data``."""
    operation: Operation
    """The operation; ``body_kind`` is None if it has no request body."""
    body_required: bool
    """Whether the request must have a body."""
    info: OperationInfo
    """The operation in the server's document."""


def to_operation(
    name: str, info: OperationInfo, release: Release, spec: CollectionSpec | None = None
) -> CallableOperation:
    """Return an operation that is ready to be called.

    Args:
        name: the Python name.
        info: the operation in the server's document.
        release: the release whose schemas validate the body and type the result.
        spec: the collection that it belongs to, if any.
    """
    entity = None if spec is None else spec.entity
    body, kind, required = _body(info, release, entity)
    own = None if spec is None else _standard_operation(info, spec)
    if own is not None and body is None and own.body is not None:
        body, kind, required = own.body, own.body_kind, True
    result, result_kind = _result(info, release, spec, own)
    operation = Operation(
        name=f"op.{name}",
        entity_type=entity,
        method=info.method,
        route=info.path,
        parameters=to_parameters(info),
        body=body,
        body_kind=kind,
        result=result,
        result_kind=result_kind,
        doc=info.doc,
        documented=own is None,
    )
    return CallableOperation(name, operation, required, info)


def to_parameters(info: OperationInfo) -> tuple[Parameter, ...]:
    """Return the parameters of an operation under names that are valid keywords in Python."""
    found: dict[str, Parameter] = {}
    for wire, place, required, kind, choices, doc in info.parameters:
        name = identifier(wire)
        while name in found or name == BODY:
            name += "_"
        renamed = "" if name == wire else wire
        found[name] = Parameter(name, place, required, kind, doc, tuple(choices), renamed)
    return tuple(found.values())


def _body(
    info: OperationInfo, release: Release, entity: EntityType | None
) -> tuple[str | None, str | None, bool]:
    """Return reference and kind of the request body, and whether it is required."""
    if info.body is None:
        return None, "json" if info.method in _UNDECLARED else None, False
    media, component, is_list = info.body
    kind = _KINDS.get(media, media)
    if kind == "json" and is_list:
        kind = "json-list"
    if component is None or kind not in {"json", "json-list"}:
        return None, kind, True
    return reference(release, component, _document(entity)), kind, True


def _result(
    info: OperationInfo, release: Release, spec: CollectionSpec | None, own: Operation | None
) -> tuple[str | None, str]:
    """Return reference and kind of the result; ``own`` is the standard operation, if it is one."""
    if own is not None:
        return own.result, own.result_kind
    if info.result is None:
        return None, "any"
    kind, component = info.result
    entity = None if spec is None else spec.entity
    found = reference(release, component, _document(entity))
    if kind == "history":
        return None, "any"  # only versions return a history, and those are standard operations
    if entity is not None and spec is not None and kind == "object" and found is not None:
        foreign = release.entity_of(found)
        request = foreign is not None and foreign.create == found
        # A change of one entity returns that entity, even if another type is declared.
        changes_one = info.method != "GET" and info.path[len(spec.route) :].startswith("/{")
        if request or (foreign is not None and foreign.name != entity.name and changes_one):
            return entity.path, "entity"
    if found is None:
        return None, "any"
    return found, "entity" if kind == "object" else kind


def _standard_operation(info: OperationInfo, spec: CollectionSpec) -> Operation | None:
    """Return the collection's standard operation of the same method and path, or None."""
    wanted = info.method, shape(info.path)
    for each in spec.operations.values():
        if (each.method, shape(each.route)) == wanted:
            return each
    return None


def _document(entity: EntityType | None) -> str | None:
    return None if entity is None else entity.path.partition("#")[0]
