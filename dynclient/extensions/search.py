"""Search: entities by words and conditions, in the search index or by lists."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from dynclient import model
from dynclient.data import data_file
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem, SearchFailed, ServerFault, Unavailable
from dynclient.extensions import search_query as language
from dynclient.extensions.arguments import as_text
from dynclient.extensions.base import Extension, not_supported
from dynclient.extensions.search_fields import Fields, build_query, checked, holds
from dynclient.extensions.search_hits import Hit, Hits, raw_hits
from dynclient.operations.operation import Plan
from dynclient.schema.versions import Period
from dynclient.session.requested_fields import requested_fields
from dynclient.suggestions import nearest

if TYPE_CHECKING:
    from dynclient.schema import EntityType, Release

PAGE_SIZE = 100
"""The number of hits of one request."""
QUERY_MAX = 7000
"""The longest filter in a URL, in characters; servers accept 8 KB of headers and URL."""
_WORD = re.compile(r"[\w.]+")
_CAPITAL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_DEPTH_MAX = 30
"""The largest number of queries within each other."""
_IDENTITY = ("id", "name", "fullyQualifiedName", "entityType")
"""The fields of the index that every hit has."""
_HINTS = {
    "index_not_found": "the server has no such index; om.reindex() builds the search index",
    "all shards failed": "the index refused the query; it may not have a field of raw= or sort=",
    "Connection refused": "the search engine behind the server is down",
}


class Search(Extension):
    """Search: ``om.search("customer", types=["table"], where={"owner": "ada"})``.

    Call it to search; ``om.find``, ``om.count``, ``om.suggest`` and ``om.reindex`` are its other
    methods.
    """

    name = "search"
    operations = "search"

    def __call__(
        self,
        text: str = "",
        *,
        types: Any = None,
        where: Any = None,
        raw: Any = None,
        sort: str | None = None,
        limit: int | None = None,
        deleted: bool = False,
        fields: Sequence[str] | None = None,
    ) -> Hits:
        """Search the index and return the hits, which are requested as they are read.

        Args:
            text: words to find in names, descriptions, columns …; ``*`` at an end of a word stands
                for any text, ``"two words"`` stay together, and nothing else is an operator.
                Empty finds everything.
            types: types of entities, by any name of their collections; None for all.
            where: conditions as a dict, ``{"owner": "ada", "-tier": "*"}``, or as a text,
                ``"owner:ada -tier:*"``; see :mod:`dynclient.extensions.search_query`.
            raw: a query of Elasticsearch that must hold as well, ``{"term": {"deleted": False}}``,
                as a dict or JSON text, or a list of them; their fields are not checked.
            sort: the name of a field to sort by, with ``-`` for descending order; by default the
                best hits are first.
            limit: the largest number of hits; None for all. More than 10,000 are sorted by name.
            deleted: whether to search the soft-deleted entities instead of the others.
            fields: fields that documents have; None for all. id, name and type are always there.

        Raises:
            BadArguments: fields or values do not exist; lists all problems. Nothing is sent.
            UnknownCollection: the release does not have a type.
            NotSupported: the release has no index of a type.
            SearchFailed: the index failed, when hits are read.
        """
        call = "search()"
        condition = language.parse(where, call)
        entity_types = self._types(types, condition, call)
        known = Fields(self.session.release, entity_types or self._indexed(), call)
        condition = checked(condition, known, call)
        _refuse_deleted(condition, call)
        query = _with_raw(build_query(condition, known), raw, call)
        arguments: dict[str, Any] = {
            "q": language.query_string(_checked_text(text, call)),
            "index": self._index(entity_types),
            "query_filter": _encoded(query, call),
            "include_source_fields": None
            if fields is None
            else [*dict.fromkeys([*_IDENTITY, *fields])],
        }
        if deleted:
            arguments["deleted"] = True
        order = {} if sort in (None, "", "score", "-score") else _order(str(sort), known)
        arguments |= order
        since = data_file("search_index.json")["search_after"]
        return Hits(
            partial(self._query, arguments),
            self._hit,
            limit=_checked_limit(limit, call),
            page_size=min(self.session.settings.page_size, PAGE_SIZE),
            continues=Period(since).includes(self.session.release.version),
            order=order,
            release=self.session.release.name,
        )

    def count(self, types: Any = None, where: Any = None) -> int:
        """Return how many entities the search index has.

        Args:
            types: as for a search.
            where: as for a search.
        """
        return self(types=types, where=where, limit=1, fields=()).total

    def suggest(self, text: str, *, types: Any = None, limit: int = 10) -> list[Hit]:
        """Return entities with a word that begins with a text, the best first.

        Args:
            text: the beginning of a word, ``"cust"``.
            types: as for a search.
            limit: the largest number of entities.
        """
        words = _WORD.findall(_checked_text(text, "suggest()"))
        if not words:
            return []
        return list(
            self(
                f"{' '.join(words)}*",
                types=types,
                limit=limit,
                fields=("displayName", "description"),
            )
        )

    def find(
        self,
        types: Any = None,
        where: Any = None,
        *,
        deleted: bool = False,
        fields: Sequence[str] = (),
    ) -> Found:
        """Return the entities that fulfil conditions, read from lists instead of the search index.

        All entities of the types are listed, so a search is faster; but lists are never late, and
        need no search engine.

        Args:
            types: types of entities, by any name of their collections.
            where: conditions, as for a search; fields that only the index has are refused.
            deleted: whether to list the soft-deleted entities instead of the others.
            fields: fields to read in addition to those of the conditions.

        Raises:
            BadArguments: fields or values do not exist; lists all problems.
            UnknownCollection: the release does not have a type.
            NotSupported: the release has no list of a type.
        """
        call = "find()"
        condition = language.parse(where, call)
        entity_types = self._types(types, condition, call)
        if not entity_types:
            message = "must name the entity types to list, such as 'table'"
            raise bad_arguments(call, [Problem("types", types, "argument", message)])
        for one in entity_types:
            spec = self.session.find(one)
            if "list" not in spec.operations:
                raise not_supported(f"a list of {spec.attribute}", self.session.release.name)
        known = Fields(self.session.release, entity_types, call)
        condition = checked(condition, known, call)
        _refuse_deleted(condition, call)
        problems = [
            Problem(f"where[{part.field!r}]", part.field, "argument",
                    "exists in the search index only; use om.search()")
            for part in language.field_conditions(condition)
            if not known.find(part.field).path and known.find(part.field).kind != "entity_type"
        ]  # fmt: skip
        if problems:
            raise bad_arguments(call, problems)
        return Found(self, entity_types, condition, known, fields, deleted=deleted)

    def reindex(self) -> ReindexRun:
        """Start to build the search index again, and return the run, which ``om.wait`` can poll.

        Raises:
            Forbidden: the user may not do this.
            NotFound: the app that builds the index is not installed.
        """
        before = self._latest_run()
        operation = self.operation("reindex")
        job = {
            "name": "dynclient",
            "publisherType": "elasticSearch",
            "runMode": "batch",
            "recreateIndex": False,
        }
        self.call("reindex", body=job if operation.body_kind else None)
        return ReindexRun(self, before)

    def is_reindexing(self) -> bool:
        """Return whether the search index is being built."""
        return not ReindexRun(self, None).is_done

    # -- requests ----------------------------------------------------------------------------------

    def _query(self, arguments: Mapping[str, Any], more: Mapping[str, Any] = {}) -> Any:
        """Send a search; errors of the search engine are raised as SearchFailed."""
        try:
            response = self.call("query", {**arguments, **more})
        except Unavailable:
            raise
        except ServerFault as error:
            hint = next((text for sign, text in _HINTS.items() if sign in error.message), "")
            failed = SearchFailed(**{**error.parts, "hint": hint})
        else:
            return response
        raise failed

    def hits_of(self, response: Any) -> list[Hit]:
        """Return the hits of a response that was requested in another way.

        Args:
            response: the decoded response of ``GET /search/query``.

        Raises:
            ResponseInvalid: it is not the response of a search.
        """
        return [self._hit(raw) for raw in raw_hits(response)]

    def field_hits(
        self, index: str, field: str, pattern: str, start: int = 0, size: int = 10
    ) -> list[Hit]:
        """Return the hits of which a field of the index matches a pattern with ``*``.

        Args:
            index: the name of the index.
            field: the name of the field in the index.
            pattern: a text with ``*`` for any text.
            start: the number of hits to skip.
            size: the largest number of hits.
        """
        call = "search.field_hits"
        index, field = as_text(index, call, "index"), as_text(field, call, "field")
        if not self.has_operation("field_query"):
            query = {"query": {"wildcard": {field: {"value": pattern}}}}
            page: dict[str, Any] = {"q": "*", "index": index, "from": start, "size": size}
            page["query_filter"] = _encoded(query, "field_hits()")
            return self.hits_of(self._query(page))
        arguments = {"fieldName": field, "fieldValue": pattern, "from": start, "size": size,
                     "index": index, "deleted": False}  # fmt: skip
        try:
            response = self.call("field_query", arguments)
        except Unavailable:
            raise
        except ServerFault as error:
            failed = SearchFailed(**error.parts)
        else:
            return self.hits_of(response)
        raise failed

    def _hit(self, raw: Mapping[str, Any]) -> Hit:
        release = self.session.release
        source = raw.get("_source") or {}
        kind = str(source.get("entityType") or "")
        if kind not in release.entities:
            name = str(raw.get("_index") or "")
            types = [t for t in self._indexed() if name.endswith(self.index_of(t.name))]
            kind = max((t.name for t in types), key=len, default="")
        from dynclient.model.masking import masked

        node = release.find(release.entities[kind].path) if kind else None
        return Hit({**raw, "_source": masked(node, source)}, kind, self._read)

    def _read(self, kind: str, identity: str, fields: Sequence[str]) -> Any:
        return self.read({"type": kind, "id": identity}, fields=fields)

    def _latest_run(self) -> Mapping[str, Any]:
        """Return the latest run as the server has it; empty if nothing was run."""
        from dynclient.errors import NotFound

        try:
            found = self.call("reindex_status")
        except NotFound:
            return {}
        except ServerFault as error:
            if "No Available Application Extension" not in error.message:
                raise
            return {}
        return found if isinstance(found, Mapping) else {}

    # -- types -------------------------------------------------------------------------------------

    def _types(self, types: Any, condition: language.Condition, call: str) -> list[EntityType]:
        """Return the entity types of a search; empty for all. Conditions may name them."""
        if types is None:
            rows = data_file("search_index.json")["fields"]
            of_types = {row["name"] for row in rows if row.get("kind") == "entity_type"}
            parts = condition.parts if isinstance(condition, language.All) else (condition,)
            for part in parts:
                if isinstance(part, language.FieldCondition) and part.field in of_types:
                    named = [one.value for one in part.values if isinstance(one, language.Literal)]
                    if len(named) == len(part.values):
                        return self._types(named, language.All(), call)
            return []
        listed = types if isinstance(types, (list, tuple, set, frozenset)) else [types]
        if not listed:
            message = "must have at least one entity type, or be None"
            raise bad_arguments(call, [Problem("types", types, "argument", message)])
        wrong = [type(one).__name__ for one in listed if not isinstance(one, (str, type))]
        if wrong:
            message = "must be names of entity types, such as 'table'"
            raise bad_arguments(call, [Problem("types", wrong[0], "type", message)])
        return [*dict.fromkeys(self.session.find(one).entity for one in listed)]

    def _indexed(self) -> list[EntityType]:
        """Return the entity types that have an index."""
        release = self.session.release
        entities = [spec.entity for spec in self.session.catalogue.collections.values()]
        return [entity for entity in entities if has_index(release, entity.name)]

    def index_of(self, entity_type: str) -> str:
        """Return the name of the search index of an entity type.

        Args:
            entity_type: the type, ``"table"``.
        """
        entity_type = as_text(entity_type, "search.index_of", "entity_type")
        rows = data_file("search_index.json")["indexes"].get(entity_type, ())
        version = self.session.release.version
        names = [row["index"] for row in rows if Period(row.get("since", "")).includes(version)]
        return str(names[-1]) if names else f"{_CAPITAL.sub('_', entity_type).lower()}_search_index"

    def _index(self, types: Sequence[EntityType]) -> str:
        """Return the value of ``index`` for some entity types; for all if there are none."""
        facts, release = data_file("search_index.json"), self.session.release
        known = self._indexed()
        if not types and Period(facts["all"]["since"]).includes(release.version):
            return str(facts["all"]["index"])
        for one in types:
            if one not in known:
                what = f"a search index of type {one.name!r}; use om.find({one.name!r}, …)"
                raise not_supported(what, release.name)
        return ",".join(self.index_of(one.name) for one in types or known)


def has_index(release: Release, entity_type: str) -> bool:
    """Return whether a release has a search index of an entity type."""
    facts = data_file("search_index.json")
    if entity_type in facts["not_indexed"]:
        return False
    has_all = Period(facts["all"]["since"]).includes(release.version)
    return has_all or entity_type in facts["first_types"]


def beginning_filter(field: str, beginnings: Sequence[str]) -> str:
    """Return the filter of documents of which a field begins with one of some texts, as JSON.

    Raises:
        BadArguments: it is too long for a URL, or is not valid Unicode.
    """
    clauses = [{"prefix": {field: {"value": text}}} for text in beginnings]
    return str(_encoded({"query": {"bool": {"should": clauses}}}, "search()"))


_RUNNING = frozenset({"pending", "started", "running", "active", "activeError", "stopInProgress"})


class ReindexRun:
    """A run that builds the search index.

    Args:
        search: the extension.
        before: the latest run before this one; None means the latest run.

    Attributes:
        result: the run as the server had it last; empty until the server lists it.
    """

    def __init__(self, search: Search, before: Mapping[str, Any] | None) -> None:
        self._search = search
        self._before = before
        self.result: Mapping[str, Any] = {}

    def poll(self) -> dict[str, Any]:
        """Read the state of the run.

        Returns:
            The run as the server has it, with its ``status`` (``pending``, ``running``,
            ``success``, ``failed`` …; empty if no run is known) and whether it has ``ended``.
        """
        latest = self._search._latest_run()
        is_own = self._before is None or not latest or _key(latest) != _key(self._before)
        self.result = latest if is_own else {}
        missing = "" if self._before is None else "pending"
        status = str(self.result.get("status") or self.result.get("runStatus") or missing)
        return {**self.result, "status": status, "ended": status not in _RUNNING}

    @property
    def status(self) -> str:
        """The status of the run; asks the server, see :meth:`poll`."""
        return str(self.poll()["status"])

    @property
    def is_done(self) -> bool:
        """Whether the run has ended; asks the server."""
        return bool(self.poll()["ended"])

    def __repr__(self) -> str:
        return f"<ReindexRun, {self.result.get('status', 'not read yet')}>"


def _key(run: Mapping[str, Any]) -> tuple[Any, ...]:
    return run.get("timestamp"), run.get("startTime"), run.get("id")


class Found:
    """The entities that fulfil conditions: each loop lists them again, page by page.

    Args:
        search: the extension.
        types: the entity types to list.
        condition: the conditions.
        fields: the fields of the types.
        requested: more fields to request.
        deleted: whether soft-deleted entities are listed.
    """

    def __init__(
        self,
        search: Search,
        types: Sequence[EntityType],
        condition: language.Condition,
        fields: Fields,
        requested: Sequence[str] = (),
        *,
        deleted: bool,
    ) -> None:
        self._search = search
        self._types = types
        self._condition = condition
        self._fields = fields
        self._requested = requested
        self._deleted = deleted

    def __iter__(self) -> Iterator[Any]:
        session = self._search.session
        for entity_type in self._types:
            spec = session.find(entity_type)
            arguments: dict[str, Any] = {
                "fields": self.needed_fields(entity_type) or None,
                "page_size": session.settings.page_size,
            }
            if self._deleted:
                arguments["include"] = "deleted"
            for entity in session.listing(Plan(spec.operations["list"], arguments)):
                if self.is_match(entity_type, model.raw(entity)):
                    yield entity

    def is_match(self, entity_type: EntityType, raw: Mapping[str, Any]) -> bool:
        """Return whether an entity fulfils the conditions.

        Args:
            entity_type: its type.
            raw: its JSON, with :meth:`needed_fields`.
        """
        return holds(self._condition, self._fields, entity_type.name, raw)

    def needed_fields(self, entity_type: EntityType) -> list[str]:
        """Return the fields that the server returns on request and the conditions read.

        Args:
            entity_type: one of the types.
        """
        facts = requested_fields(self._search.session.release)
        named = language.field_conditions(self._condition)
        paths = [path for part in named for path in self._fields.paths(part.field, entity_type)]
        names = [name for path in paths for name in facts.needed(entity_type.name, path)]
        return [*dict.fromkeys([*self._requested, *names])]

    def first(self) -> Any:
        """Return the first of the entities; None if the list is empty."""
        return next(iter(self), None)

    def count(self) -> int:
        """List all entities and return how many fulfil the conditions."""
        return sum(1 for _ in self)

    def __repr__(self) -> str:
        names = ", ".join(one.name for one in self._types)
        return f"<Found in {names}; loop over it to list them>"


def _refuse_deleted(condition: language.Condition, call: str) -> None:
    """Refuse a search among entities that are not deleted for those that are."""
    for part in language.field_conditions(condition):
        if part.field == "deleted" and language.Literal(True) in part.values:
            message = "pass deleted=True to search the soft-deleted entities, not a condition"
            raise bad_arguments(call, [Problem("where['deleted']", True, "argument", message)])


def _checked_text(text: Any, call: str) -> str:
    if isinstance(text, str):
        return text
    kind = type(text).__name__
    message = f"must be a text, not {kind}; conditions belong into where="
    raise bad_arguments(call, [Problem("text", kind, "type", message)])


def _checked_limit(limit: Any, call: str) -> int | None:
    if limit is None or (isinstance(limit, int) and not isinstance(limit, bool) and limit >= 0):
        return limit
    message = f"must be a number from 0 on, or None for all, not {limit!r}"
    raise bad_arguments(call, [Problem("limit", limit, "type", message)])


def _with_raw(query: Any, raw: Any, call: str) -> Any:
    """Return a query to which those of the user are added, which must hold as well."""
    if raw is None:
        return query
    listed = [_raw_query(one, call) for one in (raw if isinstance(raw, (list, tuple)) else [raw])]
    if query is None and len(listed) == 1:
        return {"query": listed[0]}
    own = [] if query is None else query["query"]["bool"]["must"]
    return {"query": {"bool": {"must": [*own, *listed]}}}


def _raw_query(raw: Any, call: str) -> Any:
    if isinstance(raw, str):
        try:
            raw = json.loads(raw)
        except ValueError as error:
            problem = Problem("raw", "…", "type", f"must be JSON: {error}")
            raise bad_arguments(call, [problem]) from None
    if isinstance(raw, Mapping) and set(raw) == {"query"}:
        raw = raw["query"]
    problems = list(_query_problems(raw, "raw", 0))
    if problems:
        raise bad_arguments(call, problems)
    return raw


def _query_problems(query: Any, path: str, depth: int) -> Iterator[Problem]:
    """Yield what is wrong with a query, for which servers would return everything."""
    if not isinstance(query, Mapping) or len(query) != 1 or depth > _DEPTH_MAX:
        message = "must be a query of Elasticsearch, such as {'term': {'deleted': False}}"
        yield Problem(path, type(query).__name__, "type", message)
        return
    ((kind, body),) = query.items()
    kinds = data_file("search_index.json")["queries"]
    if kind not in kinds:
        message = f"{kind!r} is not a kind of query"
        yield Problem(path, kind, "enum", message, nearest(str(kind), kinds))
    elif not isinstance(body, Mapping):
        yield Problem(f"{path}[{kind!r}]", type(body).__name__, "type", "must be an object")
    else:
        for name in kinds[kind]:
            inner = body.get(name, [])
            for one in inner if isinstance(inner, (list, tuple)) else [inner]:
                yield from _query_problems(one, f"{path}[{kind!r}][{name!r}]", depth + 1)


def _encoded(query: Any, call: str) -> str | None:
    if query is None:
        return None
    try:
        text = json.dumps(query, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
        length = len(quote(text))
    except (TypeError, ValueError, RecursionError) as error:
        # Servers respond to a filter that is not JSON with all entities.
        message = f"must be JSON: {error}"
        place = "where" if isinstance(error, UnicodeError) else "raw"
        raise bad_arguments(call, [Problem(place, "…", "type", message)]) from None
    if length > QUERY_MAX:
        message = f"is {length:,} characters long in the URL, at most {QUERY_MAX:,} are accepted"
        raise bad_arguments(call, [Problem("where", "…", "maxLength", message)])
    return text


def _order(sort: str, fields: Fields) -> dict[str, str]:
    name = sort.removeprefix("-")
    return {
        "sort_field": fields.sort(name),
        "sort_order": "desc" if sort.startswith("-") else "asc",
    }
