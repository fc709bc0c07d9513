"""The official client's methods about its server, and about classes and their collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.exceptions import InvalidEntityException, VersionParsingException
from dynclient.errors import Problem
from dynclient.schema.type_names import stem

if TYPE_CHECKING:
    from dynclient.compat.ometa.gateway import Gateway
    from dynclient.schema import Release


class ServerMixin:
    """Methods that need no entity; base of all others."""

    gateway: Gateway
    _raw_data: bool

    @property
    def types(self) -> Release:
        """The release of the classes that the script imports."""
        from dynclient import compat

        hook = compat.installed()
        return self.gateway.release if hook is None else hook.release

    # -- the server -------------------------------------------------------------------------------

    def health_check(self) -> bool:
        """Return whether the server can be reached and is an OpenMetadata server."""
        return self.gateway.client.health_check()

    def get_server_version(self) -> str:
        """Return the server's version as three numbers: ``1.6.0``.

        Raises:
            VersionParsingException: the version that the server reports cannot be parsed.
        """
        import re

        version = self.gateway.client.version
        found = re.search(r"\d+\.\d+\.\d+", version)
        if found is None:
            raise VersionParsingException(
                f"the server reports the version {version!r}, which is not like 1.6.0"
            )
        return found[0]

    def server_version(self) -> str:
        """Return the server's version; the same as :meth:`get_server_version`."""
        return self.get_server_version()

    def client_version(self) -> str:
        """Return the release whose schemas are used: the server's."""
        return self.gateway.release.name

    def log_server_version(self) -> None:
        """Write the server's version to the log."""
        from dynclient.compat.ometa.loggers import ometa_logger

        ometa_logger().info("the server's version is %s", self.get_server_version())

    def validate_versions(self) -> None:
        """Do nothing: the schemas of the server's own release are used."""

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
        """Return the entity class that a class of create requests creates."""
        entity_type = schema_classes.created_by(create)
        return schema_classes.class_at(schema_classes.release_of(create), entity_type.path)

    @staticmethod
    def update_file_name(create: type, file_name: str) -> str:
        """Return the name of an entity's module: ``databaseschema`` → ``databaseSchema``.

        Args:
            create: the class of its create requests.
            file_name: the name of the module in lower case; returned for other classes.
        """
        try:
            found = stem(schema_classes.created_by(create).path)
        except InvalidEntityException:
            return file_name
        return found if found.lower() == file_name.lower() else file_name

    @staticmethod
    def get_create_entity_type(entity: type) -> type:
        """Return the class of the create requests of an entity class."""
        known = schema_classes.spec_of(entity).entity
        if known.create is None:
            message = f"{known.type_name} has no create request"
            problem = Problem("entity", entity.__name__, "argument", message)
            raise InvalidEntityException(message, problems=(problem,))
        return schema_classes.class_at(schema_classes.release_of(entity), known.create)
