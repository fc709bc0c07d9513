"""JSON Patches of entities: from one state to another, or of one aspect."""

from __future__ import annotations

from copy import deepcopy
from typing import TYPE_CHECKING, Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import CrudMixin, log
from dynclient.compat.ometa.exceptions import APIError, as_runtime_error
from dynclient.compat.ometa.gateway import plain
from dynclient.compat.ometa.official_changes import has_change
from dynclient.compat.ometa.patch_builder import CONSTRAINTS, build_patch, state_of
from dynclient.errors import PreconditionFailed, TransportError
from dynclient.model.json_patch import diff
from dynclient.model.masking import without_masks

if TYPE_CHECKING:
    from collections.abc import Callable


def _no_entity(entity: Any) -> None:
    """Return what most official methods do if there was nothing to change."""
    del entity


class PatchMixin(CrudMixin):
    """The official client's methods that send a JSON Patch."""

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
        """Patch an entity from one state to another and return it; None if nothing changes.

        Args:
            entity: the entity class.
            source: the current state.
            destination: the intended state.
            allowed_fields: see :func:`build_patch`, like the next three.
            restrict_update_fields: fields whose values are only added.
            array_entity_fields: lists that are merged by name; before release 1.13 their current
                items keep their order.
            override_metadata: also replace restricted fields.
            skip_on_failure: log an error of the server, a timeout or a broken connection and
                return None, as the official client does; False to raise it.
            if_match: the ETag that the entity must still have: ``W/"0.3"``.

        Raises:
            APIError: the server returned an error, and ``skip_on_failure`` is false; it is a
                ``RuntimeError`` too, as is the next.
            TransportError: there was no response, and ``skip_on_failure`` is false.
            BadArguments: a state is not an entity.
        """
        node = self.gateway.release.node(self.gateway.spec(entity).entity.path)
        before = schema_classes.to_send(node, source)
        after = schema_classes.to_send(node, destination)
        _check_states(node.type_name, {"source": before, "destination": after})
        operations = build_patch(
            before,
            without_masks(node, before, after),
            allowed_fields,
            restrict_update_fields,
            array_entity_fields,
            override_metadata=override_metadata,
            keep_order=not has_change(self.gateway.release, "patch_reorders_lists"),
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
        """Send a JSON Patch and return the entity; log a failure and return None."""
        spec, key = self.gateway.spec(entity), plain(entity_id)
        try:
            body = self.gateway.entity_if_match(spec, "patch", {"id": key}, operations, if_match)
        except (APIError, TransportError) as error:
            if if_match and isinstance(error, PreconditionFailed):
                raise
            failure = error
        else:
            return self._to_entity(entity, body)
        if not skip_on_failure:
            raise as_runtime_error(failure)
        log().error("%s %s could not be patched: %s", entity.__name__, key, failure)
        return None

    def _read_and_patch(
        self,
        entity: type,
        entity_id: Any,
        fields: list[str],
        change: Callable[[dict[str, Any]], None],
        skip_on_failure: bool = True,
        unchanged: Callable[[Any], Any] = _no_entity,
    ) -> Any:
        """Read an entity, change its JSON, and send the difference as a JSON Patch.

        Args:
            entity: the entity class.
            entity_id: id of the entity.
            fields: fields to read in addition to the default ones, if the release has them.
            change: changes the JSON in place.
            skip_on_failure: as for :meth:`patch`.
            unchanged: returns the result for the entity if nothing changes.

        Returns:
            The patched entity; None if it does not exist.
        """
        spec = self.gateway.spec(entity)
        names = [name for name in fields if name in spec.entity.properties]
        instance = self.get_by_id(entity, entity_id, names or None)
        if instance is None:
            return None
        before = state_of(
            schema_classes.to_send(self.gateway.release.node(spec.entity.path), instance)
        )
        after = deepcopy(before)
        change(after)
        operations = diff(before, after)
        if not operations:
            return unchanged(instance)
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
        """Set the description of an entity; ``force`` replaces an existing one."""

        def change(state: dict[str, Any]) -> None:
            if force or not state.get("description"):
                state["description"] = plain(description)

        return self._read_and_patch(entity, source.id, [], change, skip_on_failure)

    def patch_table_constraints(self, table: Any, constraints: list[Any]) -> Any:
        """Set the constraints of a table."""

        def change(state: dict[str, Any]) -> None:
            state[CONSTRAINTS] = schema_classes.payload(constraints)

        return self._read_and_patch(type(table), table.id, [CONSTRAINTS], change)

    def patch_life_cycle(self, entity: Any, life_cycle: Any) -> Any:
        """Set when an entity was created, accessed and updated."""

        def change(state: dict[str, Any]) -> None:
            state["lifeCycle"] = schema_classes.payload(life_cycle)

        return self._read_and_patch(type(entity), entity.id, ["lifeCycle"], change)

    def patch_automation_workflow_response(
        self,
        automation_workflow: Any,
        test_connection_result: Any = None,
        workflow_status: Any = None,
        *,
        result: Any = None,
    ) -> None:
        """Set the result of an automation workflow.

        Args:
            automation_workflow: the workflow.
            test_connection_result: the result of the test of a connection.
            workflow_status: the new status of the workflow.
            result: the result, as this argument is called since 1.9.
        """
        response = result if test_connection_result is None else test_connection_result
        values = {"response": response, "status": workflow_status}
        operations = [
            {"op": "add", "path": f"/{name}", "value": schema_classes.payload(value)}
            for name, value in values.items()
        ]
        self._send_patch(type(automation_workflow), automation_workflow.id, operations)


def _check_states(type_name: str, states: dict[str, Any]) -> None:
    """Raise BadArguments for states that are not JSON objects."""
    from dynclient.dispatch import bad_arguments
    from dynclient.errors import Problem

    problems = [
        Problem(name, type(state).__name__, "type", f"must be a {type_name}, not {state!r:.80}")
        for name, state in states.items()
        if not isinstance(state, dict)
    ]
    if problems:
        raise bad_arguments("patch", problems)
