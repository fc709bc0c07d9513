"""A call as it was written, and the plan that carries it out."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem, UsageError

if TYPE_CHECKING:
    from dynclient.operations import Operation
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Release


Ask = Callable[["Plan"], Any]
"""Carries out a plan that another needs first, such as looking up an id."""


class Plan(NamedTuple):
    """One operation with all it needs."""

    operation: Operation
    arguments: dict[str, Any]
    body: Any = None


class Call(NamedTuple):
    """What a user wrote: the collection, its method, and the arguments."""

    spec: CollectionSpec
    release: Release
    verb: str
    given: tuple[Any, ...]
    keywords: dict[str, Any]
    ask: Ask

    @property
    def name(self) -> str:
        """``tables.create``."""
        return f"{self.spec.attribute}.{self.verb}"

    def operation(self, name: str) -> Operation:
        """Return an operation that the collection is known to have."""
        return self.spec.operations[name]

    def wrong(self, place: str, value: Any, message: str) -> Exception:
        """Return the error for one wrong argument."""
        return bad_arguments(self.name, [Problem(place, value, "argument", message)])


def nothing_asked(plan: Plan) -> Any:
    """Refuse to look anything up, where a request shall be prepared and nothing sent."""
    raise UsageError(
        f"preparing this needs a request of its own ({plan.operation.method}"
        f" {plan.operation.route}); give the id or the entity instead of the name"
    )
