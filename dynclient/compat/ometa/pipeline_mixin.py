"""Ingestion pipelines, their logs, and the tasks of pipelines."""

from __future__ import annotations

import time
from collections.abc import Mapping
from typing import Any

from dynclient.compat.ometa import schema_classes
from dynclient.compat.ometa.crud_mixin import CrudMixin, log
from dynclient.compat.ometa.exceptions import APIError
from dynclient.compat.ometa.gateway import plain

_INGESTION = "entity/services/ingestionPipelines/ingestionPipeline.json"


class PipelineMixin(CrudMixin):
    """The official client's methods for pipelines that are more than one request."""

    # -- tasks of pipelines ------------------------------------------------------------------------

    def add_task_to_pipeline(self, pipeline: Any, *tasks: Any) -> Any:
        """Add tasks to a pipeline, or replace those of the same names, and return the pipeline.

        The pipeline keeps everything else; the official client drops fields that it does not list.

        Args:
            pipeline: the pipeline; only its id is used.
            tasks: ``Task`` instances.
        """
        added = [schema_classes.payload(task) for task in tasks]
        return self._change_tasks(pipeline, "add_tasks", added)

    def clean_pipeline_tasks(self, pipeline: Any, task_ids: list[str]) -> Any:
        """Remove the tasks of a pipeline that are not listed, and return the pipeline.

        Args:
            pipeline: the pipeline; only its id is used.
            task_ids: names of the tasks that stay.
        """
        kept = {str(plain(name)) for name in task_ids}
        native = self.gateway.client
        identity = str(plain(pipeline.id))
        current = self.gateway.native(lambda: native["pipeline"].get(identity, fields=["tasks"]))
        names = [task.name for task in current.tasks or ()] if current is not None else []
        removed = [name for name in names if name not in kept]
        if removed or current is None:
            return self._change_tasks(pipeline, "remove_tasks", removed)
        return self._wrapped(pipeline, current)

    def _change_tasks(self, pipeline: Any, method: str, tasks: list[Any]) -> Any:
        call = getattr(self.gateway.client["pipeline"], method)
        identity = str(plain(pipeline.id))
        return self._wrapped(pipeline, self.gateway.native(lambda: call(identity, *tasks)))

    def _wrapped(self, pipeline: Any, entity: Any) -> Any:
        return self._to_entity(type(pipeline), schema_classes.payload(entity))

    # -- ingestion pipelines -----------------------------------------------------------------------

    def get_ingestion_pipeline_by_name(
        self, fields: list[str] | None = None, params: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the first ingestion pipeline that filters find, or None.

        The official client always returns None.

        Args:
            fields: more fields than the server returns by default.
            params: filters: ``service``, ``pipelineType``, ``testSuite`` …
        """
        entity = schema_classes.class_at(self.types, _INGESTION)
        found = self.list_entities(entity, fields=fields, params=dict(params or {}), limit=1)
        return next(iter(found.entities), None)

    def extract_pipeline_id_from_fqn(self, ingestion_pipeline_fqn: str) -> str | None:
        """Return the id of an ingestion pipeline, or None if the name does not exist."""
        entity = schema_classes.class_at(self.types, _INGESTION)
        try:
            found = self.get_by_name(entity, ingestion_pipeline_fqn)
        except APIError as error:
            log().warning("the ingestion pipeline could not be read: %s", error.message)
            return None
        return None if found is None else str(plain(found.id))

    # -- logs --------------------------------------------------------------------------------------

    def send_logs_to_s3(
        self,
        pipeline_fqn: str,
        run_id: Any,
        log_content: str,
        compress: bool = False,  # noqa: ARG002 - long logs are always compressed
        timeout: float | None = None,  # noqa: ARG002 - part of the official signature
    ) -> bool:
        """Send lines of the log of a run, and return whether the server has stored them.

        Args:
            pipeline_fqn: name of the ingestion pipeline.
            run_id: id of the run.
            log_content: the lines.
            compress: ignored; lines are compressed from 10 KB on.
            timeout: ignored; the client's own applies.
        """
        return self._log_call("send_logs", pipeline_fqn, run_id, log_content)

    def send_logs_batch(
        self,
        pipeline_fqn: str,
        run_id: Any,
        log_content: str,
        enable_compression: bool = False,
        max_retries: int = 3,
        timeout: float | None = None,
    ) -> dict[str, int]:
        """Send lines of the log of a run, again if it fails; see :meth:`send_logs_to_s3`.

        Returns:
            ``logs_sent``, a number of lines, and ``bytes_sent``; both 0 if it failed.
        """
        for attempt in range(max_retries + 1):
            if attempt:
                time.sleep(2 ** (attempt - 1))
            if self.send_logs_to_s3(pipeline_fqn, run_id, log_content, enable_compression, timeout):
                return {"logs_sent": log_content.count("\n") + 1, "bytes_sent": len(log_content)}
        return {"logs_sent": 0, "bytes_sent": 0}

    def send_logs_batch_best_effort(
        self,
        pipeline_fqn: str,
        run_id: Any,
        log_content: str,
        timeout: float | None = None,
        client: Any = None,  # noqa: ARG002 - part of the official signature
    ) -> bool:
        """Send lines of the log of a run once; see :meth:`send_logs_to_s3`."""
        return self.send_logs_to_s3(pipeline_fqn, run_id, log_content, timeout=timeout)

    def create_log_stream(self, pipeline_fqn: str, run_id: Any) -> None:
        """Begin the log of a run: send no lines, which creates it."""
        self._log_call("send_logs", pipeline_fqn, run_id, "")

    def close_log_stream(self, pipeline_fqn: str, run_id: Any) -> bool:
        """Say that the log of a run is complete, and return whether the server knows."""
        return self._log_call("close_logs", pipeline_fqn, run_id)

    def send_close_best_effort(
        self,
        pipeline_fqn: str,
        run_id: Any,
        timeout: float | None = None,  # noqa: ARG002 - part of the official signature
        client: Any = None,  # noqa: ARG002 - part of the official signature
    ) -> bool:
        """Say that the log of a run is complete; see :meth:`close_log_stream`."""
        return self.close_log_stream(pipeline_fqn, run_id)

    def _log_call(self, method: str, pipeline_fqn: Any, run_id: Any, *values: str) -> bool:
        name, run = str(plain(pipeline_fqn)), str(plain(run_id))

        def call() -> None:
            getattr(self.gateway.client["ingestionPipeline"], method)(name, run, *values)

        try:
            self.gateway.native(call)
        except APIError as error:
            log().warning("the log of run %s of %s could not be sent: %s", run, name, error.message)
            return False
        return True
