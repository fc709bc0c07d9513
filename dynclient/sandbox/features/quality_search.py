"""Searches of data quality: test cases, suites and results page by page, and reports of counts."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities import read
from dynclient.sandbox.entities.request_context import RequestContext
from dynclient.sandbox.features import search_query, time_series
from dynclient.sandbox.features.request_parameters import query_int
from dynclient.sandbox.features.test_results import KIND
from dynclient.sandbox.http_errors import bad_request
from dynclient.sandbox.json_codec import loads
from dynclient.sandbox.routing import Handler, Request, Result, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels

NEEDS = ("tests/testCase.json", "tests/testSuite.json", "tests/dataQualityReport.json")

_SIZE = 10
_COUNT = "document_count"
_INDEXED = frozenset({"incidentId"})
"""Fields that searches show without a request for them; they never show changes."""


class QualitySearch:
    """The handlers of searches and reports."""

    def __init__(self, models: EntityModels) -> None:
        self._cases = models["testCase"]
        self._suites = models["testSuite"]

    # pages

    def list_cases(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET testCases/search/list``."""
        return self._list(context, self._cases, request.query)

    def list_suites(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET testSuites/search/list``."""
        return self._list(context, self._suites, request.query)

    def _list(
        self, context: RequestContext, model: EntityModel, query: Mapping[str, str]
    ) -> Result:
        fields = read.parse_fields(model, query.get("fields")) | (_INDEXED & model.on_request)
        condition = search_query.parse_query_string(query.get("q") or "*")
        rows, paging = _page(read.find_rows(context, model, query, condition), query)
        data = read.serialize_rows(context, model, rows, fields)
        for body in data:
            body.pop("changeDescription", None)
        return Result(200, {"data": data, "paging": paging})

    def list_results(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET testCases/testCaseResults/search/list``, newest first."""
        data, paging = _page(self._find_results(context, request.query), request.query)
        return Result(200, {"data": data, "paging": paging})

    def latest_result(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET testCases/testCaseResults/search/latest``."""
        found = self._find_results(context, request.query)
        return Result(200 if found else 204, found[0] if found else None)

    def _find_results(
        self, context: RequestContext, query: Mapping[str, str]
    ) -> list[dict[str, Any]]:
        start = query_int(query, "startTimestamp", 0)
        end = query_int(query, "endTimestamp", time_series.ALWAYS)
        criteria = {
            name: query[name] for name in ("testCaseFQN", "testCaseStatus") if query.get(name)
        }
        cases = self._case_fqns(context, query)
        found = [
            result for result in context.tx.records_of(KIND, start, end)
            if all(result.get(name) == value for name, value in criteria.items())
            and (cases is None or result.get("testCaseFQN") in cases)
        ]  # fmt: skip
        if query.get("latest", "").lower() == "true":
            newest = {result["testCaseFQN"]: result for result in reversed(found)}
            found = [result for result in found if newest[result["testCaseFQN"]] is result]
        return found

    def _case_fqns(self, context: RequestContext, query: Mapping[str, str]) -> set[str] | None:
        """Return the FQNs of the cases of a suite or an entity, or None for all cases."""
        suite, entity = query.get("testSuiteId"), query.get("entityFQN")
        if not suite and not entity:
            return None
        rows = read.find_rows(context, self._cases, {})
        if suite:
            edges = context.tx.references_to([suite], ["testSuite", "testSuites"], ["testCase"])
            of_suite = {edge.source for edge in edges}
            rows = [row for row in rows if row.id in of_suite]
        if entity:
            rows = [row for row in rows if row.doc.get("entityFQN") == entity]
        return {row.fqn for row in rows}

    # reports

    def report(self, context: RequestContext, request: Request) -> Result:
        """Handle ``GET testSuites/dataQualityReport``: counts by the values of fields."""
        buckets = [_parse_bucket(text) for text in
                   (request.query.get("aggregationQuery") or "").split(",") if text]  # fmt: skip
        if not buckets:
            raise bad_request("[query param aggregationQuery must not be null]")
        dimensions = [bucket["field"] for bucket in buckets]
        documents = self._documents(context, request.query)
        counts = Counter(key for each in documents for key in _keys(each, dimensions))
        lower = context.rules.flag("search_lower")
        data = [
            {_COUNT: str(count)} | {
                name: value.lower() if lower else value
                for name, value in zip(dimensions, key, strict=True)
            }
            for key, count in counts.most_common()
        ]  # fmt: skip
        names = [f"sterms#{bucket['bucketName']}" for bucket in buckets]
        metadata = {"keys": names, "dimensions": dimensions, "metrics": [_COUNT]}
        return Result(200, {"metadata": metadata, "data": data})

    def _documents(self, context: RequestContext, query: Mapping[str, str]) -> list[dict[str, Any]]:
        index = query.get("index") or "testCase"
        if index == KIND:
            return context.tx.records_of(KIND, 0, time_series.ALWAYS)
        models = {model.type: model for model in (self._cases, self._suites)}
        if index not in models:
            raise bad_request(f"Index {index} is not supported")
        try:
            clause = loads(query["q"]) if query.get("q") else None
            condition = search_query.parse_filter(clause)
        except ValueError as error:
            raise bad_request(f"q: {error}") from None
        rows = read.find_rows(context, models[index], {}, condition)
        return read.serialize_rows(context, models[index], rows, frozenset(models[index].fields))


def _page(found: list[Any], query: Mapping[str, str]) -> tuple[list[Any], dict[str, int]]:
    offset = query_int(query, "offset", 0, least=0)
    limit = query_int(query, "limit", _SIZE, least=0)
    paging = {"offset": offset, "limit": limit, "total": len(found)}
    return found[offset : offset + limit], paging


def _parse_bucket(text: str) -> dict[str, str]:
    """Return an aggregation as a dict: ``bucketName=status:aggType=terms:field=testCaseStatus``."""
    parts = dict(part.partition("=")[::2] for part in text.strip().split(":"))
    missing = [name for name in ("bucketName", "aggType", "field") if not parts.get(name)]
    if missing:
        raise bad_request(f"Aggregation [{text}] does not have {', '.join(missing)}")
    if parts["aggType"] != "terms":
        raise bad_request(f"Aggregation type [{parts['aggType']}] is not supported")
    return parts


def _keys(document: dict[str, Any], fields: list[str]) -> Iterator[tuple[str, ...]]:
    """Yield the combinations of a document's values of some fields."""
    keys: list[tuple[str, ...]] = [()]
    for field in fields:
        values = _values(document, field.removesuffix(".keyword").split("."))
        keys = [(*key, value) for key in keys for value in values]
    yield from keys


def _values(value: Any, path: list[str]) -> list[str]:
    if isinstance(value, list):
        return [found for item in value for found in _values(item, path)]
    if not path:
        return [] if value is None else [str(value)]
    return _values(value.get(path[0]), path[1:]) if isinstance(value, dict) else []


def mount(routes: Routes, models: EntityModels, where: dict[str, str]) -> None:
    """Add the routes."""
    search = QualitySearch(models)
    cases, suites = where["testCase"], where["testSuite"]
    pages = ("offset", "limit", "q")
    by_path: dict[str, tuple[Handler, str, tuple[str, ...]]] = {
        # path: handler, id in the OpenAPI document, query parameters
        f"{cases}/search/list": (
            search.list_cases, "listTestCasesFromSearchService",
            (*pages, "fields", "include", "entityLink", "testSuiteId", "testCaseStatus"),
        ),
        f"{suites}/search/list": (
            search.list_suites, "listTestSuiteFromSearchService",
            (*pages, "fields", "include", "testSuiteType"),
        ),
        f"{cases}/testCaseResults/search/list": (
            search.list_results, "listTestCaseResultsFromSearchService",
            (*pages, "startTimestamp", "endTimestamp", "testCaseStatus", "testCaseFQN",
             "testSuiteId", "entityFQN", "latest"),
        ),
        f"{cases}/testCaseResults/search/latest": (
            search.latest_result, "latestTestCaseResultsFromSearchService",
            ("testCaseStatus", "testCaseFQN", "testSuiteId"),
        ),
        f"{suites}/dataQualityReport": (
            search.report, "getDataQualityReport", ("q", "aggregationQuery", "index")
        ),
    }  # fmt: skip
    for path, (handler, operation, query) in by_path.items():
        routes.add("GET", path, Route(handler, operation=operation, query=query))
