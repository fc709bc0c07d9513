"""An OpenAPI document of a server, digested: operations and collections, without its schemas.

Documents are three megabytes of JSON; what calls need of them is a tenth. Declared ids of
operations repeat or are missing, and declared results may be wrong, so an operation is known by its
method and path, and nothing here trusts a schema further than its name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

METHODS = ("get", "post", "put", "patch", "delete")
_PLACES = ("path", "query", "header")
_TYPES = {"boolean": "boolean", "integer": "integer", "number": "number", "array": "array"}
_HISTORY = "EntityHistory"
_SENT_BY_THE_CLIENT = {"authorization", "content-type", "accept"}
"""Headers that are no arguments."""

_PLACEHOLDER = re.compile(r"\{\s*([^{}:\s]+)\s*(?::(?:[^{}]|\{[^{}]*\})*)?\}")

Digest = dict[str, Any]
"""What is kept of a document, in plain JSON; see :func:`digest`."""


def digest(document: Any) -> Digest:
    """Return what calls need to know of a document.

    Args:
        document: a decoded OpenAPI 3 document.

    Returns:
        ``operations``, sorted by path and method, each as ``[method, path, id, tag, parameters,
        body, result, doc]`` (see :class:`dynclient.openapi.index.OperationInfo`), and
        ``collections`` as ``[path, component that a POST or PUT takes, component that
        GET {path}/{id} gives]``.

    Raises:
        ValueError: it is no OpenAPI 3 document, or names no path.
    """
    version = document.get("openapi") if isinstance(document, dict) else None
    if not isinstance(version, str) or not version.startswith("3"):
        raise ValueError("it is no OpenAPI 3 document")
    if not isinstance(document.get("paths"), dict) or not document["paths"]:
        raise ValueError("it names no path")
    reader = _Reader(document)
    found = sorted(reader.operations(), key=lambda each: (each[1], each[0]))
    return {"operations": found, "collections": _collections(found)}


class _Reader:
    """Reads the operations of one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._schemas = _dict(_dict(document.get("components")).get("schemas"))

    def operations(self) -> Iterator[list[Any]]:
        """Give every operation of the document."""
        for path, told_of in self._document["paths"].items():
            item = self._followed(told_of)
            for method in METHODS:
                told = item.get(method)
                if isinstance(told, dict):
                    yield self._operation(method, _route(path), told, item)

    def _operation(
        self, method: str, path: str, told: dict[str, Any], item: dict[str, Any]
    ) -> list[Any]:
        tags = told.get("tags")
        identity = told.get("operationId")
        words = [told.get("summary"), told.get("description")]
        return [
            method.upper(),
            path,
            identity if isinstance(identity, str) and identity.strip() else None,
            tags[0] if isinstance(tags, list) and tags and isinstance(tags[0], str) else None,
            self._parameters(path, told, item),
            self._body(told),
            self._result(told),
            "\n\n".join(dict.fromkeys(" ".join(w.split()) for w in words if isinstance(w, str))),
        ]

    def _parameters(self, path: str, told: dict[str, Any], item: dict[str, Any]) -> list[Any]:
        """Return ``[name, place, required, type, choices, doc]`` of each, those of the path first.

        What the path does not hold is no parameter of it, whatever is declared; what it holds
        undeclared is one.
        """
        declared: dict[tuple[str, str], dict[str, Any]] = {}
        for each in [*_list(item.get("parameters")), *_list(told.get("parameters"))]:
            parameter = self._followed(each)
            name, place = parameter.get("name"), parameter.get("in")
            if isinstance(name, str) and place in _PLACES:
                declared[str(place), name] = parameter
        found = [
            self._parameter(name, "path", declared.pop(("path", name), {}))
            for name in placeholders(path)
        ]
        for (place, name), parameter in declared.items():
            if place == "query" or (place == "header" and name.lower() not in _SENT_BY_THE_CLIENT):
                found.append(self._parameter(name, place, parameter))
        return found

    def _parameter(self, name: str, place: str, told: dict[str, Any]) -> list[Any]:
        schema = self._followed(told.get("schema"))
        kind = _TYPES.get(str(schema.get("type")), "string")
        if name == "fields" and kind == "string":
            kind = "list"
        choices = _list(schema.get("enum"))
        if kind != "string" or not all(isinstance(choice, str) for choice in choices):
            choices = []
        words = " ".join(str(told.get("description") or "").split())
        required = place == "path" or told.get("required") is True
        return [name, place, required, kind, choices, words]

    def _body(self, told: dict[str, Any]) -> list[Any] | None:
        """Return ``[media type, component or None, whether it is a list of these]``, or None."""
        content = _dict(self._followed(told.get("requestBody")).get("content"))
        for media in sorted(content, key=lambda each: (each != "application/json", each)):
            schema = _dict(_dict(content[media]).get("schema"))
            many = schema.get("type") == "array"
            inner = _dict(schema.get("items")) if many else schema
            return [media, _component(inner), many]
        return None

    def _result(self, told: dict[str, Any]) -> list[str] | None:
        """Return ``[kind, component]`` of a success, or None where no component is told.

        The kind is ``page`` for a list with its cursors, ``history``, or ``object``.
        """
        answers = _dict(told.get("responses"))
        for status in sorted(answers):
            if status[:1] != "2" and status != "default":
                continue
            content = _dict(self._followed(answers[status]).get("content"))
            for media in content.values():
                name = _component(_dict(_dict(media).get("schema")))
                if name is not None:
                    return self._kind(name)
        return None

    def _kind(self, name: str) -> list[str]:
        if name == _HISTORY:
            return ["history", name]
        properties = _dict(_dict(self._schemas.get(name)).get("properties"))
        if "paging" in properties:
            item = _component(_dict(_dict(properties.get("data")).get("items")))
            if item is not None:
                return ["page", item]
        return ["object", name]

    def _followed(self, told: Any) -> dict[str, Any]:
        """Return an object, or what it refers to within the document."""
        here = _dict(told)
        reference = here.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return here
        found: Any = self._document
        for part in reference[2:].split("/"):
            found = _dict(found).get(part.replace("~1", "/").replace("~0", "~"))
        return _dict(found)


