"""Constants of the official SDK: the fields that ingestion patches, and entity types by class."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from dynclient.schema import Release

THREE_MIN = 180
"""Seconds."""
TEN_MIN = 600
"""Seconds."""
DEFAULT_DATABASE = "default"
UTF_8 = "utf-8"
CUSTOM_CONNECTOR_PREFIX = "custom"

RESTRICT_UPDATE_LIST = ["description", "tags", "owners", "owner", "displayName"]
"""Fields that ingestion adds and never replaces: people edit them."""
ARRAY_ENTITY_FIELDS = ["columns", "tasks", "fields"]
"""Lists whose items have names, and which are merged by them."""
_PATCHED = (
    "algorithm", "chartType", "cleanupPolicies", "code", "concurrency", "dashboardType",
    "description", "displayName", "fileFormat", "fileFormats", "location", "locationPath",
    "maximumMessageSize", "messageSchema", "minimumInSyncReplicas", "mlFeatures",
    "mlHyperParameters", "mlStore", "name", "numberOfObjects", "owner", "owners",
    "partitions", "pipelineLocation", "prefix", "project", "replicationFactor",
    "retentionSize", "retentionTime", "sampleData", "scheduleInterval", "schemaDefinition",
    "searchIndexSettings", "server", "size", "sourceHash", "sourceUrl", "startDate",
    "storedProcedureCode", "storedProcedureType", "tableConstraints", "tablePartition",
    "tableType", "tags", "target", "topicConfig",
)  # fmt: skip
_ITEM = dict.fromkeys(
    (
        "arrayDataType", "children", "constraint", "dataLength", "dataType", "dataTypeDisplay",
        "description", "displayName", "jsonSchema", "name", "ordinalPosition", "precision", "scale",
        "tags",
    ),
    True,
)  # fmt: skip
_TASK = dict.fromkeys(
    (
        "displayName", "downstreamTasks", "endDate", "name", "sourceUrl", "startDate", "taskSQL",
        "taskType",
    ),
    True,
)  # fmt: skip
_REFERENCE = {"id": True, "type": True}
ALLOWED_COMMON_PATCH_FIELDS: dict[str, Any] = {
    **dict.fromkeys(_PATCHED, True),
    "charts": {"__all__": _REFERENCE},
    "children": {"__all__": _REFERENCE},
    "columns": {"__all__": _ITEM},
    "dashboard": _REFERENCE,
    "dataModel": {"isPartitioned": True, "columns": {"__all__": _ITEM}},
    "dataModels": {"__all__": _REFERENCE},
    "fields": {"__all__": _ITEM},
    "parent": _REFERENCE,
    "tasks": {"__all__": _TASK},
}
"""The fields that ingestion patches, as the argument ``allowed_fields`` takes them. What only
people set (domains, custom properties, reviewers) is not among them."""


class _OfRelease(Mapping[str, Any]):
    """A mapping that is built from the release of the classes when it is first used.

    A constant of a module cannot be, since importing the module must not choose the release.
    """

    def __init__(self, build: Callable[[Release], dict[str, Any]], name: str) -> None:
        self._build = build
        self._name = name

    def _content(self) -> dict[str, Any]:
        from dynclient import compat

        hook = compat.installed()
        release = compat.find_release() if hook is None else hook.chosen_release()
        return release.memo(self._name, self._build)

    def __getitem__(self, key: str) -> Any:
        return self._content()[key]

    def __iter__(self) -> Iterator[str]:
        return iter(self._content())

    def __len__(self) -> int:
        return len(self._content())

    def __repr__(self) -> str:
        return repr(self._content())


def _types(release: Release) -> dict[str, Any]:
    return {entity.type_name: entity.name for entity in release.entities.values()}


def _classes(release: Release) -> dict[str, Any]:
    from dynclient.compat.conversion import entity_class

    return {name: entity_class(release, each.path) for name, each in release.entities.items()}


ENTITY_REFERENCE_TYPE_MAP: Mapping[str, str] = _OfRelease(_types, "official_entity_types")
"""Names of entity types by the names of their classes: ``Database`` has ``database``."""
ENTITY_REFERENCE_CLASS_MAP: Mapping[str, type] = _OfRelease(_classes, "official_entity_classes")
"""Classes by the names of their entity types."""
