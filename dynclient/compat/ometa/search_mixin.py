"""The search index asked for names; what it finds is read from the server itself."""

from __future__ import annotations

import re
from typing import Any

from dynclient.compat.ometa.crud_mixin import CrudMixin, log
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.gateway import plain
from dynclient.operations import Operation, Parameter

_ASKED = ("fieldName", "fieldValue", "from", "size", "index", "deleted")
_SEARCH = Operation(
    "search", None, "GET", "/v1/search/fieldQuery",
    tuple(Parameter(name, "query") for name in _ASKED),
)  # fmt: skip


class SearchMixin(CrudMixin):
    """The method of the official client that finds entities by a pattern of their name."""

    def es_search_from_fqn(
        self,
        entity_type: type,
        fqn_search_string: Any,
        from_count: int = 0,
        size: int = 10,
        fields: str | None = None,
    ) -> list[Any] | None:
        """Return the entities whose fully qualified name fits; None where there is none.

        Args:
            entity_type: their class.
            fqn_search_string: ``service.*.schema.table``; an asterisk stands for anything.
            from_count: how many to skip.
            size: how many at most.
            fields: fields beyond the usual ones, joined by commas.
        """
        wanted = str(plain(fqn_search_string))
        kind = self.gateway.spec(entity_type).entity.name
        index = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind).lower() + "_search_index"
        values = ("fullyQualifiedName", wanted, from_count, size, index, "false")
        asked = {name: str(value) for name, value in zip(_ASKED, values, strict=True)}
        try:
            answer = self.gateway.call(_SEARCH, asked) or {}
        except APIError as error:
            log().warning("nothing was searched for %s: %s", wanted, error.message)
            return None
        hits = (answer.get("hits") or {}).get("hits") or ()
        names = [(hit.get("_source") or {}).get("fullyQualifiedName") for hit in hits]
        chosen = fields.split(",") if fields else None
        read = (self.get_by_name(entity_type, name, chosen) for name in names if name)
        return [found for found in read if found is not None] or None
