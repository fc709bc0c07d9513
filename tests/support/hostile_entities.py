"""JSON of any type with hostile texts in every place, and a secret in each field that has one."""

from __future__ import annotations

from itertools import cycle
from typing import Any

from dynclient.model.masking import is_secret
from dynclient.schema import Node
from tests.support.blocks import HOSTILE

HIDDEN = "hunter2-is-secret"
"""The value of every secret."""
_LEVELS = 2


class HostileValues:
    """Makes values by a schema, without a thought whether they are valid by its patterns."""

    def __init__(self) -> None:
        self._texts = cycle([text for text in HOSTILE if len(text) < 200])

    def value(self, node: Node, name: str = "", level: int = 0) -> Any:
        """Return a value of a place.

        Args:
            node: the schema of the place.
            name: the field.
            level: the number of objects around it.
        """
        kind = node.kind
        if kind == "union":
            return self.value(node.branches[0], name, level)
        if is_secret(name, (node,)) and kind in {"string", "any"}:
            return HIDDEN
        if kind == "object":
            return self._object(node, level)
        if kind == "array":
            return [] if node.items is None else [self.value(node.items, name, level)]
        if kind == "map":
            return {next(self._texts): next(self._texts), "apiToken": HIDDEN}
        if kind == "enum":
            return next(iter(node.enum or ()), None)
        if kind in {"integer", "number"}:
            return 1767225600000
        return True if kind == "boolean" else next(self._texts)

    def _object(self, node: Node, level: int) -> dict[str, Any]:
        if level > _LEVELS:
            return {}
        values = {
            name: self.value(field, name, level + 1) for name, field in node.properties.items()
        }
        values[next(self._texts)] = next(self._texts)  # a field that the schema does not have
        values["newPassword"] = HIDDEN
        return values
