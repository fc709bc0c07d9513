"""``metadata.ingestion.connections``: connections of connectors, and how they are tested."""

from __future__ import annotations

import traceback
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

S = TypeVar("S")
C = TypeVar("C")

THREE_MIN = 180
_RESULT = "entity/services/connections/testConnectionResult.json"
_DEFINITION = "entity/services/connections/testConnectionDefinition.json"


class SourceConnectionException(Exception):
    """A connection cannot be used."""


class BaseConnection(ABC, Generic[S, C]):
    """The connection of a connector.

    Args:
        service_connection: the connection of the service, such as a ``MysqlConnection``.
    """

    service_connection: S

    def __init__(self, service_connection: S) -> None:
        self.service_connection = service_connection
        self._client: C | None = None

    @property
    def client(self) -> C:
        """The client of the source; it is created when it is first needed."""
        if self._client is None:
            self._client = self._get_client()
        return self._client

    @abstractmethod
    def _get_client(self) -> C:
        """Return a new client of the source."""

    @abstractmethod
    def test_connection(self, metadata: Any, *args: Any, **kwargs: Any) -> Any:
        """Test the steps of the connection."""


def run_connection_steps(
    metadata: Any,
    service_type: str,
    test_fn: Mapping[str, Callable[[], Any]],
    automation_workflow: Any = None,
    timeout_seconds: int | None = THREE_MIN,
) -> Any:
    """Call the steps of a connection's test in their order and return what each of them did.

    The server defines the steps, which of them are mandatory, and after which the test ends if they
    fail (``TestConnectionDefinition``).

    Args:
        metadata: the client.
        service_type: type of the service: ``Mysql``.
        test_fn: the functions by name of the step; a step without one is left out.
        automation_workflow: workflow of the server that gets the result, or None.
        timeout_seconds: accepted and ignored; set timeouts in the client of the source.

    Returns:
        A ``TestConnectionResult`` of the server's release.

    Raises:
        SourceConnectionException: the server has no definition for the type of service.
    """
    from dynclient.compat.ometa.schema_classes import class_at

    del timeout_seconds
    release = metadata.gateway.release
    name = f"{service_type}.testConnectionDefinition"
    definition = metadata.get_by_name(class_at(release, _DEFINITION), name)
    if definition is None:
        raise SourceConnectionException(f"the server has no test connection definition {name!r}")
    steps, passed = [], True
    for step in definition.steps:
        if step.name not in test_fn:
            continue
        result = _run(step, test_fn[step.name])
        steps.append(result)
        passed = passed and (result["passed"] or not step.mandatory)
        if not result["passed"] and getattr(step, "shortCircuit", False):
            break
    status = "Successful" if passed else "Failed"
    fields = {"status": status, "steps": steps}
    cls: Any = class_at(release, _RESULT)
    known = cls.model_fields
    found = cls(**{name: value for name, value in fields.items() if name in known})
    if automation_workflow is not None:
        metadata.patch_automation_workflow_response(automation_workflow, found, status)
    return found


# Its official name is test_connection_steps, under which pytest would run it as a test.
run_connection_steps.__test__ = False  # type: ignore[attr-defined]


def _run(step: Any, function: Callable[[], Any]) -> dict[str, Any]:
    """Call the function of one step and return its result as fields."""
    fields: dict[str, Any] = {"name": step.name, "mandatory": bool(step.mandatory), "passed": True}
    try:
        function()
    except Exception as error:  # noqa: BLE001 -- the result of the step
        message = getattr(step, "errorMessage", None) or str(error)
        fields |= {"passed": False, "message": message, "errorLog": traceback.format_exc()}
    return fields


def raise_test_connection_exception(result: Any) -> None:
    """Raise an error that lists the mandatory steps that failed, if there are any.

    Raises:
        SourceConnectionException: at least one mandatory step failed.
    """
    failed = [step for step in result.steps if step.mandatory and not step.passed]
    if failed:
        listed = "; ".join(f"{step.name}: {step.message}" for step in failed)
        raise SourceConnectionException(f"failed to run the test connection steps: {listed}")
