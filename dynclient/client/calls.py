"""A call as a user wrote it: the collection, its method, and the arguments."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

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
