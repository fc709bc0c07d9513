"""Entities found by name in the search index, then read from the server."""

from __future__ import annotations

import re
from typing import Any

from dynclient.compat.ometa.crud_mixin import CrudMixin, log
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.gateway import plain
from dynclient.errors import Problem, ResponseInvalid
from dynclient.operations import Operation, Parameter

_PARAMETERS = ("fieldName", "fieldValue", "from", "size", "index", "deleted")
_SEARCH = Operation(
    "search", None, "GET", "/v1/search/fieldQuery",
    tuple(Parameter(name, "query") for name in _PARAMETERS), result_kind="object",
)  # fmt: skip


class SearchMixin(CrudMixin):
    """The official client's method that finds entities by a pattern of their name."""

    def es_search_from_fqn(
        self,
        entity_type: type,
        fqn_search_string: Any,
        from_count: int = 0,
        size: int = 10,
        fields: str | None = None,
    ) -> list[Any] | None:
        """Return the entities whose fully qualified name matches a pattern, or None.

        Args:
            entity_type: the entity class.
            fqn_search_string: ``service.*.schema.table``; an asterisk matches any text.
            from_count: number of hits to skip.
            size: maximum number of hits.
            fields: fields to return in addition to the default ones, separated by commas.

        Raises:
            ResponseInvalid: the response is not that of a search.
        """
        pattern = str(plain(fqn_search_string))
        kind = self.gateway.spec(entity_type).entity.name
        index = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", kind).lower() + "_search_index"
        values = ("fullyQualifiedName", pattern, from_count, size, index, "false")
        arguments = {name: str(value) for name, value in zip(_PARAMETERS, values, strict=True)}
        try:
            body = self.gateway.call(_SEARCH, arguments)
        except APIError as error:
            log().warning("the search for %s failed: %s", pattern, error.message)
            return None
        try:
            names = [hit["_source"].get("fullyQualifiedName") for hit in body["hits"]["hits"]]
        except (AttributeError, KeyError, TypeError):
            message = "must be the hits of a search; check the host, and whether a proxy responds"
            problem = Problem("hits.hits", None, "type", message)
            raise ResponseInvalid(what="the response to the search", problems=[problem]) from None
        chosen = fields.split(",") if fields else None
        read = (self.get_by_name(entity_type, name, chosen) for name in names if name)
        return [found for found in read if found is not None] or None
