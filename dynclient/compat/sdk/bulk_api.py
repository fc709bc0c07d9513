"""``Bulk`` of ``metadata.sdk.api``: many entities of one type.

Older pages of the official documentation have it; the official package does not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.sdk.async_variants import with_async_variants
from dynclient.compat.sdk.default_client import UsesClient
from dynclient.compat.sdk.facades import facade
from dynclient.compat.sdk.identifiers import id_of, listed, text_of
from dynclient.compat.sdk.script_release import find_collection, script_release
from dynclient.errors import UsageError
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


@with_async_variants(
    "export_csv", "import_csv", "add_assets", "patch", "delete", "restore",
)  # fmt: skip
@public_calls
class Bulk(UsesClient):
    """Many entities at once; each method has a coroutine with ``_async``.

    ``entity_type`` is the name of an entity type, ``"table"``. The results of changes are counts:
    ``status``, ``numberOfRowsProcessed``, ``numberOfRowsPassed``, ``numberOfRowsFailed``, and the
    messages of ``failures`` by row.
    """

    @classmethod
    def export_csv(cls, entity_type: str, name: Any = None) -> str:
        """Return what is below an entity as CSV.

        Args:
            entity_type: its type.
            name: its fully qualified name.
        """
        kind = cls._class(entity_type)
        found: str = cls._get_client().export_csv(entity=kind, name=_required(name))
        return found

    @classmethod
    def import_csv(
        cls, entity_type: str, csv_data: str, dry_run: bool = False, name: Any = None
    ) -> Any:
        """Create and update what is below an entity from CSV; return what became of the rows.

        Args:
            entity_type: its type.
            csv_data: the CSV as text.
            dry_run: whether it is a trial that changes nothing.
            name: its fully qualified name.
        """
        return cls._get_client().import_csv(
            entity=cls._class(entity_type),
            name=_required(name),
            csv_data=csv_data,
            dry_run=dry_run,
        )

    @classmethod
    def add_assets(cls, entity_type: str, assets: Iterable[Any]) -> dict[str, Any]:
        """Create or update entities.

        Args:
            entity_type: their type.
            assets: create requests, or mappings of their fields.
        """
        rows = [schema_classes.payload(each) for each in assets]
        return _counts(
            cls._many(entity_type, lambda collection: collection.upsert_many(rows, progress=False))
        )

    @classmethod
    def patch(cls, entity_type: str, patches: Iterable[Mapping[str, Any]]) -> list[Any]:
        """Change entities by JSON Patches, and return them.

        Args:
            entity_type: their type.
            patches: for each entity ``{"id": …, "patch": […]}``.
        """
        one = cls._facade(entity_type)
        return [one.patch(each["id"], each["patch"]) for each in patches]

    @classmethod
    def delete(
        cls,
        entity_type: str,
        ids: Iterable[Any],
        recursive: bool = False,
        hard_delete: bool = False,
    ) -> dict[str, Any]:
        """Delete entities.

        Args:
            entity_type: their type.
            ids: their ids.
            recursive: also delete the entities they contain.
            hard_delete: delete permanently instead of marking as deleted.
        """
        targets = [id_of(each) for each in listed(ids)]
        return _counts(
            cls._many(
                entity_type,
                lambda collection: collection.delete_many(
                    targets, recursive=recursive, hard=hard_delete, progress=False
                ),
            )
        )

    @classmethod
    def restore(cls, entity_type: str, ids: Iterable[Any]) -> list[Any]:
        """Restore soft-deleted entities, and return them."""
        one = cls._facade(entity_type)
        return [one.restore(id_of(each)) for each in listed(ids)]

    @classmethod
    def builder(cls) -> BulkBuilder:
        """Return a builder of an import of CSV."""
        return BulkBuilder()

    @classmethod
    def _class(cls, entity_type: Any) -> Any:
        release = script_release(cls._get_client())
        entity = find_collection(release, text_of(entity_type)).entity
        return schema_classes.class_at(release, entity.path)

    @classmethod
    def _facade(cls, entity_type: Any) -> Any:
        """Return a facade that uses the client of this class."""
        release = cls._get_client().gateway.release
        found = facade(find_collection(release, text_of(entity_type)).entity.name)
        used: Any = type(found.__name__, (found,), {})
        used.use_client(cls._get_client())
        return used

    @classmethod
    def _many(cls, entity_type: Any, call: Any) -> Any:
        client = cls._get_client()
        name = find_collection(client.gateway.release, text_of(entity_type)).entity.name
        return client.gateway.native(lambda: call(client.native[name]))


class BulkBuilder:
    """Builds an import of CSV: ``Bulk.builder().entity_type("glossary").name(…)….execute()``."""

    def __init__(self) -> None:
        self._arguments: dict[str, Any] = {}

    def _set(self, name: str, value: Any) -> BulkBuilder:
        self._arguments[name] = value
        return self

    def entity_type(self, entity_type: str) -> BulkBuilder:
        """Set the type of the entity."""
        return self._set("entity_type", entity_type)

    def name(self, name: Any) -> BulkBuilder:
        """Set the fully qualified name of the entity."""
        return self._set("name", name)

    def csv_data(self, csv_data: str) -> BulkBuilder:
        """Set the CSV."""
        return self._set("csv_data", csv_data)

    def dry_run(self, dry_run: bool) -> BulkBuilder:
        """Set whether it is a trial that changes nothing."""
        return self._set("dry_run", dry_run)

    def execute(self) -> Any:
        """Import the CSV, and return what became of the rows."""
        missing = [name for name in ("entity_type", "csv_data") if name not in self._arguments]
        if missing:
            raise UsageError(f"the import needs {' and '.join(f'{name}(…)' for name in missing)}")
        return Bulk.import_csv(**self._arguments)


def _required(name: Any) -> str:
    if name is None:
        raise UsageError(
            "CSV describes what is below an entity, so its name is needed: name='Trade' for the"
            " terms of a glossary, name='shop.main' for the schemas of a database"
        )
    return text_of(name)


def _counts(result: Any) -> dict[str, Any]:
    failures = {str(each.number): str(each.error) for each in result.failed}
    done = result.count
    failed = len(failures)
    return {
        "status": "success" if not failed else "failure" if failed == done else "partialSuccess",
        "numberOfRowsProcessed": done,
        "numberOfRowsPassed": done - failed,
        "numberOfRowsFailed": failed,
        "failures": failures,
    }
