"""The digest of a server's OpenAPI document: its operations and collections without schemas.

A document has about three megabytes of JSON; calls need a tenth of it. Declared operation ids may
repeat or be missing, and declared results may be wrong, so an operation is identified by its method
and path, and of a schema only its name is used.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from dynclient.openapi.components import component_of, created_type
from dynclient.operations.routes import placeholders

METHODS = ("get", "post", "put", "patch", "delete")
_LOCATIONS = ("path", "query", "header")
_TYPES = {"boolean": "boolean", "integer": "integer", "number": "number", "array": "array"}
_HISTORY = "EntityHistory"
_TRANSPORT_HEADERS = {"authorization", "content-type", "accept"}
"""Headers that the client sets itself; they are not arguments."""

_PLACEHOLDER = re.compile(r"\{\s*([^{}:\s]+)\s*(?::(?:[^{}]|\{[^{}]*\})*)?\}")

Digest = dict[str, Any]
"""What is kept of a document, as plain JSON; see :func:`digest`."""


def digest(document: Any) -> Digest:
    """Return the operations and collections of a document.

    Args:
        document: a decoded OpenAPI 3 document.

    Returns:
        ``operations``, sorted by path and method, each as ``[method, path, id, tag, parameters,
        body, result, doc]`` (see :class:`dynclient.openapi.index.OperationInfo`), and
        ``collections`` as ``[path, component of the body of a POST or PUT, component of the result
        of GET {path}/{id}]``.

    Raises:
        ValueError: it is not an OpenAPI 3 document, or it has no paths.
    """
    version = document.get("openapi") if isinstance(document, dict) else None
    if not isinstance(version, str) or not version.startswith("3"):
        raise ValueError("the response is not an OpenAPI 3 document")
    if not isinstance(document.get("paths"), dict) or not document["paths"]:
        raise ValueError("the OpenAPI document has no paths")
    operations = sorted(_Reader(document).operations(), key=lambda each: (each[1], each[0]))
    return {"operations": operations, "collections": _collections(operations)}


def json_object(value: Any) -> dict[str, Any]:
    """Return a value that is a JSON object; for anything else an empty one."""
    return value if isinstance(value, dict) else {}


class _Reader:
    """Reads the operations of one document."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document
        self._schemas = json_object(json_object(document.get("components")).get("schemas"))

    def operations(self) -> Iterator[list[Any]]:
        """Yield every operation of the document."""
        for path, path_item in self._document["paths"].items():
            item = self._dereference(path_item)
            for method in METHODS:
                operation = item.get(method)
                if isinstance(operation, dict):
                    yield self._operation(method, _route(path), operation, item)

    def _operation(
        self, method: str, path: str, operation: dict[str, Any], item: dict[str, Any]
    ) -> list[Any]:
        tags = operation.get("tags")
        operation_id = operation.get("operationId")
        texts = [operation.get("summary"), operation.get("description")]
        return [
            method.upper(),
            path,
            operation_id if isinstance(operation_id, str) and operation_id.strip() else None,
            tags[0] if isinstance(tags, list) and tags and isinstance(tags[0], str) else None,
            self._parameters(path, operation, item),
            self._body(operation),
            self._result(operation),
            "\n\n".join(dict.fromkeys(" ".join(t.split()) for t in texts if isinstance(t, str))),
        ]

    def _parameters(self, path: str, operation: dict[str, Any], item: dict[str, Any]) -> list[Any]:
        """Return ``[name, location, required, type, choices, doc]`` of each, path parameters first.

        A declared path parameter that the path lacks is left out; an undeclared one is added.
        """
        declared: dict[tuple[str, str], dict[str, Any]] = {}
        for each in [*_list(item.get("parameters")), *_list(operation.get("parameters"))]:
            parameter = self._dereference(each)
            name, location = parameter.get("name"), parameter.get("in")
            if isinstance(name, str) and location in _LOCATIONS:
                declared[str(location), name] = parameter
        found = [
            self._parameter(name, "path", declared.pop(("path", name), {}))
            for name in placeholders(path)
        ]
        for (location, name), parameter in declared.items():
            if location == "query" or (
                location == "header" and name.lower() not in _TRANSPORT_HEADERS
            ):
                found.append(self._parameter(name, location, parameter))
        return found

    def _parameter(self, name: str, location: str, parameter: dict[str, Any]) -> list[Any]:
        schema = self._dereference(parameter.get("schema"))
        kind = _TYPES.get(str(schema.get("type")), "string")
        if name == "fields" and kind == "string":
            kind = "list"
        choices = _list(schema.get("enum"))
        if kind != "string" or not all(isinstance(choice, str) for choice in choices):
            choices = []
        description = " ".join(str(parameter.get("description") or "").split())
        required = location == "path" or parameter.get("required") is True
        return [name, location, required, kind, choices, description]

    def _body(self, operation: dict[str, Any]) -> list[Any] | None:
        """Return ``[media type, component or None, whether it is a list of these]``, or None."""
        request_body = self._dereference(operation.get("requestBody"))
        content = json_object(request_body.get("content"))
        for media in sorted(content, key=lambda each: (each != "application/json", each)):
            schema = json_object(json_object(content[media]).get("schema"))
            is_list = schema.get("type") == "array"
            return [media, component_of(schema.get("items") if is_list else schema), is_list]
        return None

    def _result(self, operation: dict[str, Any]) -> list[str] | None:
        """Return ``[kind, component]`` of a successful response; None if it names no component.

        The kind is ``page`` for a list with cursors, ``history``, or ``object``.
        """
        responses = json_object(operation.get("responses"))
        for status in sorted(responses):
            if status[:1] != "2" and status != "default":
                continue
            content = json_object(self._dereference(responses[status]).get("content"))
            for media in content.values():
                component = component_of(json_object(media).get("schema"))
                if component is not None:
                    return self._result_kind(component)
        return None

    def _result_kind(self, component: str) -> list[str]:
        if component == _HISTORY:
            return ["history", component]
        properties = json_object(json_object(self._schemas.get(component)).get("properties"))
        if "paging" in properties:
            item = component_of(json_object(properties.get("data")).get("items"))
            if item is not None:
                return ["page", item]
        return ["object", component]

    def _dereference(self, value: Any) -> dict[str, Any]:
        """Return an object, or the one that it refers to within the document."""
        found = json_object(value)
        reference = found.get("$ref")
        if not isinstance(reference, str) or not reference.startswith("#/"):
            return found
        target: Any = self._document
        for part in reference[2:].split("/"):
            target = json_object(target).get(part.replace("~1", "/").replace("~0", "~"))
        return json_object(target)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _route(path: str) -> str:
    """Return a path below ``/api``, without a trailing slash and without patterns.

    JAX-RS writes ``{name:.*}`` for a parameter that matches a pattern; only the name is kept.
    """
    return _PLACEHOLDER.sub(r"{\1}", path.removeprefix("/api")).rstrip("/")


def _collections(operations: list[list[Any]]) -> list[list[str | None]]:
    """Return the paths of collections with the components of their requests and entities."""
    requests: dict[str, str] = {}
    entities: dict[str, str] = {}
    for method, path, _, _, _, body, result, _ in operations:
        parent, _, last = path.rpartition("/")
        if method in {"POST", "PUT"} and body is not None and body[1] is not None and not body[2]:
            requests.setdefault(path, body[1])
        elif method == "GET" and result is not None and result[0] == "object":
            is_entity = last[:1] == "{" and "{" not in parent and not parent.endswith("/name")
            if is_entity:
                entities[parent] = result[1]
    # A path that accepts a create request is a collection; any other one has to return an entity.
    creates = {path for path, name in requests.items() if created_type(name) is not None}
    paths = sorted({*creates, *entities})
    return [[path, requests.get(path), entities.get(path)] for path in paths]
