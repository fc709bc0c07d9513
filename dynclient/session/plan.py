"""One operation with its arguments and its body, ready to be carried out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from dynclient.operations import Operation


class Plan(NamedTuple):
    """One operation with everything it needs."""

    operation: Operation
    arguments: dict[str, Any]
    """By the names of the operation's parameters; None means "not given"."""
    body: Any = None
    """An entity, or what JSON can be made of."""
