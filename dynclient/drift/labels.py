"""Labels of which only the name is given, as plain JSON, completed as servers complete them.

``data/labels.json`` has the values; names of sources differ between releases.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient.data import data_file
from dynclient.drift.table import LABEL_NAME

if TYPE_CHECKING:
    from collections.abc import Mapping

    from dynclient.schema import Node


def label_entities() -> tuple[str, ...]:
    """Return the names of the entity types that labels are made of."""
    return tuple(data_file("labels.json")["sources"])


def label_entity(label: Mapping[str, Any]) -> str | None:
    """Return the entity type of a label, by its source; None if it is not known."""
    sources = data_file("labels.json")["sources"]
    return next((name for name in sources if label.get("source") in sources[name]), None)


def named_label(node: Node, name: str, entity: str | None = None) -> dict[str, Any]:
    """Return the label of a name.

    Args:
        node: the schema node of a label.
        name: fully qualified name of a tag or a glossary term.
        entity: its entity type; None if it is not known, and then it is a tag.
    """
    facts = data_file("labels.json")
    label = {LABEL_NAME: name}
    if entity is not None and "source" in node.properties:
        label["source"] = _allowed(node, "source", facts["sources"][entity])
    return completed_label(node, label)


def completed_label(node: Node, label: Mapping[str, Any]) -> dict[str, Any]:
    """Return a label with the properties that servers add; the label as it is without a name.

    Args:
        node: the schema node of a label.
        label: its properties.
    """
    facts = data_file("labels.json")
    if not isinstance(label.get(LABEL_NAME), str):
        return dict(label)
    missing = {
        field: _allowed(node, field, values)
        for field, values in facts["fields"].items()
        if label.get(field) is None and field in node.properties
    }
    return {**label, **missing}


def _allowed(node: Node, field: str, values: list[str]) -> str:
    """Return the first of some values that a property of a label may have."""
    allowed = node.properties[field].enum or values
    return next((value for value in values if value in allowed), values[0])
