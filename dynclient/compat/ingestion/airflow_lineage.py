"""``metadata.ingestion.source.pipeline.airflow.lineage_parser``: inlets and outlets of DAGs."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from typing import Any


@dataclass(kw_only=True)
class OMEntity:
    """An entity that a task reads or writes.

    Attributes:
        entity: class of the entity: ``Table``.
        fqn: its fully qualified name.
        key: inlets and outlets with the same key are connected.
    """

    entity: type
    fqn: str
    key: str = "default"

    def serialize(self) -> str:
        """Return the entity as JSON, with the path of its class."""
        path = f"{self.entity.__module__}.{self.entity.__name__}"
        return json.dumps({"entity": path, "fqn": self.fqn, "key": self.key})

    def __str__(self) -> str:
        return self.serialize()


def parse_xlets(xlet: list[Any]) -> dict[str, list[OMEntity]]:
    """Return the entities of a list of inlets or outlets by their key; other items are left out."""
    found: defaultdict[str, list[OMEntity]] = defaultdict(list)
    for item in xlet:
        if isinstance(item, OMEntity):
            found[item.key].append(item)
    return found
