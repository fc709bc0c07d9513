"""Services: the types of connections that a release has, and services created from them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import Problem
from dynclient.extensions.base import Extension
from dynclient.operations.catalogue import catalogue
from dynclient.operations.operation import Plan
from dynclient.schema import Node, Release
from dynclient.suggestions import nearest


class ServiceType(NamedTuple):
    """One type of service, ``Mysql``."""

    name: str
    """The type, as in ``serviceType``."""
    collection: str
    """The collection of its services, ``database_services``."""
    connection: Node
    """The schema of what contains the connection, ``DatabaseConnection``."""
    config: Node
    """The schema of the connection itself, ``MysqlConnection``."""


class Services(Extension):
    """Connections and services of all types: ``om.services.connection("Mysql", hostPort=…)``."""

    name = "services"

    def types(self) -> list[str]:
        """Return the types of services that have a schema of their connection, sorted."""
        return sorted({known.name for known in self._types})

    def connection_class(self, type: str, collection: str | None = None) -> Any:
        """Return the class of the connection of a type of service, ``MysqlConnection``.

        Its signature and ``help()`` show the fields.

        Args:
            type: the type of service, ``"Mysql"``; upper and lower case are the same.
            collection: the collection of the service, for types that several have.

        Raises:
            BadArguments: the release has no such type, or several collections have it.
        """
        return model.class_for(self._find(type, collection).config)

    def connection(self, type: str, /, collection: str | None = None, **fields: Any) -> Any:
        """Return the connection of a service, as create requests take it.

        Args:
            type: the type of service, ``"Mysql"``; upper and lower case are the same.
            collection: the collection of the service, for types that several have:
                ``"database_services"``.
            fields: the fields of the connection: ``hostPort``, ``username`` …

        Returns:
            An instance of ``DatabaseConnection``, or of its counterpart, with the connection in
            ``config``.

        Raises:
            BadArguments: the release has no such type, or several collections have it.
            UnknownField: the connection does not have a field of that name.
        """
        found = self._find(type, collection)
        config = model.class_for(found.config)(**{"type": found.name, **fields})
        return model.class_for(found.connection)(config=config)

    def create(self, name: str, connection: Any, **fields: Any) -> Any:
        """Create a service of a connection, in the collection of its type.

        Args:
            name: the name of the service.
            connection: a connection, as :meth:`connection` returns it.
            fields: more fields of the create request: ``description``, ``owners`` …

        Returns:
            The service.

        Raises:
            BadArguments: it is not a connection.
            Conflict: there is a service of that name.
            RequestInvalid: the request breaks its schema; lists all problems.
        """
        config = getattr(connection, "config", None)
        if not isinstance(connection, model.Entity) or not isinstance(config, model.Entity):
            kind = connection.__class__.__name__
            message = f"must be a connection, om.services.connection('Mysql', …), not {kind}"
            problem = Problem("connection", kind, "argument", message)
            raise bad_arguments("services.create", [problem])
        node = model.schema_of(connection)
        attribute = next(each.collection for each in self._types if each.connection.ref == node.ref)
        body = {"name": name, "serviceType": model.raw(config)["type"], "connection": connection}
        operation = self.session.contract.spec(attribute).operations["create"]
        return self.session.call(Plan(operation, {}, {**body, **fields}))

    @property
    def _types(self) -> list[ServiceType]:
        return self.session.release.memo("service types", _service_types)

    def _find(self, type: str, collection: str | None) -> ServiceType:
        attribute = None if collection is None else self.session.find(collection).attribute
        known = [each for each in self._types if attribute in {None, each.collection}]
        name = str(type).casefold()
        found = [each for each in known if each.name.casefold() == name]
        if len(found) == 1:
            return found[0]
        if found:
            places = " or ".join(sorted(repr(each.collection) for each in found))
            message = f"{type!r} is a type of several; name one with collection={places}"
            raise self._refusal(Problem("collection", None, "argument", message))
        place = f" of {attribute}" if attribute else ""
        message = f"release {self.session.release.name} has no type{place} {type!r}"
        near = tuple(nearest(str(type), [each.name for each in known]))
        raise self._refusal(Problem("type", type, "argument", message, near))

    @staticmethod
    def _refusal(problem: Problem) -> Exception:
        return bad_arguments("services", [problem])


def _service_types(release: Release) -> list[ServiceType]:
    """Return the types of services of a release."""
    return list(_find_types(release))


def _find_types(release: Release) -> Iterator[ServiceType]:
    for spec in catalogue(release):
        if spec.entity.path not in release.paths:
            continue  # part of a document, as results of tests are
        properties = release.node(spec.entity.path).properties
        if "serviceType" not in properties or "connection" not in properties:
            continue
        connection = properties["connection"].target
        config = connection.properties.get("config")
        if config is None:
            continue
        for branch in config.target.branches or (config.target,):
            kind = branch.target.properties.get("type")
            if kind is None:
                continue
            names = kind.target.enum or ()
            name = kind.default or (names[0] if names else None)
            if isinstance(name, str):
                yield ServiceType(name, spec.attribute, connection, branch.target)
