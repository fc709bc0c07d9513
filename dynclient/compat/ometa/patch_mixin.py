"""Entities changed by JSON Patches: from one state to another, or by a helper for one thing."""

from __future__ import annotations

from copy import deepcopy
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import CrudMixin, log
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.patch_builder import CONSTRAINTS, build_patch, state_of
from dynclient.model.json_patch import diff

if TYPE_CHECKING:
    from collections.abc import Callable


class PatchMixin(CrudMixin):
    """The methods of the official client that change an entity by a JSON Patch."""

    def patch(
        self,
        entity: type,
        source: Any,
        destination: Any,
        allowed_fields: dict[str, Any] | None = None,
        restrict_update_fields: list[str] | None = None,
        array_entity_fields: list[str] | None = None,
        override_metadata: bool | None = False,
        skip_on_failure: bool | None = True,
        if_match: str | None = None,
    ) -> Any:
        """Turn an entity from one state into another and return it; None where nothing changed.

        Args:
            entity: its class.
            source: as it was read.
            destination: as it shall be.
            allowed_fields: see :func:`build_patch`, and so for the next three.
            restrict_update_fields: fields that are added only.
            array_entity_fields: lists merged by name.
            override_metadata: let restricted fields be replaced, too.
            skip_on_failure: log a refusal and return None, as the official client does; with False
                it is raised.
            if_match: the state it must still be in: ``W/"0.3"``.

        Raises:
            APIError: the server refused, and ``skip_on_failure`` is false.
        """
        node = self.gateway.release.node(self.gateway.spec(entity).entity.path)
        operations = build_patch(
            schema_classes.to_send(node, source),
            schema_classes.to_send(node, destination),
            allowed_fields,
            restrict_update_fields,
            array_entity_fields,
            override_metadata=override_metadata,
        )
        if operations is None:
            return None
        return self._send_patch(entity, source.id, operations, bool(skip_on_failure), if_match)

    def _send_patch(
        self,
        entity: type,
        entity_id: Any,
        operations: list[dict[str, Any]],
        skip_on_failure: bool = True,
        if_match: str | None = None,
    ) -> Any:
        """Send operations to an entity and return it; None where the server refused."""
        spec, key = self.gateway.spec(entity), plain(entity_id)
        try:
            answer = self.gateway.entity_if_match(spec, "patch", {"id": key}, operations, if_match)
        except APIError as error:
            overtaken = if_match and error.status_code == HTTPStatus.PRECONDITION_FAILED
            if overtaken or not skip_on_failure:
                raise
            log().error("%s %s was not changed: %s", entity.__name__, key, error.message)
            return None
        return self._to_entity(entity, answer)

    def _read_and_patch(
        self,
        entity: type,
        entity_id: Any,
        fields: list[str],
        change: Callable[[dict[str, Any]], None],
        skip_on_failure: bool = True,
    ) -> Any:
        """Read an entity anew, change its JSON, and send what that changed.

        Args:
            entity: its class.
            entity_id: its id.
            fields: to be read beyond the usual ones, as far as this release has them.
            change: changes the JSON in place.
            skip_on_failure: as for :meth:`patch`.

        Returns:
            The entity as it is now; None where there is none, or nothing to change.
        """
        spec = self.gateway.spec(entity)
        asked = [name for name in fields if name in spec.entity.properties]
        instance = self.get_by_id(entity, entity_id, asked)
        if instance is None:
            return None
        before = state_of(
            schema_classes.to_send(self.gateway.release.node(spec.entity.path), instance)
        )
        after = deepcopy(before)
        change(after)
        operations = diff(before, after)
        if not operations:
            return None
        return self._send_patch(entity, entity_id, operations, skip_on_failure)

    # -- descriptions, constraints, life cycles ----------------------------------------------------

    def patch_description(
        self,
        entity: type,
        source: Any,
        description: str,
        force: bool = False,
        skip_on_failure: bool = True,
    ) -> Any:
        """Describe an entity; one that is described already stays so unless ``force``."""

        def change(state: dict[str, Any]) -> None:
            if force or not state.get("description"):
                state["description"] = plain(description)

        return self._read_and_patch(entity, source.id, [], change, skip_on_failure)

    def patch_table_constraints(self, table: Any, constraints: list[Any]) -> Any:
        """Give a table these constraints."""

        def change(state: dict[str, Any]) -> None:
            state[CONSTRAINTS] = schema_classes.payload(constraints)

        return self._read_and_patch(type(table), table.id, [CONSTRAINTS], change)

    def patch_life_cycle(self, entity: Any, life_cycle: Any) -> Any:
        """Say when an entity was made, used and changed."""

        def change(state: dict[str, Any]) -> None:
            state["lifeCycle"] = schema_classes.payload(life_cycle)

        return self._read_and_patch(type(entity), entity.id, ["lifeCycle"], change)

    def patch_automation_workflow_response(
        self, automation_workflow: Any, test_connection_result: Any, workflow_status: Any
    ) -> None:
        """Tell how an automation ended."""
        told = {"response": test_connection_result, "status": workflow_status}
        operations = [
            {"op": "add", "path": f"/{name}", "value": schema_classes.payload(value)}
            for name, value in told.items()
        ]
        self._send_patch(type(automation_workflow), automation_workflow.id, operations)
