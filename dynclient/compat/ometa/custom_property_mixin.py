"""Custom properties: defined for a type of entities, and given to single ones."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import log
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.patch_mixin import Patching
from dynclient.compat.ometa.request_methods import Requests
from dynclient.operations import Operation, Parameter

_TYPE = Parameter("name", "path", required=True)
_READ = "/v1/metadata/types/name/{name}"
_PROPERTY = "type/customProperty.json"


class Properties(Patching, Requests):
    """The methods of the official client for custom properties."""

    def create_or_update_custom_property(self, ometa_custom_property: Any) -> Any:
        """Define a property for all entities of a type; return the type as decoded JSON.

        Args:
            ometa_custom_property: an ``OMetaCustomProperties``: the class, and the request.
        """
        kind = self._type(ometa_custom_property.entity_type, category="field")
        write = Operation(
            "define", None, "PUT", "/v1/metadata/types/{id}", (Parameter("id", "path"),),
            body_kind="json",
        )  # fmt: skip
        body = schema_classes.payload(ometa_custom_property.createCustomPropertyRequest)
        return self.gateway.call(write, {"id": kind["id"]}, body)

    def get_property_type_ref(self, data_type: Any) -> Any:
        """Return a reference to a type that properties can have, such as ``string``."""
        kind = self._type(plain(data_type), category="field")
        reference = {"id": kind["id"], "type": "type"}
        return schema_classes.wrap(
            schema_classes.class_at(self.types, "type/entityReference.json"), reference
        )

    def get_entity_custom_properties(self, entity_type: type) -> list[Any]:
        """Return the properties that are defined for a class of entities."""
        kind = self._type(entity_type, fields="customProperties")
        return [self._wrapped(_PROPERTY, each) for each in kind.get("customProperties") or ()]

    def _type(self, entity: Any, **query: str) -> dict[str, Any]:
        taken = (_TYPE, *(Parameter(name, "query") for name in query))
        read = Operation("type", None, "GET", _READ, taken)
        found: dict[str, Any] = self.gateway.call(read, {"name": self._type_name(entity), **query})
        return found

    def patch_custom_properties(
        self,
        entity: type,
        entity_id: Any,
        custom_properties: dict[str, Any],
        force: bool = False,
    ) -> Any:
        """Set properties of one entity; others that it has stay.

        Args:
            entity: its class.
            entity_id: its id.
            custom_properties: values by name.
            force: drop the properties that are not named here.
        """
        values = schema_classes.payload(custom_properties)

        def change(state: dict[str, Any]) -> None:
            held = {} if force else state.get("extension") or {}
            state["extension"] = {**held, **values}

        try:
            return self._changed(entity, entity_id, ["extension"], change)
        except APIError as error:
            log().error("the properties were not set: %s", error.message)
            return None
