"""Methods of ``Pipelines``: the states of their runs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from dynclient import model
from dynclient.compat.ometa import schema_classes
from dynclient.compat.sdk.facade import BaseEntity
from dynclient.compat.sdk.identifiers import text_of
from dynclient.compat.sdk.script_release import script_release
from dynclient.tracebacks import public_calls

if TYPE_CHECKING:
    from collections.abc import Sequence

_STATUS = "entity/data/pipeline.json#/definitions/pipelineStatus"


@public_calls
class PipelineMethods(BaseEntity[Any, Any]):
    """What pipelines have in addition to the methods of all entities."""

    @classmethod
    def add_pipeline_status(cls, fqn: Any, status: Any) -> Any:
        """Add the state of a run, and return the pipeline.

        Args:
            fqn: fully qualified name of the pipeline.
            status: a ``PipelineStatus``.
        """
        return cls._changed(
            lambda pipelines: pipelines.add_status(text_of(fqn), schema_classes.payload(status))
        )

    @classmethod
    def add_bulk_pipeline_status(cls, fqn: Any, statuses: Sequence[Any]) -> Any:
        """Add the states of several runs, and return the pipeline.

        Args:
            fqn: fully qualified name of the pipeline.
            statuses: a list of ``PipelineStatus``.
        """
        states = [schema_classes.payload(each) for each in statuses]
        return cls._changed(lambda pipelines: pipelines.add_statuses(text_of(fqn), states))

    @classmethod
    def list_pipeline_statuses(
        cls, fqn: Any, start_ts: int, end_ts: int, limit: int | None = None
    ) -> Sequence[Any]:
        """Return the states of the runs in a span of time, newest first.

        Args:
            fqn: fully qualified name of the pipeline.
            start_ts: the begin of the span, in milliseconds since 1970.
            end_ts: the end of the span.
            limit: the largest number of states.
        """
        found = cls._native(
            lambda pipelines: pipelines.statuses(text_of(fqn), since=start_ts, until=end_ts)
        )
        kind = schema_classes.class_at(script_release(cls._get_client()), _STATUS)
        return [schema_classes.wrap(kind, model.asdict(each)) for each in found[:limit]]
