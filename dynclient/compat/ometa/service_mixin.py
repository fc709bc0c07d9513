"""Services created from the ``source`` section of an ingestion configuration."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.connection import stores_connections
from dynclient.compat.ometa.crud_mixin import CrudMixin


class ServiceMixin(CrudMixin):
    """The official client's methods that create services."""

    config: Any
    """The script's ``OpenMetadataConnection``."""

    def get_create_service_from_source(self, entity: type, config: Any) -> Any:
        """Return the create request of a service.

        It has no connection if the client's ``storeServiceConnection`` is false: then servers do
        not get the credentials.

        Args:
            entity: class of the service, such as ``DatabaseService``.
            config: a ``Source``: ``serviceName``, and ``serviceConnection`` with its ``config``.
        """
        source = schema_classes.payload(config)
        connection = source["serviceConnection"]
        fields = {"name": source["serviceName"], "serviceType": connection["config"]["type"]}
        if stores_connections(schema_classes.payload(self.config)):
            fields["connection"] = connection
        return self.get_create_entity_type(entity)(**fields)

    def create_service_from_source(self, entity: type, config: Any) -> Any:
        """Create or update a service; see :meth:`get_create_service_from_source`."""
        return self.create_or_update(self.get_create_service_from_source(entity, config))

    def get_service_or_create(self, entity: type, config: Any) -> Any:
        """Return the service with the name in a configuration; create it if it does not exist."""
        name = schema_classes.payload(config)["serviceName"]
        found = self.get_by_name(entity, name)
        return self.create_service_from_source(entity, config) if found is None else found
