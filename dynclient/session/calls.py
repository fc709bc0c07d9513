"""A call as a user wrote it: the collection, its method, and the arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem, UsageError
from dynclient.operations.operation import Plan
from dynclient.secrets import Secret, looks_secret
from dynclient.session.keys import KeyReader

if TYPE_CHECKING:
    from dynclient.operations import Operation
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Release

LookUp = Callable[[Plan], Any]
"""Carries out a plan that another one needs first, such as the look-up of an id."""


class Call(NamedTuple):
    """What a user wrote: the collection, its method, and the arguments."""

    spec: CollectionSpec
    release: Release
    method: str
    values: tuple[Any, ...]
    """Positional arguments."""
    keywords: dict[str, Any]
    look_up: LookUp

    @property
    def label(self) -> str:
        """The call as errors name it: ``tables.create``."""
        return f"{self.spec.attribute}.{self.method}"

    def operation(self, name: str) -> Operation:
        """Return an operation that the collection has."""
        return self.spec.operations[name]

    def error(self, argument: str, value: Any, message: str) -> Exception:
        """Return the error for one wrong argument; an empty name stands for the whole call."""
        return bad_arguments(self.label, [Problem(argument, value, "argument", message)])

    def key(self, values: tuple[Any, ...]) -> tuple[str, str]:
        """Return ("id", id) or ("fqn", name) of an entity, see :meth:`KeyReader.key`."""
        return KeyReader(self.spec, self.label).key(values, self.keywords)

    def id(self, values: tuple[Any, ...], include: str = "non-deleted") -> str:
        """Return the id of an entity, looked up if need be, see :meth:`KeyReader.id`."""
        reader = KeyReader(self.spec, self.label)
        return reader.id(values, self.keywords, self.look_up, include)


def reject_look_up(plan: Plan) -> Any:
    """Reject a look-up, for calls that are prepared and not sent.

    Raises:
        UsageError: always.
    """
    raise UsageError(
        f"this call cannot be prepared without sending a request ({plan.operation.method}"
        f" {plan.operation.route}); pass the id or the entity instead of the name"
    )


def plan_create(call: Call) -> Plan:
    """Plan ``create`` and ``upsert``: a create request, its fields, or both."""
    operation = call.operation(call.method)
    fields = dict(call.keywords)
    arguments = {p.name: fields.pop(p.name, None) for p in operation.parameters}
    if len(call.values) > 1:
        message = "takes one request at most, or its fields as keywords"
        raise call.error("", len(call.values), message)
    body: Any = fields
    if call.values:
        body = call.values[0]
        _check_request(call, operation, body)
        if fields:
            request = model.json_of(body)
            body = {**request, **fields}
    request = model.json_of(body)
    for name in path_names(operation):  # a create request may have the name of its owner
        arguments[name] = request.get(name) if arguments[name] is None else arguments[name]
    from dynclient.session.references import check_parent, resolve_references

    check_parent(call, body)
    return Plan(operation, arguments, resolve_references(call, operation.body or "", body))


def _check_request(call: Call, operation: Operation, request: Any) -> None:
    """Raise BadArguments if a value cannot be the body."""
    expected = call.release.node(operation.body or "").type_name
    if isinstance(request, model.Entity):
        node = model.schema_of(request)
        if node.type_name != expected:
            hint = "; send changes of an entity with om.save(…)" if node.entity is not None else ""
            message = f"must be a {expected}, not a {node.type_name}{hint}"
            raise call.error("", node.type_name, message)
    elif not isinstance(request, Mapping):
        kind = type(request).__name__
        raise call.error("", kind, f"must be a {expected} or a mapping, not {kind}")


def path_names(operation: Operation) -> list[str]:
    """Return the names of an operation's parameters of the path, in order."""
    return [each.name for each in operation.parameters if each.place == "path"]


def hide_secrets(result: Any, operation: Operation | None) -> Any:
    """Return the result of an operation; strings in it that are secret by their names print masked.

    Such is the token of a bot. ``get_secret_value()`` of the string returns it in clear.

    Args:
        result: decoded JSON or text; anything else is returned as it is.
        operation: the operation, whose name says what a text is; None for a plain request.
    """
    if operation is not None and operation.as_json:
        return result
    if type(result) is str:
        named = operation is not None and looks_secret(f"{operation.name} {operation.route}")
        return Secret(result) if named else result
    if type(result) not in {dict, list}:
        return result
    from dynclient.model.masking import sealed

    return sealed(None, result)
