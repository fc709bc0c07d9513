"""The official client's methods that find entities in the search index, see ``om.search``."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import quote

from dynclient.compat.ometa.crud_mixin import CrudMixin, log
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.gateway import plain

if TYPE_CHECKING:
    from dynclient.extensions.search import Search
    from dynclient.extensions.search_hits import Hit


_DEFINITIONS = ("schemaDefinition", "viewDefinition")
"""Fields with the definition of a view: today's, and that of releases before it."""
_PLACES = ("database", "databaseSchema")


class TableView(NamedTuple):
    """The definition of a view, as ``yield_es_view_def`` yields it."""

    table_name: str
    db_name: str
    schema_name: str
    view_definition: str


class SearchMixin(CrudMixin):
    """The official client's methods that search.

    ``es_search_*`` return None if a search fails, after a log entry; the others raise APIError, so
    that a search that fails is not one without hits.
    """

    @property
    def _search(self) -> Search:
        found: Search = self.gateway.extension("search")
        return found

    def _kind(self, entity: Any) -> str:
        return self.gateway.spec(entity).entity.name

    def es_search_from_fqn(
        self,
        entity_type: type,
        fqn_search_string: Any,
        from_count: int = 0,
        size: int = 10,
        fields: Any = None,
    ) -> list[Any] | None:
        """Return the entities whose fully qualified name matches a pattern, or None.

        Args:
            entity_type: the entity class.
            fqn_search_string: ``service.*.schema.table``; an asterisk matches any text.
            from_count: number of hits to skip.
            size: maximum number of hits.
            fields: fields to return in addition to the default ones: a list, or one text separated
                by commas.

        Raises:
            ResponseInvalid: the response is not that of a search.
        """
        field = "fullyQualifiedName"
        return self._find_by_field(entity_type, field, fqn_search_string, from_count, size, fields)

    def es_search_from_alias(
        self,
        entity_type: type,
        alias_fqn: Any,
        from_count: int = 0,
        size: int = 10,
        fields: Any = None,
    ) -> list[Any] | None:
        """Return the entities with an alias that matches; see :meth:`es_search_from_fqn`."""
        field = "aliases.keyword"
        return self._find_by_field(entity_type, field, alias_fqn, from_count, size, fields)

    def es_search_container_by_path(
        self, full_path: Any, from_count: int = 0, size: int = 10, fields: Any = None
    ) -> list[Any] | None:
        """Return the containers with a path that matches; see :meth:`es_search_from_fqn`."""
        from dynclient.compat.ometa import schema_classes

        entity = self.gateway.spec("container").entity
        cls = schema_classes.class_at(self.gateway.release, entity.path)
        return self._find_by_field(cls, "fullPath", full_path, from_count, size, fields)

    def _find_by_field(
        self, cls: type, field: str, pattern: Any, start: int, size: int, fields: Any
    ) -> list[Any] | None:
        search = self._search
        index, text = search.index_of(self._kind(cls)), str(plain(pattern))
        try:
            hits = self.gateway.native(lambda: search.field_hits(index, field, text, start, size))
        except APIError as error:
            log().warning("the search for %s failed: %s", text, error.message)
            return None
        return list(self._read_hits(cls, hits, fields)) or None

    def _read_hits(self, cls: type, hits: Iterable[Hit], fields: Any) -> Iterator[Any]:
        """Yield the entities of hits; those that were deleted since are left out."""
        chosen = fields.split(",") if isinstance(fields, str) else fields or None
        for hit in hits:
            if hit.fullyQualifiedName:
                found = self.get_by_name(cls, hit.fullyQualifiedName, chosen)
                if found is not None:
                    yield found

    def search_in_any_service(
        self, entity_type: type, fqn_search_string: Any, fetch_multiple_entities: bool = False
    ) -> Any:
        """Return the first entity whose name matches a pattern, or None.

        Args:
            entity_type: the entity class.
            fqn_search_string: as for :meth:`es_search_from_fqn`.
            fetch_multiple_entities: return the list of all of them.
        """
        found = self.es_search_from_fqn(entity_type, fqn_search_string)
        return found if fetch_multiple_entities or not found else found[0]

    def get_entity_from_es(self, entity: type, query_string: str, fields: Any = None) -> Any:
        """Return the first entity of a search, or None; see :meth:`yield_entities_from_es`."""
        return next(self.yield_entities_from_es(entity, query_string, fields), None)

    def yield_entities_from_es(
        self, entity: type, query_string: str, fields: Any = None
    ) -> Iterator[Any]:
        """Yield the entities of a search.

        Args:
            entity: the entity class.
            query_string: path and query of the search, ``/search/query?q=…&index=…``.
            fields: fields to return in addition to the default ones.

        Raises:
            APIError: the search failed.
        """
        response = self.client.get(query_string)  # type: ignore[attr-defined]
        yield from self._read_hits(entity, self._search.hits_of(response), fields)

    def paginate_es(
        self,
        entity: type,
        query_filter: str | None = None,
        size: int = 100,
        search_query: Any = "",
        fields: Any = None,
        sort_field: str = "fullyQualifiedName",
        sort_order: str = "desc",
    ) -> Iterator[Any]:
        """Yield all entities of a search, page by page.

        Args:
            entity: the entity class.
            query_filter: a query of Elasticsearch as JSON.
            size: ignored; the pages are those of ``om.search``.
            search_query: a query string of Elasticsearch; or the fields, which are in this place
                before 1.9.
            fields: fields to return in addition to the default ones.
            sort_field: the field to sort by.
            sort_order: ``asc`` or ``desc``.

        Raises:
            APIError: the search failed.
        """
        del size
        if search_query is None or isinstance(search_query, (list, tuple)):
            search_query, fields = "", search_query or fields
        sign = "-" if str(plain(sort_order)).lower() == "desc" else ""
        hits = self._search_raw(
            self._kind(entity), query_filter, search_query, sort=f"{sign}{sort_field}"
        )
        yield from self._read_hits(entity, self._official(hits), fields)

    def _search_raw(
        self, kind: str, query_filter: Any, search_query: str = "", **options: Any
    ) -> Iterable[Hit]:
        """Return the hits of queries in the languages of Elasticsearch."""
        search = self._search
        if search_query.strip("* "):
            words = {"query_string": {"query": search_query}}
            options["raw"] = [query_filter, words] if query_filter else words
        else:
            options["raw"] = query_filter or None
        found: Iterable[Hit] = self.gateway.native(lambda: search(types=kind, **options))
        return found

    def _official(self, hits: Iterable[Hit]) -> Iterator[Hit]:
        """Yield hits; errors are raised as official ones."""
        remaining = iter(hits)
        while (hit := self.gateway.native(lambda: next(remaining, None))) is not None:
            yield hit

    def yield_es_view_def(
        self, service_name: str, incremental: bool = False
    ) -> Iterator[TableView]:
        """Yield the definitions of the views of a service.

        Args:
            service_name: the service.
            incremental: leave out the views whose lineage was built already.

        Raises:
            APIError: the search failed.
        """
        done = {"bool": {"must_not": [{"term": {"processedLineage": True}}]}}
        hits = self._search_raw(
            self._kind("table"),
            done if incremental else None,
            where={"service": plain(service_name), _DEFINITIONS[0]: "*"},
            fields=(*_DEFINITIONS, *_PLACES),
        )
        for hit in self._official(hits):
            database, schema = ((hit.get(name) or {}).get("name") or "" for name in _PLACES)
            text = next((hit[name] for name in _DEFINITIONS if hit.get(name)), "")
            yield TableView(hit.name, database, schema, text)

    def get_query_with_lineage_filter(self, service_name: str) -> str:
        """Return the filter of the queries whose lineage was built, quoted for a URL."""
        return quote(json.dumps({"query": _processed(service_name)}))

    def es_get_queries_with_lineage(self, service_name: str) -> set[str]:
        """Return the checksums of the queries of a service whose lineage was built.

        Raises:
            APIError: the search failed.
        """
        return self._checksums(_processed(service_name))

    def es_get_lineage_processed_queries(
        self, service_name: str, checksums: Iterable[str]
    ) -> set[str]:
        """Return those of some checksums whose queries have their lineage built already.

        Args:
            service_name: the service of the queries.
            checksums: the checksums.

        Raises:
            APIError: the search failed.
        """
        return self._checksums(_processed(service_name)) & set(checksums)

    def _checksums(self, query: dict[str, Any]) -> set[str]:
        hits = self._official(self._search_raw(self._kind("query"), query, fields=("checksum",)))
        return {str(hit["checksum"]) for hit in hits if "checksum" in hit}

    def es_get_upstream_entity_ids(self, entity: type, entity_ids: Iterable[Any]) -> set[str]:
        """Return the ids of those of some entities that have upstream lineage.

        The lineage itself is read, one request for each entity, since not all releases index it.

        Args:
            entity: the entity class.
            entity_ids: ids of entities.

        Raises:
            APIError: the lineage of an entity could not be read.
        """
        lineage, kind = self.gateway.extension("lineage"), self._kind(entity)
        asked = {"upstreamDepth": 1, "downstreamDepth": 0}
        found = set()
        for one in map(str, map(plain, entity_ids)):
            path = {"type": kind, "id": one, **asked}
            answer = self.gateway.native(partial(lineage.call, "get", path))
            if answer.upstreamEdges:
                found.add(one)
        return found

    def is_reindex_app_running(self) -> bool:
        """Return whether the search index is being built."""
        search = self._search
        return bool(self.gateway.native(search.is_reindexing))

    def email_search_query_es(self, entity: type) -> str:
        """Return a template of a search by address: ``.format(email=…, from_=…, size=…)``."""
        index = self._search.index_of(self._kind(entity))
        page = "from={from_}&size={size}"
        return f"/search/query?q=email.keyword:{{email}}&{page}&index={index}"

    def name_search_query_es(
        self, entity: type, name: str | None = None, from_: int = 0, size: int = 1
    ) -> str:
        """Return the path of a search for entities by name.

        Without a name, it is a template, as before 1.9: ``.format(name=…, from_=…, size=…)``.
        """
        from dynclient.extensions.search_query import query_string

        index, page = self._search.index_of(self._kind(entity)), f"from={from_}&size={size}"
        if name is None:
            words, page = "{name}", "from={from_}&size={size}"
        else:
            words = quote(query_string(str(plain(name))))
        return f"/search/query?q={words}&{page}&index={index}"


def _processed(service_name: str) -> dict[str, Any]:
    """Return the query of the queries of a service whose lineage was built."""
    return {
        "bool": {
            "must": [
                {"term": {"processedLineage": True}},
                {"term": {"service.name.keyword": plain(service_name)}},
            ]
        }
    }
