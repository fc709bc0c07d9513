"""Which handler answers which request: a tree of path segments, matched on the undecoded path."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

if TYPE_CHECKING:
    from dynclient.schema.node import Node


class Result(NamedTuple):
    """What goes back: status, body, and the headers that say what happened."""

    status: int
    body: Any
    change: str | None = None
    location: str | None = None
    headers: Mapping[str, str] = MappingProxyType({})
    """What else the headers say."""


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
    """What links start with: ``http://host:port/api``."""
    token: str = ""
    """The bearer token the request came with."""
    headers: Mapping[str, str] = MappingProxyType({})
    """The request's headers; names in any case."""
    query_pairs: tuple[tuple[str, str], ...] = ()
    """All query parameters, those that are given again, too."""


Handler = Callable[[Any, Request], Result]
"""Called with the session of the request."""


class Route(NamedTuple):
    """One method of one path."""

    handler: Handler
    consumes: str | None = None
    """The content type the body must have; None: no body is read."""
    public: bool = False
    """Answered without a token."""
    writes: bool = False
    """Needs a transaction that can write."""
    operation: str = ""
    """Its id in the OpenAPI document, with ``{name}`` of the entity; "" for one by its path."""
    body_schema: Node | None = None
    """The schema of the body, where there is one."""
    returns: str = ""
    """What the answer shows of the collection: ``entity``, ``page``, ``history``, or nothing."""
    query: tuple[str, ...] = ()
    """Query parameters it knows, apart from the filters of lists."""


class _Place:
    __slots__ = ("fixed", "known", "methods", "parameters")

    def __init__(self) -> None:
        self.fixed: dict[str, _Place] = {}
        self.parameters: list[tuple[str, _Place]] = []
        self.methods: dict[str, Route] = {}
        self.known = False


class Routes:
    """All routes, as templates: ``/v1/tables/{id}``; ``{id}`` takes UUIDs only, as on servers."""

    def __init__(self) -> None:
        self._root = _Place()

    def add(self, method: str, template: str, route: Route) -> None:
        """Add one route; of two for the same method and path the first counts."""
        place = self._root
        for step in template.strip("/").split("/"):
            if step.startswith("{"):
                name = step[1:-1]
                found = next((below for known, below in place.parameters if known == name), None)
                if found is None:
                    found = _Place()
                    place.parameters.append((name, found))
                place = found
            else:
                place = place.fixed.setdefault(step, _Place())
        place.methods.setdefault(method, route)

    def add_without_methods(self, template: str) -> None:
        """Make a path known that takes no method: asking for it is a wrong method."""
        place = self._root
        for step in template.strip("/").split("/"):
            place = place.fixed.setdefault(step, _Place())
        place.known = True

    def all(self) -> Iterator[tuple[str, str, Route]]:
        """Yield template, method and route of everything that is served."""
        stack = [("", self._root)]
        while stack:
            template, place = stack.pop()
            for method, route in place.methods.items():
                yield template, method, route
            stack += [(f"{template}/{step}", below) for step, below in place.fixed.items()]
            stack += [(f"{template}/{{{name}}}", below) for name, below in place.parameters]

    def find(self, raw_path: str) -> tuple[dict[str, Route], dict[str, str]] | None:
        """Return the routes by method and the path's parameters, or None where nothing is."""
        steps = raw_path.removeprefix("/").split("/")
        if steps and steps[-1] == "":
            steps.pop()
        return self._walk(self._root, steps, 0, {})

    def _walk(
        self, place: _Place, steps: list[str], at: int, values: dict[str, str]
    ) -> tuple[dict[str, Route], dict[str, str]] | None:
        if at == len(steps):
            return (place.methods, values) if place.methods or place.known else None
        step = steps[at]
        below = place.fixed.get(step)
        if below is not None:
            found = self._walk(below, steps, at + 1, values)
            if found is not None:
                return found
        for name, inner in place.parameters:
            takes_ids = _takes_ids(name)
            if not step or (takes_ids and not _UUID.match(step)):
                continue
            value = step.lower() if takes_ids else unquote(step)  # ids are read as what they are
            found = self._walk(inner, steps, at + 1, {**values, name: value})
            if found is not None:
                return found
        return None


def _takes_ids(name: str) -> bool:
    return name == "id" or name.endswith("Id")
