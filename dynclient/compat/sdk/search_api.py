"""``metadata.sdk.api.search``: the search index."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

from dynclient.compat.ometa.gateway import plain
from dynclient.compat.sdk.async_variants import in_thread, with_async_variants
from dynclient.compat.sdk.default_client import UsesClient
from dynclient.compat.sdk.identifiers import listed
from dynclient.compat.sdk.script_release import find_collection
from dynclient.data import data_file
from dynclient.errors import BadArguments, Problem, UsageError
from dynclient.schema.versions import Period
from dynclient.suggestions import did_you_mean, nearest
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from collections.abc import Mapping

_INDEX = "table_search_index"
_NAME = "name"
_BODY = {"query", "size", "from", "sort", "index", "_source", "post_filter", "track_total_hits"}
"""What a request of Elasticsearch may contain that servers take in a URL."""


@with_async_variants("search", "suggest", "aggregate", "search_advanced", "reindex", "reindex_all")
@public_calls
class Search(UsesClient):
    """Search at the server of the process; each method has a coroutine with ``_async``."""

    @classmethod
    def search(
        cls,
        query: str,
        index: str | None = None,
        from_: int = 0,
        size: int = 10,
        sort_field: str | None = None,
        sort_order: str | None = None,
        filters: Mapping[str, Any] | None = None,
        include_aggregations: bool = True,
    ) -> dict[str, Any]:
        """Search the index, and return the answer of the search engine as JSON.

        Args:
            query: a query string, ``"orders"`` or ``"name:orders"``.
            index: the index, ``table_search_index``; all by default.
            from_: the number of hits to skip.
            size: the number of hits to return.
            sort_field: the field to sort by, ``name.keyword``.
            sort_order: ``asc`` or ``desc``.
            filters: parameters of the REST API (``deleted``, ``query_filter``), or values that
                fields of the index must have (``{"serviceType": "Mysql"}``).
            include_aggregations: False to leave the aggregations out.
        """
        search = cls._extension()
        known = {parameter.name for parameter in search.operation("query").parameters}
        arguments: dict[str, Any] = {
            "q": query,
            "index": index,
            "from": from_,
            "size": size,
            "sort_field": sort_field,
            "sort_order": sort_order,
        }
        terms = {}
        for name, value in (filters or {}).items():
            if name in known:
                arguments[name] = json.dumps(value) if isinstance(value, dict) else plain(value)
            else:
                terms[name] = [plain(each) for each in listed(value)]
        if terms:
            arguments["query_filter"] = _with_terms(arguments.get("query_filter"), terms)
        found = cls._query(arguments)
        if not include_aggregations:
            found.pop("aggregations", None)
        return found

    @classmethod
    def suggest(cls, query: str, field: str | None = None, size: int = 5) -> list[str]:
        """Return the names of entities with a word that begins with a text, the best first.

        Args:
            query: the beginning of a word, ``"cust"``.
            field: the field whose values are returned; ``name`` by default.
            size: the largest number of names.
        """
        search = cls._extension()
        hits = cls._get_client().gateway.native(lambda: search.suggest(query, limit=size))
        values = [getattr(hit, field or _NAME, None) for hit in hits]
        return list(dict.fromkeys(str(value) for value in values if value is not None))

    @classmethod
    def aggregate(
        cls, query: str, index: str | None = None, field: str | None = None
    ) -> dict[str, Any]:
        """Return how many entities have each value of a field, as JSON with ``aggregations``.

        Args:
            query: a query string.
            index: the index; ``table_search_index`` by default.
            field: the field, ``owners.displayName.keyword``; None for those of the index.
        """
        chosen = index or _INDEX
        if field is None:
            return cls._query({"q": query, "index": chosen, "size": 0})
        search, gateway = cls._extension(), cls._get_client().gateway
        since = data_file("search_index.json")["json_aggregates"]
        if Period(since).includes(gateway.release.version):
            query = json.dumps({"query": {"query_string": {"query": query}}})
        arguments = {"index": chosen, "field": field, "q": query}
        found: dict[str, Any] = gateway.call(search.operation("aggregate"), arguments)
        return found

    @classmethod
    def search_advanced(cls, search_request: Mapping[str, Any]) -> dict[str, Any]:
        """Search with a request of Elasticsearch, and return its answer as JSON.

        Args:
            search_request: ``query``, ``size``, ``from``, ``sort``, ``index``.

        Raises:
            BadArguments: it has something else, which servers do not take.
        """
        problems = [
            Problem(f"search_request[{name!r}]", name, "argument",
                    f"is not known{did_you_mean(nearest(name, _BODY))}")
            for name in search_request if name not in _BODY
        ]  # fmt: skip
        if problems:
            message = "; ".join(f"{problem.path} {problem.message}" for problem in problems)
            raise BadArguments(f"search_advanced(): {message}", problems=tuple(problems))
        arguments: dict[str, Any] = {"q": "*", "size": search_request.get("size", 10)}
        arguments |= {
            name: search_request[name]
            for name in ("from", "index", "track_total_hits")
            if name in search_request
        }
        if "query" in search_request:
            arguments["query_filter"] = json.dumps({"query": search_request["query"]})
        if "post_filter" in search_request:
            arguments["post_filter"] = json.dumps({"query": search_request["post_filter"]})
        if "_source" in search_request:
            arguments["include_source_fields"] = listed(search_request["_source"])
        arguments |= _order(listed(search_request.get("sort")))
        return cls._query(arguments)

    @classmethod
    def reindex(cls, entity_type: str) -> dict[str, Any]:
        """Start to build the search index again; return what the server says.

        Servers build the index of all types in one run.

        Args:
            entity_type: name of an entity type, which is checked.

        Raises:
            MissingEntityTypeException: there is no such type.
        """
        client = cls._get_client()
        name = find_collection(client.gateway.release, str(plain(entity_type))).entity.name
        return {**cls.reindex_all(), "entityType": name}

    @classmethod
    def reindex_all(cls) -> dict[str, Any]:
        """Start to build the search index again; return what the server says."""
        search, gateway = cls._extension(), cls._get_client().gateway
        run = gateway.native(search.reindex)
        return {"status": "started", "message": str(run)}

    @classmethod
    def builder(cls) -> SearchBuilder:
        """Return a builder of a search."""
        return SearchBuilder()

    @classmethod
    def _extension(cls) -> Any:
        return cls._get_client().gateway.extension("search")

    @classmethod
    def _query(cls, arguments: Mapping[str, Any]) -> dict[str, Any]:
        given = {name: value for name, value in arguments.items() if value is not None}
        found = cls._get_client().gateway.call(cls._extension().operation("query"), given)
        return dict(found or {})


def _with_terms(query_filter: Any, terms: Mapping[str, list[Any]]) -> str:
    """Return a filter that also demands values of fields, as JSON text."""
    must: list[Any] = [{"terms": {name: values}} for name, values in terms.items()]
    if query_filter:
        must.append(json.loads(query_filter)["query"])
    return json.dumps({"query": {"bool": {"must": must}}})


def _order(sort: list[Any]) -> dict[str, Any]:
    """Return the parameters for the order of a request of Elasticsearch: its first field."""
    if not sort:
        return {}
    first = sort[0]
    if isinstance(first, str):
        return {"sort_field": first, "sort_order": "asc"}
    field, order = next(iter(first.items()))
    return {
        "sort_field": field,
        "sort_order": order.get("order", "asc") if isinstance(order, dict) else order,
    }


@public_calls
class SearchBuilder:
    """Builds a search step by step; ``execute()`` sends it."""

    def __init__(self) -> None:
        self._arguments: dict[str, Any] = {}
        self._filters: dict[str, Any] = {}

    def _set(self, name: str, value: Any) -> SearchBuilder:
        self._arguments[name] = value
        return self

    def query(self, query: str) -> SearchBuilder:
        """Set the query string."""
        return self._set("query", query)

    def index(self, index: str) -> SearchBuilder:
        """Set the index, ``table_search_index``."""
        return self._set("index", index)

    def from_(self, from_: int) -> SearchBuilder:
        """Set the number of hits to skip."""
        return self._set("from_", from_)

    def size(self, size: int) -> SearchBuilder:
        """Set the number of hits to return."""
        return self._set("size", size)

    def sort_field(self, field: str) -> SearchBuilder:
        """Set the field to sort by."""
        return self._set("sort_field", field)

    def sort_order(self, order: str) -> SearchBuilder:
        """Set the order: ``asc`` or ``desc``."""
        return self._set("sort_order", order)

    def filter(self, key: str, value: Any) -> SearchBuilder:
        """Add a filter, see :meth:`Search.search`."""
        self._filters[key] = value
        return self

    def include_aggregations(self, include: bool = True) -> SearchBuilder:
        """Set whether aggregations are returned."""
        return self._set("include_aggregations", include)

    def execute(self) -> dict[str, Any]:
        """Search, and return the answer as JSON.

        Raises:
            UsageError: ``query(…)`` was not called.
        """
        if not self._arguments.get("query"):
            raise UsageError("the search has no query; use query('*') to find everything")
        found: dict[str, Any] = Search.search(**self._arguments, filters=self._filters)
        return found

    async def execute_async(self) -> Any:
        """Call :meth:`execute` in a thread."""
        return await in_thread(self.execute)


@runtime_checkable
class RestClientProtocol(Protocol):
    """What a client of requests by path has; for type checkers."""

    def get(self, path: str, data: Mapping[str, Any] | None = None) -> Any:
        """Send a GET request."""

    def post(
        self,
        path: str,
        data: Mapping[str, Any] | None = None,
        json: dict[str, Any] | None = None,
    ) -> Any:
        """Send a POST request."""
