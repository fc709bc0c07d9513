"""Collections of the official client whose classes are not entities: ``Suggestion`` and a few more.

``official_routes.json`` lists them. The official methods for entities take their classes, and send
requests to these paths.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.data import data_file
from dynclient.operations import Operation, Parameter
from dynclient.operations.catalogue import CollectionSpec
from dynclient.schema.entity_types import ENTITY, EntityType
from dynclient.schema.type_names import stem

if TYPE_CHECKING:
    from dynclient.schema import Node, Release


def official_type(node: Node) -> EntityType | None:
    """Return the class or the create request at a place as an entity type; None if it is not one.

    Args:
        node: the schema of the class, or of its create request.
    """
    row = _row(node)
    return None if row is None else _entity_type(row, node.release)


def official_spec(node: Node, release: Release) -> CollectionSpec | None:
    """Return the collection of a class in a release, or None.

    Args:
        node: the schema of the class, or of its create request, of any release.
        release: the release of the server.
    """
    row = _row(node)
    if row is None or row["path"].partition("#")[0] not in release.paths:
        return None
    filters = tuple(
        Parameter(name, "query", type=kind) for name, kind in row.get("filters", {}).items()
    )

    def with_own_filters(operation: Operation) -> Operation:
        if operation.name != "list":
            return operation
        usual = tuple(each for each in operation.parameters if not each.guessed)
        return operation._replace(parameters=usual + filters)

    entity = _entity_type(row, release)
    return CollectionSpec(release, entity, f"/v1{row['route']}", with_own_filters)


def _row(node: Node) -> dict[str, Any] | None:
    place = node.ref if node.pointer else node.path
    rows = data_file("official_routes.json")
    return next((each for each in rows if place in (each["path"], each.get("create"))), None)


def _entity_type(row: dict[str, Any], release: Release) -> EntityType:
    node = release.node(row["path"])
    return EntityType(
        name=stem(node.pointer or node.path),
        type_name=node.type_name,
        path=row["path"],
        create=row.get("create"),
        kind=ENTITY,
        properties=tuple(node.properties),
        followers=False,
        votes=False,
        deleted=False,
    )