def _dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _component(schema: dict[str, Any]) -> str | None:
    """Return the name of the component that a schema refers to, or None."""
    reference = schema.get("$ref")
    place = "#/components/schemas/"
    if isinstance(reference, str) and reference.startswith(place):
        return reference[len(place) :]
    return None


def _route(path: str) -> str:
    """Return a path below ``/api``, without a slash at its end and without patterns.

    JAX-RS writes ``{name:.*}`` where a parameter may hold anything; its name is what counts.
    """
    return _PLACEHOLDER.sub(r"{\1}", path.removeprefix("/api")).rstrip("/")


def placeholders(path: str) -> list[str]:
    """Return the names of the parameters in a path, in order."""
    return [part[1:-1] for part in path.split("/") if part[:1] == "{" and part[-1:] == "}"]


def _collections(operations: list[list[Any]]) -> list[list[str | None]]:
    """Return the paths that look like collections: what can be sent to them, what is in them."""
    taken: dict[str, str] = {}
    given: dict[str, str] = {}
    for method, path, _, _, _, body, result, _ in operations:
        above, _, last = path.rpartition("/")
        if method in {"POST", "PUT"} and body is not None and body[1] is not None and not body[2]:
            taken.setdefault(path, body[1])
        elif method == "GET" and result is not None and result[0] == "object":
            one = last[:1] == "{" and "{" not in above and not above.endswith("/name")
            if one:
                given[above] = result[1]
    # What takes a create request is a collection wherever it lies; the rest has to show an entity.
    creates = {path for path, name in taken.items() if name.startswith("Create")}
    return [[path, taken.get(path), given.get(path)] for path in sorted({*creates, *given})]
