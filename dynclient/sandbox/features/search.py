"""Search over the stored entities, with responses in the format of Elasticsearch.

There is no index besides the store: new entities are found at once. Ranks are the sandbox's own (an
equal name, then a prefix, then a part of the name), since those of a search engine depend on
everything it has indexed.
"""

from __future__ import annotations

import fnmatch
import json
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import search_query
from dynclient.sandbox.features.request_parameters import query_int
from dynclient.sandbox.features.search_documents import Documents
from dynclient.sandbox.http_errors import (
    ErrorResponse,
    UnhandledServerError,
    bad_request,
    error_response,
)
from dynclient.sandbox.json_codec import loads
from dynclient.sandbox.routing import Request, Result, Route, Routes
from dynclient.sandbox.storage.store import Condition

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModels
    from dynclient.sandbox.storage.store import Row

NEEDS = ("type/entityReference.json",)

MAX_WINDOW = 10_000
"""The largest offset plus size of a search."""
_SIZE = 10
_DEFAULT_INDEX = "table_search_index"
_SCORE = "_score"
_MISSING = 2**31
"""The sort value of an integer that is missing, and one less than it in ascending order."""

_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")


class Search:
    """The handlers of searches."""

    def __init__(self, models: EntityModels, types: Sequence[str]) -> None:
        self._models = models
        table = models.rules.table("search_indexes")
        excluded = table["apart"]
        self._types = {
            type: table["names"].get(type, f"{_WORD.sub('_', type).lower()}_search_index")
            for type in types
            if type not in excluded
        }
        assets = [type for type in table["assets"] if type in self._types]
        self._groups: dict[str, list[str]] = {}
        for type, index in self._types.items():
            self._groups.setdefault(index, []).append(type)
        if table["aliases"]:
            self._groups["all"] = list(self._types)
        if table["aliases"] == "types":
            self._groups |= {type: [type] for type in self._types}
            self._groups["dataAsset"] = assets
        self._documents = Documents(models)

    # requests

    def query(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET search/query``."""
        query = request.query
        types = self._searched_types(query)
        start, size = _query_number(query, "from", 0), _query_number(query, "size", _SIZE)
        if start + size > MAX_WINDOW:
            raise _search_error()
        text = query.get("q") or "*"
        try:
            asked = search_query.parse_query_string(text)
            words = search_query.free_words(text)
        except search_query.InvalidQuery:
            raise _search_error() from None
        filtered, after = _filter(query, "query_filter"), _filter(query, "post_filter")
        condition = search_query.join("and", [asked, filtered])
        deleted = query.get("deleted", "false").lower() == "true"
        where = self._build_condition(types, condition, deleted=deleted)
        sort = query.get("sort_field") or _SCORE
        order = "asc" if query.get("sort_order", "desc").lower() == "asc" else "desc"
        by = _rank_sql(words) if sort == _SCORE else self._sort_sql(types, sort, order)
        found = search_query.join("and", [where, after])
        page = search_query.join("and", [found, self._search_after(query, by, order)])
        rows = context.tx.ranked_page(page, by, order, size, start)
        hits = [self._build_hit(context, row, request, rank, sort) for row, rank in rows]
        if len(types) == 1:
            for hit, (row, _) in zip(hits, rows, strict=True):
                highlighted = self._documents.highlight(row, words)
                if highlighted:
                    hit["highlight"] = highlighted
        body = self._response_body(types, context.tx.count(*found), hits)
        body["aggregations"] = self._count_facets(context, types, query.get("index", ""), where)
        return Result(200, body)

    def _sort_sql(self, types: Sequence[str], field: str, order: str) -> Condition:
        """Return the SQL of a field to sort by; raise the error of a field that no index has."""
        plain = field.removesuffix(".keyword")
        if plain in search_query.COLUMNS:
            return Condition(search_query.COLUMNS[plain])
        first = plain.partition(".")[0]
        if any(first in self._models[type].fields for type in types):
            path = ".".join(f'"{_word_characters(step)}"' for step in plain.split("."))
            return Condition("json_extract(e.doc, ?)", (f"$.{path}",))
        if self._models.rules.flag("unmapped_sort_fails"):
            raise _search_error()
        # The engine takes a field without a mapping for an integer that every entity lacks.
        return Condition(str(-_MISSING if order == "desc" else _MISSING - 1))

    def _search_after(self, query: Mapping[str, str], by: Condition, order: str) -> Condition:
        """Return the condition of entities beyond the one that ``search_after`` names."""
        value = query.get("search_after")
        if not value or not self._models.rules.flag("search_after"):
            return search_query.ALL
        sign = ">" if order == "asc" else "<"
        return Condition(f"({by.sql}) {sign} ?", (*by.values, value))

    def field_query(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET search/fieldQuery``: entities in which a field has a value."""
        types = self._searched_types(request.query)
        field, value = request.query.get("fieldName", ""), request.query.get("fieldValue", "")
        wild = {"wildcard": {field: value}}
        where = self._build_condition(types, search_query.parse_filter(wild), deleted=False)
        rows = context.tx.ranked_page(where, Condition("1.0"), "desc", _SIZE, 0)
        hits = [self._build_hit(context, row, request, rank) for row, rank in rows]
        return Result(200, self._response_body(types, context.tx.count(*where), hits))

    def source_url(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET search/sourceUrl``: entities of all types that come from an address."""
        types = list(self._types)
        url = request.query.get("sourceUrl", "")
        where = self._build_condition(
            types, search_query.parse_filter({"term": {"sourceUrl": url}}), deleted=False
        )
        rows = context.tx.ranked_page(where, Condition("1.0"), "desc", _SIZE, 0)
        hits = [self._build_hit(context, row, request, rank) for row, rank in rows]
        return Result(200, self._response_body(types, context.tx.count(*where), hits))

    def document(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET search/get/{index}/doc/{id}``."""
        types = self._searched_types(request.path)
        row = context.tx.get(request.path["id"])
        if row is None or row.type not in types:
            raise error_response(404, "Document not found.")
        return Result(200, {
            "_index": self._types[row.type], "_id": row.id, "_version": 1, "_seq_no": 0,
            "_primary_term": 1, "found": True, "_source": self._documents.build(context, row),
        })  # fmt: skip

    def suggest(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET search/suggest``: entities whose name has a prefix."""
        types = self._searched_types(request.query)
        text = request.query.get("q", "")
        known = self._models.rules.table("suggestion_fields")["*"]
        if request.query.get("field", "suggest") not in known:
            raise _search_error()
        starts = search_query.parse_filter({"prefix": {"displayName": text}})
        where = self._build_condition(types, starts, deleted=False)
        size = _query_number(request.query, "size", _SIZE)
        rows = context.tx.ranked_page(where, Condition("1.0"), "desc", size, 0)
        options = [
            {"text": row.display or row.name, **self._build_hit(context, row, request, rank)}
            for row, rank in rows
        ]
        if self._models.rules.flag("suggestion_contexts"):
            for option in options:
                option["contexts"] = {"deleted": ["false"]}
        suggestion = {"text": text, "offset": 0, "length": len(text), "options": options}
        return Result(200, {"suggest": {"metadata-suggest": [suggestion]}})

    def aggregate(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET search/aggregate``: the values of one field with their counts."""
        types = self._searched_types(request.query)
        field = request.query.get("field")
        if not field:
            raise bad_request("[query param field must not be null]")
        try:
            condition = self._aggregated(request.query.get("q", "*"))
        except search_query.InvalidQuery:
            raise _search_error() from None
        where = self._build_condition(types, condition, deleted=False)
        body = self._response_body(types, context.tx.count(*where), [])
        body["aggregations"] = {f"sterms#{field}": self._count_values(context, field, where)}
        return Result(200, body)

    def _aggregated(self, text: str) -> Condition:
        """Return the condition of ``q`` of an aggregation: a query string, or a query in JSON."""
        if not self._models.rules.flag("aggregate_by_json"):
            return search_query.parse_query_string(text or "*")
        if not text:
            raise UnhandledServerError("Expected [START_OBJECT] but found [null]")
        try:
            clause = loads(text)
        except ValueError:
            message = (
                f"Unexpected character ('{text[0]}' (code {ord(text[0])})): expected a valid value"
                " (JSON String, Number, Array, Object or token 'null', 'true' or 'false')"
            )
            raise ErrorResponse(400, message) from None
        return search_query.parse_filter(clause)

    def _searched_types(self, parameters: Mapping[str, str]) -> list[str]:
        """Return the entity types of an index, or of several separated by commas."""
        names = (parameters.get("index") or _DEFAULT_INDEX).split(",")
        for name in names:
            if name not in self._groups:
                raise UnhandledServerError(
                    "Elasticsearch exception [type=index_not_found_exception, reason=no such index"
                    f" [{name}]]"
                )
        return list(dict.fromkeys(type for name in names for type in self._groups[name]))

    @staticmethod
    def _build_condition(types: Sequence[str], condition: Condition, *, deleted: bool) -> Condition:
        marks = ",".join("?" * len(types))
        of_types = Condition(f"e.type in ({marks})", tuple(types))
        state = Condition("e.deleted = ?", (int(deleted),))
        return search_query.join("and", [of_types, state, condition])

    # responses

    def _response_body(
        self, types: Sequence[str], total: int, hits: list[dict[str, Any]]
    ) -> dict[str, Any]:
        shards = len({self._types[type] for type in types})
        scores = [hit["_score"] for hit in hits if hit["_score"] is not None]
        return {
            "took": 1,
            "timed_out": False,
            "_shards": {"total": shards, "successful": shards, "skipped": 0, "failed": 0},
            "hits": {
                "total": {"value": total, "relation": "eq"},
                "max_score": max(scores, default=None),
                "hits": hits,
            },
        }

    def _build_hit(
        self, context: RequestContext, row: Row, request: Request, rank: Any, sort: str = _SCORE
    ) -> dict[str, Any]:
        by_field = sort != _SCORE
        hit: dict[str, Any] = {
            "_index": self._types[row.type],
            "_id": row.id,
            "_score": None if by_field else float(rank),
        }
        if request.query.get("fetch_source", "true").lower() == "true":
            source = self._documents.build(context, row)
            selected = [
                value for name, value in request.query_pairs if name == "include_source_fields"
            ]
            hit["_source"] = {
                name: value for name, value in source.items()
                if not selected or any(fnmatch.fnmatchcase(name, one) for one in selected)
            }  # fmt: skip
        if by_field:
            # Times are in ms, but the index takes them for seconds.
            hit["sort"] = [rank * 1000 if sort == "updatedAt" else rank]
        return hit

    # facets

    def _count_facets(
        self, context: RequestContext, types: Sequence[str], index: str, where: Condition
    ) -> dict[str, Any]:
        table = context.rules.table("search_facets")
        fields = table.get(types[0] if len(types) == 1 else index, table["*"])
        only = context.rules.table("search_facet_types")
        out = {}
        for field in fields:
            limit = search_query.ALL
            if field in only:
                named = ", ".join(f"'{_word_characters(type)}'" for type in only[field])
                limit = Condition(f"e.type in ({named})")
            counted = search_query.join("and", [where, limit])
            out[f"sterms#{field}"] = self._count_values(context, field, counted)
        return out

    def _count_values(
        self, context: RequestContext, field: str, where: Condition
    ) -> dict[str, Any]:
        plain = field.removesuffix(".keyword")
        buckets = context.tx.top_values(where, *_values_sql(plain)) if field != _COUNT else []
        if field == _COUNT:
            rows = context.tx.top_values(where, "e.type", "")
            buckets = [(self._types[str(type)], count) for type, count in rows]
            buckets.sort(key=lambda bucket: (-bucket[1], bucket[0]))
        lower = context.rules.flag("search_lower") and field not in {_COUNT, "entityType"}
        return {
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": 0,
            "buckets": [
                {"key": str(key).lower() if lower else key, "doc_count": count}
                for key, count in buckets
            ],
        }


_COUNT = "index_count"
_NAMES_OF_MEMBERS = {"columnNames": "columns"}
"""Fields of search documents that list the names of members, by the list of these."""


def _values_sql(field: str) -> tuple[str, str]:
    """Return the SQL expression of a field's values, and the joins that it needs."""
    if field in _NAMES_OF_MEMBERS:
        return _member_names_sql(_NAMES_OF_MEMBERS[field])
    path = field.split(".")
    if field in search_query.COLUMNS:
        return search_query.COLUMNS[field], ""
    if path[-1] == "tagFQN":
        tier = "like" if path[0] == "tier" else "not like"
        return "l.tag", f"join labels l on l.source = e.id and l.tag {tier} 'Tier.%'"
    if len(path) > 1 and path[-1] in {"name", "displayName"} and path[0] != "columns":
        column = "coalesce(t.display, t.name)" if path[-1] == "displayName" else "t.name"
        condition = f"r.field = '{_word_characters(path[0])}'"
        joined = (
            f"join refs r on r.source = e.id and {condition} join entities t on t.id = r.target"
        )
        return column, joined
    if len(path) > 1:
        below = f"json_tree(e.doc, '$.{_word_characters(path[0])}') j"
        condition = f"j.key = '{_word_characters(path[-1])}' and j.path not like '%].%'"
        return "j.atom", f"join {below} on {condition}"
    return f"json_extract(e.doc, '$.{_word_characters(field)}')", ""


def _member_names_sql(field: str) -> tuple[str, str]:
    """Return the SQL of the names of members, nested ones after the name of the one above."""
    holder = "rtrim(j.path, '0123456789[]')"
    above = f"rtrim(rtrim({holder}, 'children'), '.') || '.name'"
    value = (
        f"case {holder} when '$.{field}' then j.atom"
        f" else json_extract(e.doc, {above}) || '.' || j.atom end"
    )
    listed = f"({holder} = '$.{field}' or {holder} like '%.children')"
    return value, f"join json_tree(e.doc, '$.{field}') j on j.key = 'name' and {listed}"


def _word_characters(step: str) -> str:
    """Return a step of a field's path that is safe in SQL: its word characters."""
    return re.sub(r"\W", "", step)


def _rank_sql(words: Sequence[str]) -> Condition:
    """Return the SQL of an entity's rank: how similar its name is to the words."""
    if not words:
        return Condition("1.0")
    parts, values = [], []
    for word in words:
        text = word.strip("*")
        parts.append(
            "case when e.name = ? collate nocase or e.fqn = ? collate nocase then 100.0"
            " when instr(lower(e.name), lower(?)) = 1 then 10.0"
            " when instr(lower(e.name), lower(?)) then 5.0 else 1.0 end"
        )
        values += [text] * 4
    return Condition(" + ".join(parts), tuple(values))


def _query_number(query: Mapping[str, str], name: str, default: int) -> int:
    number = query_int(query, name, default)
    if number < 0:
        raise _search_error(f"[{name}] parameter cannot be negative, found [{number}]")
    return number


def _filter(query: Mapping[str, str], name: str) -> Condition:
    """Return the condition of a filter; servers ignore one that they cannot parse."""
    text = query.get(name)
    if not text:
        return search_query.ALL
    try:
        body = json.loads(text)
        return search_query.parse_filter(body["query"])
    except search_query.UnsupportedFilter as error:
        raise _search_error(str(error)) from None
    except (ValueError, LookupError, TypeError, search_query.InvalidQuery):
        return search_query.ALL


def _search_error(reason: str = "all shards failed") -> UnhandledServerError:
    return UnhandledServerError(
        f"Elasticsearch exception [type=search_phase_execution_exception, reason={reason}]"
    )


_QUERY = ("q", "index", "deleted", "from", "size", "sort_field", "sort_order", "track_total_hits",
          "query_filter", "post_filter", "fetch_source", "include_source_fields",
          "search_after")  # fmt: skip


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes that ``search_routes`` of the rules lists for the release."""
    search = Search(models, list(where))
    by_field = ("fieldName", "fieldValue", "index")
    routes_by_name = {
        # handler, path, id in the OpenAPI document, query parameters
        "query": (search.query, "/query", "searchEntitiesWithQuery", _QUERY),
        "suggest": (
            search.suggest, "/suggest", "getSuggestedEntities", ("q", "index", "field", "size")
        ),
        "aggregate": (
            search.aggregate, "/aggregate", "getAggregateFields", ("index", "field", "q")
        ),
        "field_query": (
            search.field_query, "/fieldQuery", "searchEntitiesWithSpecificFieldAndValue", by_field
        ),
        "source_url": (
            search.source_url, "/sourceUrl", "searchEntitiesWithSourceUrl", ("sourceUrl",)
        ),
        "document": (
            search.document, "/get/{index}/doc/{id}", "searchEntityInEsIndexWithId", ()
        ),
    }  # fmt: skip
    for name in models.rules.table("search_routes")["*"]:
        handler, tail, operation, query = routes_by_name[name]
        routes.add("GET", f"/v1/search{tail}", Route(handler, operation=operation, query=query))
