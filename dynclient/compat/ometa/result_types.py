"""Small models that the official SDK has in addition to the generated ones."""

from __future__ import annotations

from collections.abc import Iterator
from enum import Enum
from typing import Any, Generic, NamedTuple, TypeVar

T = TypeVar("T")
"""An entity, for annotations."""
C = TypeVar("C")
"""A create request, for annotations."""


class EntityList(Generic[T]):
    """One page of a list.

    Attributes:
        entities: the entities of the page.
        total: number of entities on all pages.
        after: cursor of the next page; None on the last page.
        before: cursor of the previous page; None on the first page.
    """

    __slots__ = ("after", "before", "entities", "total")

    def __init__(
        self,
        entities: list[T],
        total: int,
        after: str | None = None,
        before: str | None = None,
    ) -> None:
        self.entities = entities
        self.total = total
        self.after = after
        self.before = before

    def __iter__(self) -> Iterator[tuple[str, Any]]:
        """Yield name and value of each field, as the official model does."""
        return ((name, getattr(self, name)) for name in ("entities", "total", "after", "before"))

    def __eq__(self, other: object) -> bool:
        return isinstance(other, EntityList) and dict(self) == dict(other)

    __hash__ = None  # type: ignore[assignment]  # mutable

    def __repr__(self) -> str:
        pairs = ", ".join(f"{name}={value!r}" for name, value in self)
        return f"EntityList({pairs})"


class ColumnTag(NamedTuple):
    """A tag for one column of a table."""

    column_fqn: str
    tag_label: Any


class ColumnDescription(NamedTuple):
    """A description for one column of a table."""

    column_fqn: str
    description: Any = None


class OMetaCustomProperties(NamedTuple):
    """A custom property of an entity type."""

    entity_type: type
    createCustomPropertyRequest: Any  # noqa: N815 -- the official name


class OMetaPipelineStatus(NamedTuple):
    """The status of a run of a pipeline."""

    pipeline_fqn: str
    pipeline_status: Any


class CustomPropertyDataTypes(Enum):
    """Data types of custom properties."""

    STRING = "string"
    INTEGER = "integer"
    MARKDOWN = "markdown"
    DATE = "date"
    DATETIME = "dateTime"
    DURATION = "duration"
    EMAIL = "email"
    NUMBER = "number"
    SQLQUERY = "sqlQuery"
    TIME = "time"
    TIMEINTERVAL = "timeInterval"
    TIMESTAMP = "timestamp"
    ENUM = "enum"
    ENTITY_REFERENCE = "entityReference"
    ENTITY_REFERENCE_LIST = "entityReferenceList"


__all__ = [
    "ColumnDescription",
    "ColumnTag",
    "CustomPropertyDataTypes",
    "EntityList",
    "OMetaCustomProperties",
    "OMetaPipelineStatus",
]
