"""Entity types and patchable fields by release, under the official names of such constants."""

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
_ARRAYS = frozenset({*ARRAY_ENTITY_FIELDS, "charts", "dataModels"})
_ITEMS = (
    "arrayDataType", "children", "constraint", "dataLength", "dataType", "dataTypeDisplay",
    "description", "displayName", "downstreamTasks", "endDate", "jsonSchema", "name",
    "ordinalPosition", "precision", "scale", "sourceUrl", "startDate", "tags", "taskSQL",
    "taskType",
)  # fmt: skip
_REFERENCE = {"id": True, "type": True}
_REFERENCES = frozenset({"charts", "dataModels", "dashboard", "parent"})


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


def _patchable(release: Release) -> dict[str, Any]:
    """Return the fields that create requests of data assets have, in the form of ``build_patch``.

    Lists with names and references have the fields of their items.
    """
    fields: dict[str, Any] = {}
    for entity in release.entities.values():
        if entity.create is None or not entity.path.startswith("entity/data/"):
            continue
        for name in release.node(entity.create).properties:
            if name in _REFERENCES:
                below: Any = _REFERENCE
            else:
                below = dict.fromkeys(_ITEMS, True)
            fields[name] = {"__all__": below} if name in _ARRAYS else True
            if name in _REFERENCES - _ARRAYS:
                fields[name] = _REFERENCE
    return fields


ENTITY_REFERENCE_TYPE_MAP: Mapping[str, str] = _OfRelease(_types, "official_entity_types")
"""Names of entity types by the names of their classes: ``Database`` has ``database``."""
ENTITY_REFERENCE_CLASS_MAP: Mapping[str, type] = _OfRelease(_classes, "official_entity_classes")
"""Classes by the names of their entity types."""
ALLOWED_COMMON_PATCH_FIELDS: Mapping[str, Any] = _OfRelease(_patchable, "official_patch_fields")
"""The fields that ingestion patches, as the argument ``allowed_fields`` takes them."""
