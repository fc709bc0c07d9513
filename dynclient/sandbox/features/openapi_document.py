"""The server's OpenAPI document, built from its routes: ``GET /swagger.json``.

Like the documents of real servers it names schemas by their Java classes, describes unions as plain
objects, and leaves out formats of secrets and ``additionalProperties``.
"""

from __future__ import annotations

import re
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from dynclient.sandbox.entities.request_parsing import default_of
from dynclient.sandbox.routing import JSON, JSON_PATCH, Route, Routes

if TYPE_CHECKING:
    from dynclient.sandbox.entities.entity_model import EntityModel, EntityModels
    from dynclient.schema.node import Node

_SHARED = (
    "id", "name", "fullyQualifiedName", "version", "updatedAt", "updatedBy", "href",
    "changeDescription",
)  # fmt: skip
"""The properties of every entity class, whether the schema has them or not."""

_BOUNDS = ("minLength", "maxLength", "minimum", "maximum", "minItems", "maxItems", "pattern")
_VERBS = {"GET": "get", "PUT": "add", "POST": "create", "PATCH": "patch", "DELETE": "delete"}

_PARAMETER = re.compile(r"\{[^}]*\}")

_PAGING = {
    "type": "object",
    "required": ["total"],
    "properties": {
        "before": {"type": "string"}, "after": {"type": "string"}, "total": {"type": "integer"},
    },
}  # fmt: skip

_QUERY: dict[str, dict[str, Any]] = {
    "fields": {"type": "string"},
    "limit": {"type": "integer", "format": "int32", "minimum": 0, "maximum": 1000000,
              "default": 10},
    "before": {"type": "string"},
    "after": {"type": "string"},
    "include": {"type": "string", "default": "non-deleted",
                "enum": ["all", "deleted", "non-deleted"]},
    "hardDelete": {"type": "boolean", "default": False},
    "recursive": {"type": "boolean", "default": False},
}  # fmt: skip
"""Schemas of query parameters that are not plain strings."""


