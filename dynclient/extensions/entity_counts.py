"""``om.counts()``: how many entities of the usual types a server has, by one request."""

from __future__ import annotations

import re
from typing import Any

from dynclient import model
from dynclient.errors import UnknownCollection
from dynclient.extensions.base import Extension
from dynclient.operations.catalogue import Catalogue

_SUFFIX = "Count"
_WORD = re.compile(r"[a-z0-9]+")


class EntityCounts(Extension):
    """The numbers of entities of a server: ``om.counts()``."""

    name = "entity_counts"
    operations = "entity_counts"

    def counts(self) -> dict[str, int]:
        """Return how many entities there are of each type that servers count in one request.

        Deleted entities do not count. ``len(om.pipelines)`` counts those of any other type.

        Returns:
            Numbers by the name of the collection, the largest first; ``services`` are all services.

        Raises:
            Unauthorized: the client has no token, or one that is not accepted.
        """
        found: dict[str, Any] = model.json_of(self.call("counts"))
        named = {
            _collection(self.session.catalogue, name.removesuffix(_SUFFIX)): value
            for name, value in found.items()
            if name.endswith(_SUFFIX) and isinstance(value, int)
        }
        return dict(sorted(named.items(), key=lambda each: (-each[1], each[0])))


def _collection(catalogue: Catalogue, name: str) -> str:
    """Return the collection of a name; servers call containers ``storageContainer``.

    A name that does not end with that of an entity type is returned as it is.
    """
    rest = name
    while rest:
        try:
            return catalogue.find(rest).attribute
        except UnknownCollection:
            rest = _WORD.sub("", rest, count=1)
            rest = f"{rest[:1].lower()}{rest[1:]}"
    return name
