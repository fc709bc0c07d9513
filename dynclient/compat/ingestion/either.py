"""``metadata.ingestion.api.models``: the result of one record, and the error of one that failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, Generic, TypeVar

from dynclient.compat.models.pydantic_interop import validation_error
from dynclient.compat.models.validation_errors import FieldError

T = TypeVar("T")
Entity = TypeVar("Entity")
"""Type of the records of a step, for annotations."""

_LONGEST = 1_000_000
"""Letters of an error or a traceback that servers accept."""


@dataclass
class StackTraceError:
    """An error of one record; releases since 1.2 have a schema for it, which is used instead.

    Attributes:
        name: what failed, such as the name of a table.
        error: what happened, in a sentence.
        stackTrace: the traceback as text.
    """

    name: str
    error: str
    stackTrace: str | None = None  # noqa: N815 -- the official name

    def model_dump(self) -> dict[str, Any]:
        """Return the fields as a dict."""
        return asdict(self)


class TruncatedStackTraceError(StackTraceError):
    """An error whose texts are cut to the first million letters, as servers accept no more."""

    def __init__(self, name: str, error: str, stackTrace: str | None = None) -> None:  # noqa: N803
        cut = None if stackTrace is None else stackTrace[:_LONGEST]
        super().__init__(name, error[:_LONGEST], cut)


class Either(Generic[T]):
    """The result of one record: the record, or the error that came instead.

    Args:
        left: the error, as a ``StackTraceError`` or a mapping of its fields.
        right: the record.

    Raises:
        ValidationError: ``left`` is something else.
    """

    __slots__ = ("left", "right")

    def __init__(self, *, left: Any = None, right: T | None = None) -> None:
        self.left = StackTraceError(**left) if isinstance(left, Mapping) else left
        self.right = right
        if self.left is not None and not all(hasattr(self.left, n) for n in ("name", "error")):
            message = "Input should be a valid dictionary or instance of StackTraceError"
            raise validation_error("Either", [FieldError("model_type", ("left",), message, left)])

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Either):
            return NotImplemented
        return bool(self.left == other.left and self.right == other.right)

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __repr__(self) -> str:
        return f"Either(left={self.left!r}, right={self.right!r})"


@dataclass
class WorkflowContext:
    """What the steps of a workflow share, in connectors of releases before 1.2."""

    workflow_id: str = field(default="")
