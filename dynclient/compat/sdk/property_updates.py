"""Custom properties of single entities: ``CustomProperties.update(Table, id).with_property(…)``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Generic, TypeVar

from dynclient import model
from dynclient.compat.ometa import schema_classes
from dynclient.compat.sdk.default_client import OpenMetadata
from dynclient.compat.sdk.identifiers import text_of
from dynclient.compat.sdk.script_release import find_collection, script_release
from dynclient.errors import UsageError
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from collections.abc import Mapping

TEntity = TypeVar("TEntity")


@public_calls
class CustomPropertyUpdater(Generic[TEntity]):
    """An update of the custom properties of one entity; ``execute()`` sends it.

    Args:
        entity_type: the class of the entity type.
        identifier: id or name of the entity.
        is_fqn: whether it is the name.
    """

    def __init__(self, entity_type: Any, identifier: str, is_fqn: bool = False) -> None:
        self.entity_type = entity_type
        self.identifier = identifier
        self.is_fqn = is_fqn
        self.properties: dict[str, Any] = {}
        self.clear_all_flag = False
        self._client: Any = None

    def with_property(self, key: str, value: Any) -> CustomPropertyUpdater[TEntity]:
        """Set a property; None removes it."""
        self.properties[key] = value
        return self

    def with_properties(self, properties: Mapping[str, Any]) -> CustomPropertyUpdater[TEntity]:
        """Set several properties."""
        self.properties.update(properties)
        return self

    def clear_property(self, key: str) -> CustomPropertyUpdater[TEntity]:
        """Remove the value of a property."""
        self.properties[key] = None
        return self

    def clear_all(self) -> CustomPropertyUpdater[TEntity]:
        """Remove the values of all properties that are not set by this update."""
        self.clear_all_flag = True
        self.properties.clear()
        return self

    def use_client(self, client: Any) -> CustomPropertyUpdater[TEntity]:
        """Use a client instead of the one of the process."""
        self._client = client.ometa if isinstance(client, OpenMetadata) else client
        return self

    def execute(self) -> Any:
        """Send the update, and return the entity with its properties.

        Raises:
            APIError: there is no such property, or its value is not valid; nothing is sent then.
            UsageError: there is nothing to change.
        """
        client = self._client or OpenMetadata.get_default_client()
        values = {key: value for key, value in self.properties.items() if value is not None}
        removed = [key for key in self.properties if key not in values]
        if not (values or removed or self.clear_all_flag):
            raise UsageError(
                "the update changes nothing; use with_property(…), clear_property(…) or clear_all()"
            )
        kind = schema_classes.entity_name(self.entity_type)

        def change() -> Any:
            collection, changed = client.native[kind], None
            if values or self.clear_all_flag:
                changed = collection.set_properties(
                    self.identifier, schema_classes.payload(values), only=self.clear_all_flag
                )
            if removed and not self.clear_all_flag:
                changed = collection.remove_property(self.identifier, *removed)
            return changed

        changed = client.gateway.native(change)
        data = model.asdict(changed, secrets=True)
        return schema_classes.wrap(self.entity_type, data, client.gateway.release)

    def __repr__(self) -> str:
        return f"<CustomPropertyUpdater of {self.identifier!r}: {', '.join(self.properties)}>"


class CustomProperties:
    """Updates of the custom properties of entities of any type."""

    @staticmethod
    def update(entity_type: Any, identifier: Any) -> CustomPropertyUpdater[Any]:
        """Return an update of an entity by its id.

        Args:
            entity_type: the class of the entity type, ``Table``.
            identifier: the id.
        """
        return CustomPropertyUpdater(entity_type, text_of(identifier))

    @staticmethod
    def update_by_name(entity_type: Any, fqn: Any) -> CustomPropertyUpdater[Any]:
        """Return an update of an entity by its fully qualified name."""
        return CustomPropertyUpdater(entity_type, text_of(fqn), is_fqn=True)


class _OfOneType:
    _kind = ""

    @classmethod
    def _entity_type(cls) -> Any:
        release = script_release()
        return schema_classes.class_at(release, find_collection(release, cls._kind).entity.path)

    @classmethod
    def update(cls, identifier: Any) -> CustomPropertyUpdater[Any]:
        """Return an update of an entity by its id."""
        return CustomProperties.update(cls._entity_type(), identifier)

    @classmethod
    def update_by_name(cls, fqn: Any) -> CustomPropertyUpdater[Any]:
        """Return an update of an entity by its fully qualified name."""
        return CustomProperties.update_by_name(cls._entity_type(), fqn)


class TableCustomProperties(_OfOneType):
    """Updates of the custom properties of tables."""

    _kind = "table"


class GlossaryCustomProperties(_OfOneType):
    """Updates of the custom properties of glossaries."""

    _kind = "glossary"
