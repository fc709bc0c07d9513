"""Services made from the ``source`` part of a configuration for ingestion."""

from __future__ import annotations

from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import CrudMixin


class ServiceMixin(CrudMixin):
    """The methods of the official client that make services."""

    def get_create_service_from_source(self, entity: type, config: Any) -> Any:
        """Return the request for a service.

        Args:
            entity: class of the service, ``DatabaseService``.
            config: a ``Source``: ``serviceName``, and ``serviceConnection`` with its ``config``.
        """
        told = schema_classes.payload(config)
        connection = told["serviceConnection"]
        return self.get_create_entity_type(entity)(
            name=told["serviceName"],
            serviceType=connection["config"]["type"],
            connection=connection,
        )

    def create_service_from_source(self, entity: type, config: Any) -> Any:
        """Make or update a service; arguments as for its request."""
        return self.create_or_update(self.get_create_service_from_source(entity, config))

    def get_service_or_create(self, entity: type, config: Any) -> Any:
        """Return the service of a name; made where there is none."""
        name = schema_classes.payload(config)["serviceName"]
        found = self.get_by_name(entity, name)
        return self.create_service_from_source(entity, config) if found is None else found
