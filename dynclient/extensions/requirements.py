"""What a release, a server or a collection must have for a feature."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, NamedTuple

from dynclient.extensions.operation_rows import Row, find_operation, first_period
from dynclient.schema.versions import Period

if TYPE_CHECKING:
    from dynclient.openapi.index import Index
    from dynclient.operations.catalogue import CollectionSpec
    from dynclient.schema import Release


class Requirement(NamedTuple):
    """What must exist; an empty requirement is always met, and of several parts all must be.

    For a method of collections, ``field`` and ``operation`` are those of the collection.
    """

    field: str = ""
    """A field of the entity type, ``tags``; of several separated by ``|`` any will do."""
    operation: str = ""
    """An operation of the extension's rows; of several separated by ``|`` any will do."""
    schema: str = ""
    """A document of the release, ``type/entityLineage.json``."""
    method: str = ""
    """A standard operation of the collection, ``upsert``. Those of time series do not count: they
    take other arguments."""

    def is_met(
        self,
        release: Release,
        rows: Iterable[Row],
        spec: CollectionSpec | None = None,
        index: Index | None = None,
    ) -> bool:
        """Return whether a release has what is required.

        Args:
            release: the release.
            rows: the rows of the extension's operations.
            spec: the collection, for methods of collections.
            index: the index of the server's OpenAPI document, if it is known.
        """
        if self.schema and self.schema not in release.paths:
            return False
        if self.method and not _has_method(spec, self.method):
            return False
        if self.field:
            properties = spec.entity.properties if spec is not None else {}
            if not any(name in properties for name in self.field.split("|")):
                return False
        return not self.operation or any(
            find_operation(rows, name, release, spec, index) is not None
            for name in self.operation.split("|")
        )

    def period(self, rows: Iterable[Row], spec: CollectionSpec | None = None) -> Period:
        """Return which releases have what is required, as far as the rows say."""
        names = self.operation.split("|") if self.operation else ()
        periods = [first_period(rows, name, spec) for name in names]
        return next((period for period in periods if period.since or period.until), Period())


def _has_method(spec: CollectionSpec | None, method: str) -> bool:
    return spec is not None and spec.entity.kind == "entity" and method in spec.operations