class Document:
    """The builder of the document."""

    def __init__(self, models: EntityModels, version: str) -> None:
        self._models = models
        self._version = version
        self._names: dict[str, str] = {}
        self._used_names = {"Paging", "EntityHistory"}
        self._components: dict[str, Any] = {"Paging": _PAGING}
        self._id_counts: dict[str, int] = {}

    def build(self, routes: Routes, where: dict[str, str]) -> dict[str, Any]:
        """Return the document.

        Args:
            routes: all routes of the server.
            where: the path of each entity type's collection.
        """
        for type in where:
            # Reserve these names first, since other schemas can have classes with the same names.
            model = self._models[type]
            for node in (model.node, model.create):
                if node is not None:
                    self._component_name(node.target)
        for type in where:
            self._add_entity(self._models[type])
        collections = {route: self._models[type] for type, route in where.items()}
        paths: dict[str, Any] = {}
        for template, method, route in sorted(routes.all(), key=self._number_order):
            operation = self._build_operation(template, method, route, collections)
            paths.setdefault(template, {})[method.lower()] = operation
        return {
            "openapi": "3.0.1",
            "info": {"title": "OpenMetadata Apis", "version": self._version},
            "servers": [{"url": "/api"}],
            "security": [{"BearerAuth": []}],
            "paths": dict(sorted(paths.items())),
            "components": {
                "schemas": dict(sorted(self._components.items())),
                "securitySchemes": {"BearerAuth": {
                    "type": "http", "scheme": "bearer", "bearerFormat": "JWT",
                }},
            },
        }  # fmt: skip

    # operations

    def _build_operation(
        self, template: str, method: str, route: Route, collections: dict[str, EntityModel]
    ) -> dict[str, Any]:
        root = max((r for r in collections if template == r or template.startswith(f"{r}/")),
                   key=len, default="")  # fmt: skip
        model = collections.get(root)
        name = model.entity.type_name if model is not None else ""
        operation_id = self._operation_id(template, root, method, route, name)
        operation: dict[str, Any] = {
            "tags": [name or "System"],
            "operationId": operation_id,
            "parameters": [
                *(_path_parameter(step[1:-1]) for step in template.split("/") if step[:1] == "{"),
                *({"name": each, "in": "query", "schema": _QUERY.get(each, {"type": "string"})}
                  for each in _query_names(route, model)),
            ],
        }  # fmt: skip
        if route.consumes is not None:
            schema = self._request_schema(route)
            operation["requestBody"] = {"content": {route.consumes: {"schema": schema}}}
        operation["responses"] = {"200": self._response_of(route, model)}
        return operation

    def _number_order(self, operation: tuple[str, str, Route]) -> tuple[str, bool, str, str]:
        """Return the place of an operation in the order in which repeated ids are numbered.

        Generators go through the server's classes, sorted by package, and number an operation by
        name before the same one by id.
        """
        template, method, _ = operation
        steps = template.split("/")[2:]
        packages = self._models.rules.table("java_packages")
        package = packages.get(steps[0], steps[0])
        by_name = "name" in steps
        collection = takewhile(lambda step: step != "name" and step[0] != "{", steps[:2])
        return "/".join([package, *collection]).lower(), not by_name, template, method

    def _operation_id(self, template: str, root: str, method: str, route: Route, name: str) -> str:
        """Return the id of an operation; repeated ids are numbered, as generators do."""
        known = self._models.rules.table("operation_ids")
        text = known.get(f"{method} {_PARAMETER.sub('{}', template)}")
        if text is None and route.operation:
            text = route.operation.format(name=name, names=_plural(name))
        elif text is None:
            steps = [step for step in template.removeprefix(root).split("/")
                     if step and step[0] != "{"]  # fmt: skip
            words = "".join(step[:1].upper() + step[1:] for step in steps if step.isalnum())
            text = f"{_VERBS[method]}{words.removeprefix('V1') or name}"
        count = self._id_counts[text] = self._id_counts.get(text, -1) + 1
        return f"{text}_{count}" if count else text

    def _request_schema(self, route: Route) -> dict[str, Any]:
        if route.body_schema is not None:
            return self._convert_schema(route.body_schema)
        return {"type": "object"} if route.consumes in {JSON, JSON_PATCH} else {"type": "string"}

    def _response_of(self, route: Route, model: EntityModel | None) -> dict[str, Any]:
        response: dict[str, Any] = {"description": "OK"}
        if model is None or not route.returns:
            return response
        name = self._add_entity(model)
        schema: dict[str, Any] = {"$ref": f"#/components/schemas/{name}"}
        if route.returns == "page":
            listed = f"{name}List"
            self._components[listed] = {
                "type": "object",
                "required": ["data"],
                "properties": {
                    "data": {"type": "array", "items": schema},
                    "paging": {"$ref": "#/components/schemas/Paging"},
                },
            }
            schema = {"$ref": f"#/components/schemas/{listed}"}
        elif route.returns == "history":
            self._components["EntityHistory"] = {
                "type": "object",
                "properties": {
                    "entityType": {"type": "string"},
                    "versions": {"type": "array", "items": {"type": "object"}},
                },
            }
            schema = {"$ref": "#/components/schemas/EntityHistory"}
        response["content"] = {JSON: {"schema": schema}}
        return response

    # schemas

    def _add_entity(self, model: EntityModel) -> str:
        """Return the component name of an entity, which has the properties of all entities."""
        name = self._add_component(model.node)
        properties = self._components[name]["properties"]
        for each in _SHARED:
            properties.setdefault(each, {"type": "number" if each == "version" else "string"})
        return name

    def _add_component(self, node: Node) -> str:
        """Return the component name of a schema; add the component if it is new."""
        target = node.target
        name = self._component_name(target)
        if name in self._components:
            return name
        component: dict[str, Any] = {"type": "object", "properties": {}}
        self._components[name] = component
        component["properties"] = {
            field: self._convert_schema(child) for field, child in target.properties.items()
        }
        if target.required:
            component["required"] = sorted(target.required)
        return name

    def _component_name(self, target: Node) -> str:
        """Return the name of a schema: that of its Java class, unless another schema has it."""
        name = self._names.get(target.ref)
        if name is None:
            java = str(target.schema.get("javaType") or "").rpartition(".")[2].rpartition("$")[2]
            name = java or target.type_name
            if name in self._used_names:
                name = target.type_name
            while name in self._used_names:
                name += "_"
            self._names[target.ref] = name
            self._used_names.add(name)
        return name

    def _convert_schema(self, node: Node) -> dict[str, Any]:
        kind = node.kind
        if kind == "object" and node.properties:
            return {"$ref": f"#/components/schemas/{self._add_component(node)}"}
        if kind in {"object", "union", "map", "any", "null"}:
            return {"type": "object"}
        out: dict[str, Any] = {"type": "string" if kind == "enum" else kind}
        facts = {**node.target.schema, **{k: v for k, v in node.schema.items() if k != "$ref"}}
        if kind == "enum":
            out["enum"] = list(node.enum or ())
        elif kind == "array":
            items = node.items
            out["items"] = {"type": "object"} if items is None else self._convert_schema(items)
        if node.format and not node.secret and kind != "enum":
            out["format"] = node.format
        out |= {name: facts[name] for name in _BOUNDS if name in facts and kind != "enum"}
        default = default_of(node)
        if default is not None and kind not in {"array", "object"}:
            out["default"] = default
        return out


def _plural(name: str) -> str:
    """Return the plural of an English noun: ``Glossary`` → ``Glossaries``."""
    if name.endswith(("s", "x", "ch")):
        return f"{name}es"
    is_consonant = name[-2:-1] not in {"a", "e", "i", "o", "u"}
    return f"{name[:-1]}ies" if name.endswith("y") and is_consonant else f"{name}s"


def _path_parameter(name: str) -> dict[str, Any]:
    schema = {"type": "string"}
    if name == "id" or name.endswith("Id"):
        schema["format"] = "uuid"
    return {"name": name, "in": "path", "required": True, "schema": schema}


def _query_names(route: Route, model: EntityModel | None) -> list[str]:
    """Return the query parameters of an operation: its own, and the filters of a list."""
    names = [*route.query]
    if route.returns == "page" and model is not None:
        names += model.filters
    if model is not None and not model.entity.deleted:
        names = [name for name in names if name not in {"include", "hardDelete"}]
    return list(dict.fromkeys(names))
