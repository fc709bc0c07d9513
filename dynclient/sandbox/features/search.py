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

from dynclient.sandbox.entities.names import split
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.entities.serializer import HIDDEN, LOADED
from dynclient.sandbox.entities.tag_labels import members_at, walk_members
from dynclient.sandbox.entities.version_changes import FIRST_VERSION
from dynclient.sandbox.features import search_query
from dynclient.sandbox.features.request_parameters import query_int
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
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.sandbox.storage.store import Row

NEEDS = ("type/entityReference.json",)

MAX_WINDOW = 10_000
"""The largest offset plus size of a search."""
_SIZE = 10
_SUGGEST_FIELDS = (
    "suggest", "column_suggest", "schema_suggest", "database_suggest", "service_suggest",
    "field_suggest", "chart_suggest", "task_suggest",
)  # fmt: skip
"""The fields that an index can complete; the sandbox completes names in any of them."""

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
            self._groups |= {type: [type] for type in self._types}
            self._groups |= {"all": list(self._types), "dataAsset": assets}

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
            condition = search_query.join("and", [
                search_query.parse_query_string(text),
                search_query.parse_filter(_query_json(query, "query_filter")),
            ])  # fmt: skip
            after = search_query.parse_filter(_query_json(query, "post_filter"))
        except search_query.InvalidQuery as error:
            raise _search_error(str(error)) from None
        deleted = query.get("deleted", "false").lower() == "true"
        where = self._build_condition(types, condition, deleted=deleted)
        sort = query.get("sort_field")
        order = "asc" if query.get("sort_order", "desc").lower() == "asc" else "desc"
        by = (
            _rank_sql(search_query.free_words(text))
            if sort in (None, "", "_score")
            else _sort_sql(str(sort))
        )
        rows = context.tx.ranked_page(
            search_query.join("and", [where, after]), by, order, size, start
        )  # fmt: skip
        hits = [
            self._build_hit(context, row, request, rank, sort not in (None, "", "_score"))
            for row, rank in rows
        ]
        total = context.tx.count(*search_query.join("and", [where, after]))
        body = self._response_body(types, total, hits)
        body["aggregations"] = self._count_facets(context, types, query.get("index", ""), where)
        return Result(200, body)

    def field_query(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET search/fieldQuery``: entities in which a field has a value."""
        types = self._searched_types(request.query)
        field, value = request.query.get("fieldName", ""), request.query.get("fieldValue", "")
        wild = {"wildcard": {field: value}}
        where = self._build_condition(types, search_query.parse_filter(wild), deleted=False)
        rows = context.tx.ranked_page(where, Condition("1.0"), "desc", _SIZE, 0)
        hits = [self._build_hit(context, row, request, rank, False) for row, rank in rows]
        return Result(200, self._response_body(types, context.tx.count(*where), hits))

    def source_url(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET search/sourceUrl``: entities of all types that come from an address."""
        types = list(self._types)
        url = request.query.get("sourceUrl", "")
        where = self._build_condition(
            types, search_query.parse_filter({"term": {"sourceUrl": url}}), deleted=False
        )
        rows = context.tx.ranked_page(where, Condition("1.0"), "desc", _SIZE, 0)
        hits = [self._build_hit(context, row, request, rank, False) for row, rank in rows]
        return Result(200, self._response_body(types, context.tx.count(*where), hits))

    def document(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET search/get/{index}/doc/{id}``."""
        types = self._searched_types(request.path)
        row = context.tx.get(request.path["id"])
        if row is None or row.type not in types:
            raise error_response(404, "Document not found.")
        return Result(200, {
            "_index": self._types[row.type], "_id": row.id, "_version": 1, "_seq_no": 0,
            "_primary_term": 1, "found": True, "_source": self._build_document(context, row),
        })  # fmt: skip

    def suggest(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET search/suggest``: entities whose name has a prefix."""
        types = self._searched_types(request.query)
        field = request.query.get("field") or _SUGGEST_FIELDS[0]
        if self._models.rules.flag("suggest_fails") or field not in _SUGGEST_FIELDS:
            raise _search_error()
        text = request.query.get("q", "")
        starts = search_query.parse_filter({"prefix": {"displayName": text}})
        where = self._build_condition(types, starts, deleted=False)
        size = _query_number(request.query, "size", _SIZE)
        rows = context.tx.ranked_page(where, Condition("1.0"), "desc", size, 0)
        options = [
            {"text": row.display or row.name, **self._build_hit(context, row, request, rank, False)}
            for row, rank in rows
        ]
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
        except search_query.InvalidQuery as error:
            raise _search_error(str(error)) from None
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
        names = (parameters.get("index") or next(iter(self._groups), "")).split(",")
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
        self, context: RequestContext, row: Row, request: Request, rank: Any, by_field: bool
    ) -> dict[str, Any]:
        hit: dict[str, Any] = {
            "_index": self._types[row.type],
            "_id": row.id,
            "_score": None if by_field else float(rank),
        }
        if request.query.get("fetch_source", "true").lower() == "true":
            source = self._build_document(context, row)
            selected = [
                value for name, value in request.query_pairs if name == "include_source_fields"
            ]
            hit["_source"] = {
                name: value for name, value in source.items()
                if not selected or any(fnmatch.fnmatchcase(name, one) for one in selected)
            }  # fmt: skip
        if by_field:
            hit["sort"] = [rank]
        return hit

    def _build_document(self, context: RequestContext, row: Row) -> dict[str, Any]:
        """Return the search document of an entity: the entity with fields added for searching."""
        model = self._models[row.type]
        more = context.rules.table("search_documents").get(row.type, {})
        # What was changed since it was created is indexed with more.
        is_new = row.doc["version"] == FIRST_VERSION
        members = LOADED if "after_changes" in more and not is_new else HIDDEN
        entity = context.plain_serializer.serialize(
            model, [row.doc], model.for_update, members=members, own_link=False
        )[0]
        labels = entity.get("tags") or []
        tiers = [label for label in labels if label["tagFQN"].startswith("Tier.")]
        votes = entity.get("votes") or {}
        parts = split(row.fqn)
        out = {
            **entity,
            "displayName": row.display or row.name,
            "entityType": row.type,
            "deleted": row.deleted,
            "followers": [one["id"] for one in entity.get("followers") or ()],
            "tags": [label for label in labels if label not in tiers],
            "tier": tiers[0] if tiers else None,
            "descriptionStatus": "COMPLETE" if _is_described(model, row) else "INCOMPLETE",
            "fqnParts": sorted({
                ".".join(parts[start:end])
                for start in range(len(parts)) for end in range(start + 1, len(parts) + 1)
                if start == 0 or end == len(parts) or end == start + 1
            }),
            "totalVotes": votes.get("upVotes", 0) - votes.get("downVotes", 0),
        }  # fmt: skip
        out = {**more.get("values", {}), **out}
        for name in more.get("after_changes", ()) if is_new else ():
            out.pop(name, None)
        for name, source in more.get("names", {}).items():
            out[name] = _texts(out, source)
        for name, sources in more.get("suggested", {}).items():
            out[name] = [
                {"input": text, "weight": weight}
                for source, weight in sources for text in _texts(out, source)
            ]  # fmt: skip
        return {name: value for name, value in out.items() if name != "changeDescription"}

    # facets

    def _count_facets(
        self, context: RequestContext, types: Sequence[str], index: str, where: Condition
    ) -> dict[str, Any]:
        table = context.rules.table("search_facets")
        fields = table.get(types[0] if len(types) == 1 else index, table["*"])
        return {f"sterms#{field}": self._count_values(context, field, where) for field in fields}

    def _count_values(
        self, context: RequestContext, field: str, where: Condition
    ) -> dict[str, Any]:
        plain = _ALSO_NAMED.get(field, field.removesuffix(".keyword"))
        buckets = context.tx.top_values(where, *_values_sql(plain)) if field != _COUNT else []
        if field == _COUNT:
            rows = context.tx.top_values(where, "e.type", "")
            buckets = [(self._types[str(type)], count) for type, count in rows]
        lower = context.rules.flag("search_lower") and field != _COUNT
        return {
            "doc_count_error_upper_bound": 0,
            "sum_other_doc_count": 0,
            "buckets": [
                {"key": str(key).lower() if lower else key, "doc_count": count}
                for key, count in buckets
            ],
        }


def _is_described(model: EntityModel, row: Row) -> bool:
    """Return whether an entity and all its members have a description."""
    members = [
        member for group in model.members if "description" in group.item.properties
        for member, _ in walk_members(group, members_at(row.doc, group.path))
    ]  # fmt: skip
    return bool(row.description) and all(member.get("description") for member in members)


def _texts(document: dict[str, Any], source: str) -> list[str]:
    """Return the texts in a document that suggestions are made from.

    ``source`` is a field, a field of objects in it (``columns.name``), or a name without its first
    parts (``fullyQualifiedName/1``).
    """
    field, _, skipped = source.partition("/")
    name, _, below = field.partition(".")
    found = document.get(name)
    values = found if isinstance(found, list) else [found]
    texts = [value.get(below) if below and isinstance(value, dict) else value for value in values]
    found_texts = [text for text in texts if isinstance(text, str)]
    if not skipped:
        return found_texts
    return [".".join(split(text)[int(skipped) :]) for text in found_texts]


_COUNT = "index_count"
_ALSO_NAMED = {"columnNames": "columns.name"}
"""Fields of search documents that repeat others."""


def _values_sql(field: str) -> tuple[str, str]:
    """Return the SQL expression of a field's values, and the joins that it needs."""
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


def _word_characters(step: str) -> str:
    """Return a step of a field's path that is safe in SQL: its word characters."""
    return re.sub(r"\W", "", step)


def _rank_sql(words: Sequence[str]) -> Condition:
    """Return the SQL of an entity's rank: how similar its name is to the words."""
    if not words:
        return Condition("1.0")
    parts, values = [], []
    for word in words:
        text = search_query.stem(word.strip("*"))
        parts.append(
            "case when e.name in (?, ? || 's') collate nocase then 100.0"
            " when instr(lower(e.name), lower(?)) = 1 then 10.0"
            " when instr(lower(e.name), lower(?)) then 5.0 else 1.0 end"
        )
        values += [text] * 4
    return Condition(" + ".join(parts), tuple(values))


def _sort_sql(field: str) -> Condition:
    plain = field.removesuffix(".keyword")
    if plain in search_query.COLUMNS:
        return Condition(search_query.COLUMNS[plain])
    path = ".".join(f'"{_word_characters(step)}"' for step in plain.split("."))
    return Condition("json_extract(e.doc, ?)", (f"$.{path}",))


def _query_number(query: Mapping[str, str], name: str, default: int) -> int:
    number = query_int(query, name, default)
    if number < 0:
        raise _search_error(f"[{name}] parameter cannot be negative, found [{number}]")
    return number


def _query_json(query: Mapping[str, str], name: str) -> Any:
    text = query.get(name)
    if not text:
        return None
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise _search_error(f"{name}: {error}") from None


def _search_error(reason: str = "all shards failed") -> UnhandledServerError:
    return UnhandledServerError(
        f"Elasticsearch exception [type=search_phase_execution_exception, reason={reason}]"
    )


_QUERY = ("q", "index", "deleted", "from", "size", "sort_field", "sort_order", "track_total_hits",
          "query_filter", "post_filter", "fetch_source", "include_source_fields")  # fmt: skip


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
