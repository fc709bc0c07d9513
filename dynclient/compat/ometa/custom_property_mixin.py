"""Custom properties: defined for an entity type, set on single entities."""

from __future__ import annotations

from typing import Any

from dynclient import model
from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import log
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.patch_mixin import PatchMixin
from dynclient.compat.ometa.request_methods import RequestMethods
from dynclient.errors import SchemaNotFound
from dynclient.operations import Parameter

_PROPERTY_TYPES = (
    "type/customProperty.json#/definitions/propertyType", "type/entityReference.json",
)  # fmt: skip
"""The classes of a property's type, the newer one first."""
_CATEGORY = Parameter("category", "query")
"""The official client names the category of types of any kind as ``field``; servers ignore it."""


class CustomPropertyMixin(PatchMixin, RequestMethods):
    """The official client's methods for custom properties."""

    def create_or_update_custom_property(self, ometa_custom_property: Any) -> Any:
        """Define a custom property of an entity type; return the type as decoded JSON.

        Args:
            ometa_custom_property: an ``OMetaCustomProperties``: entity class and request.
        """
        body = schema_classes.payload(ometa_custom_property.createCustomPropertyRequest)
        identity = self._type_id(ometa_custom_property.entity_type)
        properties = self.gateway.extension("custom_properties")
        changed = self.gateway.native(lambda: properties.call("define", {"id": identity}, body))
        return model.asdict(changed)

    def get_property_type_ref(self, data_type: Any) -> Any:
        """Return the type of a property by its data type, such as ``string``.

        Returns:
            A ``PropertyType``; before 1.3, when releases had no such class, an ``EntityReference``.
        """
        reference = {"id": self._type_id(plain(data_type)), "type": "type"}
        known = [place for place in _PROPERTY_TYPES if self._has_schema(place)]
        return schema_classes.wrap(schema_classes.class_at(self.types, known[0]), reference)

    def _has_schema(self, place: str) -> bool:
        path, _, pointer = place.partition("#")
        try:
            return bool(self.types.node(path, pointer))
        except SchemaNotFound:
            return False

    def get_entity_custom_properties(self, entity_type: Any) -> list[dict[str, Any]]:
        """Return the custom properties defined for an entity class, as decoded JSON.

        Args:
            entity_type: the entity class, or the name of the entity type.
        """
        arguments = {"fqn": self._type_name(entity_type), "fields": ["customProperties"]}
        body = self.gateway.entity(self.gateway.spec("type"), "get_by_name", arguments)
        found: list[dict[str, Any]] = body.get("customProperties") or []
        return found

    def _type_id(self, entity: Any) -> str:
        """Return the id of a type of the server: of entities, or of properties."""
        operation = self.gateway.spec("type").operations["get_by_name"]
        others = tuple(each for each in operation.parameters if each.name != _CATEGORY.name)
        operation = operation._replace(parameters=(*others, _CATEGORY))
        arguments = {"fqn": self._type_name(entity), _CATEGORY.name: "field"}
        return str(self.gateway.call(operation, arguments)["id"])

    def patch_custom_properties(
        self,
        entity: type,
        entity_id: Any,
        custom_properties: dict[str, Any],
        force: bool = False,
    ) -> Any:
        """Set custom properties of an entity; its other properties are kept.

        Args:
            entity: the entity class.
            entity_id: id of the entity.
            custom_properties: values by name.
            force: remove the properties that are not given.

        Returns:
            The entity, or None if nothing changes or the server rejects the patch.
        """
        values = schema_classes.payload(custom_properties)

        def change(state: dict[str, Any]) -> None:
            current = {} if force else state.get("extension") or {}
            state["extension"] = {**current, **values}

        try:
            return self._read_and_patch(entity, entity_id, ["extension"], change)
        except APIError as error:
            log().error("the custom properties could not be set: %s", error.message)
            return None
