"""Which fields real servers return only on request, from probes, recordings and documents.

``data/requested_fields.json`` is what :func:`derived` makes of the shared folder:

* ``openmetadata/requested_fields.json``: one entity of each type, probed on servers of three
  releases with every name that its schema has;
* the recordings: they show fields that the probed entities lacked;
* the servers' OpenAPI documents: the example of ``fields=`` lists what can be requested.

Fields that no server showed are decided by their schemas, as in unknown releases.
"""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import dynclient.data
from dynclient.releases import release
from dynclient.schema import Node, Release
from dynclient.session.requested_fields import is_stored_apart
from tests.support.trees import shared, trees_in

FILE = Path(dynclient.data.__file__).with_name("requested_fields.json")
PROBES = "openmetadata/requested_fields.json"

_ID = re.compile(r"[0-9a-f]{8}-")
_ALL = "*"


_FIELDS_STEP = "get name fields"
"""The recorded step that names every field that the server's source lists for the type."""


class Answer(NamedTuple):
    """One entity in an answer of a server."""

    kind: str
    """``get``, ``list`` or ``write``."""
    fields: frozenset[str]
    body: Mapping[str, Any]

    def requested(self, name: str) -> bool:
        """Return whether the request named a field."""
        return name in self.fields or _ALL in self.fields


def probes() -> dict[str, dict[str, dict[str, Any]]]:
    """Return the probed entity types by release, without those that no server could return."""
    path = shared(PROBES)
    assert path is not None, f"{PROBES} is not in the shared folder"
    found = json.loads(path.read_text("utf-8"))
    return {
        name: {type: each for type, each in types.items() if each["probed"]}
        for name, types in found.items()
        if isinstance(types, dict)
    }


def tree(version: str) -> Release:
    """Return the schema tree of a probed server."""
    for folder in ("openmetadata/trees", "openmetadata/later/trees"):
        place = shared(folder)
        found = {} if place is None else trees_in(place)
        if version in found:
            return release(version, source=found[version])
    raise AssertionError(f"the tree of {version} is not in the shared folder")


# -- recordings ------------------------------------------------------------------------------------


class Recorded:
    """What the recordings of a server show of one entity type."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.named: frozenset[str] = frozenset()
        """The names in ``fields=`` that the source of the server lists for the type."""
        self.own_routes: set[str] = set()
        """What is set by a PUT below the address of an entity."""

    def read(self, exchange: Mapping[str, Any], rest: list[str]) -> None:
        """Add an exchange; ``rest`` is the part of its path after the collection's route."""
        request, response = exchange["request"], exchange["response"]
        body = response.get("body")
        if response["status"] not in {200, 201} or not isinstance(body, dict):
            return
        named = (request.get("query") or {}).get("fields") or ""
        fields = frozenset(name.strip() for name in named.split(",") if name.strip())
        if exchange["step"].endswith(_FIELDS_STEP):
            self.named = fields
        is_id = bool(rest) and _ID.match(rest[0]) is not None
        is_one = (len(rest) == 1 and is_id) or (len(rest) == 2 and rest[0] == "name")
        if request["method"] == "GET" and not rest:
            rows = body.get("data")
            rows = rows if isinstance(rows, list) else []
            self.answers += [Answer("list", fields, row) for row in rows if isinstance(row, dict)]
        elif request["method"] == "GET" and is_one:
            self.answers.append(Answer("get", fields, body))
        elif request["method"] in {"POST", "PUT", "PATCH"} and (is_one or not rest):
            self.answers.append(Answer("write", fields, body))
        elif request["method"] == "PUT" and is_id and len(rest) == 2:
            self.own_routes.add(rest[1])


def recorded(version: str, types: Mapping[str, Mapping[str, Any]]) -> dict[str, Recorded]:
    """Return what the recordings of a server show, by entity type."""
    routes = {each["route"]: type for type, each in types.items()}
    found: dict[str, Recorded] = defaultdict(Recorded)
    for folder in ("openmetadata/recordings", "openmetadata/later/recordings"):
        place = shared(f"{folder}/{version}")
        for path in sorted(place.glob("*.json")) if place is not None else ():
            for exchange in json.loads(path.read_text("utf-8")):
                address = exchange["request"]["path"]
                below = [each for each in routes if f"{address}/".startswith(f"{each}/")]
                if below:
                    route = max(below, key=len)
                    rest = [part for part in address[len(route) :].split("/") if part]
                    found[routes[route]].read(exchange, rest)
    return found


def shown_on_request(answers: Iterable[Answer], name: str) -> bool:
    """Return whether some entity has a field only in answers to requests that name it."""
    with_it, without = set(), set()
    for answer in answers:
        state = tuple(answer.body.get(key) for key in ("id", "version", "updatedAt"))
        if answer.requested(name):
            if answer.body.get(name):
                with_it.add(state)
        elif answer.kind != "write" and name not in answer.body:
            without.add(state)
    return bool(with_it & without)


def shown_always(answers: Iterable[Answer], name: str) -> bool:
    """Return whether some answer has a value of a field that its request did not name."""
    return any(
        answer.kind != "write" and not answer.requested(name) and bool(answer.body.get(name))
        for answer in answers
    )


