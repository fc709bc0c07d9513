"""Methods of ``DataProducts``: their assets and ports."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.sdk.facade import BaseEntity
from dynclient.compat.sdk.identifiers import listed, text_of
from dynclient.tracebacks import public_calls


@public_calls
class DataProductMethods(BaseEntity[Any, Any]):
    """What data products have in addition to the methods of all entities.

    Each method takes the name of the data product and a list of ``EntityReference``, and returns a
    ``BulkOperationResult`` as JSON.
    """

    @classmethod
    def add_input_ports(cls, name: Any, ports: Any) -> dict[str, Any]:
        """Add entities that the data product reads."""
        return cls._change("add_input_ports", name, ports)

    @classmethod
    def remove_input_ports(cls, name: Any, ports: Any) -> dict[str, Any]:
        """Remove entities that the data product reads."""
        return cls._change("remove_input_ports", name, ports)

    @classmethod
    def add_output_ports(cls, name: Any, ports: Any) -> dict[str, Any]:
        """Add entities that the data product offers."""
        return cls._change("add_output_ports", name, ports)

    @classmethod
    def remove_output_ports(cls, name: Any, ports: Any) -> dict[str, Any]:
        """Remove entities that the data product offers."""
        return cls._change("remove_output_ports", name, ports)

    @classmethod
    def add_assets(cls, name: Any, assets: Any) -> dict[str, Any]:
        """Add entities to the data product."""
        return cls._change("add_assets", name, assets)

    @classmethod
    def remove_assets(cls, name: Any, assets: Any) -> dict[str, Any]:
        """Remove entities from the data product."""
        return cls._change("remove_assets", name, assets)

    @classmethod
    def _change(cls, method: str, name: Any, entities: Any) -> dict[str, Any]:
        references = [schema_classes.payload(each) for each in listed(entities)]
        result = cls._native(lambda products: getattr(products, method)(text_of(name), *references))
        return bulk_result(result)


def bulk_result(change: Any) -> dict[str, Any]:
    """Return what became of assets as the JSON of a ``BulkOperationResult``.

    Args:
        change: an ``AssetChange``.
    """
    passed, failed = len(change.passed), len(change.failed)
    status = "success" if not failed else "partialSuccess" if passed else "failure"
    return {
        "dryRun": False,
        "status": status,
        "numberOfRowsProcessed": passed + failed,
        "numberOfRowsPassed": passed,
        "numberOfRowsFailed": failed,
        "successRequest": [{"request": each, "status": 200} for each in change.passed],
        "failedRequest": [
            {"request": each, "message": message, "status": 400} for each, message in change.failed
        ],
    }
