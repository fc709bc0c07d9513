"""Tests of connections, which an automation workflow of the server carries out."""

from __future__ import annotations

import uuid
from typing import Any

from dynclient import model
from dynclient.dispatch import bad_arguments
from dynclient.errors import NotFound, Problem
from dynclient.extensions.base import CollectionEntity, CollectionExtension
from dynclient.extensions.records import load_record
from dynclient.extensions.times import now
from dynclient.extensions.waiting import Waiting
from dynclient.operations.operation import Plan

_RESULT = "entity/services/connections/testConnectionResult.json"
_REQUEST = "entity/automations/testServiceConnection.json"
_TIMEOUT = 180.0


class ConnectionTests(CollectionExtension):
    """Methods of services: ``om.database_services.test_connection("shop")``."""

    name = "connection_tests"
    operations = "connection_tests"

    def test_connection(
        self,
        service: Any,
        connection: Any = None,
        *,
        timeout: float | None = _TIMEOUT,
        interval: float | None = None,
    ) -> Any:
        """Let the server connect to a service, and return what it found.

        The pipeline service of the server does it, in a workflow that is deleted afterwards.

        Args:
            service: the service: an entity, a reference, an id or a name.
            connection: the connection to test, as ``om.services.connection`` returns it; by default
                the one of the service. Servers mask the secrets of connections that they return to
                people, so these need it here.
            timeout: seconds to wait at most; None for ever.
            interval: seconds between two looks.

        Returns:
            A ``TestConnectionResult``: ``status`` is ``Successful`` or ``Failed``, ``steps`` says
            of each step what went wrong. None if the server does not tell.

        Raises:
            NotFound: the service does not exist.
            RequestInvalid: the connection has a mask in place of a secret.
            BadRequest: there is no pipeline service.
            WaitTimedOut: the test has not ended in time.
        """
        entity = self.read(service)
        raw = model.raw(entity)
        tested = raw.get("connection") if connection is None else connection
        if not tested:
            message = f"service {raw['name']} has no connection; pass one"
            raise bad_arguments(
                "test_connection", [Problem("connection", None, "argument", message)]
            )
        request = {
            "connection": model.json_of(tested),
            "serviceType": self._kind_of_service(),
            "connectionType": raw["serviceType"],
            "serviceName": raw["name"],
        }
        operations = self.session.contract.spec("workflows").operations
        body = {"name": f"test-connection-{uuid.uuid4()}", "workflowType": "TEST_CONNECTION"}
        workflow = self.session.call(Plan(operations["create"], {}, {**body, "request": request}))
        identity = model.raw(workflow)["id"]
        try:
            self.call("trigger", {"id": identity})
            ended = Waiting(self.session).wait(workflow, timeout=timeout, interval=interval)
        finally:
            self._delete(Plan(operations["delete"], {"id": identity, "hard": True}))
        found = model.raw(ended) if ended is not None else {}
        return load_record(self.session.release, _RESULT, found.get("response"))

    def _kind_of_service(self) -> str:
        """Return how requests call the kind of the services: ``Database``."""
        kind = self.spec.entity.name.removesuffix("Service").casefold()
        node = self.session.release.node(_REQUEST).properties["serviceType"].target
        names: tuple[str, ...] = node.enum or ()
        return next((name for name in names if name.casefold() == kind), kind.capitalize())

    def _delete(self, plan: Plan) -> None:
        try:
            self.session.call(plan)
        except NotFound:  # deleted by another user
            return

    def set_connection_result(self, service: Any, status: Any, **fields: Any) -> CollectionEntity:
        """Store the result of a test of the connection, and return the service.

        Args:
            service: the service: an entity, a reference, an id or a name.
            status: ``"Successful"`` or ``"Failed"``; or a whole ``TestConnectionResult``.
            fields: more fields of the result: ``steps`` …

        Raises:
            RequestInvalid: the result breaks its schema; lists all problems.
        """
        if isinstance(status, model.Entity):
            body = {**model.raw(status), **fields}
        else:
            body = {"status": status, "steps": [], "lastUpdatedAt": now(), **fields}
        return self.call("put_result", {"id": self.id_of(service)}, body)