def alone(answers: Iterable[Answer], outer: str, name: str) -> bool:
    """Return whether naming a field fills it in the items of another that is not named."""
    with_it, without = set(), set()
    for answer in answers:
        items = answer.body.get(outer)
        if answer.kind == "write" or not isinstance(items, list) or outer in answer.fields:
            continue
        state = tuple(answer.body.get(key) for key in ("id", "version", "updatedAt"))
        has_it = any(name in item for item in items if isinstance(item, dict))
        if name in answer.fields and has_it:
            with_it.add(state)
        elif not answer.fields and not has_it:
            without.add(state)
    return bool(with_it & without)


# -- documents -------------------------------------------------------------------------------------


def documented(version: str, route: str) -> frozenset[str]:
    """Return the names that the server's document shows for ``fields=`` of a collection."""
    path = shared(f"openmetadata/openapi/{version}.json")
    if path is None:
        return frozenset()
    paths = json.loads(path.read_text("utf-8"))["paths"]
    names: set[str] = set()
    for place in (route, f"{route}/{{id}}"):
        for parameter in paths.get(place, {}).get("get", {}).get("parameters", ()):
            if parameter["name"] == "fields":
                names.update(parameter["schema"].get("example", "").split(","))
    return frozenset(name.strip() for name in names) - {""}


# -- the file --------------------------------------------------------------------------------------


def derived() -> dict[str, Any]:
    """Return the content of the data file."""
    rows: dict[str, dict[str, Facts]] = {}
    for version, types in probes().items():
        own = tree(version)
        known = recorded(version, types)
        rows[".".join(version.split(".")[:2])] = {
            type: Facts.of(
                own.find(own.entities[type].path),
                probe,
                known[type],
                documented(version, probe["route"]),
            )
            for type, probe in sorted(types.items())
            if type in own.entities
        }
    # What no server of this release showed, but one of another release.
    for own_rows in rows.values():
        for type, facts in own_rows.items():
            others = [each[type] for each in rows.values() if type in each]
            facts.plain.update(
                name
                for name in facts.apart - facts.on_request
                if any(name in each.plain for each in others)
                and not any(name in each.on_request for each in others)
            )
    return {
        "releases": {
            version: {type: facts.row() for type, facts in own_rows.items()}
            for version, own_rows in rows.items()
        }
    }


class Facts(NamedTuple):
    """What one server showed of one entity type."""

    on_request: set[str]
    plain: set[str]
    apart: frozenset[str]
    """What is stored apart from the entity, by its schema."""
    needs: dict[str, list[str]]

    @classmethod
    def of(
        cls, node: Node, probe: Mapping[str, Any], known: Recorded, named: frozenset[str]
    ) -> Facts:
        """Return the facts of an entity type.

        Args:
            node: the schema node of the type.
            probe: what the probe of an entity showed.
            known: what the recordings show.
            named: the names in ``fields=`` that the server's document lists.
        """
        answers = known.answers
        properties = set(node.properties)
        named |= known.named
        seen = {name for name in properties if shown_on_request(answers, name)}
        seen |= {path for paths in probe["on_request"].values() for path in paths} & properties
        always = {name for name in properties if shown_always(answers, name)}
        # A value that no answer shows may be out of date: it was stored with the last change.
        always |= set(probe["plain"]) - seen - named
        # An object that is set at an address of its own is stored apart from the entity.
        own = {name for name in known.own_routes & properties if not is_text(node, name)}
        unset = (named | own) - always
        return cls(
            on_request=seen | unset,
            plain=always - seen - unset,
            apart=frozenset(name for name in properties if is_stored_apart(node, name)),
            needs=_needs(node, probe, answers),
        )

    def row(self) -> dict[str, Any]:
        """Return the row of the data file."""
        row: dict[str, Any] = {
            "on_request": sorted(self.on_request | (self.apart - self.plain)),
            "plain": sorted(self.apart & self.plain),
            "needs": self.needs,
        }
        return {key: value for key, value in row.items() if value}


def is_text(node: Node, name: str) -> bool:
    """Return whether a property is a string, a number or the like."""
    return node.properties[name].kind not in {"object", "map", "array"}


def _needs(node: Node, probe: Mapping[str, Any], answers: list[Answer]) -> dict[str, list[str]]:
    """Return the names that request a path, where they are not those in the path itself."""
    found: dict[str, list[str]] = {}
    for name, paths in probe["on_request"].items():
        for path in paths:
            is_nested = "." in path and path.count("[]") == 1
            if is_nested or (path != name and path in node.properties):
                found[path] = [name]
    for outer, each in node.properties.items():
        if each.kind == "array" and each.items is not None:
            for name in each.items.properties:
                if name in probe["on_request"] and alone(answers, outer, name):
                    found[f"{outer}[].{name}"] = [name]
    return dict(sorted(found.items()))


def text(content: Mapping[str, Any]) -> str:
    """Return the content of the file as JSON with one entity type in a line."""
    blocks = [
        f"    {json.dumps(version)}: {{\n"
        + ",\n".join(f"      {json.dumps(type)}: {json.dumps(row)}" for type, row in types.items())
        + "\n    }"
        for version, types in content["releases"].items()
    ]
    return '{\n  "releases": {\n' + ",\n".join(blocks) + "\n  }\n}\n"
