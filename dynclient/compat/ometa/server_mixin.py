"""What the official client tells of its server, and of classes and their collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.exceptions import InvalidEntityException, VersionParsingException
from dynclient.errors import Problem

if TYPE_CHECKING:
    from dynclient.compat.ometa.gateway import Gateway
    from dynclient.schema import Release


class ServerMixin:
    """The methods that change nothing and need no entity; base of all others."""

    gateway: Gateway
    _raw_data: bool

    @property
    def types(self) -> Release:
        """The release that ``metadata.generated`` shows to the script."""
        from dynclient import compat

        hook = compat.installed()
        return self.gateway.release if hook is None else hook.release

    # -- what the server is ------------------------------------------------------------------------

    def health_check(self) -> bool:
        """Tell whether the server is there and is an OpenMetadata."""
        return self.gateway.client.health_check()

    def get_server_version(self) -> str:
        """Return the server's version as three numbers: ``1.6.0``.

        Raises:
            VersionParsingException: it tells none.
        """
        import re

        told = self.gateway.client.version
        found = re.search(r"\d+\.\d+\.\d+", told)
        if found is None:
            raise VersionParsingException(f"the server says it is of version {told!r}")
        return found[0]

    def server_version(self) -> str:
        """Return the server's version; the same as :meth:`get_server_version`."""
        return self.get_server_version()

    def client_version(self) -> str:
        """Return the release whose schemas are spoken: that of the server."""
        return self.gateway.release.name

    def validate_versions(self) -> None:
        """Do nothing: whatever version the server has, its own schemas are spoken."""

    # -- classes -----------------------------------------------------------------------------------

    @staticmethod
    def get_suffix(entity: type) -> str:
        """Return the path of a class's collection, without the API version: ``/tables``."""
        return schema_classes.spec_of(entity).route.removeprefix("/v1")

    @staticmethod
    def get_module_path(entity: type) -> str | None:
        """Return the folder of a class's schema below ``entity/``: ``data``, ``services`` …"""
        steps = schema_classes.node_of(entity).path.split("/")
        return steps[1] if steps[0] == "entity" and len(steps) > 2 else None

    @staticmethod
    def get_entity_from_create(create: type) -> type:
        """Return the class that a class of create requests makes entities of."""
        made = schema_classes.created_by(create)
        return schema_classes.class_at(schema_classes.release_of(create), made.path)

    @staticmethod
    def get_create_entity_type(entity: type) -> type:
        """Return the class of the create requests of a class of entities."""
        known = schema_classes.spec_of(entity).entity
        if known.create is None:
            message = f"no request makes a {known.type_name}"
            problem = Problem("entity", entity.__name__, "argument", message)
            raise InvalidEntityException(message, problems=(problem,))
        return schema_classes.class_at(schema_classes.release_of(entity), known.create)
