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


class _Segment:
    __slots__ = ("fixed", "known", "methods", "parameters")

    def __init__(self) -> None:
        self.fixed: dict[str, _Segment] = {}
        self.parameters: list[tuple[str, _Segment]] = []
        self.methods: dict[str, Route] = {}
        self.known = False


class Routes:
    """All routes, as templates: ``/v1/tables/{id}``; ``{id}`` matches UUIDs only."""

    def __init__(self) -> None:
        self._root = _Segment()

    def add(self, method: str, template: str, route: Route) -> None:
        """Add a route; of two routes for the same method and path the first counts."""
        segment = self._root
        for step in template.strip("/").split("/"):
            if step.startswith("{"):
                name = step[1:-1]
                found = next((below for known, below in segment.parameters if known == name), None)
                if found is None:
                    found = _Segment()
                    segment.parameters.append((name, found))
                    # An id is more specific than a name.
                    segment.parameters.sort(key=lambda parameter: not _is_id(parameter[0]))
                segment = found
            else:
                segment = segment.fixed.setdefault(step, _Segment())
        segment.methods.setdefault(method, route)

    def wrap(self, method: str, template: str, change: Callable[[Route], Route]) -> None:
        """Replace a route by what a function returns for it; nothing if there is no such route."""
        segment = self._find_segment(template)
        if segment is not None and method in segment.methods:
            segment.methods[method] = change(segment.methods[method])

    def get(self, method: str, template: str) -> Route | None:
        """Return the route of a template, or None."""
        segment = self._find_segment(template)
        return segment.methods.get(method) if segment is not None else None

    def _find_segment(self, template: str) -> _Segment | None:
        segment: _Segment | None = self._root
        for step in template.strip("/").split("/"):
            if segment is None:
                return None
            if step.startswith("{"):
                segment = dict(segment.parameters).get(step[1:-1])
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
        stack = [("", self._root)]
        while stack:
            template, segment = stack.pop()
            for method, route in segment.methods.items():
                yield template, method, route
            stack += [(f"{template}/{step}", below) for step, below in segment.fixed.items()]
            stack += [(f"{template}/{{{name}}}", below) for name, below in segment.parameters]

    def find(self, raw_path: str) -> tuple[dict[str, Route], dict[str, str]] | None:
        """Return the routes by method and the path's parameters, or None for an unknown path."""
        steps = raw_path.removeprefix("/").split("/")
        if steps and steps[-1] == "":
            steps.pop()
        return self._walk(self._root, steps, 0, {})

    def _walk(
        self, segment: _Segment, steps: list[str], at: int, values: dict[str, str]
    ) -> tuple[dict[str, Route], dict[str, str]] | None:
        if at == len(steps):
            return (segment.methods, values) if segment.methods or segment.known else None
        step = steps[at]
        below = segment.fixed.get(step)
        if below is not None:
            found = self._walk(below, steps, at + 1, values)
            if found is not None:
                return found
        for name, inner in segment.parameters:
            is_id = _is_id(name)
            if not step or (is_id and not _UUID.match(step)):
                continue
            value = step.lower() if is_id else unquote(step)  # UUIDs are case-insensitive
            found = self._walk(inner, steps, at + 1, {**values, name: value})
            if found is not None:
                return found
        return None


def _is_id(name: str) -> bool:
    return name == "id" or name.endswith("Id")
