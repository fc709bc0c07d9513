"""Find the handler of a request in a tree of path segments, by the undecoded path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from dynclient.schema.node import Node


class Result(NamedTuple):
    """The result of a handler: status, body and headers."""

    status: int
    body: Any
    change: str | None = None
    """The header ``X-OpenMetadata-Change``."""
    location: str | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    """Other headers."""


JSON = "application/json"
JSON_PATCH = "application/json-patch+json"
TEXT = "text/plain"

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\Z", re.IGNORECASE)


class Request(NamedTuple):
    """One request as handlers see it."""

    method: str
    path: Mapping[str, str]
    """Values of the path's parameters, decoded."""
    query: Mapping[str, str]
    body: Any
    """The decoded JSON, or the text."""
    base_url: str
    """The URL that links start with: ``http://host:port/api``."""
    token: str = ""
    """The bearer token of the request."""
    headers: Mapping[str, str] = MappingProxyType({})
    """The request headers; names are case-insensitive."""
    query_pairs: tuple[tuple[str, str], ...] = ()
    """All query parameters, including repeated ones."""


Handler = Callable[[Any, Request], Result]
"""A function of the request's context and the request."""


class Route(NamedTuple):
    """One method of one path."""

    handler: Handler
    consumes: str | None = None
    """The required content type of the body; None: no body is read."""
    public: bool = False
    """Whether no token is required."""
    writes: bool = False
    """Whether it needs a write transaction."""
    operation: str = ""
    """Its id in the OpenAPI document, with ``{name}`` of the entity; "" for an id from its path."""
    body_schema: Node | None = None
    """The schema of the request body, or None."""
    returns: str = ""
    """The response body: ``entity``, ``page`` or ``history`` of the collection, or ""."""
    query: tuple[str, ...] = ()
    """Names of its query parameters, without the filters of lists."""


class _Endpoint(NamedTuple):
    """One method of one path in the tree."""

    template: str
    names: tuple[str, ...]
    """The names of the path's parameters, in order."""
    route: Route


class _Segment:
    __slots__ = ("endpoints", "fixed", "id", "known", "text")

    def __init__(self) -> None:
        self.fixed: dict[str, _Segment] = {}
        self.id: _Segment | None = None
        """What is below a parameter that is a UUID."""
        self.text: _Segment | None = None
        """What is below any other parameter."""
        self.endpoints: dict[str, _Endpoint] = {}
        self.known = False


class Routes:
    """All routes, as templates: ``/v1/tables/{id}``.

    Parameters named ``id`` or ``…Id`` match UUIDs only, unless they are declared as
    ``{id:text}``. The names of parameters may differ between the methods of one path.
    """

    def __init__(self) -> None:
        self._root = _Segment()

    def add(self, method: str, template: str, route: Route) -> None:
        """Add a route; of two routes for the same method and path the first counts."""
        segment, names = self._root, []
        for step in template.strip("/").split("/"):
            if step.startswith("{"):
                names.append(step[1:-1].partition(":")[0])
                if _is_id(step):
                    segment.id = segment.id or _Segment()
                    segment = segment.id
                else:
                    segment.text = segment.text or _Segment()
                    segment = segment.text
            else:
                segment = segment.fixed.setdefault(step, _Segment())
        endpoint = _Endpoint(template.replace(f"{_TEXT}}}", "}"), tuple(names), route)
        segment.endpoints.setdefault(method, endpoint)

    def wrap(self, method: str, template: str, change: Callable[[Route], Route]) -> None:
        """Replace a route by what a function returns for it; nothing if there is no such route."""
        segment = self._find_segment(template)
        if segment is not None and method in segment.endpoints:
            endpoint = segment.endpoints[method]
            segment.endpoints[method] = endpoint._replace(route=change(endpoint.route))

    def get(self, method: str, template: str) -> Route | None:
        """Return the route of a template, or None."""
        segment = self._find_segment(template)
        if segment is None or method not in segment.endpoints:
            return None
        return segment.endpoints[method].route

    def _find_segment(self, template: str) -> _Segment | None:
        segment: _Segment | None = self._root
        for step in template.strip("/").split("/"):
            if segment is None:
                return None
            if step.startswith("{"):
                segment = segment.id if _is_id(step) else segment.text
            else:
                segment = segment.fixed.get(step)
        return segment

    def add_without_methods(self, template: str) -> None:
        """Add a path without methods: a request to it is a 405, not a 404."""
        segment = self._root
        for step in template.strip("/").split("/"):
            segment = segment.fixed.setdefault(step, _Segment())
        segment.known = True

    def all(self) -> Iterator[tuple[str, str, Route]]:
        """Yield template, method and route of every route."""
        stack = [self._root]
        while stack:
            segment = stack.pop()
            for method, endpoint in segment.endpoints.items():
                yield endpoint.template, method, endpoint.route
            stack += [*segment.fixed.values(), *filter(None, (segment.id, segment.text))]

    def find(
        self, raw_path: str, *, any_id: bool = False
    ) -> dict[str, tuple[Route, dict[str, str]]] | None:
        """Return the route and the path's parameters by method, or None for an unknown path.

        With ``any_id`` an id may be any text, as where servers look for the method of a path.
        """
        steps = raw_path.removeprefix("/").split("/")
        if steps and steps[-1] == "":
            steps.pop()
        found = self._walk(self._root, steps, (), any_id)
        if found is None:
            return None
        endpoints, values = found
        return {
            method: (endpoint.route, dict(zip(endpoint.names, values, strict=True)))
            for method, endpoint in endpoints.items()
        }

    def _walk(
        self, segment: _Segment, steps: list[str], values: tuple[str, ...], any_id: bool
    ) -> tuple[dict[str, _Endpoint], tuple[str, ...]] | None:
        if not steps:
            return (segment.endpoints, values) if segment.endpoints or segment.known else None
        step, *rest = steps
        tries: list[tuple[_Segment | None, tuple[str, ...]]] = [(segment.fixed.get(step), values)]
        if step:
            # An id is more specific than a name.
            if any_id or _UUID.match(step):
                tries.append((segment.id, (*values, step.lower())))  # UUIDs ignore case
            tries.append((segment.text, (*values, unquote(step))))
        for below, matched in tries:
            found = self._walk(below, rest, matched, any_id) if below is not None else None
            if found is not None:
                return found
        return None


_TEXT = ":text"


def _is_id(step: str) -> bool:
    return step == "{id}" or step.endswith("Id}")
