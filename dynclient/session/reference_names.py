"""Names of references that a response has without them, taken from what is known already.

Servers answer a patch with the references as the patch had them, which is with an id and a type.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

REFERENCE = "EntityReference"
"""The type of references."""
REFERENCE_NAMES = ("name", "fullyQualifiedName", "displayName")
"""The fields of a reference that name its entity; responses have the first two of all entities."""


def add_names(data: dict[str, Any], fields: Iterable[str], known: Iterable[Any]) -> None:
    """Put names into the references of an entity that lack them.

    Args:
        data: the JSON of the entity, which is changed.
        fields: the fields of the entity whose references are completed.
        known: references, or JSON that has references in it, with their names.
    """
    unnamed = [
        each for field in fields for each in _references(data.get(field)) if "name" not in each
    ]
    if not unnamed:
        return
    names: dict[Any, Mapping[str, Any]] = {}
    for value in known:
        for each in _references(value):
            if isinstance(each.get("name"), str):
                names.setdefault(each["id"], each)
    for each in unnamed:
        found = names.get(each["id"], {})
        each.update({name: found[name] for name in REFERENCE_NAMES if found.get(name)})


def _references(value: Any) -> list[dict[str, Any]]:
    """Return the references that a value is: one, or those in a list."""
    listed = value if isinstance(value, list) else [value]
    return [each for each in listed if isinstance(each, dict) and "id" in each and "type" in each]
